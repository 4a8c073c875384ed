"""Estimates: the method, its figures, and the readings they become."""

from datetime import date
from typing import Any

import polars as pl

from tests.kernel.readings.builders import (
    BEGIN,
    END,
    JANUARY,
    RULES,
    Site,
    e4,
    evidence,
    rules,
)
from wattdesk.kernel.readings import measure
from wattdesk.kernel.readings.codes import Kind, Method
from wattdesk.kernel.readings.rules import ReadingRules

DECEMBER, YEAR_AGO, YEAR_AGO_END = date(2025, 12, 1), date(2025, 1, 1), date(2025, 2, 1)


def estimate(site: Site, point: int, code: str, limits: ReadingRules = RULES) -> Any:
    """The estimate in the evidence of a finding, or None."""
    records = site.records()
    assessed = measure.assess(records, JANUARY, limits)
    findings = measure.add_estimates(assessed, records, JANUARY, limits)
    return evidence(findings, point, code).get("estimate")


def neighbors(site: Site, *, growth: int, count: int = 3) -> None:
    """Points whose use grew from 100 to ``growth`` percent within the year."""
    for _ in range(count):
        register = site.total(site.point())
        for day, value in {YEAR_AGO: 0, YEAR_AGO_END: 100, BEGIN: 1000}.items():
            site.read(register, day, value)
        site.read(register, END, 1000 + growth)


class TestPreviousDailyMean:
    def test_becomes_a_reading(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point, multiplier=20)
        site.read(register, DECEMBER, 100)
        site.read(register, BEGIN, "115.5")
        made = estimate(site, point, "MISSING")
        assert made["method"] == Method.PREVIOUS_DAILY_MEAN
        assert (made["reference_e4"], made["reference_days"]) == (e4(310), 31)
        assert made["energy_e4"] == e4(310)
        assert made["registers"] == [
            {
                "register_id": register,
                "kind": "ACTIVE_TOTAL",
                "last_e4": e4("115.5"),
                "reading_e4": e4(131),
                "energy_e4": e4(310),
            }
        ]
        assert (made["from_date"], made["to_date"]) == ("2026-01-01", "2026-02-01")

    def test_is_shown_with_the_registers_own_decimals_rounded_down(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point, decimals=0)
        site.read(register, DECEMBER, 0)
        site.read(register, BEGIN, "10.9")
        made = estimate(site, point, "MISSING")
        assert made["registers"][0]["reading_e4"] == e4("20.9")
        assert made["energy_e4"] == e4(10)

    def test_rolls_over_like_a_register(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point, digits=4)
        site.read(register, DECEMBER, 9890)
        site.read(register, BEGIN, 9990)
        made = estimate(site, point, "MISSING")
        assert made["registers"][0]["reading_e4"] == e4(90)


