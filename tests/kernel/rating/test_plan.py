"""What a plan takes, what it refuses, and how it explains itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.kernel.rating.samples import (
    account,
    annual_blocks,
    energy,
    monthly_blocks,
    plan_of,
    shipped,
    shipped_plan,
    shown,
    time_of_use,
    with_bands,
)
from wattdesk.kernel.rating.inputs import MissingColumns, WrongColumn
from wattdesk.kernel.rating.plan import Plan, Rated, compile_schedule

BLOCKS = annual_blocks([2760, 4800], ["0.538", "0.588", "0.838"])


def banded_plan(**tolerance: str) -> Plan:
    part = with_bands("PEAK", "FLAT", "VALLEY", remainder_to="FLAT")
    part["time_of_use"]["tolerance"].update(tolerance)
    return plan_of([time_of_use({"PEAK": "0.9", "FLAT": "0.6", "VALLEY": "0.3"})], schedule=part)


def bands(total: str, peak: str, flat: str, valley: str) -> pl.DataFrame:
    parts = {"peak": peak, "flat": flat, "valley": valley}
    return account(
        total, **{f"energy_{band}_e4": int(Decimal(kwh) * 10_000) for band, kwh in parts.items()}
    )


class TestDeterminants:
    def test_are_declared(self) -> None:
        plan = shipped_plan("lanchuan-2025-01", "LC-RES-TOU")
        assert {d.name: (d.required, d.default) for d in plan.determinants} == {
            "energy_total_e4": (True, None),
            "carry_e4": (False, 0),
            "energy_peak_e4": (True, None),
            "energy_valley_e4": (True, None),
            "extra_kwh_per_month_e2": (False, 0),
            "months_in_block_year": (False, 12),
            "block_used_e2": (True, None),
        }

    def test_of_other_names_are_left_alone(self) -> None:
        plan = plan_of([energy("0.5")])
        extra = account(10).with_columns(note=pl.lit(None, dtype=pl.String), demand_e4=1.5)
        assert plan.rate(extra).bills["total_fen"].item() == 500

    def test_that_are_missing_as_a_whole_are_the_callers_fault(self) -> None:
        with pytest.raises(MissingColumns, match="block_used_e2"):
            plan_of([BLOCKS]).rate(account(10).drop("block_used_e2"))
        with pytest.raises(MissingColumns, match="account_id"):
            plan_of([BLOCKS]).rate(account(10).drop("account_id"))

    @pytest.mark.parametrize(
        "column",
        [
            pl.lit(1.0).alias("energy_total_e4"),
            pl.lit("100").alias("energy_total_e4"),
            pl.lit(Decimal("1.5")).alias("block_used_e2"),
            pl.lit(None, dtype=pl.Int64).alias("account_id"),
            pl.lit("7").alias("account_id"),
        ],
    )
    def test_of_another_type_are_refused_as_a_whole(self, column: pl.Expr) -> None:
        with pytest.raises(WrongColumn):
            plan_of([BLOCKS]).rate(account(10).with_columns(column))

    def test_with_a_moment_instead_of_a_day_are_refused(self) -> None:
        plan = plan_of([monthly_blocks([10], ["1", "2"])])
        with pytest.raises(WrongColumn, match="a day is needed"):
            plan.rate(account(10).with_columns(pl.col("to_date").cast(pl.Datetime)))

    def test_of_an_account_given_twice_are_refused(self) -> None:
        frame = pl.concat([account(10), account(20, account_id=2), account(30)])
        with pytest.raises(WrongColumn, match="twice"):
            plan_of([BLOCKS]).rate(frame)

    def test_that_are_small_integers_do_not_wrap(self) -> None:
        frame = account(10).with_columns(
            pl.lit(2_000_000_000, dtype=pl.Int32).alias("energy_total_e4"),
            pl.lit(200, dtype=pl.UInt8).alias("block_used_e2"),
        )
        assert plan_of([energy("0.5")]).rate(frame).bills["total_fen"].item() == 10_000_000

    def test_may_be_a_frame_without_rows(self) -> None:
        for name, code in (("lanchuan-2025-01", "LC-COM-1KV"), ("guangzhou-residential", "GZ-RES")):
            plan = shipped_plan(name, code)
            full = {d.name: pl.Series([], dtype=d.dtype) for d in plan.determinants}
            rated = plan.rate(pl.DataFrame({"account_id": pl.Series([], dtype=pl.Int64), **full}))
            assert (rated.bills.height, rated.lines.height, rated.refused.height) == (0, 0, 0)

    def test_tell_what_households_may_have(self) -> None:
        household = shipped_plan("lanchuan-2025-01", "LC-RES").household
        assert household is not None
        assert (household.extra_kwh_per_month, household.free_kwh_per_month) == (100, (10, 15))
        assert plan_of([BLOCKS]).household is None


class TestRefusal:
    @pytest.mark.parametrize(
        ("column", "value", "code"),
        [
            ("energy_total_e4", None, "MISSING"),
            ("block_used_e2", None, "MISSING"),
            ("carry_e4", None, "MISSING"),
            ("months_in_block_year", None, "MISSING"),
            ("energy_total_e4", -1, "NEGATIVE_ENERGY"),
            ("energy_total_e4", 10**14 + 1, "OUT_OF_BOUNDS"),
            ("carry_e4", 10_000, "OUT_OF_BOUNDS"),
            ("months_in_block_year", 13, "OUT_OF_BOUNDS"),
            ("months_in_block_year", 0, "OUT_OF_BOUNDS"),
            ("block_used_e2", -1, "OUT_OF_BOUNDS"),
        ],
    )
    def test_is_of_the_account_alone(self, column: str, value: int | None, code: str) -> None:
        defaults = {"carry_e4": 0, "months_in_block_year": 12}
        good = account(10, **defaults)
        bad = account(10, account_id=2, **defaults).with_columns(
            pl.lit(value, dtype=pl.Int64).cast(good.schema[column]).alias(column)
        )
        rated = plan_of([BLOCKS]).rate(pl.concat([good, bad]))
        assert rated.bills["account_id"].to_list() == [1]
        assert rated.refused.select("account_id", "code").rows() == [(2, code)]
        assert column in rated.refused["detail"].item()

    def test_of_a_period_that_ends_before_it_begins(self) -> None:
        frame = account(10, period=(date(2026, 4, 1), date(2026, 4, 1)))
        rated = plan_of([monthly_blocks([10], ["1", "2"])]).rate(frame)
        assert rated.refused["code"].to_list() == ["DATES_REVERSED"]

    def test_names_one_reason_where_there_are_several(self) -> None:
        frame = account(10, carry_e4=-5).with_columns(block_used_e2=pl.lit(None, dtype=pl.Int64))
        rated = plan_of([BLOCKS]).rate(frame)
        assert rated.refused.rows() == [(1, "OUT_OF_BOUNDS", "carry_e4 = -5")]


class TestZeroUse:
    def test_is_a_bill_of_nothing_without_lines(self) -> None:
        rated = plan_of([BLOCKS]).rate(account(0, carry_e4=4_000))
        assert rated.bills.row(0, named=True) == {
            "account_id": 1,
            "energy_e2": 0,
            "carry_out_e4": 4_000,
            "total_fen": 0,
            "line_count": 0,
            "funds_fen": 0,
        }
        assert rated.lines.height == 0
        assert rated.trace.height == 1


class TestEnergy:
    @pytest.mark.parametrize(
        ("mode", "billed", "carried"),
        [("floor_carry", 19_500, 6_700), ("half_up", 19_600, 0), ("decimals2", 19_567, 0)],
    )
    def test_is_rounded_as_the_document_says(self, mode: str, billed: int, carried: int) -> None:
        rated = plan_of([energy("0.538")], rounding={"kwh": mode}).rate(account("195.67"))
        assert rated.bills.select("energy_e2", "carry_out_e4").row(0) == (billed, carried)

    def test_of_all_bands_is_the_total(self) -> None:
        rated = banded_plan().rate(bands("100.9", "30.5", "40.3", "30.1"))
        assert [line[:2] for line in shown(rated)] == [
            ("ENERGY_PEAK", "30"),
            ("ENERGY_FLAT", "40"),
            ("ENERGY_VALLEY", "30"),
        ]
        late = banded_plan().rate(bands("101.2", "30.5", "40.3", "30.1"))
        assert [line[1] for line in shown(late)] == ["30", "41", "30"]

    @pytest.mark.parametrize(
        ("total", "accepted"), [("103", True), ("104", False), ("97", True), ("96.9999", False)]
    )
    def test_of_bands_beyond_the_tolerance_is_refused(self, total: str, accepted: bool) -> None:
        rated = banded_plan().rate(bands(total, "30", "40", "30"))
        assert (rated.bills.height == 1) == accepted
        if not accepted:
            assert rated.refused["code"].to_list() == ["BANDS_DIFFER"]

    def test_of_large_bands_may_differ_by_a_share_of_the_total(self) -> None:
        frame = bands("100000", "30000", "40000", "29501")
        assert banded_plan().rate(frame).bills.height == 1
        assert banded_plan(percent="0.4").rate(frame).refused.height == 1

    def test_of_the_remainder_band_never_falls_below_zero(self) -> None:
        rated = banded_plan().rate(bands("60", "30", "1", "31"))
        assert rated.refused["code"].to_list() == ["BANDS_DIFFER"]


class TestFunds:
    def test_on_lines_of_their_own_are_summed(self) -> None:
        plan = shipped_plan("lanchuan-2025-01", "LC-COM-FLAT")
        rated = plan.rate(account(1234))
        funds = rated.lines.filter(pl.col("group") == "FUND")["amount_fen"].sum()
        assert rated.bills["funds_fen"].item() == funds == 2468 + 765 + 2345

    def test_inside_a_published_price_are_kept_as_a_figure(self) -> None:
        plan = shipped_plan("hubei-commercial-2026-01", "HB-COM-1KV")
        rated = plan.rate(account(1000))
        assert rated.lines["group"].to_list() == ["ENERGY"]
        assert rated.bills["funds_fen"].item() == 4_520


class TestBlockYear:
    def test_starts_where_the_document_says(self) -> None:
        plan = plan_of([annual_blocks([3000], ["0.4556", "0.5056"], year_starts="12-01")])
        assert plan.block_year_start(date(2026, 11, 30)) == date(2025, 12, 1)
        assert plan.block_year_start(date(2026, 12, 1)) == date(2026, 12, 1)

    def test_is_none_for_other_blocks(self) -> None:
        assert plan_of([energy("1")]).block_year_start(date(2026, 1, 1)) is None
        monthly = plan_of([monthly_blocks([10], ["1", "2"])])
        assert monthly.block_year_start(date(2026, 1, 1)) is None

    def test_position_comes_from_the_trace(self) -> None:
        plan = shipped_plan("zhejiang-residential", "ZJ-RES")
        rated = plan.rate(account(300, used=2650, months_in_block_year=12))
        position = plan.block_position(rated.trace.row(0, named=True))
        assert position is not None
        assert (position.used_before, position.used_after) == (2650, 2950)
        assert position.limits == (2760, 4800)
        assert plan_of([energy("1")]).block_position({"energy_e2": 1}) is None


class TestMonthlyBlocks:
    @pytest.mark.parametrize(
        ("period", "months", "limit"),
        [
            ((date(2014, 1, 1), date(2014, 2, 1)), 1, 240),
            ((date(2014, 1, 1), date(2014, 1, 27)), 1, 201),
            ((date(2014, 1, 15), date(2014, 2, 15)), 1, 240),
            ((date(2014, 1, 31), date(2014, 2, 28)), 1, 240),
            ((date(2014, 1, 15), date(2014, 3, 15)), 2, 480),
            ((date(2014, 2, 1), date(2014, 2, 15)), 1, 120),
            ((date(2014, 1, 1), date(2014, 2, 4)), 1, 263),
        ],
    )
    def test_share_the_month_by_days(
        self, period: tuple[date, date], months: int, limit: int
    ) -> None:
        plan = shipped_plan("beijing-residential-2012", "BJ-RES-M")
        rated = plan.rate(account(5_000, period=period, months=months))
        assert rated.trace["energy_limit1_e2"].item() == limit * 100

    def test_add_up_the_seasons_of_the_months(self) -> None:
        plan = shipped_plan("guangzhou-residential", "GZ-RES")
        period = (date(2026, 10, 1), date(2026, 12, 1))
        rated = plan.rate(account(5_000, period=period, months=2))
        assert rated.trace["energy_limit1_e2"].item() == (260 + 200) * 100


def told(name: str, code: str, frame: pl.DataFrame) -> dict[str, list[str]]:
    """Formulas of each line, by code."""
    plan = shipped_plan(name, code)
    rated = plan.rate(frame)
    assert rated.refused.rows() == []
    explained = plan.explain(rated.lines.to_dicts(), rated.trace.row(0, named=True))
    return {line.code: [step.formula for step in line.steps] for line in explained}


class TestExplanation:
    def test_of_blocks_shows_where_the_energy_lies(self) -> None:
        assert told("zhejiang-residential", "ZJ-RES", account(300, used=2650)) == {
            "ENERGY_T1": ["2760 − 2650 = 110 kWh", "110 × 0.538 = 59.18"],
            "ENERGY_T2": ["2650 + 300 − 2760 = 190 kWh", "190 × 0.588 = 111.72"],
        }

    def test_of_a_bill_inside_one_block(self) -> None:
        assert told("zhejiang-residential", "ZJ-RES", account(250, used=1000)) == {
            "ENERGY_T1": ["1000 + 250 ≤ 2760 → 250 kWh", "250 × 0.538 = 134.50"]
        }
        above = told("zhejiang-residential", "ZJ-RES", account(250, used=5000))
        assert above["ENERGY_T3"][0] == "5000 ≥ 4800 → 250 kWh"

    def test_of_a_bill_over_all_blocks(self) -> None:
        found = told("zhejiang-residential", "ZJ-RES", account("6000.5", carry_e4=1_000))
        carried = "6000.5 + 0.1 = 6000 + 0.6"
        assert found == {
            "ENERGY_T1": [carried, "6000 > 2760 → 2760 kWh", "2760 × 0.538 = 1484.88"],
            "ENERGY_T2": [carried, "4800 − 2760 = 2040 kWh", "2040 × 0.588 = 1199.52"],
            "ENERGY_T3": [carried, "6000 − 4800 = 1200 kWh", "1200 × 0.838 = 1005.60"],
        }

    def test_of_limits_of_a_new_account_with_many_persons(self) -> None:
        frame = account(420, used=1100, months_in_block_year=4, extra_kwh_per_month_e2=10_000)
        found = told("zhejiang-residential", "ZJ-RES", frame)
        assert found["ENERGY_T2"] == [
            "(2760 + 100 × 12) × 4 ÷ 12 = 1320 kWh",
            "(4800 + 100 × 12) × 4 ÷ 12 = 2000 kWh",
            "1100 + 420 − 1320 = 200 kWh",
            "200 × 0.588 = 117.60",
        ]

    def test_of_a_month_in_part(self) -> None:
        frame = account(300, period=(date(2014, 1, 1), date(2014, 1, 27)))
        assert told("beijing-residential-2012", "BJ-RES-M", frame) == {
            "ENERGY_T1": ["240 × 26 ÷ 31 → 201 kWh", "300 > 201 → 201 kWh", "201 × 0.4883 = 98.15"],
            "ENERGY_T2": [
                "240 × 26 ÷ 31 → 201 kWh",
                "400 × 26 ÷ 31 → 335 kWh",
                "300 − 201 = 99 kWh",
                "99 × 0.5383 = 53.29",
            ],
        }

    def test_of_a_season_with_many_persons(self) -> None:
        frame = account(
            700, period=(date(2026, 8, 1), date(2026, 9, 1)), extra_kwh_per_month_e2=10_000
        )
        found = told("guangzhou-residential", "GZ-RES", frame)
        assert found["ENERGY_T2"][:2] == ["260 + 100 × 1 = 360 kWh", "600 + 100 × 1 = 700 kWh"]

    def test_of_free_energy(self) -> None:
        frame = account(9, used=600, free_kwh_per_month_e2=1_500)
        assert told("beijing-residential", "BJ-RES-Y", frame)["FREE_ALLOWANCE"] == [
            "15 × 1 = 15 kWh",
            "min(15, 9) = 9 kWh",
            "−9 × 0.4883 = −4.39",
        ]

    def test_of_free_energy_in_a_month_in_part(self) -> None:
        free = {"form": "allowance", "code": "FREE", "name": {"zh": "x", "en": "x"},
                "price": "0.5", "proration": "days"}  # fmt: skip
        plan = plan_of([energy("0.5"), free])
        frame = account(
            100, period=(date(2026, 3, 1), date(2026, 3, 16)), free_kwh_per_month_e2=1_500
        )
        rated = plan.rate(frame)
        explained = plan.explain(rated.lines.to_dicts(), rated.trace.row(0, named=True))
        assert [step.formula for step in explained[1].steps] == [
            "15 × 1 = 15 kWh",
            "15 × 15 ÷ 31 → 7 kWh",
            "−7 × 0.5 = −3.50",
        ]

    def test_of_rounded_energy(self) -> None:
        plan = plan_of([energy("0.538")], rounding={"kwh": "half_up"})
        rated = plan.rate(account("195.67"))
        (line,) = plan.explain(rated.lines.to_dicts(), rated.trace.row(0, named=True))
        assert [step.formula for step in line.steps] == ["195.67 → 196 kWh", "196 × 0.538 = 105.45"]

    def test_of_components(self) -> None:
        frame = bands("100.5", "30", "40", "30").with_columns(energy_sharp_e4=0)
        found = told("lanchuan-2025-01", "LC-COM-1KV", frame)
        assert found["PURCHASE_PEAK"] == [
            "30 kWh",
            "0.38447 × 1.49 → 0.57286",
            "30 × 0.57286 = 17.19",
        ]
        assert found["TD_ENERGY"] == ["100.5 + 0 = 100 + 0.5", "100 × 0.2103 = 21.03"]

    def test_of_a_published_price_shows_the_difference(self) -> None:
        found = told("hubei-commercial-2026-01", "HB-COM-1KV", account(1000))
        assert found["ENERGY"] == [
            "1000 kWh",
            "0.38447 + 0.013643 + 0.2103 + 0.082273 + 0.02 + 0.0062 + 0.019 = 0.735886;"
            " 0.735686 − 0.735886 = −0.0002",
            "1000 × 0.735686 = 735.69",
        ]

    def test_of_a_band_shows_rounding_and_remainder(self) -> None:
        plan = banded_plan()
        rated = plan.rate(bands("101.2", "30.5", "40.3", "30.1"))
        explained = plan.explain(rated.lines.to_dicts(), rated.trace.row(0, named=True))
        assert [line.steps[0].formula for line in explained] == [
            "30.5 → 30 kWh",
            "40 + 1 = 41 kWh",
            "30.1 → 30 kWh",
        ]

    def test_names_group_clause_and_source_in_both_languages(self) -> None:
        plan = shipped_plan("beijing-residential", "BJ-RES-Y")
        rated = plan.rate(account(180, used=600, free_kwh_per_month_e2=1_500))
        blocks, free = plan.explain(rated.lines.to_dicts(), rated.trace.row(0, named=True))
        assert (blocks.name.zh, blocks.name.en) == ("第一档电量电费", "Energy, block 1")
        assert (blocks.group, blocks.group_name.zh) == ("ENERGY", "电量电费")
        assert (blocks.source, blocks.mark) == ("各省居民电价汇编", "")
        assert (free.source, free.mark) == ("发改价格〔2011〕2617号", "mem")
        assert free.clause == "免费电量计入年累计，按第一档电价减免"


class TestExtending:
    def test_joins_outcomes_of_different_plans(self) -> None:
        first = plan_of([BLOCKS]).rate(account(10))
        second = plan_of([energy("0.5")]).rate(account(20, account_id=2))
        both = first.extended(second)
        assert isinstance(both, Rated)
        assert both.bills["account_id"].to_list() == [1, 2]
        assert both.lines["account_id"].to_list() == [1, 2]
        assert both.trace["energy_limit1_e2"].to_list() == [276_000, None]


def test_compile_knows_no_other_schedules() -> None:
    document: Any = shipped("lanchuan-2025-01")
    with pytest.raises(KeyError, match="LC-2026 has no schedule X"):
        compile_schedule(document, "X")
