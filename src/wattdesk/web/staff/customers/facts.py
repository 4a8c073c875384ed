"""What the sections of an account's page show, as plain rows: bills, readings, parties, places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.data import ReadingRow
from wattdesk.domains.customers.data import (
    CustomerView,
    NeighborAccount,
    PhoneView,
    ProfileEntry,
    RateView,
)
from wattdesk.domains.identity.data import in_language
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering import api as metering
from wattdesk.domains.premises.data import PointPlace
from wattdesk.toolkit import rulebook
from wattdesk.web import format as fmt
from wattdesk.web.parts import Tone
from wattdesk.web.staff.customers import codes
from wattdesk.web.staff.customers.page import AccountPage, bill_url


@dataclass(frozen=True, slots=True)
class BillLine:
    """A bill in the table of bills: what of it is open, and how it stands in words."""

    bill: billing.BillRow
    open_fen: int
    state: str
    tone: Tone
    url: str
    marks: Sequence[tuple[str, str]]

    @property
    def period(self) -> str:
        return fmt.period(self.bill.from_date, self.bill.to_date)


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A register over the last period: difference × ratio = quantity."""

    row: ReadingRow
    name: str
    difference: Decimal | None
    unit: str
    marks: Sequence[tuple[str, str]]
    meter_url: str


def bill_lines(page: AccountPage, limit: int) -> list[BillLine]:
    """The newest bills of the account, the newest first."""
    open_of = {b.bill.bill_id: b.open_fen for b in page.open_bills if b.bill}
    found = []
    for bill in page.bills.bills[:limit]:
        open_fen = open_of.get(bill.bill_id, 0)
        state, tone = _bill_state(bill, open_fen, page.today)
        url, marks = bill_url(bill.bill_id), codes.mark_words(bill.marks)
        found.append(BillLine(bill, open_fen, state, tone, url, marks))
    return found


def _bill_state(bill: billing.BillRow, open_fen: int, today: date) -> tuple[str, Tone]:
    if bill.total_fen == 0:
        return _("nothing to pay"), "mute"
    if open_fen <= 0:
        return _("settled"), "ok"
    late = (today - bill.due_date).days
    if late > 0:
        words = ngettext("overdue %(days)s day", "overdue %(days)s days", late)
        return words % {"days": late}, "bad"
    return _("due %(day)s") % {"day": fmt.day(bill.due_date)}, "info"


def reading_days(lines: Sequence[ReadingLine]) -> tuple[date, date] | None:
    """First and last day where all readings share them: then no row repeats them."""
    days = {(line.row.last_date, line.row.this_date) for line in lines}
    first, last = days.pop() if len(days) == 1 else (None, None)
    return (first, last) if first and last else None


def reading_lines(page: AccountPage) -> list[ReadingLine]:
    """Readings of the newest bill, with the register's difference."""
    found = []
    for row in page.bills.readings:
        difference = None
        if row.this is not None and row.last is not None:
            difference = row.this - row.last
            if "ROLLOVER" in row.marks and row.multiplier:
                difference = row.quantity / row.multiplier
        unit = "kvarh" if row.kind.startswith("REACTIVE") else "kWh"
        name = metering.kind_name(row.kind)
        url = reverse("metering:meter", args=[row.meter_number]) if row.meter_number else ""
        url = url if page.sees_meters else ""
        found.append(ReadingLine(row, name, difference, unit, codes.mark_words(row.marks), url))
    return found


@dataclass(frozen=True, slots=True)
class NeighborLine:
    """Who else is easily missed: kind of relation, name, number, state, dates."""

    relation: str
    name: str
    number: str
    state: str
    tone: Tone
    when: str
    url: str


def neighbors(page: AccountPage) -> list[NeighborLine]:
    """Other accounts at the address, former holders, and accounts that had the meter before."""
    found = []
    for one in page.view.same_address:
        found.append(_neighbor(page, _("same address"), one))
    for one in page.view.former_holders:
        own = one.number == page.number
        found.append(_neighbor(page, _("former holder") if own else _("before on this meter"), one))
    return found


def _neighbor(page: AccountPage, relation: str, one: NeighborAccount) -> NeighborLine:
    is_own = one.number == page.number
    return NeighborLine(
        relation,
        one.name,
        one.number,
        codes.word(codes.STATES, one.state),
        codes.STATE_TONES.get(one.state, "mute"),
        fmt.period(one.from_date, one.to_date) if one.from_date else "",
        "" if is_own else reverse("customers:account", args=[one.number]),
    )


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A phone with its purpose in words; doubtful when it was confirmed too long ago."""

    phone: PhoneView
    purpose: str
    is_doubtful: bool

    @property
    def key(self) -> str:
        """How the page that shows it in full names it."""
        return f"phone:{self.phone.id}"

    @property
    def person_key(self) -> str:
        return f"person:{self.phone.id}"

    @property
    def failed_words(self) -> str:
        return _("not reached on %(day)s") % {"day": fmt.day(self.phone.failed_on)}

    @property
    def confirmed_words(self) -> str:
        if self.phone.confirmed_on is None:
            return _("never confirmed")
        day = fmt.day(self.phone.confirmed_on)
        return _("%(day)s, long ago") % {"day": day} if self.is_doubtful else day


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party with its phones and what is written beside its name."""

    role: str
    customer: CustomerView
    kind: str
    id_kind: str
    since: date | None
    phones: Sequence[PhoneLine]

    @property
    def is_person(self) -> bool:
        return self.customer.kind == "PERSON"

    @property
    def name_key(self) -> str:
        return f"name:{self.customer.id}"

    @property
    def id_key(self) -> str:
        return f"id:{self.customer.id}"

    @property
    def others(self) -> str:
        """How many further accounts the party holds, in words."""
        count = self.customer.other_accounts
        return ngettext("%(n)s more account", "%(n)s more accounts", count) % {"n": count}


