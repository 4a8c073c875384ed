"""The list of accounts: filters, columns, views and Excel of exactly what is filtered."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.web import access
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import ChoiceFilter, Filter, Rows, TextFilter
from wattdesk.web.lists.view import ListView, OwnView
from wattdesk.web.staff.customers import codes

VIEW = "customers.view"
NO_PRICE = "NONE"  # the choice "no price class" in the address


def _owing(rows: Rows, value: tuple[str, ...]) -> Rows:
    """Accounts with, or without, an open receivable; both chosen is everybody."""
    if len(value) != 1:
        return rows
    rows = rows.alias(open_fen=ledger.receivable_of_row())
    owes = Q(open_fen__gt=0)
    return rows.filter(owes) if value[0] == "yes" else rows.filter(~owes | Q(open_fen__isnull=True))


def reads_english() -> bool:
    return (get_language() or "").startswith("en")


class AccountList(ListView):
    """Accounts of the person's units, one row each."""

    key = "customers.accounts"
    title = pgettext_lazy("list", "Accounts")
    noun = _("accounts")
    action = VIEW
    values = ("pk", "number", "state", "unit__name", "unit__name_en", "segment__code",
              "segment__name", "opened_date", "closed_date")  # fmt: skip
    columns = (
        Column("number", _("Account no."), "id", sort="number"),
        Column("name", pgettext_lazy("account", "Name")),
        Column("address", _("Address")),
        Column("class", _("Class"), is_shown=False),
        Column("price", _("Price class")),
        Column("capacity", _("Capacity"), "quantity", unit=_("kVA"), is_shown=False),
        Column("voltage", _("Voltage"), is_shown=False),
        Column("area", _("Transformer area")),
        Column("segment", _("Segment"), "text"),
        Column("unit", _("Unit"), is_shown=False),
        Column("manager", _("Manager"), is_shown=False),
        Column("opened", _("Opened"), "day", is_shown=False),
        Column("closed", _("Closed"), "day", is_shown=False),
        Column("arrears", _("Arrears"), "money", unit=_("CNY")),
        Column("state", _("State"), "state"),
    )
    views = (
        OwnView(pgettext_lazy("accounts", "All")),
        OwnView(_("With arrears"), "arrears=yes"),
        OwnView(_("Stopped"), "state=STOPPED"),
        OwnView(_("Without a price"), f"price={NO_PRICE}"),
        OwnView(_("Closed with arrears"), "arrears=yes&state=CLOSED"),
    )
    default_sort = "number"
    # Each row of a filter by arrears adds up its own entries: count no further than this.
    count_limit = 2_000
    search = TextFilter(
        "q", _("In the list"), where=customers.found_by, placeholder=_("Find in the list")
    )
    template_name = "customers/account_list.html"
    filters: Sequence[Filter] = ()  # type: ignore[misc]  # of the person who asks: see setup

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        scope = access.scope(request, VIEW)
        self.units = kept(lambda: identity.list_units(scope))
        self.filters = self.own_filters(request)

    def own_filters(self, request: HttpRequest) -> Sequence[Filter]:
        """The filters; units and prices are read only when the page or a condition needs them."""

        def units() -> list[tuple[str, str]]:
            return [(unit.code, str(unit)) for unit in self.units()]

        def prices() -> list[tuple[str, Any]]:
            english = reads_english()
            known = [(s.code, s.title_en if english else s.title) for s in tariffs.list_schedules()]
            return [*known, (NO_PRICE, _("no price class"))]

        def in_units(rows: Rows, chosen: tuple[str, ...]) -> Rows:
            paths = [unit.path for unit in self.units() if unit.code in chosen]
            below = Q()
            for path in paths:
                below |= Q(unit__path__startswith=path)
            return rows.filter(below) if paths else rows.none()

        def priced(rows: Rows, chosen: tuple[str, ...]) -> Rows:
            wanted = ["" if code == NO_PRICE else code for code in chosen]
            return rows.filter(customers.priced_by(wanted, on=access.today(request)))

        return (
            ChoiceFilter("unit", _("Unit"), where=in_units, choices=units),
            TextFilter(
                "segment",
                _("Segment"),
                fields=("segment__code", "segment__name"),
                lookup="istartswith",
                placeholder=_("code or name"),
            ),
            ChoiceFilter(
                "state", _("State"), "state", choices=tuple(codes.STATES.items())[:3]
            ),
            ChoiceFilter("price", _("Price class"), where=priced, choices=kept(prices)),
            ChoiceFilter(
                "arrears",
                _("Arrears"),
                where=_owing,
                choices=(("yes", pgettext_lazy("arrears", "yes")),
                         ("no", pgettext_lazy("arrears", "no"))),
            ),
        )  # fmt: skip

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return customers.account_rows(access.scope(request, VIEW))

    def subtitle(self, request: HttpRequest) -> str:
        units = self.units()
        return str(units[0]) if units else ""

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        ids = [row["pk"] for row in found]
        cards = customers.account_cards(ids, on=access.today(request))
        owed = ledger.receivables_of(ids)
        english = reads_english()
        return [
            self._row(row, cards[row["pk"]], owed.get(row["pk"], 0), english=english)
            for row in found
        ]

    def _row(
        self, row: dict[str, Any], card: customers.AccountCard, owed: int, *, english: bool
    ) -> Row:
        url = reverse("customers:account", args=[row["number"]])
        unit = row["unit__name_en"] if english else ""
        cells: dict[str, Any] = {
            "number": Cell(row["number"], url),
            "name": card.holder_name,
            "address": card.address,
            "class": codes.word(codes.CLASSES, card.customer_class),
            "price": card.schedule_title_en if english else card.schedule_title,
            "capacity": card.capacity_kva,
            "voltage": codes.word(codes.VOLTAGES, card.voltage) if card.voltage else "",
            "area": card.area_name,
            "segment": Cell(row["segment__code"] or "", title=row["segment__name"] or ""),
            "unit": unit or row["unit__name"],
            "manager": (card.manager_name_en if english else "") or card.manager_name,
            "opened": row["opened_date"],
            "closed": row["closed_date"],
            "arrears": Cell(owed or None, tone="bad" if owed > 0 else ""),
            "state": Cell(
                codes.word(codes.STATES, row["state"]), tone=codes.STATE_TONES[row["state"]]
            ),
        }
        if not card.schedule_code:
            cells["price"] = Cell(str(_("no price class")), tone="warn")
        return Row(row["pk"], cells, url)


def kept(read: Any) -> Any:
    """A function that reads once and remembers: filters are asked for their choices repeatedly."""
    found: list[Any] = []

    def choices() -> Any:
        if not found:
            found.append(read())
        return found[0]

    return choices
