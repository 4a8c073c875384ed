"""Places through the domain's door."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction, utils

from tests.factories.identity import act, make_unit
from tests.factories.premises import (
    DIVISION,
    LONG_AGO,
    make_area,
    make_division,
    make_location,
    make_point,
)
from wattdesk.domains.audit.models import Record
from wattdesk.domains.premises import api, models
from wattdesk.domains.premises.data import BoundaryEntry, LocationEntry, PointEntry, Rows
from wattdesk.toolkit.errors import InvalidInput, InvariantBroken, NotFound
from wattdesk.toolkit.history import as_known_at
from wattdesk.toolkit.periods import PeriodNotOpen, PeriodOverlaps, days, refusing_overlap

pytestmark = pytest.mark.django_db
BOUNDARY = BoundaryEntry("计量箱出线开关负荷侧", "CUSTOMER", "CUSTOMER")


class TestLocations:
    def test_all_wrong_fields_are_told_at_once(self) -> None:
        unit = make_unit()
        with pytest.raises(InvalidInput) as refused:
            api.create_location(LocationEntry("440103", "  ", unit.pk), by=act())
        assert set(refused.value.errors) == {"address", "division_code"}
        assert not models.ServiceLocation.objects.exists()

    def test_a_write_needs_a_transaction(self) -> None:
        with pytest.raises(InvariantBroken), _no_transaction():
            api.create_location(LocationEntry(DIVISION, "人民路1号", 1), by=act())

    def test_a_correction_keeps_the_earlier_text(self) -> None:
        unit = make_unit()
        key = make_location(unit, address="人民路1号")
        api.correct_location(
            key,
            LocationEntry(DIVISION, "人民路 2 号", unit.pk, "院内有犬"),
            by=act(reason="客户来电更正"),
        )
        assert models.ServiceLocation.objects.get(pk=key).address == "人民路 2 号"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT address, pgh_label, pgh_context->>'reason'"
                " FROM premises_service_location_history"
            )
            assert cursor.fetchall() == [("人民路1号", "changed", "客户来电更正")]
        last = Record.objects.order_by("-id").first()
        assert last is not None
        assert (last.action, last.reason) == ("premises.correct_location", "客户来电更正")
        assert last.before["address"] == "人民路1号"


class _no_transaction:
    """Pretend that no transaction is open: pytest-django always opens one."""

    def __enter__(self) -> None:
        self.was = connection.in_atomic_block
        connection.in_atomic_block = False

    def __exit__(self, *_: object) -> None:
        connection.in_atomic_block = self.was


class TestUsagePoints:
    def test_wrong_codes_and_capacity_are_told_at_once(self) -> None:
        entry = PointEntry("", make_location(), 1, "KV9", "XX", Decimal(0), LONG_AGO)
        with pytest.raises(InvalidInput) as refused:
            api.create_usage_point(entry, by=act())
        assert set(refused.value.errors) == {"code", "voltage", "metering", "capacity_kva"}
        assert not models.UsagePoint.objects.exists()

    def test_low_voltage_is_metered_at_low_voltage(self) -> None:
        entry = PointEntry("P1", make_location(), 1, "LT1KV", "HL", Decimal(8), LONG_AGO)
        with pytest.raises(InvalidInput) as refused:
            api.create_usage_point(entry, by=act())
        assert set(refused.value.errors) == {"metering"}

    def test_a_code_is_used_once(self) -> None:
        unit = make_unit()
        entry = PointEntry("P1", make_location(unit), unit.pk, "LT1KV", "LL", Decimal(8), LONG_AGO)
        api.create_usage_point(entry, by=act())
        with pytest.raises(api.CodeTaken, match="P1"):
            api.create_usage_point(replace(entry, capacity_kva=None), by=act())

    def test_hangs_on_one_area_at_a_time_and_keeps_its_past(self) -> None:
        unit = make_unit()
        old, new = make_area(unit), make_area(unit)
        point = make_point(unit, area=old)
        api.rehang_point(point, new, from_date=date(2026, 5, 1), by=act())
        hung = models.UsagePointArea.objects.filter(usage_point_id=point).order_by("period")
        assert [(h.transformer_area_id, h.period) for h in hung] == [
            (old, days(LONG_AGO, date(2026, 5, 1))),
            (new, days(date(2026, 5, 1))),
        ]
        (before,) = api.places_of_points([point], on=date(2026, 4, 30))
        (after,) = api.places_of_points([point], on=date(2026, 5, 1))
        assert (before.area_id, after.area_id) == (old, new)

    def test_the_database_refuses_two_areas_on_one_day(self) -> None:
        unit = make_unit()
        area = make_area(unit)
        point = make_point(unit, area=area)
        with pytest.raises(PeriodOverlaps), refusing_overlap():
            models.UsagePointArea.objects.create(
                usage_point_id=point,
                transformer_area_id=area,
                period=days(date(2026, 1, 1), date(2026, 1, 2)),
            )
        assert models.UsagePointArea.objects.count() == 1

    def test_cannot_end_before_it_began(self) -> None:
        point = make_point(since=date(2026, 3, 1))
        with pytest.raises(PeriodNotOpen):
            api.end_usage_point(point, on=date(2026, 3, 1), by=act())
        assert models.UsagePoint.objects.get(pk=point).period.upper is None

    def test_unknown_point_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            api.change_capacity(99, Decimal(8), by=act())


class TestPlaces:
    def test_tell_all_that_a_page_shows_in_one_query(
        self,
        django_assert_num_queries: "pytest_django.DjangoAssertNumQueries",  # noqa: F821
    ) -> None:
        make_division("99", "东陵省")
        make_division("9901", "云泽市", "99")
        make_division(DIVISION, "澜川县", "9901")
        unit = make_unit()
        area = make_area(unit, name="柳湾公变1号")
        point = make_point(unit, area=area, address="柳湾村3号")
        api.set_boundary(point, BOUNDARY, from_date=date(2026, 1, 1), by=act())
        with django_assert_num_queries(1):
            (place,) = api.places_of_points([point], on=date(2026, 2, 1))
        assert place.division_name == "东陵省云泽市澜川县"
        assert (place.area_name, place.boundary) == ("柳湾公变1号", BOUNDARY)
        assert place.feeder_name is not None
        assert place.substation_name is not None

    def test_equal_addresses_written_twice_count_as_one_place(self) -> None:
        unit = make_unit()
        first = make_point(unit, address="人民路 1号")
        second = make_point(unit, address="人民路 1号")
        other = make_point(unit, address="人民路 2号")
        location = models.UsagePoint.objects.get(pk=first).service_location_id
        assert api.points_at_locations([location]) == [first, second]
        assert api.points_at_address(DIVISION, " 人民路  2号 ") == [other]

    def test_boundary_needs_words_and_parties(self) -> None:
        point = make_point()
        with pytest.raises(InvalidInput) as refused:
            api.set_boundary(point, BoundaryEntry(" ", "NOBODY", ""), from_date=LONG_AGO, by=act())
        assert set(refused.value.errors) == {"description", "behind_boundary", "behind_meter"}
        assert not models.OwnershipBoundary.objects.exists()


class TestTakeOver:
    def test_writes_rows_and_one_audit_record(self) -> None:
        import polars as pl

        frame = pl.DataFrame({"code": ["99", "9901"], "name": ["东陵省", "云泽市"],
                              "parent_id": [None, "99"]})  # fmt: skip
        assert api.take_over({Rows.DIVISION: frame}, by=act()) == {"premises_division": 2}
        assert api.divisions_below("99") == [("9901", "云泽市")]
        last = Record.objects.order_by("-id").first()
        assert last is not None
        assert last.after == {"premises_division": 2}


@pytest.mark.django_db(transaction=True)
class TestHistory:
    def test_a_row_is_seen_as_known_at_any_moment(self) -> None:
        with transaction.atomic():
            point = make_point(make_unit())
        recorded = _now()
        with transaction.atomic():
            api.change_capacity(point, Decimal(12), by=act())
        changed = _now()
        with transaction.atomic():
            api.change_capacity(point, Decimal(16), by=act())
        at_first = as_known_at(models.UsagePoint, point, recorded)
        assert at_first is not None
        assert at_first["capacity_kva"] == Decimal(8)
        later = as_known_at(models.UsagePoint, point, changed)
        assert later is not None
        assert later["capacity_kva"] == Decimal(12)
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        assert as_known_at(models.UsagePoint, point, long_ago) is None

    def test_nobody_changes_the_history(self) -> None:
        with transaction.atomic():
            point = make_point(make_unit())
            api.change_capacity(point, Decimal(12), by=act())
        for statement in (
            "UPDATE premises_usage_point_history SET code = 'X'",
            "DELETE FROM premises_usage_point_history",
        ):
            with (
                pytest.raises(utils.DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment
