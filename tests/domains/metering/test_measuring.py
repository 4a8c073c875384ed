"""Measuring from the record: registers, exchange, what was known when, findings with reasons."""

import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import metering as make
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import Kind, Measured, Quality

pytestmark = pytest.mark.django_db

BEGIN, END = date(2026, 1, 1), date(2026, 2, 1)


def measure(*points: int, first: date = BEGIN, last: date = END, **given: object) -> Measured:
    ids = pl.Series("usage_point_id", points, dtype=pl.Int64)
    return api.measure(ids, first, last, **given)  # type: ignore[arg-type]


def energy(measured: Measured, point: int, name: str = "energy_total_e4") -> Decimal | None:
    value = measured.usage.filter(usage_point_id=point)[name].item()
    return None if value is None else Decimal(value) / 10_000


def codes(measured: Measured, point: int) -> set[str]:
    found = measured.findings.filter(usage_point_id=point)["code"].to_list()
    return set(found) - {"NO_HISTORY"}


def evidence(measured: Measured, point: int, code: str) -> dict[str, object]:
    text = measured.findings.filter(usage_point_id=point, code=code)["evidence"].item()
    parsed: dict[str, object] = json.loads(text)
    return parsed


class TestRegisterReads:
    def test_give_the_difference_times_the_multiplier(self) -> None:
        point = make.make_point(capacity_kva=None)
        registers = make.hang(point, multiplier="20", plate="1.5(6)", phases=3)
        make.read(registers[Kind.ACTIVE_TOTAL], {BEGIN: "100.5", END: "150.75"})
        measured = measure(point)
        assert energy(measured, point) == Decimal("1005")
        row = measured.registers.row(0, named=True)
        assert (row["last_e4"], row["this_e4"], row["multiplier_e4"]) == (
            1_005_000,
            1_507_500,
            200_000,
        )
        assert row["last_date"] == BEGIN
        assert measured.usage["source"].to_list() == ["REGISTER"]
        assert codes(measured, point) == set()

    def test_give_bands_reactive_energy_and_demand(self) -> None:
        point = make.make_point()
        kinds = (
            Kind.ACTIVE_TOTAL,
            Kind.ACTIVE_PEAK,
            Kind.ACTIVE_FLAT,
            Kind.ACTIVE_VALLEY,
            Kind.REACTIVE_FORWARD,
            Kind.REACTIVE_REVERSE,
            Kind.DEMAND,
        )
        registers = make.hang(point, kinds=kinds)
        values = {"ACTIVE_TOTAL": 300, "ACTIVE_PEAK": 100, "ACTIVE_FLAT": 150, "DEMAND": "4.5"}
        values |= {"ACTIVE_VALLEY": 50, "REACTIVE_FORWARD": 12, "REACTIVE_REVERSE": 3}
        for kind, register in registers.items():
            make.read(register, {BEGIN: 0, END: values[kind]})
        measured = measure(point)
        assert energy(measured, point) == 300
        assert energy(measured, point, "energy_flat_e4") == 150
        assert energy(measured, point, "energy_sharp_e4") is None
        assert energy(measured, point, "reactive_e4") == 15
        assert energy(measured, point, "demand_kw_e4") == Decimal("4.5")

    def test_a_point_that_does_not_exist_has_no_row(self) -> None:
        assert measure(987654).usage.height == 0

    def test_a_point_without_anything_to_measure_by_says_so(self) -> None:
        point = make.make_point()
        measured = measure(point)
        assert energy(measured, point) is None
        assert measured.usage["source"].to_list() == [None]
        assert codes(measured, point) == {"NO_METER"}

    def test_takes_few_queries_for_any_number_of_points(self) -> None:
        points = [make.make_point() for _ in range(5)]
        for point in points:
            make.read(make.hang(point)[Kind.ACTIVE_TOTAL], {BEGIN: 1, END: 50})
        with CaptureQueriesContext(
            connection,
        ) as few:
            measure(*points[:1])
        with CaptureQueriesContext(connection) as many:
            measure(*points)
        assert len(many) == len(few) <= 4


