"""Meters and their readings: hung, exchanged, read, corrected; nothing overwritten."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.errors import ExclusionViolation

from tests.factories import metering as make
from tests.factories.identity import make_unit
from wattdesk.domains.audit.models import Record
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import (
    Kind,
    NewMeter,
    NewReading,
    NewRegister,
    NewTransformer,
    Quality,
    Rows,
)
from wattdesk.domains.metering.models import Installation, Meter, Reading
from wattdesk.toolkit.errors import InvalidInput, InvariantBroken
from wattdesk.toolkit.periods import PeriodOverlaps

pytestmark = pytest.mark.django_db

DAY, LATER = date(2026, 1, 1), date(2026, 2, 1)
TOTAL = Kind.ACTIVE_TOTAL


def correct(reading: int, value: str, *, on: date = LATER, reason: str = "misread") -> int:
    with transaction.atomic():
        return api.correct_reading(reading, Decimal(value), by=make.act_at(on, reason=reason))


class TestMeters:
    def test_are_added_with_their_registers(self) -> None:
        key = make.make_meter(number="M7", kinds=(TOTAL, Kind.ACTIVE_PEAK), digits=5)
        meter = api.get_meter("M7")
        assert meter.id == key
        assert [(r.kind, r.digits) for r in meter.registers] == [(TOTAL, 5), (Kind.ACTIVE_PEAK, 5)]
        assert Record.objects.filter(action="metering.meter.add").count() == 1

    def test_have_a_number_of_their_own(self) -> None:
        make.make_meter(number="M7")
        with pytest.raises(api.MeterNumberTaken, match="M7"):
            make.make_meter(number="M7")
        assert Meter.objects.count() == 1

    @pytest.mark.parametrize(
        ("meter", "field"),
        [
            (NewMeter("", "X", (NewRegister(TOTAL),)), "number"),
            (NewMeter("M", "X", ()), "registers"),
            (NewMeter("M", "X", (NewRegister(TOTAL), NewRegister(TOTAL))), "registers"),
            (NewMeter("M", "X", (NewRegister(TOTAL, 2),)), "digits"),
            (NewMeter("M", "X", (NewRegister(TOTAL),), phases=2), "phases"),
        ],
    )
    def test_that_cannot_be_are_refused(self, meter: NewMeter, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal, transaction.atomic():
            api.add_meter(meter, by=make.act_at(DAY))
        assert field in refusal.value.errors
        assert Meter.objects.count() == 0

    def test_that_nobody_knows_are_told(self) -> None:
        with pytest.raises(api.MeterNotFound, match="M404"):
            api.get_meter("M404")

    @pytest.mark.django_db(transaction=True)
    def test_are_not_written_outside_a_transaction(self) -> None:
        with pytest.raises(InvariantBroken):
            api.add_meter(NewMeter("M", "X", (NewRegister(TOTAL),)), by=make.act_at(DAY))
        assert Meter.objects.count() == 0


class TestInstallation:
    def test_records_the_start_readings(self) -> None:
        point = make.make_point()
        registers = make.hang(point, start="12.5", number="M1")
        (reading,) = api.readings_of_meter("M1")
        assert (reading.value, reading.origin) == (Decimal("12.5"), "EXCHANGE")
        assert reading.register_id == registers[TOTAL]
        installed = api.installed_at([point], DAY)[point]
        assert installed.meter.number == "M1"
        assert installed.meter.registers[0].latest_value == Decimal("12.5")

    def test_two_meters_at_one_point_are_refused(self) -> None:
        point = make.make_point()
        make.hang(point)
        with pytest.raises(PeriodOverlaps):
            make.hang(point)
        assert Installation.objects.count() == 1

    def test_one_meter_at_two_points_is_refused(self) -> None:
        make.hang(make.make_point(), number="M1")
        with pytest.raises(PeriodOverlaps), transaction.atomic():
            api.install_meter(
                api.get_meter("M1").id,
                make.make_point(),
                from_date=DAY,
                start_readings={TOTAL: Decimal(0)},
                by=make.act_at(DAY),
            )

    def test_needs_the_reading_of_each_register(self) -> None:
        meter = make.make_meter(kinds=(TOTAL, Kind.ACTIVE_PEAK))
        with pytest.raises(InvalidInput) as refusal, transaction.atomic():
            api.install_meter(
                meter,
                make.make_point(),
                from_date=DAY,
                start_readings={TOTAL: Decimal(0), Kind.DEMAND: Decimal(0)},
                by=make.act_at(DAY),
            )
        assert len(refusal.value.errors["readings"]) == 2
        assert Installation.objects.count() == 0

    def test_multiplier_is_what_the_transformers_make(self) -> None:
        point = make.make_point()
        three = [NewTransformer(f"CT{n}", "CURRENT", Decimal(100), Decimal(5)) for n in range(3)]
        voltage = [NewTransformer("PT1", "VOLTAGE", Decimal(10_000), Decimal(100))]
        with transaction.atomic():
            api.install_transformers(
                point, [*three, *voltage], from_date=make.LONG_AGO, by=make.act_at(DAY)
            )
        with pytest.raises(api.MultiplierDiffers, match=r"200 is not .* 2000"):
            make.hang(point, multiplier="200")
        assert Installation.objects.count() == 0
        make.hang(point, multiplier="2000", number="M1")
        assert api.places_of_meter("M1")[0].transformers == ("CT 100/5", "PT 10000/100")

    @pytest.mark.parametrize("multiplier", ["0", "-1", "1000001"])
    def test_an_impossible_multiplier_is_refused(self, multiplier: str) -> None:
        with pytest.raises(InvalidInput):
            make.hang(make.make_point(), multiplier=multiplier)
        assert Installation.objects.count() == 0

    def test_a_point_without_a_meter_has_none_to_remove(self) -> None:
        with pytest.raises(api.NoMeterInstalled), transaction.atomic():
            api.remove_meter(make.make_point(), on_date=DAY, final_readings={}, by=make.act_at(DAY))

    def test_history_keeps_the_earlier_state(self) -> None:
        point = make.make_point()
        make.hang(point, number="M1")
        with transaction.atomic():
            api.remove_meter(
                point, on_date=DAY, final_readings={TOTAL: Decimal(9)}, by=make.act_at(DAY)
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT upper(period) FROM metering_installation_history")
            assert cursor.fetchall() == [(None,)]
        assert api.installed_at([point], DAY) == {}
        assert [i.to_date for i in api.installations_of(point)] == [DAY]


class TestReadings:
    @pytest.fixture
    def register(self) -> int:
        return make.hang(make.make_point(), number="M1")[TOTAL]

    @pytest.mark.parametrize(
        ("day", "value", "words"),
        [
            (DAY, "-1", "less than zero"),
            (DAY, "1000000", "more digits"),
            (DAY, "1.234", "more decimals"),
            (date(2019, 12, 31), "1", "not installed"),
            (date(2026, 2, 2), "1", "future"),
        ],
    )
    def test_that_cannot_be_are_refused(
        self, register: int, day: date, value: str, words: str
    ) -> None:
        before = Reading.objects.count()
        with pytest.raises(InvalidInput) as refusal, transaction.atomic():
            api.record_readings(
                [NewReading(register, DAY, Decimal(5)), NewReading(register, day, Decimal(value))],
                by=make.act_at(LATER),
            )
        assert any(words in word for word in refusal.value.errors["reading 2"])
        assert Reading.objects.count() == before

    def test_all_faults_are_told_at_once(self, register: int) -> None:
        with pytest.raises(InvalidInput) as refusal, transaction.atomic():
            api.record_readings(
                [NewReading(register, DAY, Decimal(-1)), NewReading(987654, DAY, Decimal(1))],
                by=make.act_at(LATER),
            )
        assert set(refusal.value.errors) == {"reading 1", "reading 2"}

    def test_a_second_one_of_the_day_is_refused(self, register: int) -> None:
        make.read(register, {DAY: 5})
        with pytest.raises(api.ReadingExists, match="5 of 2026-01-01"):
            make.read(register, {DAY: 6})

    def test_of_the_day_of_removal_still_belong_to_the_meter(self, register: int) -> None:
        point = api.places_of_meter("M1")[0].usage_point_id
        with transaction.atomic():
            api.remove_meter(
                point, on_date=DAY, final_readings={TOTAL: Decimal(9)}, by=make.act_at(DAY)
            )
        with pytest.raises(InvalidInput):
            make.read(register, {date(2026, 1, 2): 9})


class TestCorrection:
    @pytest.fixture
    def reading(self) -> int:
        register = make.hang(make.make_point(), number="M1")[TOTAL]
        return make.read(register, {DAY: "120.5"})[0]

    def test_keeps_the_old_row_and_says_who_and_why(self, reading: int) -> None:
        new = correct(reading, "102.5")
        old = Reading.objects.get(pk=reading)
        assert (old.value, old.superseded_at) == (Decimal("120.5"), make.act_at(LATER).at)
        row = Reading.objects.get(pk=new)
        assert (row.value, row.quality, row.note) == (
            Decimal("102.5"),
            Quality.CORRECTED,
            "misread",
        )
        record = Record.objects.get(action="metering.reading.correct")
        assert record.before["value"] == "120.5000"
        assert record.after["value"] == "102.5"
        shown = api.readings_of_meter("M1", since=DAY)
        assert [(r.id, r.superseded_at is None) for r in shown] == [(new, True), (reading, False)]

    def test_again_and_again_keeps_them_all(self, reading: int) -> None:
        second = correct(reading, "102.5")
        with pytest.raises(api.ReadingSuperseded):
            correct(reading, "1")
        correct(second, "103", on=date(2026, 2, 3))
        values = Reading.objects.filter(reading_date=DAY).order_by("id")
        assert [row.value for row in values] == [Decimal("120.5"), Decimal("102.5"), 103]

    def test_needs_a_reason_and_a_possible_value(self, reading: int) -> None:
        with pytest.raises(api.CorrectionNeedsReason):
            correct(reading, "1", reason="")
        with pytest.raises(InvalidInput):
            correct(reading, "-1")
        with pytest.raises(api.ReadingNotFound):
            correct(987654, "1")
        assert Reading.objects.get(pk=reading).superseded_at is None

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE metering_reading SET value = 1",
            "UPDATE metering_reading SET superseded_at = now(), value = 1",
            "DELETE FROM metering_reading",
        ],
    )
    def test_behind_the_programs_back_is_refused_by_the_database(
        self, reading: int, statement: str
    ) -> None:
        with (
            pytest.raises(IntegrityError, match="kept as it was recorded"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_cannot_be_taken_back(self, reading: int) -> None:
        correct(reading, "102.5")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE metering_reading SET superseded_at = NULL WHERE id = %s", [reading]
            )


class TestHistoryOfUse:
    def test_goes_from_reading_to_reading_across_an_exchange(self) -> None:
        point = make.make_point()
        old = make.hang(point, number="OLD", multiplier="20")
        make.read(old[TOTAL], {date(2025, 12, 1): 10, DAY: 20})
        middle = date(2026, 1, 17)
        new = make.make_meter(number="NEW", digits=5)
        with transaction.atomic():
            api.exchange_meter(
                point, new, on_date=middle, final_readings={TOTAL: Decimal(25)},
                start_readings={TOTAL: Decimal(99_995)}, by=make.act_at(middle),
            )  # fmt: skip
        make.read(make.registers_of(new)[TOTAL], {LATER: 5})
        history = api.usage_history(point, until=LATER, months=3)
        assert [(p.meter_number, p.from_date, p.energy_kwh) for p in history] == [
            ("OLD", date(2025, 12, 1), 200),
            ("OLD", DAY, 100),
            ("NEW", middle, 200),
        ]
        assert history[-1].marks == ("ROLLOVER",)

    def test_of_a_point_without_anything_is_empty(self) -> None:
        point = make.make_point()
        assert api.usage_histories([point], until=LATER) == {point: []}
        assert api.usage_histories([], until=LATER) == {}


class TestSegments:
    def test_are_found_by_code_within_the_scope(self) -> None:
        unit = make_unit()
        segment = make.make_segment("S01", unit=unit, reading_day=15)
        found = api.get_segment("S01", scope=Scope("segments.view", (unit.path,)))
        assert (found.id, found.reading_day, found.unit_path) == (segment.pk, 15, unit.path)
        with pytest.raises(api.SegmentNotFound, match="S01"):
            api.get_segment("S01", scope=Scope("segments.view", ("X/",)))
        with pytest.raises(api.SegmentNotFound):
            api.get_segment_by_id(segment.pk, scope=Scope("segments.view", ("X/",)))

    def test_are_due_by_their_cycle(self) -> None:
        make.make_segment("MONTH")
        make.make_segment("EVEN")
        with transaction.atomic():
            api.change_segment("EVEN", cycle="EVEN_MONTHS", by=make.act_at(DAY, reason="new plan"))
        assert [s.code for s in api.due_segments(DAY)] == ["MONTH"]
        assert [s.code for s in api.due_segments(LATER)] == ["EVEN", "MONTH"]
        record = Record.objects.get(action="metering.segment.change")
        assert (record.before["cycle"], record.after["cycle"]) == ("MONTHLY", "EVEN_MONTHS")

    def test_that_cannot_be_are_refused(self) -> None:
        with pytest.raises(InvalidInput) as refusal, transaction.atomic():
            api.create_segment(
                code=" ", name="", unit_id=make_unit().pk, reading_day=29, cycle="WEEKLY",
                by=make.act_at(DAY),
            )  # fmt: skip
        assert set(refusal.value.errors) == {"code", "name", "reading_day", "cycle"}
        make.make_segment("S01")
        with pytest.raises(api.SegmentCodeTaken):
            make.make_segment("S01")


class TestTakeOver:
    def test_writes_frames_under_the_same_constraints(self) -> None:
        point = make.make_point()
        (meter,) = api.reserve(Rows.METER, 1)
        meters = pl.DataFrame(
            {"id": [meter], "number": ["T1"], "model": ["X"], "phases": [1],
             "rated_current_a": ["5(60)"]}
        )  # fmt: skip
        installations = pl.DataFrame(
            {"meter_id": [meter], "usage_point_id": [point], "multiplier": ["1"],
             "period": ["[2020-01-01,)"]}
        )  # fmt: skip
        with transaction.atomic():
            written = api.take_over(
                {Rows.INSTALLATION: installations, Rows.METER: meters}, by=make.act_at(DAY)
            )
        assert written == {"metering_meter": 1, "metering_installation": 1}
        with pytest.raises(ExclusionViolation), transaction.atomic():
            api.take_over({Rows.INSTALLATION: installations}, by=make.act_at(DAY))
