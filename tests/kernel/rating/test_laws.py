"""Laws that hold for every schedule of every shipped document, whatever the account."""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.rating.samples import (
    account,
    all_schedules,
    annual_blocks,
    plan_of,
    shipped,
    shipped_plan,
)
from tests.kernel.rating.variants import VARIANTS
from wattdesk.kernel.checking import engine
from wattdesk.kernel.rating.documents import TariffDocument
from wattdesk.kernel.rating.plan import Plan, Rated, compile_schedule, rate_over_readings
from wattdesk.kernel.values.scaled import from_scaled, round_half_up

schedules = pytest.mark.parametrize(
    ("name", "code"), [*all_schedules(), *((name, "S") for name in VARIANTS)]
)
few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
BANDS = ("sharp", "peak", "flat", "valley", "deep")


def document(name: str) -> TariffDocument:
    return VARIANTS[name] if name in VARIANTS else shipped(name)


def plan(name: str, code: str) -> Plan:
    return compile_schedule(VARIANTS[name], code) if name in VARIANTS else shipped_plan(name, code)


def _one_of_each_shape() -> list[tuple[str, str]]:
    """The first schedule of each shape: what asks for the same columns and has as many lines."""
    found: dict[object, tuple[str, str]] = {}
    for name, code in [*all_schedules(), *((name, "S") for name in VARIANTS)]:
        compiled = plan(name, code)
        shape = (tuple(d.name for d in compiled.determinants), len(compiled.lines))
        found.setdefault(shape, (name, code))
    return list(found.values())


shapes = pytest.mark.parametrize(("name", "code"), _one_of_each_shape())


# Mostly what homes and firms use, sometimes the very small, the very large and the impossible.
energies = st.one_of(
    st.integers(0, 40_000_000),
    st.integers(0, 400).map(lambda kwh: kwh * 10_000),
    st.sampled_from([0, 1, 9_999, 10_000, 10**12, 10**14, 10**14 + 1, -1]),
)


@st.composite
def accounts(draw: Any) -> dict[str, Any]:
    """One account's determinants; bands that mostly add up to the total."""
    bands = {f"energy_{band}_e4": draw(energies) for band in BANDS}
    first = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 400)))
    return {
        **bands,
        "gap_e4": draw(st.sampled_from([0, 0, 0, 9_999, -10_000, 60_000, 10**9])),
        "carry_e4": draw(st.integers(0, 9_999)),
        "from_date": first,
        "to_date": first + timedelta(days=draw(st.integers(1, 70))),
        "months": draw(st.sampled_from([1, 1, 1, 2, 3, 12])),
        "months_in_block_year": draw(st.integers(1, 12)),
        "block_used_e2": draw(st.one_of(st.integers(0, 600_000), st.just(276_000))),
        "extra_kwh_per_month_e2": draw(st.sampled_from([0, 0, 10_000, 12_345])),
        "free_kwh_per_month_e2": draw(st.sampled_from([0, 0, 1_000, 1_500, 50_000])),
    }


def frame_of(rows: list[dict[str, Any]], plan: Plan) -> pl.DataFrame:
    """Accounts for a plan: its bands alone make the total."""
    used = [f"energy_{band.lower()}_e4" for band in plan.bands] or ["energy_flat_e4"]
    filled = [
        {
            "account_id": index + 1,
            **{k: v for k, v in row.items() if k != "gap_e4"},
            "energy_total_e4": sum(row[name] for name in used)
            + (row["gap_e4"] if plan.bands else 0),
        }
        for index, row in enumerate(rows)
    ]
    return pl.DataFrame(filled)


