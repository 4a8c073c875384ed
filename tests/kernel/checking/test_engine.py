"""The check engine finds what is wrong, whoever is wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.kernel.rating.samples import account, shipped, shipped_plan
from tests.kernel.rating.variants import VARIANTS
from wattdesk.kernel.checking import engine
from wattdesk.kernel.checking.examples import play_example
from wattdesk.kernel.rating.documents import parse
from wattdesk.kernel.rating.rated import Rated

NAME, CODE = "zhejiang-residential", "ZJ-RES"


def frame() -> pl.DataFrame:
    """Three accounts: in one block, over two, without use."""
    return pl.concat(
        [
            account(250, used=1000),
            account(300, account_id=2, used=2650),
            account(0, account_id=3, used=10),
        ]
    )


def rated() -> Rated:
    return shipped_plan(NAME, CODE).rate(frame())


def differences(wrong: Rated) -> list[tuple[int, int | None, int | None]]:
    found = engine.check_frame(shipped(NAME), CODE, frame(), wrong)
    assert found["detail"].null_count() == 0
    return found.select("account_id", "rated_fen", "expected_fen").rows()


def changed(part: str, frame: pl.DataFrame) -> Rated:
    parts = {n: getattr(rated(), n) for n in ("bills", "lines", "trace", "refused")}
    return Rated(**{**parts, part: frame})


class TestCompute:
    def test_gives_lines_and_totals_in_plain_numbers(self) -> None:
        bill = engine.compute(
            shipped(NAME),
            CODE,
            {"energy_total_e4": 3_000_500, "carry_e4": 9_000, "block_used_e2": 265_000},
        )
        assert [line[:4] for line in bill.lines] == [
            ("ENERGY_T1", Decimal(110), Decimal("0.538"), 5_918),
            ("ENERGY_T2", Decimal(190), Decimal("0.588"), 11_172),
        ]
        assert (bill.total_fen, bill.energy, bill.carry_out) == (17_090, 300, Decimal("0.95"))

    def test_refuses_what_is_missing(self) -> None:
        with pytest.raises(engine.Refused, match="MISSING: block_used_e2"):
            engine.compute(shipped(NAME), CODE, {"energy_total_e4": 1})

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"months": 13}, "OUT_OF_BOUNDS"),
            ({"free_kwh_per_month_e2": -1}, "OUT_OF_BOUNDS"),
            ({"to_date": date(2026, 3, 1)}, "DATES_REVERSED"),
            ({"energy_total_e4": 10**14 + 1}, "OUT_OF_BOUNDS"),
        ],
    )
    def test_refuses_what_is_impossible(self, changes: dict[str, Any], code: str) -> None:
        given = {
            "from_date": date(2026, 3, 1), "to_date": date(2026, 4, 1), "months": 1,
            "energy_total_e4": 10_000, "free_kwh_per_month_e2": 100,
        }  # fmt: skip
        document = VARIANTS["allowance at one price"]
        assert engine.compute(document, "S", given).total_fen == 0
        with pytest.raises(engine.Refused, match=code):
            engine.compute(document, "S", {**given, **changes})

    def test_of_a_frame_without_determinants_refuses_every_account(self) -> None:
        bare = pl.DataFrame({"account_id": [1, 2]})
        nothing = rated().bills.clear()
        empty = Rated(nothing, rated().lines.clear(), rated().trace.clear(), rated().refused)
        found = engine.check_frame(shipped(NAME), CODE, bare, empty)
        assert found["detail"].to_list() == ["the account is in neither bills nor refusals"] * 2

    def test_works_over_versions_and_over_readings(self) -> None:
        old, new = shipped("lanchuan-2025-01"), shipped("lanchuan-2026-07")
        change = date(2026, 7, 1)
        whole = {
            "from_date": date(2026, 6, 21), "to_date": date(2026, 7, 21), "months": 1,
            "energy_total_e4": 3_000_000,
        }  # fmt: skip
        by_days = engine.compute_over_versions(
            [(old, old.effective_from, change), (new, change, date(2099, 1, 1))],
            "LC-RES-SHARED",
            whole,
        )
        assert [line[:4] for line in by_days.lines] == [
            ("0:ENERGY", Decimal(100), Decimal("0.558"), 5_580),
            ("1:ENERGY", Decimal(200), Decimal("0.568"), 11_360),
        ]
        parts = [
            (old, {**whole, "to_date": change, "energy_total_e4": 1_500_000}),
            (new, {**whole, "from_date": change, "energy_total_e4": 1_500_000}),
        ]
        by_reading = engine.compute_over_readings(parts, "LC-RES-SHARED")
        assert [line[1] for line in by_reading.lines] == [150, 150]
        assert by_reading.total_fen == 8_370 + 8_520


class TestComparison:
    def test_of_right_bills_finds_nothing(self) -> None:
        assert differences(rated()) == []

    def test_finds_a_fen_in_a_total(self) -> None:
        wrong = rated().bills.with_columns(
            pl.col("total_fen") + pl.when(pl.col("account_id") == 2).then(1).otherwise(0)
        )
        assert differences(changed("bills", wrong)) == [(2, 17_091, 17_090)]

    @pytest.mark.parametrize("column", ["quantity_e4", "price_e8", "amount_fen"])
    def test_finds_a_changed_line(self, column: str) -> None:
        wrong = rated().lines.with_columns(
            pl.col(column) + pl.when(pl.col("code") == "ENERGY_T2").then(1).otherwise(0)
        )
        assert differences(changed("lines", wrong)) == [(2, 17_090, 17_090)]

    def test_finds_lines_too_many_and_too_few(self) -> None:
        lines = rated().lines
        fewer = changed("lines", lines.filter(pl.col("code") != "ENERGY_T2"))
        assert [row[0] for row in differences(fewer)] == [2]
        more = lines.head(1).with_columns(account_id=pl.lit(3, dtype=pl.Int64))
        assert [row[0] for row in differences(changed("lines", pl.concat([lines, more])))] == [3]

    @pytest.mark.parametrize("column", ["energy_e2", "carry_out_e4", "funds_fen"])
    def test_finds_other_figures_of_the_bill(self, column: str) -> None:
        wrong = rated().bills.with_columns(pl.col(column) + 100)
        assert [row[0] for row in differences(changed("bills", wrong))] == [1, 2, 3]

    def test_finds_a_lost_account(self) -> None:
        lost = changed("bills", rated().bills.filter(pl.col("account_id") != 3))
        assert differences(lost) == [(3, None, 0)]

    def test_finds_an_account_refused_by_one_engine_only(self) -> None:
        refused = pl.DataFrame({"account_id": [3], "code": ["MISSING"], "detail": ["x"]})
        parts = rated()
        without = parts.bills.filter(pl.col("account_id") != 3)
        wrong = Rated(without, parts.lines, parts.trace, refused)
        (row,) = engine.check_frame(shipped(NAME), CODE, frame(), wrong).rows()
        assert row == (3, None, 0, "refused by the plan only: MISSING")
        holed = frame().with_columns(block_used_e2=pl.lit(None, dtype=pl.Int64))
        found = engine.check_frame(shipped(NAME), CODE, holed, rated())
        assert found["detail"].to_list() == ["refused by the check only: MISSING"] * 3

    def test_of_a_share_of_the_accounts_leaves_the_others_alone(self) -> None:
        wrong = changed("bills", rated().bills.with_columns(pl.col("total_fen") + 1))
        found = engine.check_frame(shipped(NAME), CODE, frame().head(1), wrong)
        assert found["account_id"].to_list() == [1]

    def test_finds_a_wrong_price_in_the_plan(self) -> None:
        """The plan of another version of the document is not that of this one."""
        text = "0.588"
        other = shipped_plan("lanchuan-2026-07", "LC-RES")
        wrong = other.rate(frame().with_columns(months=1))
        found = engine.check_frame(shipped("lanchuan-2025-01"), "LC-RES", frame(), wrong)
        assert found["account_id"].to_list() == [1, 2]
        assert text in str(shipped("lanchuan-2025-01").schedule("LC-RES").charges)


class TestExamples:
    def test_that_are_wrong_are_told_for_each_engine(self) -> None:
        from tests.kernel.rating.samples import FOLDER

        text = (FOLDER / f"{NAME}.yaml").read_text(encoding="utf-8")
        wrong = parse(text.replace("amount: 111.72", "amount: 111.71"))
        outcome = play_example(wrong, wrong.examples[1])
        assert not outcome.passed
        assert [m.engine for m in outcome.mismatches] == ["plan", "check"]
        assert "ENERGY_T2 190 × 0.588 = 111.72" in outcome.mismatches[0].found
        total = parse(text.replace("total: 170.90", "total: 170.91"))
        assert [m.found for m in play_example(total, total.examples[1]).mismatches] == [
            "170.90"
        ] * 2

    def test_that_cannot_be_billed_say_why(self) -> None:
        from tests.kernel.rating.samples import FOLDER

        text = (FOLDER / f"{NAME}.yaml").read_text(encoding="utf-8")
        holed = parse(text.replace("energy: 250, block_used: 1000", "energy: 250, carry: 1.5,"
                                   " block_used: 1000"))  # fmt: skip
        found = [m.found for m in play_example(holed, holed.examples[0]).mismatches]
        assert all("OUT_OF_BOUNDS carry_e4" in text for text in found)
