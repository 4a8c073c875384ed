"""Seeing a masked value in full: for a reason in words, recorded, shown once."""

from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import AccountView, CustomerView
from wattdesk.domains.identity import api as identity
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.staff.customers.page import UNMASK

FIELDS = {
    "name": "NAME",
    "id": "ID_NUMBER",
    "phone": "PHONE",
    "person": "PERSON",
    "address": "ADDRESS",
}


class Reason(forms.Form):
    """Why somebody needs to see it."""

    reason = forms.CharField(
        label=_("What do you need it for?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True, slots=True)
class Value:
    """A value in full and under which name it is recorded as seen."""

    field: str
    text: str


def find(view: AccountView, what: str) -> Value:
    """The value that ``what`` names: ``phone:12``, ``name:5``, ``address:77``.

    Raises NotFound for anything that does not belong to the account.
    """
    kind, _colon, key_text = what.partition(":")
    if kind not in FIELDS or not key_text.isdigit():
        raise NotFound
    key = int(key_text)
    if kind == "address":
        texts = [p.address for p in view.usage_points if p.usage_point_id == key]
    else:
        people = [view.holder] if view.holder else []
        people += [party.customer for party in view.parties]
        texts = [text for person in people for text in _texts(person, kind, key)]
    if not texts:
        raise NotFound
    return Value(FIELDS[kind], texts[0])


def _texts(person: CustomerView, kind: str, key: int) -> list[str]:
    if kind in ("phone", "person"):
        return [getattr(p, kind) for p in person.phones if p.id == key]
    if person.id != key:
        return []
    return [person.name if kind == "name" else person.id_number]


@needs(UNMASK)
@require_http_methods(["GET", "POST"])
def unmask(request: HttpRequest, number: str) -> HttpResponse:
    """GET ``?what=``: asks for the reason; POST: records it and shows the value, this once."""
    what = request.GET.get("what", "") or request.POST.get("what", "")
    scope = access.scope(request, UNMASK)
    view = customers.get_account_view(
        number, scope=scope, on=access.today(request), unmasked=request.method == "POST"
    )
    value = find(view, what)
    form = Reason(request.POST if request.method == "POST" else None)
    shown = None
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            identity.record_unmasking(
                subject=f"account:{view.account.id}",
                fields=[value.field],
                by=access.act(request, form.cleaned_data["reason"]),
                unit_id=view.account.unit_id,
            )
        shown = value.text
    part = access.is_part(request)
    response = render(
        request,
        "customers/unmask_part.html" if part else "customers/unmask.html",
        {"form": form, "what": what, "number": number, "shown": shown},
    )
    response["Cache-Control"] = "no-store"
    return response