def parties(page: AccountPage) -> list[PartyLine]:
    """Holder, payer, invoice title, present user: each where it differs."""
    since = {party.role: party.from_date for party in page.view.parties}
    months = rulebook.rule("archive.phone_confirm_months", on=page.today).integer
    found = []
    for role, person in page.people:
        found.append(
            PartyLine(
                role=codes.word(codes.ROLES, role),
                customer=person,
                kind=codes.word(codes.CUSTOMER_KINDS, person.kind),
                id_kind=codes.word(codes.ID_KINDS, person.id_kind) if person.id_kind else "",
                since=page.view.holder_since if role == "HOLDER" else since.get(role),
                phones=[_phone_line(phone, page.today, months) for phone in person.phones],
            )
        )
    return found


def _phone_line(phone: PhoneView, today: date, months: int) -> PhoneLine:
    confirmed = phone.confirmed_on
    age = (today.year - confirmed.year) * 12 + today.month - confirmed.month if confirmed else None
    is_old = age is None or age > months
    purpose = codes.word(codes.PURPOSES, phone.purpose)
    return PhoneLine(phone, purpose, is_old and phone.failed_on is None)


def point_facts(place: PointPlace) -> dict[str, Any]:
    """A usage point as the pages show it."""
    source = place.feeder_name or fmt.NONE
    if place.second_feeder_name:
        source = f"{source} / {place.second_feeder_name}"
    return {
        "place": place,
        "address_key": f"address:{place.usage_point_id}",
        "source": source,
        "voltage": codes.word(codes.VOLTAGES, place.voltage),
        "metering": codes.word(codes.METERING, place.metering),
        "capacity": codes.capacity(place.capacity_kva),
        "behind": codes.word(codes.RESPONSIBLE, place.boundary.behind_boundary)
        if place.boundary
        else "",
        "behind_meter": codes.word(codes.RESPONSIBLE, place.boundary.behind_meter)
        if place.boundary
        else "",
    }


def price_facts(rate: RateView | None) -> dict[str, Any] | None:
    """A price class as assigned, with what the class needs to know."""
    if rate is None:
        return None
    return {
        "rate": rate,
        "title": in_language(rate.title, rate.title_en),
        "class": codes.word(codes.CLASSES, rate.customer_class),
        "options": [
            (codes.word(codes.OPTIONS, name), value) for name, value in sorted(rate.options.items())
        ],
    }


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry of the statement in words, with the address of its bill."""

    row: ledger.StatementRow
    words: str
    url: str


def statement_lines(rows: Sequence[ledger.StatementRow]) -> list[StatementLine]:
    """The entries of a statement as the page shows them."""
    words = {
        "bill_released": _("Bill %(month)s"),
        "bill_reversed": _("Bill %(month)s taken back"),
    }
    found = []
    for row in rows:
        text = words.get(row.event)
        told = text % {"month": fmt.month(row.receivable_month)} if text else row.event
        found.append(StatementLine(row, told, bill_url(row.bill_id)))
    return found


def register_facts(installed: metering.InstalledMeter | None) -> list[dict[str, Any]]:
    """The registers of a meter in the order of its display."""
    if installed is None:
        return []
    return [
        {
            "name": metering.kind_name(register.kind),
            "digits": register.digits,
            "decimals": register.decimals,
            "day": register.latest_date,
            "value": register.latest_value,
        }
        for register in installed.meter.registers
    ]


def profile_facts(page: AccountPage) -> dict[str, Any] | None:
    """The load profile in words; that somebody needs life support is for those who act on it."""
    profile: ProfileEntry | None = page.view.profile
    if profile is None:
        return None
    is_told = profile.dependence != "LIFE_SUPPORT" or page.may_edit
    return {
        "use": codes.word(codes.USES, profile.use),
        "hours": codes.word(codes.HOURS, profile.hours),
        "dependence": codes.word(codes.DEPENDENCE, profile.dependence) if is_told else fmt.NONE,
        "backup": codes.word(codes.BACKUPS, profile.backup),
        "load_kw": profile.load_kw,
        "backup_kw": profile.backup_kw,
    }
