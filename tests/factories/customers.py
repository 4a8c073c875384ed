"""Customers and accounts for tests: plain functions that write through the domain's door."""

from datetime import date
from decimal import Decimal
from itertools import count

from django.db import transaction

from tests.factories.identity import act, make_unit
from tests.factories.premises import LONG_AGO, make_point
from wattdesk.domains.customers import api, capture
from wattdesk.domains.customers.data import AccountEntry, AgreementEntry, CustomerEntry, PhoneEntry
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.tariffs.models import RateSchedule, Tariff

_numbers = count(1)


def id_card(order: int = 1, born: str = "19800101") -> str:
    """A valid identity number of a division that does not exist."""
    head = f"990121{born}{order % 1000:03d}"
    return head + capture.id_check_character(head)


def credit_code(order: int = 1) -> str:
    """A valid unified social credit code."""
    head = f"91990121{order:09d}"
    return head + capture.credit_check_character(head)


def make_customer(name: str = "王小明", *, kind: str = "PERSON", phone: str | None = None) -> int:
    """A customer with one phone; returns the id."""
    number = next(_numbers)
    person = kind == "PERSON"
    entry = CustomerEntry(
        kind=kind,
        name=name,
        id_kind="ID_CARD" if person else "UNIFIED_CREDIT_CODE",
        id_number=id_card(number) if person else credit_code(number),
        phones=(PhoneEntry(phone or f"164{number:08d}"),),
    )
    with transaction.atomic():
        return api.register_customer(entry, by=act())


def make_schedule(code: str = "LC-RES") -> int:
    """A price class of the catalogue; returns its id."""
    tariff, _ = Tariff.objects.get_or_create(
        code="LC-TEST", defaults={"title": "测试电价", "title_en": "Test prices"}
    )
    row, _ = RateSchedule.objects.get_or_create(
        code=code,
        defaults={
            "tariff": tariff,
            "title": f"电价{code}",
            "title_en": code,
            "customer_class": "RESIDENTIAL",
        },
    )
    return row.pk


def make_account(
    unit: Unit | None = None,
    *,
    number: str | None = None,
    holder: int | None = None,
    since: date = LONG_AGO,
    points: tuple[int, ...] | None = None,
    schedule: int | None = None,
    segment: int | None = None,
    address: str | None = None,
    kva: str | None = None,
) -> int:
    """An account with holder, agreement and one usage point; returns its id."""
    unit = unit or make_unit()
    order = next(_numbers)
    if points is None:
        points = (make_point(unit, address=address, since=since),)
    entry = AccountEntry(
        unit_id=unit.pk,
        opened_date=since,
        holder_id=holder or make_customer(),
        agreement=AgreementEntry(
            f"HT{order:08d}", None if kva is None else Decimal(kva), signed_date=since
        ),
        number=number or f"9900{order:08d}",
        usage_point_ids=points,
        schedule_id=schedule,
        segment_id=segment,
    )
    with transaction.atomic():
        return api.open_account(entry, by=act())


def scope_of(unit: Unit) -> Scope:
    """The scope of somebody who may see everything below a unit."""
    return Scope("customers.view", (unit.path,))