class TestExchange:
    def test_gives_two_parts_each_with_its_own_multiplier(self) -> None:
        point = make.make_point(capacity_kva=None)
        old = make.hang(point, multiplier="20", plate="", number="OLD1")
        make.read(old[Kind.ACTIVE_TOTAL], {BEGIN: "100"})
        day = date(2026, 1, 17)
        new = make.make_meter(number="NEW1", plate="")
        with transaction.atomic():
            api.exchange_meter(
                point,
                new,
                on_date=day,
                final_readings={Kind.ACTIVE_TOTAL: Decimal("110")},
                start_readings={Kind.ACTIVE_TOTAL: Decimal("3")},
                multiplier=Decimal(30),
                by=make.act_at(day),
            )
        make.read(make.registers_of(new)[Kind.ACTIVE_TOTAL], {END: "7"})
        measured = measure(point)
        assert energy(measured, point) == 10 * 20 + 4 * 30
        assert measured.registers["meter_number"].to_list() == ["OLD1", "NEW1"]
        assert measured.usage["marks"].to_list() == [["EXCHANGED"]]
        assert "OLD1" in api.describe("EXCHANGED", evidence(measured, point, "EXCHANGED"))

    def test_days_without_a_meter_hold_the_point(self) -> None:
        point = make.make_point()
        old = make.hang(point)
        make.read(old[Kind.ACTIVE_TOTAL], {BEGIN: "100"})
        with transaction.atomic():
            api.remove_meter(
                point,
                on_date=date(2026, 1, 10),
                final_readings={Kind.ACTIVE_TOTAL: Decimal("120")},
                by=make.act_at(date(2026, 1, 10)),
            )
        measured = measure(point)
        assert evidence(measured, point, "NO_METER") == {"unmetered_days": 22}


class TestOffDayReading:
    def test_within_two_days_closes_the_period_and_opens_the_next(self) -> None:
        point = make.make_point()
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        make.read(register, {BEGIN: 0, date(2026, 2, 2): 320, date(2026, 3, 1): 600})
        january = measure(point)
        february = measure(point, first=END, last=date(2026, 3, 1))
        assert energy(january, point) == 320
        assert energy(february, point) == 280
        assert codes(january, point) == codes(february, point) == {"OFF_DAY"}

    def test_beyond_the_tolerance_is_missing(self) -> None:
        point = make.make_point()
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        make.read(register, {BEGIN: 0, date(2026, 2, 4): 320})
        measured = measure(point)
        assert energy(measured, point) is None
        assert codes(measured, point) == {"MISSING"}


class TestTwoTimes:
    def test_a_correction_changes_now_but_not_what_was_known(self) -> None:
        point = make.make_point()
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        (_, last) = make.read(register, {BEGIN: 0, END: 250})
        known = make.act_at(date(2026, 2, 10)).at
        with transaction.atomic():
            api.correct_reading(
                last, Decimal(205), by=make.act_at(date(2026, 2, 20), reason="misread")
            )
        assert energy(measure(point), point) == 205
        assert measure(point).usage["marks"].to_list() == [["CORRECTED"]]
        then = measure(point, known_at=known)
        assert energy(then, point) == 250
        assert then.usage["marks"].to_list() == [[]]
        assert then.registers["this_reading_id"].to_list() == [last]

    def test_a_reading_that_came_later_was_not_known(self) -> None:
        point = make.make_point()
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        make.read(register, {BEGIN: 0, END: 250})
        before = measure(point, known_at=make.act_at(date(2026, 1, 20)).at)
        assert energy(before, point) is None
        assert codes(before, point) == {"MISSING"}


class TestHistory:
    def test_a_sudden_rise_is_told_against_both_periods(self) -> None:
        point = make.make_point()
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        values = {date(2025, 1, 1): 0, date(2025, 2, 1): 310, date(2025, 12, 1): 2000}
        make.read(register, {**values, BEGIN: 2310, END: 2310 + 3100})
        measured = measure(point)
        assert codes(measured, point) == {"SUDDEN_CHANGE"}
        found = evidence(measured, point, "SUDDEN_CHANGE")
        assert (found["previous_e4"], found["last_year_e4"]) == (3_100_000, 3_100_000)
        sentence = api.describe("SUDDEN_CHANGE", found)
        assert "100.00" in sentence
        assert "10.00" in sentence
        estimate = found["estimate"]
        assert isinstance(estimate, dict)
        assert estimate["method"] == "PREVIOUS_DAILY_MEAN"
        assert estimate["energy_e4"] == 3_100_000
        assert "310 kWh" in api.describe_estimate(found)

    def test_without_any_the_check_says_that_it_could_not_run(self) -> None:
        point = make.make_point()
        make.read(make.hang(point)[Kind.ACTIVE_TOTAL], {BEGIN: 0, END: 100})
        found = measure(point).findings
        assert found["code"].to_list() == ["NO_HISTORY"]
        assert found["severity"].to_list() == ["LIST"]


class TestEstimatedReadings:
    def test_twice_in_a_row_needs_a_person(self) -> None:
        point = make.make_point()
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        make.read(register, {date(2025, 12, 1): 100})
        make.read(register, {BEGIN: 200, END: 300}, quality=Quality.ESTIMATED)
        measured = measure(point)
        assert codes(measured, point) == {"ESTIMATED_TWICE"}
        assert measured.usage["marks"].to_list() == [["ESTIMATED"]]
