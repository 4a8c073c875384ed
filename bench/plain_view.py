"""The data of the customer page through an ordinary view: objects of the ORM and a template.

Written as a careful Django developer would without our query module: ``select_related`` for what
is shown, one query for each list, no query in a loop over bills or readings.
"""

from collections import defaultdict
from datetime import date

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import include, path

from wattdesk.domains.audit.models import Record
from wattdesk.domains.billing.models import Bill, BillLine
from wattdesk.domains.customers.models import Account, AccountParty, AccountUsagePoint, ContactPhone
from wattdesk.domains.ledger.models import LedgerEntry
from wattdesk.domains.metering.models import Installation, Reading, Register
from wattdesk.domains.premises.models import UsagePointArea
from wattdesk.web.access import needs, today

SHOWN_BILLS = 25
SHOWN_EVENTS = 8


@needs("customers.view")
def plain_account(request: HttpRequest, number: str) -> HttpResponse:
    """The account with people, points, meters, readings of two years, bills, balance, time line."""
    account = get_object_or_404(
        Account.objects.select_related("unit", "segment", "manager"), number=number
    )
    day = today(request)
    agreements = list(account.agreements.select_related("customer").order_by("id"))
    parties = list(AccountParty.objects.filter(account=account).select_related("customer"))
    people = {a.customer for a in agreements} | {p.customer for p in parties}
    phones = list(ContactPhone.objects.filter(customer__in=people))
    rates = list(account.rates.select_related("schedule").order_by("id"))
    links = list(
        AccountUsagePoint.objects.filter(account=account).select_related(
            "usage_point__service_location__division", "usage_point__unit",
            "usage_point__supply_point__feeder",
        )
    )  # fmt: skip
    points = [link.usage_point for link in links]
    bills = list(Bill.objects.filter(account=account).order_by("-receivable_month")[:SHOWN_BILLS])
    subjects = [
        f"account:{account.id}",
        *(f"customer:{person.id}" for person in people),
        *(f"usage_point:{point.id}" for point in points),
    ]
    context = {
        "account": account,
        "agreements": agreements,
        "parties": parties,
        "phones": phones,
        "rates": rates,
        "points": points,
        "areas": list(
            UsagePointArea.objects.filter(usage_point__in=points).select_related(
                "transformer_area__feeder__substation"
            )
        ),
        **_meters(points, day),
        "bills": bills,
        "lines": list(BillLine.objects.filter(bill=bills[0]).order_by("position")) if bills else [],
        **_money(account),
        "events": list(
            Record.objects.filter(subjects__overlap=subjects).order_by("-id")[:SHOWN_EVENTS]
        ),
        "neighbors": list(
            AccountUsagePoint.objects.filter(
                usage_point__service_location__in=[p.service_location_id for p in points]
            )
            .exclude(account=account)
            .select_related("account")[:20]
        ),
    }
    return render(request, "plain_account.html", context)


def _meters(points: list, day: date) -> dict:
    """Installations with registers, and the readings of 26 months by register."""
    installations = list(
        Installation.objects.filter(usage_point__in=points).select_related("meter")
    )
    registers = list(
        Register.objects.filter(meter__in=[i.meter_id for i in installations]).select_related(
            "meter"
        )
    )
    readings = Reading.objects.filter(
        register__in=registers,
        superseded_at__isnull=True,
        reading_date__gte=date(day.year - 2, max(day.month - 2, 1), 1),
    ).order_by("register_id", "reading_date")
    by_register = defaultdict(list)
    for reading in readings:
        by_register[reading.register_id].append(reading)
    return {
        "installations": installations,
        "registers": [(register, by_register[register.id]) for register in registers],
    }


def _money(account: Account) -> dict:
    """What is owed, in total and by bill."""
    own = LedgerEntry.objects.filter(account=account, ledger_account__by_customer=True)
    debit, credit = Sum("amount_fen", filter=Q(side="D")), Sum("amount_fen", filter=Q(side="C"))
    total = own.aggregate(debit=debit, credit=credit)
    return {
        "owed_fen": (total["debit"] or 0) - (total["credit"] or 0),
        "open_bills": list(own.values("bill_id").annotate(debit=debit, credit=credit)),
    }


urlpatterns = [
    path("plain/<str:number>/", plain_account),
    path("", include("wattdesk.web.urls")),
]
