"""People of an account: who they are, how to reach them, and correcting either."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import CustomerView
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.errors import InvalidInput, NotFound
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.staff.customers import facts
from wattdesk.web.staff.customers.forms import CustomerForm, MarkForm, PhoneForm
from wattdesk.web.staff.customers.page import EDIT, VIEW, AccountPage, open_page
from wattdesk.web.staff.customers.sections import draw


@needs(VIEW)
@require_GET
def people(request: HttpRequest, number: str) -> HttpResponse:
    """Every party with its document and phones: confirmed when, failed ones struck through."""
    page = open_page(request, number, "people")
    return draw(
        request,
        page,
        "people",
        parties=facts.parties(page),
        confirm_rule=rulebook.rule("archive.phone_confirm_months", on=page.today),
    )


def party_of(page: AccountPage, customer_id: int) -> CustomerView:
    """The customer, when it is a party of the account. Raises NotFound."""
    for _role, person in page.people:
        if person.id == customer_id:
            return person
    raise NotFound


@needs(EDIT)
@require_http_methods(["GET", "POST"])
def add_phone(request: HttpRequest, number: str, customer_id: int) -> HttpResponse:
    """Note another phone of a party."""
    page = open_page(request, number, "people", EDIT)
    person = party_of(page, customer_id)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = access.act(request, form.cleaned_data["reason"])
        if carry_out(form, lambda: customers.add_phone(customer_id, form.entry(), by=by)):
            messages.success(request, _("The phone is noted as confirmed today."))
            return redirect(page.url("people"))
    return draw(request, page, "add_phone", form=form, person=person)


@needs(EDIT)
@require_POST
def mark_phone(request: HttpRequest, number: str, phone_id: int) -> HttpResponse:
    """Note that a phone was confirmed, or that nobody is reached on it."""
    page = open_page(request, number, "people", EDIT)
    if not any(phone.id == phone_id for _r, person in page.people for phone in person.phones):
        raise NotFound
    form = MarkForm(request.POST)
    if not form.is_valid():
        raise InvalidInput({str(_("Reason")): [str(_("Say how you know."))]})
    by = access.act(request, form.cleaned_data["reason"])
    failed = form.cleaned_data["result"] == "failed"
    with transaction.atomic():
        if failed:
            customers.mark_phone_failed(phone_id, by=by)
        else:
            customers.confirm_phone(phone_id, by=by)
    messages.success(
        request, _("Marked as not reached.") if failed else _("Noted as confirmed today.")
    )
    return redirect(page.url("people"))


@needs(EDIT)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, number: str, customer_id: int) -> HttpResponse:
    """Correct what is known of a party; the earlier state stays in the history."""
    page = open_page(request, number, "people", EDIT)
    person = party_of(page, customer_id)
    form = CustomerForm(request.POST or None, customer=person)
    if request.method == "POST" and form.is_valid():
        by = access.act(request, form.cleaned_data["reason"])
        present = customers.get_customer(customer_id, unmasked=True)
        entry = form.entry(present)
        if carry_out(form, lambda: customers.correct_customer(customer_id, entry, by=by)):
            messages.success(request, _("Corrected. The earlier state stays in the history."))
            return redirect(page.url("people"))
    return draw(request, page, "correct", form=form, person=person)
