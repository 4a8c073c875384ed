"""Journeys across places, meters and customers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.factories.customers import id_card, make_schedule, scope_of
from tests.factories.identity import act, make_unit
from tests.factories.metering import make_meter
from tests.factories.premises import DIVISION, make_area, make_division
from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import (
    AccountEntry,
    AgreementEntry,
    CustomerEntry,
    PhoneEntry,
    ProfileEntry,
)
from wattdesk.domains.customers.models import Account, Customer
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Kind, NewMeter, NewRegister, NewTransformer
from wattdesk.domains.metering.models import Meter
from wattdesk.domains.premises.data import BoundaryEntry, LocationEntry, PointEntry
from wattdesk.domains.premises.models import ServiceLocation, UsagePoint
from wattdesk.toolkit.errors import InvalidInput, StateConflict
from wattdesk.usecases.archive.changes import close_account, exchange_meter
from wattdesk.usecases.archive.connection import ConnectionEntry, MeterEntry, connect

pytestmark = pytest.mark.django_db
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
TOTAL = {Kind.ACTIVE_TOTAL: Decimal(0)}


@pytest.fixture
def unit() -> Unit:
    make_division()
    return make_unit("LC")


def entry_of(unit: Unit) -> ConnectionEntry:
    return ConnectionEntry(
        holder=CustomerEntry(
            "PERSON", "李小龙", "ID_CARD", id_card(5), phones=(PhoneEntry("13800002046"),)
        ),
        location=LocationEntry(DIVISION, "柳湾村3号", unit.pk),
        point=PointEntry(
            "P1", 0, unit.pk, "LT1KV", "LL", Decimal(80), MAY, area_id=make_area(unit)
        ),
        account=AccountEntry(
            unit.pk, MAY, 0, AgreementEntry("HT-1"), number="990100000001",
            schedule_id=make_schedule(),
        ),
        meter=MeterEntry(
            NewMeter("041277885031", "DTZY-LC", (NewRegister(Kind.ACTIVE_TOTAL),), phases=3),
            TOTAL,
            multiplier=Decimal(20),
            transformers=tuple(
                NewTransformer(f"CT{p}", "CURRENT", Decimal(100), Decimal(5)) for p in "ABC"
            ),
        ),
        boundary=BoundaryEntry("计量箱出线开关负荷侧", "CUSTOMER", "CUSTOMER"),
        profile=ProfileEntry("INDUSTRIAL", "TWO_SHIFTS"),
    )  # fmt: skip


class TestConnecting:
    def test_makes_an_account_that_can_be_found_read_and_billed(self, unit: Unit) -> None:
        made = connect(entry_of(unit), by=act())
        view = customers.get_account_view(made.account_id, scope=scope_of(unit), on=MAY)
        assert view.usage_point_ids == (made.usage_point_id,)
        assert view.usage_points[0].boundary is not None
        assert view.profile is not None
        installed = metering.installed_at([made.usage_point_id], MAY)[made.usage_point_id]
        assert (installed.meter.number, installed.multiplier) == ("041277885031", Decimal(20))
        (hit,) = customers.search("041277885031", scope=scope_of(unit))
        assert hit.number == "990100000001"

    def test_tells_the_faults_of_customer_and_address_together(self, unit: Unit) -> None:
        entry = replace(
            entry_of(unit),
            holder=CustomerEntry("PERSON", "", "ID_CARD", "1", phones=(PhoneEntry("1"),)),
            location=LocationEntry("777777", "", unit.pk),
        )
        with pytest.raises(InvalidInput) as refused:
            connect(entry, by=act())
        assert set(refused.value.errors) == {
            "holder.name", "holder.id_number", "holder.phones.0", "location.address",
            "location.division_code",
        }  # fmt: skip
        assert not Customer.objects.exists()

    def test_leaves_nothing_behind_when_a_later_step_is_refused(self, unit: Unit) -> None:
        make_meter(number="041277885031")
        with pytest.raises(StateConflict):
            connect(entry_of(unit), by=act())
        for model in (Customer, ServiceLocation, UsagePoint, Account):
            assert not model.objects.exists()
        assert Meter.objects.count() == 1


class TestChanges:
    def test_an_exchanged_meter_is_found_by_its_new_number(self, unit: Unit) -> None:
        made = connect(entry_of(unit), by=act())
        exchange_meter(
            made.usage_point_id,
            make_meter(number="990600000077", phases=3),
            on_date=JUNE,
            final_readings={Kind.ACTIVE_TOTAL: Decimal(120)},
            start_readings=TOTAL,
            by=act(),
        )
        assert [h.number for h in customers.search("0077", scope=scope_of(unit))] == [
            "990100000001"
        ]
        assert customers.search("041277885031", scope=scope_of(unit)) == []

    def test_closing_takes_the_meter_down(self, unit: Unit) -> None:
        made = connect(entry_of(unit), by=act())
        close_account(
            made.account_id,
            on=JUNE,
            final_readings={made.usage_point_id: {Kind.ACTIVE_TOTAL: Decimal(99)}},
            by=act(reason="客户申请销户"),
        )
        assert Account.objects.get(pk=made.account_id).closed_date == JUNE
        assert UsagePoint.objects.get(pk=made.usage_point_id).period.upper == JUNE
        assert metering.installed_at([made.usage_point_id], JUNE) == {}
