"""Writes about customers and how to reach them. Each leaves an audit row."""

from contextlib import AbstractContextManager
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.customers import capture, pinyin, search_index
from wattdesk.domains.customers.data import CustomerEntry, PhoneEntry
from wattdesk.domains.customers.models import ContactPhone, Customer
from wattdesk.domains.identity.data import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.history import changed_by
from wattdesk.toolkit.transactions import require_transaction


class PhoneKnown(StateConflict):
    """The customer has this phone for this purpose already."""

    code = "customers.phone_known"
    message = gettext_lazy("This phone is noted already for the same purpose.")


def history(by: Act) -> AbstractContextManager[None]:
    """History rows written inside name the act's person and reason."""
    return changed_by(actor_id=by.staff_id, name=by.name, reason=by.reason)


def check_customer(entry: CustomerEntry, *, today: date) -> CustomerEntry:
    """The entry cleaned. Raises InvalidInput with all that is wrong, by field (R-CUST-03)."""
    entry = capture.cleaned(entry)
    faults = capture.customer_faults(entry, today=today)
    if faults:
        raise InvalidInput(faults)
    return entry


def register_customer(entry: CustomerEntry, *, by: Act) -> int:
    """Add a customer with phones; returns the id. Raises InvalidInput."""
    require_transaction()
    entry = check_customer(entry, today=by.at.date())
    row = Customer.objects.create(
        kind=entry.kind,
        name=entry.name,
        name_key=pinyin.sort_key(entry.name, is_person=entry.kind == Customer.Kind.PERSON),
        id_kind=entry.id_kind,
        id_number=entry.id_number,
        industry=entry.industry,
    )
    for phone in dict.fromkeys(entry.phones):
        _create_phone(row.pk, phone, by)
    audit.record(
        by=by,
        action="customers.register_customer",
        subjects=[f"customer:{row.pk}"],
        after=_said(row),
    )
    return row.pk


def correct_customer(customer_id: int, entry: CustomerEntry, *, by: Act) -> None:
    """Correct what is known of a customer; phones are left alone.

    Raises NotFound, InvalidInput. The earlier state stays in the history.
    """
    require_transaction()
    row = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if row is None:
        raise NotFound
    entry = capture.cleaned(entry)
    faults = capture.customer_faults(entry, today=by.at.date())
    faults = {field: said for field, said in faults.items() if not field.startswith("phones")}
    if faults:
        raise InvalidInput(faults)
    before = _said(row)
    row.kind, row.name, row.industry = entry.kind, entry.name, entry.industry
    row.id_kind, row.id_number = entry.id_kind, entry.id_number
    row.name_key = pinyin.sort_key(entry.name, is_person=entry.kind == Customer.Kind.PERSON)
    with history(by):
        row.save()
    audit.record(
        by=by,
        action="customers.correct_customer",
        subjects=[f"customer:{customer_id}"],
        before=before,
        after=_said(row),
    )
    search_index.refresh_search_of_customer(customer_id)


def add_phone(customer_id: int, entry: PhoneEntry, *, by: Act) -> int:
    """Note another phone of a customer. Raises NotFound, InvalidInput, PhoneKnown."""
    require_transaction()
    if not Customer.objects.select_for_update().filter(pk=customer_id).exists():
        raise NotFound
    phone = PhoneEntry(capture.plain_phone(entry.phone), entry.person.strip(), entry.purpose)
    faults = capture.phone_entry_faults(phone)
    if faults:
        raise InvalidInput({"phone": faults})
    known = ContactPhone.objects.filter(
        customer_id=customer_id, phone=phone.phone, purpose=phone.purpose
    )
    if known.exists():
        raise PhoneKnown
    key = _create_phone(customer_id, phone, by)
    audit.record(
        by=by,
        action="customers.add_phone",
        subjects=[f"customer:{customer_id}"],
        after={"phone": phone.phone, "person": phone.person, "purpose": phone.purpose},
    )
    search_index.refresh_search_of_customer(customer_id)
    return key


def confirm_phone(phone_id: int, *, by: Act) -> None:
    """Note that the phone was confirmed on the day of the act. Raises NotFound."""
    _mark_phone(phone_id, confirmed_on=by.at.date(), failed_on=None, by=by)


def mark_phone_failed(phone_id: int, *, by: Act) -> None:
    """Note that nobody is reached on the phone (空号). Raises NotFound."""
    _mark_phone(phone_id, confirmed_on=None, failed_on=by.at.date(), by=by)


def remove_phone(phone_id: int, *, by: Act) -> None:
    """Remove a phone; it stays in the history. Raises NotFound, InvalidInput without a reason."""
    require_transaction()
    if not by.reason.strip():
        raise InvalidInput({"reason": [_("Say why.")]})
    row = ContactPhone.objects.select_for_update().filter(pk=phone_id).first()
    if row is None:
        raise NotFound
    customer_id, before = row.customer_id, {"phone": row.phone, "purpose": row.purpose}
    with history(by):
        row.delete()
    audit.record(
        by=by,
        action="customers.remove_phone",
        subjects=[f"customer:{customer_id}"],
        before=before,
    )
    search_index.refresh_search_of_customer(customer_id)


def _create_phone(customer_id: int, phone: PhoneEntry, by: Act) -> int:
    row = ContactPhone.objects.create(
        customer_id=customer_id,
        phone=phone.phone,
        person=phone.person,
        purpose=phone.purpose,
        confirmed_on=by.at.date(),
    )
    return row.pk


def _mark_phone(
    phone_id: int, *, confirmed_on: date | None, failed_on: date | None, by: Act
) -> None:
    require_transaction()
    row = ContactPhone.objects.select_for_update().filter(pk=phone_id).first()
    if row is None:
        raise NotFound
    before = {"confirmed_on": _day(row.confirmed_on), "failed_on": _day(row.failed_on)}
    row.confirmed_on, row.failed_on = confirmed_on or row.confirmed_on, failed_on
    with history(by):
        row.save(update_fields=["confirmed_on", "failed_on"])
    audit.record(
        by=by,
        action="customers.mark_phone",
        subjects=[f"customer:{row.customer_id}", f"phone:{phone_id}"],
        before=before,
        after={"confirmed_on": _day(row.confirmed_on), "failed_on": _day(row.failed_on)},
    )
    search_index.refresh_search_of_customer(row.customer_id)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _said(row: Customer) -> dict[str, str]:
    return {
        "kind": row.kind,
        "name": row.name,
        "id_kind": row.id_kind,
        "id_number": row.id_number,
        "industry": row.industry,
    }
