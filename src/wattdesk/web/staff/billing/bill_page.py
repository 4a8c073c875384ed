"""A bill's page, of a released bill and of a draft: everything it shows, as plain data."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.data import BillDocument
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.staff.billing import bill_facts, bill_lines, links, months, words
from wattdesk.web.staff.billing.bill_facts import Money
from wattdesk.web.staff.billing.months import mean_price, mean_text


def context(request: HttpRequest, document: BillDocument) -> Mapping[str, Any]:
    """Everything the bill's page shows. ``document`` is as this person may see it."""
    before = billing.previous_bill(document.account_id, before=document.receivable_month)
    last = billing.get_bill_document(before.bill_id) if before else None
    price = mean_price(document.total_fen, document.energy_kwh)
    number = len(document.lines)
    money = bill_facts.open_of(document, access.today(request))
    may = access.viewer(request).may
    tariff_url = _tariff_url(document) if may("tariffs.view") else ""
    return {
        "bill": document,
        "days": (document.to_date - document.from_date).days,
        "in_words": bill_facts.in_words(document.total_fen),
        "mean_price": mean_text(price),
        "comparison": bill_facts.comparison(document, before),
        "groups": bill_lines.groups(document, last),
        "line_count": ngettext("%(number)s line", "%(number)s lines", number) % {"number": number},
        "last": last,
        "meters": bill_lines.meters(document.readings),
        "blocks": bill_facts.blocks(document),
        "trust": bill_facts.trust(document, tariff_url),
        "money": money,
        "chart": bill_facts.months_chart(document),
        "marks": words.marks(document.marks),
        "account_url": links.account(document.account_number) if may("customers.view") else "",
        "tariff_url": tariff_url,
        **_bits(request, document, before, money),
        "ledger_url": links.link("ledger:bill", document.bill_id) if document.bill_id else "",
        "statement_url": links.link("ledger:statement", document.account_number),
    }


def _tariff_url(document: BillDocument) -> str:
    """The page of the tariff version by which the bill was calculated."""
    try:
        version = tariffs.find_version(document.tariff_code, document.tariff_version)
    except NotFound:
        return ""
    return links.link("tariffs:version", version.id)


def _bits(
    request: HttpRequest,
    document: BillDocument,
    before: "billing.BillRow | None",
    money: Money | None,
) -> dict[str, Any]:
    """Sentences and addresses around the bill."""
    english = (get_language() or "").startswith("en")
    chosen, other = ("en", "zh-hans") if english else ("zh-hans", "en")
    names = {"zh-hans": "中文", "en": "English"}
    change = document.total_fen - before.total_fen if before else 0
    late = money.overdue_days if money else 0
    return {
        "language": chosen,
        "language_words": names[chosen],
        "other_language": other,
        "other_language_words": names[other],
        "voltage": words.VOLTAGES.get(document.voltage, document.voltage),
        "overdue_words": ngettext("%(days)s day overdue", "%(days)s days overdue", late)
        % {"days": late},
        "comparison_title": _change_words(change),
        "block_title": _("Blocks of the year")
        if document.block_year_start
        else _("Blocks of the period"),
        "chart_label": _("Amounts of the last months; this bill %(amount)s CNY")
        % {"amount": fmt.yuan(document.total_fen)},
        "month_url": links.month_page(document.receivable_month),
        "bills_url": links.link("billing:bill_list"),
        "month_title": months.title(document.receivable_month),
        "sees_ledger": access.viewer(request).may("ledger.view"),
    }


def _change_words(fen: int) -> str:
    amount = {"amount": fmt.yuan(abs(fen))}
    if fen > 0:
        return _("%(amount)s CNY more than the last bill") % amount
    if fen < 0:
        return _("%(amount)s CNY less than the last bill") % amount
    return _("As much as the last bill")
