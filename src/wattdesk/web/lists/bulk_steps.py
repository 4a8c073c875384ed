"""The two steps of a bulk action on a list: dry run beside the list, then the same, written."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web.lists.bulk import Bulk, Selection
from wattdesk.web.lists.state import PLACE, State, without

if TYPE_CHECKING:
    from wattdesk.web.lists.view import ListView


def take(listed: "ListView", request: HttpRequest) -> HttpResponse:
    """A POST of a list: ``bulk`` names the action, ``row`` the keys, ``whole`` all filtered.

    A button names an action (``bulk``); the fields of an open dry run belong to the open one
    (``bulk_open``), and ``step`` says whether to count anew or to carry out.
    """
    asked = listed.asked(request)
    wanted = request.POST.get("bulk") or request.POST.get("bulk_open")
    bulk = next((b for b in listed.bulks if b.key == wanted), None)
    if bulk is None:
        raise NotFound()
    access.require(request, bulk.action)
    selection = selected(listed, request, asked)
    if selection is None:
        messages.warning(request, _("Nothing is selected: tick the rows first."))
        return _back(request, asked)
    step = request.POST.get("step")
    form = bulk.form(request.POST if step else None)
    if step == "apply" and form.is_valid():
        return _carry_out(request, asked, bulk, selection, form)
    return listed.answer(
        request,
        asked,
        bulk=bulk,
        form=form,
        dry_run=bulk.preview(request, selection, form),
        chosen=set(request.POST.getlist("row")),
        is_whole=selection.is_whole,
    )


def selected(listed: "ListView", request: HttpRequest, asked: State) -> Selection | None:
    """The rows meant, always within what this person may see and has filtered."""
    rows = listed.filtered(request, asked)
    if request.POST.get("whole") == "1":
        return Selection(rows, is_whole=True)
    keys = [int(key) for key in request.POST.getlist("row") if key.isdigit()]
    return Selection(rows.filter(pk__in=keys), is_whole=False) if keys else None


def _carry_out(
    request: HttpRequest, asked: State, bulk: Bulk, selection: Selection, form: forms.Form
) -> HttpResponse:
    act = access.act(request, form.cleaned_data.get("reason", ""))
    with transaction.atomic():
        sentence = bulk.carry_out(selection, form, act)
    messages.success(request, sentence)
    return _back(request, asked)


def _back(request: HttpRequest, asked: State) -> HttpResponse:
    """To the same list anew; a script is told to go there."""
    query = without(asked.given, *PLACE)
    url = f"{request.path}?{query}" if query else request.path
    if access.is_part(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
