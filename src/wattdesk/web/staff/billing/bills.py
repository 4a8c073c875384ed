"""Views of released bills: the list, one bill, its PDF."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from wattdesk.domains.billing import api as billing
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import ChoiceFilter, NumberFilter, TextFilter
from wattdesk.web.lists.view import ListView, OwnView
from wattdesk.web.staff.billing import bill_page, people, prices, printing, words


@needs("billing.view")
@require_GET
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """A released bill: total, why against the last, readings, lines with formulas, evidence."""
    scope = access.scope(request, "billing.view")
    document = billing.get_bill_document(bill_id, scope=scope)
    return render(
        request, "billing/bill.html", bill_page.context(request, people.shown(request, document))
    )


@needs("billing.view")
@require_GET
def bill_pdf(request: HttpRequest, bill_id: int, language: str) -> HttpResponse:
    """The bill as PDF, shown in the browser; names as this person may see them."""
    if language not in printing.LANGUAGES:
        raise NotFound
    scope = access.scope(request, "billing.view")
    document = billing.get_bill_document(bill_id, scope=scope)
    content = billing.render_bill(
        document, language=language, masked=not people.sees_names(request)
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.number}-{language}.pdf"'
    return response


def month_choices() -> Sequence[tuple[str, str]]:
    """Receivable months with released bills, as the address has them."""
    return [(fmt.month(month), fmt.month(month)) for month in billing.bill_months()]


def class_choices() -> Sequence[tuple[str, str]]:
    """Price classes by their titles."""
    return list(prices.names().items())


def of_months(rows: QuerySet[Any], months: Sequence[str]) -> QuerySet[Any]:
    """Bills of these receivable months: by their runs, for which there is an index."""
    return rows.filter(run__receivable_month__in=[f"{month}-01" for month in months])


def of_run(rows: QuerySet[Any], number: str) -> QuerySet[Any]:
    """Bills of one run by its number."""
    return rows.filter(run_id=int(number)) if number.isdigit() else rows.none()


class BillList(ListView):
    """Released bills, the latest first."""

    key = "billing.bills"
    title = _("Bills")
    noun = _("bills")
    action = "billing.view"
    template_name = "billing/bill_list.html"
    default_sort = "-released"
    columns = (
        Column("account", _("Account"), "id"),
        Column("holder", _("Holder")),
        Column("month", _("Receivable month"), "month"),
        Column("period", _("Service period"), is_shown=False),
        Column("segment", _("Segment")),
        Column("price", _("Price class")),
        Column("energy", _("Energy"), "quantity", sort="energy_kwh", unit="kWh"),
        Column("amount", _("Amount"), "money", sort="total_fen", unit=_("CNY")),
        Column("marks", _("Marks")),
        Column("due", _("Due date"), "day"),
        Column("released", pgettext_lazy("run", "Released"), "moment", sort="pk"),
    )
    values = (
        "account_id", "account__number", "receivable_month", "from_date", "to_date",
        "released_at", "due_date", "energy_kwh", "total_fen", "marks", "schedule__title",
        "schedule__title_en", "run__segment__code", "run__segment__name",
    )  # fmt: skip
    search = TextFilter(
        "q", _("Account"), fields=("account__number",), lookup="startswith",
        placeholder=_("Account number begins with"),
    )  # fmt: skip
    filters = (
        ChoiceFilter("month", _("Receivable month"), choices=month_choices, where=of_months),
        TextFilter(
            "segment", _("Segment"), fields=("run__segment__code",), lookup="iexact",
            placeholder=_("Code of the segment"),
        ),
        ChoiceFilter("class", _("Price class"), field="schedule__code", choices=class_choices),
        ChoiceFilter(
            "marks", _("Marks"), choices=tuple(words.MARKS.items()),
            where=lambda rows, value: rows.filter(marks__overlap=list(value)),
        ),
        NumberFilter("amount", _("Amount"), field="total_fen", unit=_("CNY"), is_money=True),
        NumberFilter("energy", _("Energy"), field="energy_kwh", unit="kWh"),
        TextFilter("run", _("Run"), where=of_run),
    )  # fmt: skip
    views = (
        OwnView(_("All"), ""),
        OwnView(_("Estimated"), "marks=ESTIMATED"),
        OwnView(_("No use"), "energy_max=0"),
        OwnView(_("Below zero"), "amount_max=-0.01"),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return billing.bills_in(access.scope(request, "billing.view"))

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        by_end: dict[Any, list[int]] = {}
        for row in found:
            by_end.setdefault(row["to_date"], []).append(row["account_id"])
        parties = {
            (account, end): party
            for end, accounts in by_end.items()
            for account, party in people.parties(request, accounts, end).items()
        }
        return [self._row(row, parties) for row in found]

    @staticmethod
    def _row(row: dict[str, Any], parties: dict[Any, people.Party]) -> Row:
        party = parties.get((row["account_id"], row["to_date"]))
        url = reverse("billing:bill", args=[row["pk"]])
        cells = {
            "account": Cell(row["account__number"], url=url),
            "holder": party.holder if party else "",
            "month": row["receivable_month"],
            "period": fmt.period(row["from_date"], row["to_date"]),
            "segment": Cell(row["run__segment__code"], title=row["run__segment__name"]),
            "price": prices.title(row["schedule__title"], row["schedule__title_en"]),
            "energy": row["energy_kwh"],
            "amount": row["total_fen"],
            "marks": ", ".join(words.marks(row["marks"])),
            "due": row["due_date"],
            "released": row["released_at"],
        }
        return Row(row["pk"], cells, url)