def random_rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Believable accounts, the same for a seed."""
    pick = random.Random(seed)
    rows = []
    for _ in range(count):
        first = date(2026, 1, 1) + timedelta(days=pick.randrange(365))
        rows.append(
            {
                **{f"energy_{band}_e4": pick.randrange(5_000_000) for band in BANDS},
                "gap_e4": pick.choice([0, 0, 0, 5_000, -5_000]),
                "carry_e4": pick.randrange(10_000),
                "from_date": first,
                "to_date": first + timedelta(days=pick.choice([26, 30, 31, 61, 7])),
                "months": pick.choice([1, 1, 2]),
                "months_in_block_year": pick.choice([12, 12, 12, 4, 7]),
                "block_used_e2": pick.randrange(6_000) * 100,
                "extra_kwh_per_month_e2": pick.choice([0, 0, 0, 10_000]),
                "free_kwh_per_month_e2": pick.choice([0, 0, 0, 1_500]),
            }
        )
    return rows


class TestPlanAndCheckEngine:
    @schedules
    @few
    @given(rows=st.lists(accounts(), min_size=1, max_size=25))
    def test_agree_to_the_fen(self, name: str, code: str, rows: list[dict[str, Any]]) -> None:
        compiled = plan(name, code)
        frame = frame_of(rows, compiled)
        rated = compiled.rate(frame)
        assert engine.check_frame(document(name), code, frame, rated).rows() == []
        assert rated.bills.height + rated.refused.height == frame.height

    @schedules
    def test_agree_on_many_believable_accounts(self, name: str, code: str) -> None:
        compiled = plan(name, code)
        frame = frame_of(random_rows(1_000, seed=11), compiled)
        rated = compiled.rate(frame)
        # Where the band that takes the difference has too little to give.
        assert set(rated.refused["code"]) <= {"BANDS_DIFFER"}
        assert rated.refused.height <= 2
        assert engine.check_frame(document(name), code, frame, rated).rows() == []


class TestRating:
    @shapes
    def test_lines_sum_to_the_total_and_are_quantity_times_price(
        self, name: str, code: str
    ) -> None:
        compiled = plan(name, code)
        rated = compiled.rate(frame_of(random_rows(400, seed=5), compiled))
        sums = rated.lines.group_by("account_id").agg(
            pl.col("amount_fen").sum(), pl.len().cast(pl.Int64).alias("lines")
        )
        both = rated.bills.join(sums, on="account_id", how="left").fill_null(0)
        assert (both["total_fen"] == both["amount_fen"]).all()
        assert (both["line_count"] == both["lines"]).all()
        for row in rated.lines.iter_rows(named=True):
            exact = from_scaled(row["quantity_e4"], 4) * from_scaled(row["price_e8"], 8)
            assert round_half_up(exact, 2) == from_scaled(row["amount_fen"], 2)
            assert row["quantity_e4"] != 0

    @shapes
    def test_of_one_account_alone_is_that_within_many(self, name: str, code: str) -> None:
        compiled = plan(name, code)
        frame = frame_of(random_rows(300, seed=7), compiled).sample(
            fraction=1, shuffle=True, seed=1
        )
        together = compiled.rate(frame)
        for number in (1, 77, 300):
            alone = compiled.rate(frame.filter(pl.col("account_id") == number))
            for part in ("bills", "lines", "trace"):
                mine = getattr(together, part).filter(pl.col("account_id") == number)
                assert mine.rows() == getattr(alone, part).rows()

    @shapes
    def test_keeps_the_order_of_the_frame(self, name: str, code: str) -> None:
        compiled = plan(name, code)
        frame = frame_of(random_rows(60, seed=2), compiled).reverse()
        rated = compiled.rate(frame)
        assert rated.bills["account_id"].to_list() == list(range(60, 0, -1))
        assert rated.lines["account_id"].is_sorted(descending=True)
        positions = rated.lines.group_by("account_id").agg(
            pl.col("position").is_sorted().alias("sorted")
        )
        assert positions["sorted"].all()

    @shapes
    def test_costs_more_the_more_is_used(self, name: str, code: str) -> None:
        compiled = plan(name, code)
        row = random_rows(1, seed=13)[0] | {"gap_e4": 0, "free_kwh_per_month_e2": 0}
        steps = [
            {**row, **{f"energy_{band}_e4": 37_000 * step for band in BANDS}} for step in range(200)
        ]
        totals = compiled.rate(frame_of(steps, compiled)).bills["total_fen"]
        assert (totals.diff().drop_nulls() >= 0).all()

    @shapes
    def test_does_not_mind_a_huge_neighbor(self, name: str, code: str) -> None:
        """One account beyond 64-bit products changes nothing for the others."""
        compiled = plan(name, code)
        rows = random_rows(20, seed=3)
        huge = {**rows[0], "gap_e4": 0, **{f"energy_{band}_e4": 10**13 for band in BANDS}}
        plain = compiled.rate(frame_of(rows, compiled))
        mixed = compiled.rate(frame_of([*rows, huge], compiled))
        assert mixed.bills.head(20).rows() == plain.bills.rows()
        assert mixed.lines.head(plain.lines.height).rows() == plain.lines.rows()


def energy_by_code(rated: Rated) -> dict[str, int]:
    sums = rated.lines.group_by("code").agg(pl.col("quantity_e4").sum())
    return dict(sums.rows())


class TestSplittingAPeriodByReading:
    @settings(max_examples=30, deadline=None)
    @given(
        energy=st.integers(0, 60_000_000),
        share=st.integers(0, 1_000),
        used=st.integers(0, 6_000),
        carry=st.integers(0, 9_999),
        day=st.integers(1, 30),
    )
    def test_never_changes_the_energy_in_annual_blocks(
        self, energy: int, share: int, used: int, carry: int, day: int
    ) -> None:
        plan = plan_of([annual_blocks([2760, 4800], ["0.538", "0.588", "0.838"])])
        first, cut = energy * share // 1_000, date(2026, 3, 1) + timedelta(days=day)

        def read(energy_e4: int, from_date: date, to_date: date, **more: int) -> pl.DataFrame:
            frame = account(0, used=used, period=(from_date, to_date), **more)
            return frame.with_columns(energy_total_e4=energy_e4)

        start, end = date(2026, 3, 1), date(2026, 4, 1)
        whole = plan.rate(read(energy, start, end, carry_e4=carry))
        parts = rate_over_readings(
            [
                (plan, read(first, start, cut, carry_e4=carry)),
                (plan, read(energy - first, cut, end)),
            ]
        )
        assert energy_by_code(parts) == energy_by_code(whole)
        for figure in ("energy_e2", "carry_out_e4"):
            assert parts.bills[figure].item() == whole.bills[figure].item()
