"""The time line of an account: audit records, bills and what the archive itself dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit.api import AuditEntry
from wattdesk.domains.billing.api import BillRow
from wattdesk.domains.customers.data import AccountView
from wattdesk.web import format as fmt
from wattdesk.web.parts import Event, Tone
from wattdesk.web.staff.customers.page import bill_url

KINDS = {
    "money": gettext_lazy("Money"),
    "contact": gettext_lazy("People"),
    "archive": gettext_lazy("Archive"),
    "meter": gettext_lazy("Meters"),
}
NO_BREAK = "\u2060"  # a date is not broken at its hyphen
Sign = tuple[str, str, Tone, str | Promise]
# action → kind, icon, tone, words
ACTIONS: dict[str, Sign] = {
    "customers.open_account": ("archive", "home-plus", "ok", gettext_lazy("Account opened")),
    "customers.close_account": ("archive", "home-off", "", gettext_lazy("Account closed")),
    "customers.change_holder": ("archive", "user-edit", "info", gettext_lazy("Holder changed")),
    "customers.assign_rate": ("archive", "tag", "info", gettext_lazy("Price class assigned")),
    "customers.set_party": ("contact", "users", "", gettext_lazy("Party named")),
    "customers.attach_point": ("meter", "plug", "", gettext_lazy("Usage point attached")),
    "customers.detach_point": ("meter", "plug-off", "", gettext_lazy("Usage point detached")),
    "customers.set_stopped": ("archive", "bolt-off", "warn",
                              gettext_lazy("Supply stopped or restored")),
    "customers.set_care": ("archive", "user-heart", "",
                           gettext_lazy("Segment, manager or note changed")),
    "customers.set_profile": ("archive", "adjustments", "", gettext_lazy("Load profile changed")),
    "customers.set_block_opening": ("money", "stairs", "",
                                    gettext_lazy("Opening of the block year noted")),
    "customers.register_customer": ("contact", "user-plus", "",
                                    gettext_lazy("Customer registered")),
    "customers.correct_customer": ("contact", "user-edit", "info",
                                   gettext_lazy("Customer data corrected")),
    "customers.add_phone": ("contact", "phone-plus", "", gettext_lazy("Phone added")),
    "customers.mark_phone": ("contact", "phone-check", "",
                             gettext_lazy("Phone confirmed or marked failed")),
    "customers.remove_phone": ("contact", "phone-off", "", gettext_lazy("Phone removed")),
    "customers.unmask": ("contact", "eye", "warn", gettext_lazy("Personal data seen in full")),
    "premises.correct_location": ("archive", "map-pin", "", gettext_lazy("Address corrected")),
    "premises.change_capacity": ("archive", "bolt", "info", gettext_lazy("Capacity changed")),
    "premises.rehang_point": ("meter", "route", "", gettext_lazy("Moved to another area")),
    "premises.set_boundary": ("archive", "border-vertical", "",
                              gettext_lazy("Ownership boundary set")),
    "premises.create_usage_point": ("meter", "plug", "", gettext_lazy("Usage point made")),
    "premises.end_usage_point": ("meter", "plug-off", "", gettext_lazy("Usage point ended")),
    "metering.meter.install": ("meter", "dashboard", "ok", gettext_lazy("Meter installed")),
    "metering.meter.remove": ("meter", "dashboard-off", "", gettext_lazy("Meter removed")),
    "metering.transformer.install": ("meter", "transform", "",
                                     gettext_lazy("Instrument transformers installed")),
    "metering.reading.record": ("meter", "numbers", "", gettext_lazy("Reading recorded")),
    "metering.reading.correct": ("meter", "pencil", "warn", gettext_lazy("Reading corrected")),
    "metering.reading.estimate": ("meter", "wand", "warn", gettext_lazy("Reading estimated")),
    "metering.finding.decide": ("meter", "checkup-list", "info", gettext_lazy("Finding decided")),
}  # fmt: skip
SHOWN_FIELDS = {
    "NAME": gettext_lazy("name"),
    "ID_NUMBER": gettext_lazy("document number"),
    "PHONE": gettext_lazy("phone"),
    "PERSON": gettext_lazy("contact person"),
    "ADDRESS": gettext_lazy("address"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event with its kind, for the filter of the time line."""

    kind: str
    event: Event


def from_audit(entry: AuditEntry) -> Happening:
    """An audit record in words: who and why below; never the personal data it holds."""
    kind, icon, tone, words = ACTIONS.get(entry.action, ("archive", "point", "", entry.action))
    title = str(words)
    if entry.action == "customers.unmask" and entry.after:
        names = [str(SHOWN_FIELDS.get(name, name)) for name in entry.after.get("fields", ())]
        title = _("%(what)s: %(fields)s") % {"what": title, "fields": _(", ").join(names)}
    elif entry.action == "customers.assign_rate" and entry.after:
        title = _("%(what)s from %(day)s") % {"what": title, "day": entry.after.get("from", "")}
    by = "　".join(part for part in (entry.actor_name, entry.reason) if part)
    return Happening(kind, Event(entry.at, title, by, icon, tone))


def from_bill(bill: BillRow) -> Happening:
    """A released bill."""
    title = _("Bill %(month)s released") % {"month": fmt.month(bill.receivable_month)}
    by = _("%(kwh)s kWh, due %(day)s") % {
        "kwh": fmt.quantity(bill.energy_kwh),
        "day": fmt.day(bill.due_date)[5:].replace("-", f"-{NO_BREAK}"),
    }
    return Happening(
        "money",
        Event(
            bill.released_at, title, by, "file-invoice", url=bill_url(bill.bill_id),
            amount_fen=bill.total_fen,
        ),
    )  # fmt: skip


def from_archive(view: AccountView) -> list[Happening]:
    """What the archive dates by itself: opening, holders, price, closing."""
    found = [_dated(view.account.opened_date, _("Account opened"), "home-plus", "ok")]
    for former in view.former_holders:
        if former.number == view.account.number and former.to_date:
            found.append(_dated(former.to_date, _("Holder changed"), "user-edit", "info"))
    if view.rate and view.rate.from_date > view.account.opened_date:
        found.append(_dated(view.rate.from_date, _("Present price class begins"), "tag", "info"))
    if view.account.closed_date:
        found.append(_dated(view.account.closed_date, _("Account closed"), "home-off", ""))
    return found


def _dated(day: date, title: str, icon: str, tone: Tone) -> Happening:
    at = timezone.make_aware(datetime.combine(day, time()))
    return Happening("archive", Event(at, title, "", icon, tone))


def merged(
    entries: Iterable[AuditEntry], bills: Sequence[BillRow], view: AccountView | None
) -> list[Happening]:
    """All of them, the newest first; what the audit tells of a day, the archive need not repeat."""
    found = [from_audit(entry) for entry in entries]
    told = {(timezone.localdate(h.event.at), h.event.icon) for h in found}
    found += [from_bill(bill) for bill in bills]
    if view is not None:
        found += [
            h for h in from_archive(view)
            if (timezone.localdate(h.event.at), h.event.icon) not in told
        ]  # fmt: skip
    return sorted(found, key=lambda h: h.event.at, reverse=True)
