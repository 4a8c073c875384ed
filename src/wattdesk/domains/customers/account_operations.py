"""Writes about accounts: opening and closing, holder, price, points, parties, profile."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.customers import search_index
from wattdesk.domains.customers.data import AccountEntry, AgreementEntry
from wattdesk.domains.customers.models import (
    Account,
    AccountParty,
    AccountUsagePoint,
    Agreement,
    Customer,
    RateAssignment,
)
from wattdesk.domains.customers.operations import history
from wattdesk.domains.identity.data import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.periods import days, end_on, refusing_overlap
from wattdesk.toolkit.rulebook import rule
from wattdesk.toolkit.transactions import require_transaction

NUMBER_DIGITS = 12


class NumberTaken(StateConflict):
    """An account or agreement number is in use."""

    code = "customers.number_taken"
    message = gettext_lazy("The number %(number)s is in use already.")


class AccountClosed(StateConflict):
    """The account was closed (销户)."""

    code = "customers.account_closed"
    message = gettext_lazy("Account %(number)s was closed on %(day)s. Open a new one.")


class WrongState(StateConflict):
    """Stopping what is stopped, restoring what runs."""

    code = "customers.wrong_state"
    message = gettext_lazy("Account %(number)s is in the state %(state)s already.")


def live_account(account_id: int) -> Account:
    """The account, locked. Raises NotFound, AccountClosed."""
    row = Account.objects.select_for_update().filter(pk=account_id).first()
    if row is None:
        raise NotFound
    if row.state == Account.State.CLOSED:
        raise AccountClosed(number=row.number, day=row.closed_date)
    return row


def record(row: Account, action: str, by: Act, subjects: tuple[str, ...] = (), **said: Any) -> None:
    """Write the audit row of an act on the account."""
    audit.record(
        by=by,
        action=f"customers.{action}",
        subjects=[f"account:{row.pk}", *subjects],
        unit_id=row.unit_id,
        **said,
    )


def _allot_number(account_id: int, on: date) -> str:
    """户号: the head of the supplier's numbers, then the account's id; the first one unused."""
    head = str(rule("archive.account_number_head", on=on).value)
    running = account_id
    while True:
        number = f"{head}{running:0{NUMBER_DIGITS - len(head)}d}"
        if not Account.objects.filter(number=number).exists():
            return number
        running += 1_000_000_007 % 10 ** (NUMBER_DIGITS - len(head))


def _check_agreement(entry: AgreementEntry, faults: dict[str, list[str]]) -> None:
    if not entry.number.strip():
        faults["agreement.number"] = [_("The number of the agreement is missing.")]
    if entry.contract_kva is not None and entry.contract_kva <= 0:
        faults["agreement.contract_kva"] = [_("The contract capacity must be above zero.")]


def open_account(entry: AccountEntry, *, by: Act) -> int:
    """Open an account (立户): holder, agreement, price and points from its first day.

    Returns the id. Raises InvalidInput with all wrong fields, NumberTaken, PeriodOverlaps when a
    usage point belongs to another account.
    """
    require_transaction()
    faults: dict[str, list[str]] = {}
    number = entry.number.strip()
    if number and not (number.isdigit() and 8 <= len(number) <= 20):
        faults["number"] = [_("An account number has 8 to 20 digits.")]
    if not Customer.objects.filter(pk=entry.holder_id).exists():
        faults["holder_id"] = [_("There is no such customer.")]
    _check_agreement(entry.agreement, faults)
    if faults:
        raise InvalidInput(faults)
    if number and Account.objects.filter(number=number).exists():
        raise NumberTaken(number=number)
    if Agreement.objects.filter(number=entry.agreement.number.strip()).exists():
        raise NumberTaken(number=entry.agreement.number)
    row = Account.objects.create(
        number=number or f"new-{by.at.timestamp():.0f}"[:20],
        unit_id=entry.unit_id,
        segment_id=entry.segment_id,
        state=Account.State.ACTIVE,
        opened_date=entry.opened_date,
        manager_id=entry.manager_id,
        paper_file=entry.paper_file,
        note=entry.note,
    )
    if not number:
        row.number = _allot_number(row.pk, entry.opened_date)
        Account.objects.filter(pk=row.pk).update(number=row.number)
    _create_agreement(row, entry.holder_id, entry.agreement, entry.opened_date)
    if entry.schedule_id is not None:
        RateAssignment.objects.create(
            account=row,
            schedule_id=entry.schedule_id,
            options=dict(entry.options),
            period=days(entry.opened_date),
        )
    for point in entry.usage_point_ids:
        with refusing_overlap():
            AccountUsagePoint.objects.create(
                account=row, usage_point_id=point, period=days(entry.opened_date)
            )
    record(
        row,
        "open_account",
        by,
        (f"customer:{entry.holder_id}",),
        after={
            "number": row.number,
            "opened": entry.opened_date.isoformat(),
            "schedule": entry.schedule_id,
            "points": list(entry.usage_point_ids),
        },
    )
    search_index.rebuild_search([row.pk])
    return row.pk


def _create_agreement(
    account: Account, customer_id: int, entry: AgreementEntry, from_date: date
) -> Agreement:
    return Agreement.objects.create(
        account=account,
        customer_id=customer_id,
        number=entry.number.strip(),
        contract_kva=entry.contract_kva,
        signed_date=entry.signed_date,
        period=days(from_date),
    )


def change_holder(
    account_id: int, customer_id: int, agreement: AgreementEntry, *, on: date, by: Act
) -> int:
    """Hand the account to another customer (过户) from a day on; returns the new agreement's id.

    Payer, invoice title and present user of the former holder end with them. Raises NotFound,
    AccountClosed, InvalidInput, NumberTaken, PeriodNotOpen.
    """
    require_transaction()
    row = live_account(account_id)
    faults: dict[str, list[str]] = {}
    if not Customer.objects.filter(pk=customer_id).exists():
        faults["customer_id"] = [_("There is no such customer.")]
    _check_agreement(agreement, faults)
    if faults:
        raise InvalidInput(faults)
    if Agreement.objects.filter(number=agreement.number.strip()).exists():
        raise NumberTaken(number=agreement.number)
    former = Agreement.objects.filter(account=row, period__contains=on).first()
    with history(by), refusing_overlap():
        if former is not None:
            end_on(former, on)
        for party in AccountParty.objects.filter(account=row, period__contains=on):
            _end_or_drop(party, on)
        made = _create_agreement(row, customer_id, agreement, on)
    record(
        row,
        "change_holder",
        by,
        tuple(
            f"customer:{key}"
            for key in (customer_id, former.customer_id if former else None)
            if key
        ),
        before={"customer": former.customer_id if former else None},
        after={"customer": customer_id, "from": on.isoformat(), "agreement": made.number},
    )
    search_index.rebuild_search([account_id])
    return made.pk


def assign_rate(
    account_id: int, schedule_id: int, options: Mapping[str, Any], *, from_date: date, by: Act
) -> None:
    """Give the account a price class (执行电价) from a day on; the present one ends there.

    Raises NotFound, AccountClosed, PeriodOverlaps when a later assignment stands already.
    """
    require_transaction()
    row = live_account(account_id)
    present = RateAssignment.objects.filter(account=row, period__contains=from_date).first()
    with history(by), refusing_overlap():
        if present is not None:
            _end_or_drop(present, from_date)
        RateAssignment.objects.create(
            account=row, schedule_id=schedule_id, options=dict(options), period=days(from_date)
        )
    record(
        row,
        "assign_rate",
        by,
        before=None
        if present is None
        else {"schedule": present.schedule_id, "options": present.options},
        after={
            "schedule": schedule_id,
            "options": dict(options),
            "from": from_date.isoformat(),
        },
    )


def _end_or_drop(row: models.Model, day: date) -> None:
    """End the row on a day; a row that began that very day never held and is removed."""
    if row.period.lower == day:  # type: ignore[attr-defined]
        row.delete()
    else:
        end_on(row, day)


def set_party(
    account_id: int, role: str, customer_id: int | None, *, from_date: date, by: Act
) -> None:
    """Name payer, invoice title or present user from a day on; None: the holder again.

    Raises NotFound, AccountClosed, InvalidInput.
    """
    require_transaction()
    row = live_account(account_id)
    faults: dict[str, list[str]] = {}
    if role not in AccountParty.Role.values:
        faults["role"] = [_("Choose payer, invoice title or present user.")]
    if customer_id is not None and not Customer.objects.filter(pk=customer_id).exists():
        faults["customer_id"] = [_("There is no such customer.")]
    if faults:
        raise InvalidInput(faults)
    present = AccountParty.objects.filter(
        account=row, role=role, period__contains=from_date
    ).first()
    with history(by), refusing_overlap():
        if present is not None:
            _end_or_drop(present, from_date)
        if customer_id is not None:
            AccountParty.objects.create(
                account=row, role=role, customer_id=customer_id, period=days(from_date)
            )
    record(
        row,
        "set_party",
        by,
        () if customer_id is None else (f"customer:{customer_id}",),
        before={"role": role, "customer": present.customer_id if present else None},
        after={"role": role, "customer": customer_id, "from": from_date.isoformat()},
    )
    search_index.rebuild_search([account_id])


def attach_point(account_id: int, usage_point_id: int, *, from_date: date, by: Act) -> None:
    """Bill another usage point on the account from a day on.

    Raises NotFound, AccountClosed, PeriodOverlaps when another account has it.
    """
    require_transaction()
    row = live_account(account_id)
    with refusing_overlap():
        AccountUsagePoint.objects.create(
            account=row, usage_point_id=usage_point_id, period=days(from_date)
        )
    record(
        row,
        "attach_point",
        by,
        (f"usage_point:{usage_point_id}",),
        after={"usage_point": usage_point_id, "from": from_date.isoformat()},
    )
    search_index.rebuild_search([account_id])


def detach_point(account_id: int, usage_point_id: int, *, on: date, by: Act) -> None:
    """Bill the usage point here no longer from ``on``. Raises NotFound, PeriodNotOpen."""
    require_transaction()
    row = live_account(account_id)
    held = AccountUsagePoint.objects.filter(
        account=row, usage_point_id=usage_point_id, period__upper_inf=True
    ).first()
    if held is None:
        raise NotFound
    with history(by):
        end_on(held, on)
    record(
        row,
        "detach_point",
        by,
        (f"usage_point:{usage_point_id}",),
        after={"usage_point": usage_point_id, "to": on.isoformat()},
    )
    search_index.rebuild_search([account_id])


def close_account(account_id: int, *, on: date, by: Act) -> None:
    """Close the account (销户): from ``on`` it uses nothing; everything open ends that day.

    Raises NotFound, AccountClosed, InvalidInput without a reason, PeriodNotOpen.
    """
    require_transaction()
    if not by.reason.strip():
        raise InvalidInput({"reason": [_("Say why the account is closed.")]})
    row = live_account(account_id)
    before = row.state
    with history(by):
        for held in (Agreement, RateAssignment, AccountUsagePoint, AccountParty):
            for entry in held.objects.filter(account=row, period__upper_inf=True):
                end_on(entry, on)
        row.state, row.closed_date = Account.State.CLOSED, on
        row.save(update_fields=["state", "closed_date"])
    record(
        row,
        "close_account",
        by,
        before={"state": before},
        after={"state": row.state, "on": on.isoformat()},
    )
    search_index.rebuild_search([account_id])


def set_stopped(account_id: int, *, stopped: bool, by: Act) -> None:
    """Note that the account was stopped (停电) or restored (复电).

    Raises NotFound, AccountClosed, WrongState.
    """
    require_transaction()
    row = live_account(account_id)
    state = Account.State.STOPPED if stopped else Account.State.ACTIVE
    if row.state == state:
        raise WrongState(number=row.number, state=row.state)
    before, row.state = row.state, state
    with history(by):
        row.save(update_fields=["state"])
    record(row, "set_stopped", by, before={"state": before}, after={"state": state})
