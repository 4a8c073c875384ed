"""Assigning a price class from a day on, with the rule of the class beside the fields."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity.data import in_language
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.kernel.rating.document_types import ChargeHead, Schedule, TariffDocument
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.staff.customers import codes
from wattdesk.web.staff.customers.forms import PriceForm
from wattdesk.web.staff.customers.page import EDIT, AccountPage, open_page
from wattdesk.web.staff.customers.sections import draw


@dataclass(frozen=True, slots=True)
class Clause:
    """What a charge of the class is, as the document says it, and where that stands."""

    name: str
    clause: str
    source: str
    is_unchecked: bool


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A price class on a day, as its released tariff document has it."""

    title: str
    customer_class: str
    tariff: str
    from_date: date
    clauses: tuple[Clause, ...]
    extra_kwh: Decimal | None
    extra_persons_from: int
    free_kwh: tuple[Decimal, ...]


def rule_of(schedule_code: str, day: date) -> ClassRule | None:
    """The rule of a class in force on a day; None where no released document prices it then."""
    versions = tariffs.versions_in_force([schedule_code], day, day + timedelta(days=1))
    if not versions:
        return None
    version = versions[-1]
    schedule = version.document.schedule(schedule_code)
    household = schedule.household
    return ClassRule(
        title=in_language(schedule.title.zh, schedule.title.en),
        customer_class=codes.word(codes.CLASSES, schedule.customer_class),
        tariff=_("%(tariff)s, version %(number)s")
        % {"tariff": version.tariff_code, "number": version.number},
        from_date=version.document.effective_from,
        clauses=tuple(_clauses(version.document, schedule)),
        extra_kwh=household.extra_kwh_per_month if household else None,
        extra_persons_from=household.extra_persons_from if household else 0,
        free_kwh=household.free_kwh_per_month if household else (),
    )


def _clauses(document: TariffDocument, schedule: Schedule) -> list[Clause]:
    heads: list[ChargeHead] = []
    for charge in schedule.charges:
        heads += [item.head for item in charge.items] if hasattr(charge, "items") else [charge.head]
    found = []
    for head in heads:
        source = document.sources.get(head.source)
        found.append(
            Clause(
                in_language(head.name.zh, head.name.en),
                head.clause,
                source.title if source else head.source,
                bool(head.mark or (source and source.mark)),
            )
        )
    return found


def first_free_day(page: AccountPage) -> date:
    """The first day that no bill covers yet: from there a new price needs no correction."""
    if page.bills.bills:
        return page.bills.bills[0].to_date
    opened: date = page.account.opened_date
    return max(page.today, opened)


@needs(EDIT)
@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """Choose class, day and options; the rule follows the choice while the form is filled in."""
    page = open_page(request, number, "agreement", EDIT)
    given = request.POST if request.method == "POST" else request.GET
    known = {s.code: s for s in tariffs.list_schedules()}
    chosen = given.get("schedule") or (page.view.rate.code if page.view.rate else "")
    if chosen not in known:
        chosen = next(iter(known), "")
    day = _day(given.get("from_date", "")) or first_free_day(page)
    rule = rule_of(chosen, day) if chosen else None
    form = PriceForm(
        request.POST if request.method == "POST" else None,
        initial={"schedule": chosen, "from_date": day},
        schedules=[
            (s.code, f"{s.code} {in_language(s.title, s.title_en)}") for s in known.values()
        ],
        extra_kwh=rule.extra_kwh if rule else None,
        free_kwh=rule.free_kwh if rule else (),
    )
    if request.method == "POST" and form.is_valid():
        if rule is None:
            form.add_error("from_date", _("No released tariff prices this class on that day."))
        elif _assign(request, page, form, known[form.cleaned_data["schedule"]]):
            return redirect(page.url("agreement"))
    context = {
        "form": form,
        "rule": rule,
        "day": day,
        "billed_until": page.bills.bills[0].to_date if page.bills.bills else None,
        "is_billed": bool(page.bills.bills) and day < page.bills.bills[0].to_date,
    }
    if access.is_part(request) and request.method == "GET":
        return render(request, "customers/price_fields.html", {"page": page, **context})
    return draw(request, page, "price", **context)


def _assign(
    request: HttpRequest, page: AccountPage, form: PriceForm, schedule: tariffs.ScheduleInfo
) -> bool:
    from_date = form.cleaned_data["from_date"]
    by = access.act(request, form.cleaned_data["reason"])
    done = carry_out(
        form,
        lambda: customers.assign_rate(
            page.account.id, schedule.id, form.options(), from_date=from_date, by=by
        ),
    )
    if done:
        words = _("%(price)s holds from %(day)s.")
        title = in_language(schedule.title, schedule.title_en)
        messages.success(request, words % {"price": title, "day": fmt.day(from_date)})
    return done


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
