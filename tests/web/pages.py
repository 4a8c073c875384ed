"""Addresses for tests of the frame and of the list toolkit: the project's own and a few more.

The list shows units, for they need nothing else; its bulk action renames them.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import F, IntegerField, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.urls import path

from wattdesk.config.urls import urlpatterns as own
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.models import Unit
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict, Unavailable
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.lists.bulk import Bulk, DryRun, Obstacle, Outcome, ReasonForm, Selection
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import ChoiceFilter, NumberFilter, TextFilter
from wattdesk.web.lists.view import ListView, OwnView


@needs("billing.view")
def bills_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("bills")


def refuses(request: HttpRequest, kind: str) -> HttpResponse:
    problems = {
        "conflict": StateConflict(),
        "input": InvalidInput({"amount": ["too small"], "day": ["not a day"]}),
        "busy": Unavailable(),
        "missing": NotFound(),
    }
    raise problems[kind]


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of the program")


class Rename(ReasonForm):
    name = forms.CharField(max_length=20)


def preview(request: HttpRequest, selection: Selection, form: forms.Form) -> DryRun:
    number = selection.rows.count()
    return DryRun(
        [Outcome("can", number, "ok")], [Obstacle("U", "why", "help")], f"rename {number}", True
    )


def carry_out(selection: Selection, form: forms.Form, act: Act) -> str:
    changed = selection.rows.update(name=form.cleaned_data["name"])
    return f"renamed {changed} because {act.reason}"


class UnitList(ListView):
    key = "tests.units"
    title = "Units"
    noun = "units"
    action = "customers.view"
    values = ("code", "name", "name_en", "fen")
    columns = (
        Column("code", "Code", sort="code"),
        Column("name", "Name", sort="name"),
        Column("fen", "Amount", "money", sort="fen", unit="CNY"),
        Column("parent", "Parent", sort="parent_id", is_nullable=True, is_shown=False),
    )
    search = TextFilter("q", "In the list", fields=("name",))
    filters = (
        ChoiceFilter("kind", "Kind", "kind", choices=Unit.Kind.choices),
        NumberFilter("fen", "Amount", "fen", unit="CNY", is_money=True),
    )
    views = (OwnView("All"), OwnView("Stations", "kind=STATION"))
    bulks = (Bulk("rename", "Rename", "customers.edit", Rename, preview, carry_out),)
    default_sort = "code"

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        units = identity.within(Unit.objects.all(), access.scope(request, self.action), "path")
        return units.annotate(fen=Length("name", output_field=IntegerField()) * 100 + F("id") * 0)

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        return [
            Row(row["pk"], {**row, "code": Cell(row["code"], url=f"/units/{row['pk']}/")})
            for row in found
        ]


urlpatterns = [
    *own,
    path("bills-only/", bills_only),
    path("refuses/<str:kind>/", refuses),
    path("breaks/", breaks),
    path("units/", UnitList.as_view(), name="test_units"),
]
