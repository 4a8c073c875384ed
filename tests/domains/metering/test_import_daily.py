"""Imports of daily energy: the wide table, its gaps, its versions, and what a killed one leaves."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import transaction

from tests.conftest import SHARED
from tests.domains.metering import files
from tests.factories import metering as make
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import ImportBatchInfo, Measured
from wattdesk.domains.metering.models import CurveFile

pytestmark = pytest.mark.django_db

TODAY = date(2026, 2, 3)
FIRST = date(2026, 1, 1)
SGCC = Path(SHARED) / "sgcc_theft" / "sgcc_daily_26d.parquet"


@pytest.fixture
def accounts(unit: Unit) -> dict[str, int]:
    """Three accounts without meters."""
    return {f"A{n}": make.make_point(unit, capacity_kva=None) for n in range(3)}


def resolver(accounts: dict[str, int]) -> Any:
    known = pl.DataFrame({"number": list(accounts), "usage_point_id": list(accounts.values())})
    return lambda numbers: known.filter(pl.col("number").is_in(numbers.implode()))


def table(*rows: Sequence[Any], days: int = 10, first: date = FIRST) -> list[Sequence[Any]]:
    """A header with ``days`` days and rows padded with 1 kWh a day."""
    head = ["CONS_NO", *((first + timedelta(days=i)).isoformat() for i in range(days))]
    return [head, *[[*row, *[1] * (days + 1 - len(row))] for row in rows]]


def check(path: Path, unit: Unit, accounts: dict[str, int], **given: Any) -> ImportBatchInfo:
    given = {"resolve": resolver(accounts), "by": make.act_at(TODAY), **given}
    with transaction.atomic():
        return api.check_file(path, "daily_wide", unit_id=unit.pk, **given)


def commit(batch: ImportBatchInfo, **given: Any) -> ImportBatchInfo:
    with transaction.atomic():
        return api.commit_batch(batch.id, **{"by": make.act_at(TODAY), **given})


def measured(*points: int, days: int = 10, **given: Any) -> Measured:
    ids = pl.Series("usage_point_id", points, dtype=pl.Int64)
    return api.measure(ids, FIRST, FIRST + timedelta(days=days), **given)


def energy(result: Measured, point: int) -> Decimal | None:
    value = result.usage.filter(usage_point_id=point)["energy_total_e4"].item()
    return None if value is None else Decimal(value) / 10_000


class TestGoodFiles:
    def test_are_stored_and_measured(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = table(("A0", 2.5, "3.25"), ("A1",), ("A2", 0, 0))
        batch = check(files.xlsx(tmp_path / "a.xlsx", rows), unit, accounts)
        assert batch.state == "CHECKED", batch.errors
        assert batch.preview["usage_points"] == 3
        assert batch.preview["sum_kwh"] == "31.75"
        done = commit(batch)
        assert done.written == {"usage_points": 3, "values": 30, "different": 0}
        result = measured(*accounts.values())
        assert energy(result, accounts["A0"]) == Decimal("13.75")
        assert result.usage["source"].unique().to_list() == ["INTERVAL"]
        row = result.registers.filter(usage_point_id=accounts["A0"]).row(0, named=True)
        assert row["register_id"] is None
        assert row["energy_e4"] == 137_500

    def test_few_missing_days_are_filled_and_marked(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = table(("A0", None, 4), ("A1", "NULL"), ("A2",))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        assert batch.preview["missing_cells"] == 2
        commit(batch)
        result = measured(*accounts.values())
        assert energy(result, accounts["A0"]) == Decimal("13.3333")
        assert result.usage.filter(usage_point_id=accounts["A0"])["marks"].to_list() == [
            ["ESTIMATED"]
        ]
        found = result.findings.filter(usage_point_id=accounts["A0"], code="GAP")
        assert found["severity"].to_list() == ["LIST"]

    def test_more_than_two_decimals_are_rounded_and_said(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = table(("A0", "1.005"), days=1)
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        assert any("rounded" in note for note in batch.preview["notes"])
        commit(batch)
        assert energy(measured(accounts["A0"], days=1), accounts["A0"]) == Decimal("1.01")

    def test_a_day_without_a_column_is_missing_for_everybody(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = [["CONS_NO", "2026-01-01", "2026-01-03"], ["A0", 1, 1]]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        assert any("2026-01-02" in note for note in batch.preview["notes"])
        assert batch.preview["days"] == 3

    def test_excel_dates_as_headers_are_days(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = [["户号", FIRST, 46024], ["A0", 1, 2]]
        batch = check(files.xlsx(tmp_path / "a.xlsx", rows), unit, accounts)
        assert batch.state == "CHECKED", batch.errors
        assert batch.preview["to_date"] == "2026-01-03"


class TestVersions:
    def test_a_later_import_wins_for_the_days_it_has(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        commit(check(files.csv(tmp_path / "a.csv", table(("A0",), ("A1",))), unit, accounts))
        rows = [["CONS_NO", "2026-01-02", "2026-01-03"], ["A0", 5, None]]
        later = check(files.csv(tmp_path / "b.csv", rows), unit, accounts)
        assert (later.preview["differing"], later.preview["new"]) == (1, 0)
        with pytest.raises(api.CorrectionsNotAllowed):
            commit(later)
        assert CurveFile.objects.count() == 1
        by = make.act_at(TODAY + timedelta(days=1), reason="head-end sent it again")
        commit(later, allow_corrections=True, by=by)
        assert energy(measured(accounts["A0"]), accounts["A0"]) == 14
        known = make.act_at(TODAY).at
        assert energy(measured(accounts["A0"], known_at=known), accounts["A0"]) == 10

    def test_what_a_killed_import_leaves_is_never_read(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        batch = check(files.csv(tmp_path / "a.csv", table(("A0",))), unit, accounts)
        with pytest.raises(RuntimeError), transaction.atomic():
            api.commit_batch(batch.id, by=make.act_at(TODAY))
            raise RuntimeError
        assert len(list((tmp_path / "curves").rglob("*.parquet"))) == 1
        result = measured(accounts["A0"])
        assert energy(result, accounts["A0"]) is None
        assert result.usage["source"].to_list() == [None]
        commit(batch)
        assert energy(measured(accounts["A0"]), accounts["A0"]) == 10

    def test_a_changed_or_lost_file_is_told(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        commit(check(files.csv(tmp_path / "a.csv", table(("A0",))), unit, accounts))
        (path,) = (tmp_path / "curves").rglob("*.parquet")
        whole = path.read_bytes()
        path.write_bytes(whole + b"x")
        with pytest.raises(api.CurveFileDamaged):
            measured(accounts["A0"])
        path.unlink()
        with pytest.raises(api.CurveFileDamaged, match=r"daily/2026-01"):
            measured(accounts["A0"])


class TestWrongFiles:
    def refused(self, batch: ImportBatchInfo, rule: str, cell: str = "") -> api.Fault:
        assert batch.state == "REFUSED"
        fault = next(f for f in batch.errors if f.rule == rule)
        assert "%(" not in fault.message
        assert fault.cell == cell or not cell
        assert not CurveFile.objects.exists()
        return fault

    @pytest.mark.parametrize(
        ("cell", "rule"),
        [("-2", "negative"), ("two", "not_a_number"), ("1" + "0" * 13, "too_large_a_number")],
    )
    def test_a_wrong_value_is_refused_with_its_cell(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path, cell: str, rule: str
    ) -> None:
        rows = table(("A0",), ("A1", 1, cell))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, rule, "C3")

    def test_an_unknown_account_and_a_double_one_are_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = table(("A0",), ("X9",), ("A0",))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, "unknown_account_number", "A3")
        assert "row 2" in self.refused(batch, "double", "A4").message

    def test_an_account_without_a_point_is_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        batch = check(
            files.csv(tmp_path / "a.csv", table(("A0",))),
            unit,
            accounts,
            resolve=lambda numbers: pl.DataFrame(
                {"number": ["A0"], "usage_point_id": [None]},
                schema={"number": pl.String, "usage_point_id": pl.Int64},
            ),
        )
        self.refused(batch, "no_usage_point", "A2")

    def test_an_account_with_two_points_is_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        both = pl.DataFrame({"number": ["A0", "A0"], "usage_point_id": list(accounts.values())[:2]})
        batch = check(
            files.csv(tmp_path / "a.csv", table(("A0",))), unit, accounts, resolve=lambda _n: both
        )
        self.refused(batch, "several_points", "A2")

    def test_a_day_that_is_not_over_is_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = table(("A0",), days=2, first=date(2026, 2, 2))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, "future", "C1")

    def test_energy_before_the_supply_began_is_refused(self, unit: Unit, tmp_path: Path) -> None:
        accounts = {"A0": make.make_point(unit, since=date(2026, 1, 3))}
        rows = table(("A0", None, 1))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, "before_installation", "C2")

    def test_two_columns_of_one_day_are_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = [["CONS_NO", "2026-01-01", "2026/1/1"], ["A0", 1, 1]]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, "double_column", "C1")

    def test_a_year_in_the_wrong_century_is_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = [["CONS_NO", "1926-01-01", "2026-01-01"], ["A0", 1, 1]]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, "too_many_days")

    def test_a_table_without_days_is_refused(
        self, unit: Unit, accounts: dict[str, int], tmp_path: Path
    ) -> None:
        rows = [["CONS_NO", "FLAG"], ["A0", 1]]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, accounts)
        self.refused(batch, "missing_column")


class TestMeterNumbers:
    def test_find_the_point_where_the_meter_hung(self, unit: Unit, tmp_path: Path) -> None:
        point = make.make_point(unit)
        make.hang(point, number="0042")
        rows = [["表号", "2026-01-01"], ["0042", 7], ["0043", 1]]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, {})
        assert [f.rule for f in batch.errors] == ["unknown_meter_number"]
        assert check(files.csv(tmp_path / "b.csv", rows[:2]), unit, {}).state == "CHECKED"


@pytest.mark.skipif(not SGCC.exists(), reason=f"the State Grid data is not at {SGCC}")
class TestStateGrid:
    def test_all_customers_of_the_real_table_are_read(self, unit: Unit, tmp_path: Path) -> None:
        """Real customers of January 2014: as many points as rows, gaps and zeros told."""
        head = pl.read_parquet(SGCC, columns=["CONS_NO"])["CONS_NO"]
        place = make.UsagePoint.objects.get(pk=make.make_point(unit)).service_location
        points = make.UsagePoint.objects.bulk_create(
            make.UsagePoint(
                code=f"SG{n}", service_location=place, unit=unit, voltage="LT1KV", metering="LL",
                period=make.days(date(2014, 1, 1)),
            )
            for n in range(len(head))
        )  # fmt: skip
        accounts = dict(zip(head, [p.pk for p in points], strict=True))
        batch = check(SGCC, unit, accounts)
        assert batch.state == "CHECKED", batch.errors[:5]
        assert batch.preview["usage_points"] == len(head) == 20_691
        assert batch.preview["missing_cells"] == 102
        commit(batch)
        ids = pl.Series("usage_point_id", list(accounts.values()), dtype=pl.Int64)
        result = api.measure(ids, date(2014, 1, 1), date(2014, 1, 27))
        counts = dict(result.findings["code"].value_counts().iter_rows())
        assert result.usage.height == 20_691
        assert counts["NO_HISTORY"] == 20_691
        assert counts["ZERO"] >= 2_900
        assert counts["GAP"] + counts.get("GAPS_TOO_MANY", 0) == 30
        unknown = result.usage["energy_total_e4"].null_count()
        assert unknown == counts.get("GAPS_TOO_MANY", 0)
