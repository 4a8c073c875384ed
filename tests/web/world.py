"""A unit with one of everything that an address can name."""

import io
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tests.factories import billing as world_of
from tests.factories.identity import make_duty
from wattdesk.domains.audit.models import Record
from wattdesk.domains.billing.models import Bill
from wattdesk.domains.customers.models import Account, Agreement, ContactPhone
from wattdesk.domains.identity.models import Duty, Staff, Unit
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.models import Finding, Installation, Reading
from wattdesk.domains.tariffs.models import TariffVersion
from wattdesk.usecases import monthly_billing


@dataclass(frozen=True)
class World:
    """Keys of the objects, all of the one unit."""

    unit: Unit
    account_id: int
    account_number: str
    customer_id: int
    phone_id: int
    segment_code: str
    run_in_review: int
    run_released: int
    bill_id: int
    meter_number: str
    reading_id: int
    finding_id: int
    import_batch: int
    person: Staff
    duty_id: int
    audit_record: int
    tariff_version: int


def make_world() -> World:
    """A home with two months of readings: January released, February in review."""
    supplier = world_of.billing_world({1: [120, 130]})
    (account_id,) = supplier.accounts.values()
    runs = [
        monthly_billing.bill_segment(
            supplier.segment.code,
            month,
            by=supplier.by_officer(),
            release_by=signing,
            today=world_of.TODAY,
        )
        for month, signing in (
            (date(2026, 1, 1), supplier.by_supervisor()),
            (date(2026, 2, 1), None),
        )
    ]
    (point,) = supplier.points.values()
    finding = Finding.objects.create(
        usage_point_id=point,
        segment=supplier.segment,
        from_date=date(2026, 1, 1),
        to_date=date(2026, 2, 1),
        code="ZERO",
        severity="HOLD",
        found_at=world_of.NOW,
    )
    with transaction.atomic():
        batch = metering.check_file(
            io.BytesIO(b"no,such,columns\n1,2,3\n"),
            "register_long",
            by=supplier.by_officer(),
            unit_id=supplier.unit.pk,
            file_name="january.csv",
        )
    waiting = make_duty(supplier.officer, "READER")
    Duty.objects.filter(pk=waiting.pk).update(given_by=supplier.supervisor, confirmed_at=None)
    holder = Agreement.objects.get(account=account_id).customer_id
    return World(
        unit=supplier.unit,
        account_id=account_id,
        account_number=Account.objects.get(pk=account_id).number,
        customer_id=holder,
        phone_id=ContactPhone.objects.get(customer=holder).pk,
        segment_code=supplier.segment.code,
        run_in_review=runs[1],
        run_released=runs[0],
        bill_id=Bill.objects.get(run=runs[0]).pk,
        meter_number=Installation.objects.get(usage_point=point).meter.number,
        reading_id=Reading.objects.latest("pk").pk,
        finding_id=finding.pk,
        import_batch=batch.id,
        person=supplier.officer,
        duty_id=waiting.pk,
        audit_record=Record.objects.filter(unit_id=supplier.unit.pk).latest("pk").pk,
        tariff_version=TariffVersion.objects.latest("pk").pk,
    )
