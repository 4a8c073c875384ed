"""Who is due for billing, and by what price."""

import json
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from tests.factories.customers import make_account, make_schedule
from tests.factories.identity import act, make_unit
from tests.factories.metering import make_segment
from tests.factories.premises import LONG_AGO, make_point
from wattdesk.domains.customers import api, models

pytestmark = pytest.mark.django_db
FROM, TO = date(2026, 4, 10), date(2026, 5, 10)


def roster_of(segment: int, first: int = 0, last: int = 2**62) -> pl.DataFrame:
    return api.billing_roster(segment, FROM, TO, first_account_id=first, last_account_id=last)


class TestRoster:
    def test_has_the_row_of_the_contract(self) -> None:
        unit, segment = make_unit(), make_segment().pk
        schedule = make_schedule()
        key = make_account(unit, segment=segment, schedule=schedule, kva="160")
        (row,) = roster_of(segment).to_dicts()
        account = models.Account.objects.get(pk=key)
        assert json.loads(row.pop("options")) == {}
        assert row.pop("usage_point_id") == account.points.get().usage_point_id
        assert row == {
            "account_id": key,
            "number": account.number,
            "unit_id": unit.pk,
            "schedule_id": schedule,
            "schedule_code": "LC-RES",
            "state": "ACTIVE",
            "opened_date": LONG_AGO,
            "closed_date": None,
            "point_from": FROM,
            "point_to": TO,
            "contract_kva_e4": 160_0000,
            "is_whole_life": 1,
        }

    def test_opened_and_closed_accounts_are_clipped_by_days(self) -> None:
        segment = make_segment().pk
        opened = make_account(segment=segment, since=date(2026, 4, 20))
        closed = make_account(segment=segment)
        api.close_account(closed, on=date(2026, 4, 15), by=act(reason="销户"))
        rows = roster_of(segment).select("account_id", "point_from", "point_to", "state").rows()
        assert rows == [
            (opened, date(2026, 4, 20), TO, "ACTIVE"),
            (closed, FROM, date(2026, 4, 15), "CLOSED"),
        ]

    def test_accounts_outside_the_period_are_not_due(self) -> None:
        segment = make_segment().pk
        make_account(segment=segment, since=TO)
        gone = make_account(segment=segment)
        api.close_account(gone, on=FROM, by=act(reason="销户"))
        make_account(segment=make_segment().pk)
        assert roster_of(segment).is_empty()

    def test_accounts_without_price_or_point_are_never_dropped(self) -> None:
        segment = make_segment().pk
        bare = make_account(segment=segment, points=())
        (row,) = roster_of(segment).to_dicts()
        assert row["account_id"] == bare
        assert (row["usage_point_id"], row["schedule_id"], row["options"]) == (None, None, None)
        assert (row["point_from"], row["point_to"]) == (FROM, TO)

    def test_each_point_has_a_row_for_its_own_days(self) -> None:
        unit, segment = make_unit(), make_segment().pk
        first, second = make_point(unit), make_point(unit)
        key = make_account(unit, segment=segment, points=(first,), schedule=make_schedule())
        api.detach_point(key, first, on=date(2026, 4, 20), by=act())
        api.attach_point(key, second, from_date=date(2026, 4, 20), by=act())
        rows = roster_of(segment).select("usage_point_id", "point_from", "point_to").rows()
        assert rows == [
            (first, FROM, date(2026, 4, 20)),
            (second, date(2026, 4, 20), TO),
        ]

    def test_the_price_is_that_of_the_last_day_and_a_change_is_told(self) -> None:
        segment = make_segment().pk
        key = make_account(segment=segment, schedule=make_schedule("LC-RES"))
        tou = make_schedule("LC-RES-TOU")
        api.assign_rate(key, tou, {}, from_date=TO - timedelta(days=1), by=act())
        assert roster_of(segment)["schedule_code"].to_list() == ["LC-RES-TOU"]
        changes = api.rate_changes(FROM, TO, first_account_id=0, last_account_id=2**62)
        assert changes.rows() == [(key, TO - timedelta(days=1))]

    def test_a_first_price_is_no_change(self) -> None:
        segment = make_segment().pk
        make_account(segment=segment, since=date(2026, 4, 20), schedule=make_schedule())
        changes = api.rate_changes(FROM, TO, first_account_id=0, last_account_id=2**62)
        assert changes.is_empty()


class TestChunks:
    def test_cover_every_due_account_once(self) -> None:
        segment = make_segment().pk
        keys = [make_account(segment=segment, points=()) for _ in range(7)]
        api.close_account(keys[3], on=FROM, by=act(reason="销户"))
        due = [k for k in keys if k != keys[3]]
        bounds = api.chunk_bounds(segment, FROM, TO, 4)
        assert bounds == [(due[0], due[3], 4), (due[4], due[5], 2)]
        found = [
            key
            for first, last, _ in bounds
            for key in roster_of(segment, first, last)["account_id"].to_list()
        ]
        assert found == due

    def test_an_empty_segment_has_none(self) -> None:
        assert api.chunk_bounds(make_segment().pk, FROM, TO, 4) == []


class TestOpenings:
    def test_are_found_for_the_accounts_asked_for(self) -> None:
        first, second = make_account(points=()), make_account(points=())
        year = date(2026, 1, 1)
        api.set_block_opening(first, year_start=year, energy_kwh=Decimal("1234.5"), by=act())
        api.set_block_opening(second, year_start=year, energy_kwh=Decimal(7), by=act())
        found = api.block_openings(pl.Series([first]), year)
        assert found.rows() == [(first, 123_450)]
        assert api.block_openings(pl.Series([first]), date(2025, 1, 1)).is_empty()
        assert api.block_openings(pl.Series([], dtype=pl.Int64), year).is_empty()


class TestResolving:
    def test_numbers_give_points_and_unknown_ones_nothing(self) -> None:
        unit = make_unit()
        point = make_point(unit)
        key = make_account(unit, number="990100000123", points=(point,))
        bare = make_account(unit, number="990100000124", points=())
        found = api.usage_points_of_accounts(
            pl.Series(["990100000123", "990100000124", "12345678", None, "990100000123"]), FROM
        )
        assert found.select("number", "account_id", "usage_point_id").rows() == [
            ("990100000123", key, point),
            ("990100000124", bare, None),
        ]

    def test_a_point_is_only_there_on_its_days(self) -> None:
        make_account(number="990100000123", since=FROM)
        found = api.usage_points_of_accounts(pl.Series(["990100000123"]), FROM - timedelta(days=1))
        assert found["usage_point_id"].to_list() == [None]