class TestLastYearTrend:
    def test_scales_last_year_by_the_median_of_the_neighbors(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day, value in {YEAR_AGO: 0, YEAR_AGO_END: 400, DECEMBER: 900, BEGIN: 1000}.items():
            site.read(register, day, value)
        neighbors(site, growth=110)
        made = estimate(site, point, "MISSING")
        assert made["method"] == Method.LAST_YEAR_TREND
        assert made["trend_e6"] == 1_100_000
        assert made["energy_e4"] == e4(440)

    def test_is_not_led_astray_by_one_absurd_neighbor(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day, value in {YEAR_AGO: 0, YEAR_AGO_END: 400, BEGIN: 1000}.items():
            site.read(register, day, value)
        neighbors(site, growth=110, count=4)
        neighbors(site, growth=99_000, count=1)
        assert estimate(site, point, "MISSING")["trend_e6"] == 1_100_000

    def test_needs_enough_neighbors(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day, value in {YEAR_AGO: 0, YEAR_AGO_END: 400, DECEMBER: 900, BEGIN: 1000}.items():
            site.read(register, day, value)
        neighbors(site, growth=110, count=2)
        made = estimate(site, point, "MISSING")
        assert made["method"] == Method.PREVIOUS_DAILY_MEAN
        assert made["trend_e6"] is None

    def test_comes_second_where_the_rules_say_so(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day, value in {YEAR_AGO: 0, YEAR_AGO_END: 400, DECEMBER: 900, BEGIN: 1000}.items():
            site.read(register, day, value)
        neighbors(site, growth=110)
        order = rules(estimate_methods=(Method.PREVIOUS_DAILY_MEAN, Method.LAST_YEAR_TREND))
        assert estimate(site, point, "MISSING", order)["method"] == Method.PREVIOUS_DAILY_MEAN


class TestRegistersWithBands:
    KINDS = (
        Kind.ACTIVE_TOTAL,
        Kind.ACTIVE_PEAK,
        Kind.ACTIVE_FLAT,
        Kind.ACTIVE_VALLEY,
        Kind.REACTIVE_FORWARD,
        Kind.DEMAND,
    )

    def site(self) -> tuple[Site, int, dict[Kind, int]]:
        site = Site()
        point = site.point()
        registers = site.meter(point, kinds=self.KINDS)
        before = (300, 100, 101, 99, 30, 4)
        for kind, value in zip(self.KINDS, before, strict=True):
            site.read(registers[kind], DECEMBER, 0)
            site.read(registers[kind], BEGIN, value)
        return site, point, registers

    def test_follow_the_shares_of_the_reference_and_add_up(self) -> None:
        site, point, registers = self.site()
        made = estimate(site, point, "MISSING")
        energies = {row["kind"]: row["energy_e4"] for row in made["registers"]}
        assert energies["ACTIVE_TOTAL"] == e4(300)
        bands = ("ACTIVE_PEAK", "ACTIVE_FLAT", "ACTIVE_VALLEY")
        assert sum(energies[band] for band in bands) == e4(300)
        assert energies["REACTIVE_FORWARD"] == e4(30)
        assert energies["DEMAND"] == e4(4)
        assert {row["register_id"] for row in made["registers"]} == set(registers.values())

    def test_keep_the_readings_that_are_there(self) -> None:
        site, point, registers = self.site()
        for kind, value in zip(self.KINDS[:4], (600, 200, 203), strict=False):
            site.read(registers[kind], END, value)
        site.read(registers[Kind.REACTIVE_FORWARD], END, 60)
        site.read(registers[Kind.DEMAND], END, 5)
        made = estimate(site, point, "MISSING")
        # Total 300, peak 100 and flat 102 are read: valley is what is left.
        (row,) = made["registers"]
        assert (row["kind"], row["energy_e4"]) == ("ACTIVE_VALLEY", e4(98))
        assert row["reading_e4"] == e4(99 + 98)


class TestWhereNothingCanBeTold:
    def test_no_history_gives_no_estimate(self) -> None:
        site = Site()
        point = site.point()
        site.read(site.total(point), BEGIN, 10)
        assert estimate(site, point, "MISSING") is None

    def test_an_exchange_without_its_readings_gives_none(self) -> None:
        site = Site()
        point = site.point()
        middle = date(2026, 1, 17)
        old = site.total(point, removed=middle)
        new = site.total(point, installed=middle)
        for day, value in {DECEMBER: 0, BEGIN: 100}.items():
            site.read(old, day, value)
        site.read(new, middle, 0)
        site.read(new, END, 40)
        assert estimate(site, point, "MISSING") is None

    def test_an_unknown_start_gives_none(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day, value in {YEAR_AGO: 0, YEAR_AGO_END: 100}.items():
            site.read(register, day, value)
        neighbors(site, growth=100)
        assert estimate(site, point, "MISSING") is None


class TestDailyEnergy:
    def test_is_estimated_without_readings(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, DECEMBER, [10] * 31 + [None] * 31)
        made = estimate(site, point, "MISSING")
        assert made["energy_e4"] == e4(310)
        assert made["registers"] is None


class TestAnEstimateThatWasTaken:
    def test_measures_to_what_was_offered(self) -> None:
        site, point, _registers = TestRegistersWithBands().site()
        made = estimate(site, point, "MISSING")
        for row in made["registers"]:
            value = f"{row['reading_e4'] // 10_000}.{row['reading_e4'] % 10_000:04d}"
            site.read(row["register_id"], END, value, "ESTIMATED")
        measured = site.assess()
        usage = measured.usage.row(0, named=True)
        assert usage["energy_total_e4"] == made["energy_e4"]
        assert usage["marks"] == ["ESTIMATED"]
        assert measured.findings.filter(pl.col("code") == "BAND_SUM").height == 0
