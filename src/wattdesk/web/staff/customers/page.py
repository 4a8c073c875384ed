"""What every section of an account's page shows: head, line 1, key figures, tabs."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wattdesk.domains.billing import api as billing
from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import AccountView, CustomerView
from wattdesk.domains.identity.data import in_language
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.premises.data import PointPlace
from wattdesk.kernel.schedule.billing_dates import add_months, is_due
from wattdesk.web import access, shell
from wattdesk.web import format as fmt
from wattdesk.web.parts import Figure, Tone
from wattdesk.web.staff.customers import codes

VIEW = "customers.view"
UNMASK = "customers.unmask"
EDIT = "customers.edit"
MONEY = "billing.view"
METERS = "metering.view"
RECENT = timedelta(days=92)  # "holder changed in the last 3 months"
MOST_BILLS = 25


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value in line 1 or in a list of facts; ``unmask`` names what may be shown."""

    label: str
    value: str
    is_id: bool = False
    unmask: str = ""
    url: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in the head."""

    text: str
    tone: Tone
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One section of the page; ``number`` beside its name where a number says something."""

    title: str
    url: str
    is_current: bool
    number: int | None = None


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill not paid yet: how much of it, due when, late by how many days (0: not late)."""

    bill: billing.BillRow | None
    month: date
    open_fen: int
    late_days: int


class AccountPage:
    """An account as its pages show it, for one person at one moment."""

    def __init__(self, request: HttpRequest, view: AccountView, section: str) -> None:
        self.request = request
        self.view = view
        self.section = section
        self.today = access.today(request)

    @property
    def account(self) -> Any:
        return self.view.account

    @property
    def number(self) -> str:
        return self.view.account.number

    def may(self, action: str) -> bool:
        """True when the person may do the action for this account's unit."""
        return access.scope(self.request, action).covers(self.view.account.unit_path)

    def url(self, name: str, *args: object) -> str:
        """The address of a page of this account."""
        return reverse(f"customers:{name}", args=[self.number, *args])

    @cached_property
    def sees_money(self) -> bool:
        return self.may(MONEY)

    @cached_property
    def sees_meters(self) -> bool:
        return self.may(METERS)

    @cached_property
    def may_edit(self) -> bool:
        return self.may(EDIT)

    @cached_property
    def may_unmask(self) -> bool:
        return self.may(UNMASK) and self.view.masked

    @cached_property
    def unmask_url(self) -> str:
        """Where the whole of a masked value is asked for; "" without the right."""
        return self.url("unmask") if self.may_unmask else ""

    # --- what the domains say -----------------------------------------------------------------
    @cached_property
    def bills(self) -> billing.AccountBills:
        if not self.sees_money:
            return billing.AccountBills((), (), None)
        return billing.account_summary(self.account.id, limit=MOST_BILLS)

    @cached_property
    def standing(self) -> ledger.Standing:
        if not self.sees_money:
            return ledger.Standing(0, ())
        return ledger.standing(self.account.id)

    @cached_property
    def open_bills(self) -> list[OpenBill]:
        """Bills with something open, the oldest month first."""
        known = {bill.bill_id: bill for bill in self.bills.bills}
        found = []
        for item in self.standing.open_bills:
            bill = known.get(item.bill_id) if item.bill_id else None
            late = (self.today - bill.due_date).days if bill else 0
            found.append(OpenBill(bill, item.receivable_month, item.receivable_fen, max(late, 0)))
        return found

    @property
    def first_place(self) -> PointPlace | None:
        return self.view.usage_points[0] if self.view.usage_points else None

    @property
    def name(self) -> str:
        return self.view.holder.name if self.view.holder else _("No holder")

    @cached_property
    def people(self) -> list[tuple[str, CustomerView]]:
        """Role and party: the holder first, then whoever differs from the holder."""
        holder = [("HOLDER", self.view.holder)] if self.view.holder else []
        return [*holder, *((party.role, party.customer) for party in self.view.parties)]

    # --- addresses ----------------------------------------------------------------------------
    @property
    def grouped_number(self) -> str:
        return fmt.grouped(self.number)

    @property
    def name_key(self) -> str:
        """How the page that shows the holder's name in full names it."""
        return f"name:{self.view.holder.id}" if self.view.holder else ""

    @property
    def bills_url(self) -> str:
        return self.url("bills")

    @property
    def statement_url(self) -> str:
        return self.url("statement")

    @property
    def points_url(self) -> str:
        return self.url("points")

    @property
    def people_url(self) -> str:
        return self.url("people")

    @property
    def agreement_url(self) -> str:
        return self.url("agreement")

    @property
    def price_url(self) -> str:
        return self.url("assign_price")

    @property
    def time_line_url(self) -> str:
        return self.url("time_line")

    # --- the head -----------------------------------------------------------------------------
    @property
    def holder_changed(self) -> date | None:
        """The day of a change of holder in the last three months."""
        own = [f for f in self.view.former_holders if f.number == self.number and f.to_date]
        latest = max((f.to_date for f in own if f.to_date), default=None)
        return latest if latest and self.today - latest <= RECENT else None

    def chips(self) -> list[Chip]:
        """States: supply, arrears, changed holder, dependence on supply."""
        state = self.account.state
        text = codes.word(codes.STATES, state)
        if self.account.closed_date:
            text += f" {fmt.day(self.account.closed_date)}"
        found = [Chip(text, codes.STATE_TONES[state])]
        owing = [b for b in self.open_bills if b.open_fen > 0]
        late = [b for b in owing if b.late_days]
        if late:
            words = ngettext("%(n)s bill overdue", "%(n)s bills overdue", len(late))
            found.append(Chip(words % {"n": len(late)}, "bad", "alert-circle"))
        elif owing:
            words = ngettext("%(n)s bill open", "%(n)s bills open", len(owing))
            found.append(Chip(words % {"n": len(owing)}, "info"))
        if self.holder_changed:
            day = fmt.day(self.holder_changed)
            found.append(Chip(_("Holder changed %(day)s") % {"day": day}, "warn", "user-edit"))
        if self.account.state != "CLOSED" and self.view.rate is None:
            found.append(Chip(_("No price class"), "bad", "tag-off"))
        if self.view.profile and self.view.profile.dependence != "NORMAL":
            is_private = self.view.profile.dependence == "LIFE_SUPPORT"
            if not is_private or self.may_edit:
                word = codes.word(codes.DEPENDENCE, self.view.profile.dependence)
                found.append(Chip(word, "hold" if is_private else "info", "heartbeat"))
        return found

    def facts(self) -> list[Fact]:
        """Line 1: read without scrolling."""
        place, rate = self.first_place, self.view.rate
        found = [Fact(_("Account no."), fmt.grouped(self.number), is_id=True)]
        if place:
            found.append(
                Fact(_("Address"), place.address, unmask=f"address:{place.usage_point_id}")
            )
        if rate:
            found.append(Fact(_("Class"), codes.word(codes.CLASSES, rate.customer_class)))
            found.append(Fact(_("Price class"), in_language(rate.title, rate.title_en)))
        if place:
            found.append(Fact(_("Voltage"), codes.word(codes.VOLTAGES, place.voltage)))
        kva = self.view.agreement.contract_kva if self.view.agreement else None
        size = codes.capacity(kva or (place.capacity_kva if place else None))
        if size:
            found.append(Fact(_("Capacity"), size))
        if place and place.feeder_name:
            found.append(Fact(_("Feeder"), place.feeder_name))
        if place and place.area_name:
            found.append(Fact(_("Transformer area"), place.area_name))
        if self.view.manager:
            manager = in_language(self.view.manager.name, self.view.manager.name_en)
            found.append(Fact(_("Manager"), manager))
        if self.sees_money:
            owed = self.standing.owed_fen
            text = f"{fmt.yuan(-owed)} {_('CNY')}"
            found.append(Fact(_("Balance"), text, tone="bad" if owed > 0 else ""))
        return found

    # --- key figures --------------------------------------------------------------------------
    def figures(self) -> list[Figure]:
        """The strip under the head: bill, arrears, balance, blocks, next reading."""
        found = []
        if self.sees_money:
            found += [self._last_bill(), self._arrears(), self._balance()]
            if self.bills.block:
                found.append(self._block(self.bills.block))
        found.append(self._next_reading())
        return found

    def _last_bill(self) -> Figure:
        if not self.bills.bills:
            return Figure(_("Last bill"), fmt.NONE, details=(_("no bill yet"),))
        bill = self.bills.bills[0]
        details = [f"{fmt.quantity(bill.energy_kwh)} kWh"]
        if len(self.bills.bills) > 1:
            change = bill.total_fen - self.bills.bills[1].total_fen
            details.append(_("against the one before %(yuan)s") % {"yuan": fmt.signed_yuan(change)})
        return Figure(
            _("Last bill %(month)s") % {"month": fmt.month(bill.receivable_month)},
            fmt.yuan(bill.total_fen), _("CNY"), details, url=bill_url(bill.bill_id),
        )  # fmt: skip

    def _arrears(self) -> Figure:
        owing = [b for b in self.open_bills if b.open_fen > 0]
        total = sum(b.open_fen for b in owing)
        if not owing:
            return Figure(_("Arrears"), fmt.yuan(0), _("CNY"), (_("nothing open"),))
        words = ngettext(
            "%(n)s bill, oldest %(month)s", "%(n)s bills, oldest %(month)s", len(owing)
        )
        details = [words % {"n": len(owing), "month": fmt.month(owing[0].month)}]
        late = max(b.late_days for b in owing)
        if late:
            words = ngettext("overdue %(days)s day", "overdue %(days)s days", late)
            details.append(words % {"days": late})
        elif owing[0].bill:
            details.append(_("due %(day)s") % {"day": fmt.day(owing[0].bill.due_date)})
        return Figure(
            _("Arrears"), fmt.yuan(total), _("CNY"), details, url=self.url("bills"),
            is_alarm=bool(late),
        )  # fmt: skip

    def _balance(self) -> Figure:
        owed = self.standing.owed_fen
        words = _("owed by the customer") if owed > 0 else _("in the customer's favor")
        return Figure(
            _("Balance"), fmt.yuan(-owed), _("CNY"), (words if owed else _("settled"),),
            url=self.url("statement"),
        )  # fmt: skip

    def _block(self, block: billing.BlockStanding) -> Figure:
        passed = sum(1 for limit in block.limits_kwh if block.used_kwh > limit)
        details = [_("in block %(n)s") % {"n": passed + 1}]
        if passed < len(block.limits_kwh):
            left = block.limits_kwh[passed] - block.used_kwh
            details.append(
                _("%(left)s kWh left to %(limit)s")
                % {"left": fmt.quantity(left, 0), "limit": fmt.quantity(block.limits_kwh[passed])}
            )
        label = pgettext("block", "Used this month")
        if block.year_start:
            label = _("Used since %(day)s") % {"day": fmt.day(block.year_start)}
        return Figure(label, fmt.quantity(block.used_kwh, 0), "kWh", details)

    def _next_reading(self) -> Figure:
        segment = self.view.segment
        if segment is None or self.account.state == "CLOSED":
            why = _("account closed") if segment else _("no segment")
            return Figure(_("Next reading"), fmt.NONE, details=(why,))
        day = next_reading_day(segment.reading_day, segment.cycle, self.today)
        return Figure(
            _("Next reading"),
            fmt.day(day)[5:],
            details=(f"{segment.code} {segment.name}", codes.word(codes.CYCLES, segment.cycle)),
            url=segment_url(segment.code) if self.sees_meters else "",
        )

    # --- sections -----------------------------------------------------------------------------
    def tabs(self) -> list[Tab]:
        """The sections this person may open."""
        points = len(self.view.usage_points)
        people = len({person.id for _role, person in self.people})
        wanted: list[tuple[str, str, bool, int | None]] = [
            ("account", pgettext("tab", "Overview"), True, None),
            ("use", pgettext("tab", "Use"), self.sees_meters, None),
            ("bills", pgettext("tab", "Bills"), self.sees_money, None),
            ("statement", pgettext("tab", "Statement"), self.sees_money, None),
            ("points", pgettext("tab", "Points and meters"), self.sees_meters, points),
            ("agreement", pgettext("tab", "Agreement and price"), True, None),
            ("people", pgettext("tab", "People"), True, people),
            ("time_line", pgettext("tab", "Time line"), True, None),
        ]
        return [
            Tab(title, self.url(name), name == self.section, number)
            for name, title, is_open, number in wanted
            if is_open
        ]

    def context(self) -> dict[str, Any]:
        """What the frame of the sections needs."""
        newest = self.bills.bills[0] if self.bills.bills else None
        return {
            "page": self,
            "view": self.view,
            "chips": self.chips(),
            "facts": self.facts(),
            "figures": self.figures(),
            "tabs": self.tabs(),
            "explain_url": bill_url(newest.bill_id) if newest else "",
        }


def open_page(request: HttpRequest, number: str, section: str, action: str = VIEW) -> AccountPage:
    """The account by its number, within the units where the person may do ``action``.

    Raises NotFound, ActionMissing.
    """
    access.require(request, action)
    scope = access.scope(request, action)
    view = customers.get_account_view(number, scope=scope, on=access.today(request))
    return AccountPage(request, view, section)


def bill_url(bill_id: int | None) -> str:
    """The page of a bill, or "" while there is none."""
    return shell.address("billing:bill", bill_id) if bill_id else ""


def segment_url(code: str) -> str:
    return reverse("metering:segment_page", args=[code])


def next_reading_day(reading_day: int, cycle: str, today: date) -> date:
    """The next day on which a segment of this cycle is read; today counts."""
    months = [add_months(today, count) for count in range(4)]
    days = (month.replace(day=reading_day) for month in months if is_due(cycle, month))
    return next(day for day in days if day >= today)
