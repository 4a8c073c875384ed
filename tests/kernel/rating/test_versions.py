"""A price that changes inside the period: by days and by a special reading."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.rating.samples import (
    MARCH,
    account,
    annual_blocks,
    document_of,
    energy,
    increments,
    monthly_blocks,
    shipped,
    shown,
    time_of_use,
    with_bands,
)
from tests.kernel.rating.test_laws import accounts, frame_of, random_rows
from tests.kernel.rating.variants import VARIANTS
from wattdesk.kernel.checking import engine
from wattdesk.kernel.rating.documents import TariffDocument
from wattdesk.kernel.rating.plan import (
    Plan,
    Rated,
    compile_schedule,
    explain_parts,
    rate_over_readings,
    rate_over_versions,
    trace_of_part,
)

LONG_AGO, FAR = date(2012, 7, 1), date(2099, 1, 1)
CHANGE = date(2026, 3, 13)


def two(old: TariffDocument, new: TariffDocument, change: date = CHANGE) -> list[Any]:
    """Versions as the check engine takes them."""
    return [(old, LONG_AGO, change), (new, change, FAR)]


def over(versions: list[Any], frame: pl.DataFrame, code: str = "S") -> Rated:
    """Rate by days, and prove it by the check engine."""
    parts = [(compile_schedule(document, code), f, t) for document, f, t in versions]
    rated = rate_over_versions(parts, frame)
    assert engine.check_versions(versions, code, frame, rated).rows() == []
    assert rated.bills.height + rated.refused.height == frame.height
    return rated


class TestByDays:
    def test_splits_the_energy_by_days_and_leaves_the_rest_to_the_new_price(self) -> None:
        rated = over(
            two(document_of([energy("0.5283")]), document_of([energy("0.5383")])), account(250)
        )
        assert shown(rated) == [
            ("ENERGY", "97", "0.5283", "51.25"),
            ("ENERGY", "153", "0.5383", "82.36"),
        ]
        assert rated.lines["position"].to_list() == [1, 101]
        assert rated.bills["total_fen"].item() == 13_361

    def test_carries_one_fraction_for_the_whole_period(self) -> None:
        rated = over(
            two(document_of([energy("0.5")]), document_of([energy("0.6")])),
            account("249.4", carry_e4=7_000),
        )
        assert rated.bills.select("energy_e2", "carry_out_e4").row(0) == (25_000, 1_000)

    def test_goes_on_in_the_annual_blocks(self) -> None:
        old = document_of([annual_blocks([2760, 4800], ["0.5", "0.6", "0.9"])])
        new = document_of([annual_blocks([2760, 4800], ["0.55", "0.65", "0.95"])])
        rated = over(two(old, new), account(310, used=2700))
        assert [line[:2] for line in shown(rated)] == [
            ("ENERGY_T1", "60"),
            ("ENERGY_T2", "60"),
            ("ENERGY_T2", "190"),
        ]

    def test_shares_monthly_limits_without_losing_a_kilowatt_hour(self) -> None:
        old = document_of([monthly_blocks([241, 400], ["0.5", "0.6", "0.9"])])
        new = document_of([monthly_blocks([241, 400], ["0.55", "0.65", "0.95"])])
        rated = over(two(old, new), account(900))
        first, second = (trace_of_part(rated.trace.row(0, named=True), n) for n in (1, 2))
        for name, whole in (("energy_limit1_e2", 24_100), ("energy_limit2_e2", 40_000)):
            assert first[name] + second[name] == whole

    def test_splits_each_band_and_keeps_their_sum(self) -> None:
        bands = with_bands("PEAK", "VALLEY")
        charges = [time_of_use({"PEAK": "0.568", "VALLEY": "0.288"}), increments([2760], ["0.05"])]
        documents = [document_of(charges, schedule=bands) for _ in range(2)]
        frame = account(351, used=2600, energy_peak_e4=2_110_000, energy_valley_e4=1_400_000)
        rated = over(two(*documents), frame)
        assert rated.bills["energy_e2"].item() == 35_100
        sums = rated.lines.group_by("code").agg(pl.col("quantity_e4").sum()).sort("code").rows()
        assert sums == [
            ("ENERGY_PEAK", 2_110_000),
            ("ENERGY_VALLEY", 1_400_000),
            ("TIER2_ADD", 1_910_000),
        ]

    def test_of_a_period_inside_one_version_is_the_plain_bill(self) -> None:
        document = document_of([energy("0.5")])
        plan = compile_schedule(document, "S")
        frame = account(250)
        rated = rate_over_versions([(plan, LONG_AGO, FAR)], frame)
        assert rated.trace.rows() == plan.rate(frame).trace.rows()
        assert engine.check_versions([(document, LONG_AGO, FAR)], "S", frame, rated).rows() == []

    def test_of_no_account_is_nothing(self) -> None:
        plan = compile_schedule(document_of([energy("0.5")]), "S")
        rated = rate_over_versions([(plan, LONG_AGO, FAR)], account(1).clear())
        assert rated.bills.height == 0

    def test_without_months_counts_one(self) -> None:
        documents = [document_of([energy(p)]) for p in ("0.5", "0.6")]
        frame = account(250).drop("months", "block_used_e2")
        assert over(two(*documents), frame).bills["energy_e2"].item() == 25_000

    def test_leaves_out_the_version_that_an_account_does_not_touch(self) -> None:
        documents = [document_of([energy(p)]) for p in ("0.5", "0.6")]
        frame = pl.concat(
            [account(100), account(100, account_id=2, period=(date(2026, 3, 20), MARCH[1]))]
        )
        rated = over(two(*documents), frame)
        own = rated.lines.filter(pl.col("account_id") == 2)
        assert own.select("position", "quantity_e4").rows() == [(101, 1_000_000)]

    def test_refuses_days_without_a_price(self) -> None:
        document = document_of([energy("0.5")])
        gap = [(document, LONG_AGO, date(2026, 3, 10)), (document, date(2026, 3, 11), FAR)]
        rated = over(gap, account(100))
        assert rated.refused.select("code").rows() == [("NO_PRICE_IN_FORCE",)]
        assert rated.bills.rows() == []
        assert rated.lines.rows() == []
        early = [(document, LONG_AGO, date(2026, 3, 10))]
        assert over(early, account(100)).refused["code"].to_list() == ["NO_PRICE_IN_FORCE"]

    def test_refuses_other_bands_in_the_new_version(self) -> None:
        old = document_of(
            [time_of_use({"PEAK": "0.5", "VALLEY": "0.3"})], schedule=with_bands("PEAK", "VALLEY")
        )
        new = document_of(
            [time_of_use({"PEAK": "0.5", "FLAT": "0.4", "VALLEY": "0.3"})],
            schedule=with_bands("PEAK", "FLAT", "VALLEY"),
        )
        frame = account(2, energy_peak_e4=10_000, energy_flat_e4=0, energy_valley_e4=10_000)
        assert over(two(old, new), frame).refused["code"].to_list() == ["BANDS_CHANGED"]

    def test_refuses_days_where_the_notice_wants_a_reading(self) -> None:
        old = document_of([energy("0.5")])
        new = document_of([energy("0.6")], schedule={"price_change": "by_reading"})
        inside = account(10, account_id=2, period=(CHANGE, MARCH[1]))
        rated = over(two(old, new), pl.concat([account(250), inside]))
        assert rated.refused.select("account_id", "code").rows() == [(1, "READING_NEEDED")]
        assert rated.bills["account_id"].to_list() == [2]

    def test_may_bring_time_of_use_in(self) -> None:
        old = document_of([energy("0.5")])
        new = document_of(
            [time_of_use({"PEAK": "0.6", "VALLEY": "0.3"})], schedule=with_bands("PEAK", "VALLEY")
        )
        frame = account(310, energy_peak_e4=2_000_000, energy_valley_e4=1_100_000)
        rated = over(two(old, new), frame)
        assert [line[:3] for line in shown(rated)] == [
            ("ENERGY", "120", "0.5"),
            ("ENERGY_PEAK", "123", "0.6"),
            ("ENERGY_VALLEY", "67", "0.3"),
        ]

    @pytest.mark.parametrize("name", list(VARIANTS))
    def test_agrees_with_the_check_engine_for_every_form(self, name: str) -> None:
        document = VARIANTS[name]
        frame = frame_of(random_rows(250, seed=19), compile_schedule(document, "S"))
        for change in (date(2026, 2, 1), date(2026, 7, 15)):
            rated = over(two(document, document, change), frame)
            assert set(rated.refused["code"]) <= {"BANDS_DIFFER"}

    @pytest.mark.parametrize("code", ["LC-RES", "LC-RES-TOU", "LC-COM-1KV", "LC-COM-FLAT"])
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=st.lists(accounts(), min_size=1, max_size=15))
    def test_agrees_with_the_check_engine_over_the_shipped_change(
        self, code: str, rows: list[dict[str, Any]]
    ) -> None:
        old, new = shipped("lanchuan-2025-01"), shipped("lanchuan-2026-07")
        change = new.effective_from
        moved = [
            {**row, "from_date": change - timedelta(days=9), "to_date": change + timedelta(days=22)}
            for row in rows
        ]
        frame = frame_of(moved, compile_schedule(new, code))
        over([(old, old.effective_from, change), (new, change, FAR)], frame, code)


THREE = [document_of([energy(price)]) for price in ("0.5", "0.6", "0.7")]


class TestThreeVersions:
    @given(kwh=st.integers(0, 3_000), first=st.integers(1, 15), second=st.integers(16, 30))
    @settings(max_examples=25, deadline=None)
    def test_never_give_a_part_less_than_nothing(self, kwh: int, first: int, second: int) -> None:
        documents = THREE
        cuts = [date(2026, 3, 1 + day) for day in (first, second)]
        spans = [(LONG_AGO, cuts[0]), (cuts[0], cuts[1]), (cuts[1], FAR)]
        versions = [(d, *span) for d, span in zip(documents, spans, strict=True)]
        rated = over(versions, account(kwh))
        assert rated.lines["quantity_e4"].sum() == kwh * 10_000
        assert (rated.lines["quantity_e4"] > 0).all()


class TestByReading:
    def parts(self, *kwh: str) -> list[tuple[Plan, pl.DataFrame]]:
        limits = [2760, 4800]
        plans = [
            compile_schedule(document_of([annual_blocks(limits, prices)]), "S")
            for prices in (["0.5", "0.6", "0.9"], ["0.55", "0.65", "0.95"])
        ]
        spans = [(MARCH[0], CHANGE), (CHANGE, MARCH[1])]
        return [
            (plan, account(energy, used=2700, period=span, carry_e4=5_000))
            for plan, energy, span in zip(plans, kwh, spans, strict=True)
        ]

    def test_hands_on_block_use_and_fraction(self) -> None:
        rated = rate_over_readings(self.parts("100.7", "50.6"))
        assert [line[:2] for line in shown(rated)] == [
            ("ENERGY_T1", "60"),
            ("ENERGY_T2", "41"),
            ("ENERGY_T2", "50"),
        ]
        assert rated.bills.select("energy_e2", "carry_out_e4").row(0) == (15_100, 8_000)

    def test_of_an_account_that_only_the_second_part_knows(self) -> None:
        (old, first), (new, second) = self.parts("100", "50")
        newcomer = second.with_columns(
            account_id=pl.lit(2, dtype=pl.Int64), block_used_e2=pl.lit(0, dtype=pl.Int64)
        )
        rated = rate_over_readings([(old, first), (new, pl.concat([second, newcomer]))])
        own = rated.lines.filter(pl.col("account_id") == 2)
        assert own.select("position", "code", "quantity_e4").rows() == [(101, "ENERGY_T1", 500_000)]

    def test_of_one_part_is_the_plain_bill(self) -> None:
        ((plan, frame), _second) = self.parts("100", "50")
        assert rate_over_readings([(plan, frame)]).trace.rows() == plan.rate(frame).trace.rows()
        document = document_of([annual_blocks([2760, 4800], ["0.5", "0.6", "0.9"])])
        rated = rate_over_readings([(plan, frame)])
        assert engine.check_readings([(document, frame)], "S", rated).rows() == []

    def test_without_blocks_and_without_months_needs_neither(self) -> None:
        document = document_of([energy("0.5")], rounding={"kwh": "half_up"})
        plan = compile_schedule(document, "S")
        spans = [(MARCH[0], CHANGE), (CHANGE, MARCH[1])]
        frames = [account(10, period=s).drop("block_used_e2", "months") for s in spans]
        rated = rate_over_readings([(plan, frame) for frame in frames])
        assert rated.bills["total_fen"].item() == 1_000
        assert engine.check_readings([(document, f) for f in frames], "S", rated).rows() == []

    def test_refuses_the_account_when_one_part_is_missing_a_value(self) -> None:
        (old, first), (new, second) = self.parts("100", "50")
        holed = second.with_columns(energy_total_e4=pl.lit(None, dtype=pl.Int64))
        rated = rate_over_readings([(old, first), (new, holed)])
        assert rated.refused.rows() == [(1, "MISSING", "energy_total_e4")]
        assert (rated.bills.height, rated.lines.height, rated.trace.height) == (0, 0, 0)

    @pytest.mark.parametrize("name", list(VARIANTS))
    def test_agrees_with_the_check_engine_for_every_form(self, name: str) -> None:
        document = VARIANTS[name]
        plan = compile_schedule(document, "S")
        whole = frame_of(random_rows(200, seed=23), plan)
        cut = pl.col("from_date").dt.offset_by("5d")
        frames = [whole.with_columns(to_date=cut), whole.with_columns(from_date=cut)]
        rated = rate_over_readings([(plan, frame) for frame in frames])
        parts = [(document, frame) for frame in frames]
        assert engine.check_readings(parts, "S", rated).rows() == []
        assert set(rated.refused["code"]) <= {"BANDS_DIFFER"}


class TestExplanation:
    def test_of_a_split_period_tells_each_part_by_its_own_figures(self) -> None:
        old = document_of([annual_blocks([2760, 4800], ["0.5", "0.6", "0.9"])])
        new = document_of([annual_blocks([2760, 4800], ["0.55", "0.65", "0.95"])])
        rated = over(two(old, new), account(310, used=2700))
        plans = [compile_schedule(document, "S") for document in (old, new)]
        told = explain_parts(plans, rated.lines.to_dicts(), rated.trace.row(0, named=True))
        assert [line.position for line in told] == [1, 2, 102]
        assert [line.steps[-1].formula for line in told] == [
            "60 × 0.5 = 30.00",
            "60 × 0.6 = 36.00",
            "190 × 0.65 = 123.50",
        ]
        assert told[1].steps[0].formula == "2700 + 120 − 2760 = 60 kWh"
        assert told[2].steps[0].formula == "2820 + 190 ≤ 4800 → 190 kWh"

    def test_of_a_plain_bill_works_the_same_way(self) -> None:
        plan = compile_schedule(document_of([energy("0.5")]), "S")
        rated = plan.rate(account(10))
        told = explain_parts([plan], rated.lines.to_dicts(), rated.trace.row(0, named=True))
        assert [step.formula for step in told[0].steps] == ["10 kWh", "10 × 0.5 = 5.00"]
