"""The audit trail: records of the reader's units, one record in words, and unmaskings."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.data import AuditEntry
from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import BadValue, ChoiceFilter, DateFilter, Filter, Rows, TextFilter
from wattdesk.web.lists.view import ListView, OwnView
from wattdesk.web.staff.audit import changes, subjects, words

VIEW = "audit.view"
UNMASKINGS = "audit.unmaskings"
UNMASK = "customers.unmask"
SUBJECT = re.compile(r"[a-z_]+:[\w.-]+")
MOST_PEOPLE = 50  # whose names may match what is asked for
OF_ALL = ("identity.role_loaded", "ledger.chart", "audit.state_accepted")
LONGEST_TOLD = 48  # characters of a change in a list; its own page tells all
MOST_CHANGES = 3  # told in the row of a list


def reach(request: HttpRequest, action: str) -> Q:
    """Which records the reader sees: those of the units of the right.

    Of records of no unit everybody with the right sees those that hold no customer's data:
    tariffs, roles, the chart of accounts. The others are for whoever has the whole tree.
    """
    mine = identity.unit_ids(access.scope(request, action))
    if len(mine) == len(identity.list_units()):
        return Q()
    of_all = Q(action__in=OF_ALL) | Q(action__startswith="tariffs.")
    return Q(unit_id__in=mine) | (Q(unit_id__isnull=True) & of_all)


def readable(request: HttpRequest) -> QuerySet[Any, Any]:
    """The records of the trail that the reader sees; unmaskings need a right of their own."""
    rows = audit.entry_rows(None).filter(reach(request, VIEW))
    return rows if access.viewer(request).may(UNMASKINGS) else rows.exclude(action=UNMASK)


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def in_period(rows: Rows, value: tuple[date | None, date | None]) -> Rows:
    """Records of civil days, both included."""
    low, high = value
    if low:
        rows = rows.filter(at__gte=_moment(low))
    if high:
        rows = rows.filter(at__lt=_moment(high + timedelta(days=1)))
    return rows


def by_person(request: HttpRequest) -> Callable[[Rows, str], Rows]:
    """A filter by a name: the people who have it now, and the name as it was recorded."""

    def narrowed(rows: Rows, text: str) -> Rows:
        people = identity.list_staff(on=access.today(request), text=text, limit=MOST_PEOPLE)
        found = Q(actor_id__in=[person.id for person in people])
        if text.lower() in {"system", str(words.actor("system"))}:
            found |= Q(actor_id__isnull=True, actor_name="system")
        return rows.filter(found)

    return narrowed


class SubjectFilter(TextFilter):
    """One subject, ``account:12`` as the records name it, or the number of an account."""

    def read(self, given: Any) -> str | None:
        text = super().read(given)
        if text is None or SUBJECT.fullmatch(text):
            return text
        if text.replace(" ", "").isdigit():
            return text.replace(" ", "")
        raise BadValue(
            _("Write an account number, or a subject as the records do: run:3, staff:7.")
        )


def about(request: HttpRequest, action: str) -> Callable[[Rows, str], Rows]:
    """A filter by one subject; an account number stands for the account."""

    def narrowed(rows: Rows, text: str) -> Rows:
        if not text.isdigit():
            return rows.filter(subjects__contains=[text])
        scope, today = access.scope(request, action), access.today(request)
        try:
            account = customers.get_account(text, scope=scope, on=today)
        except NotFound:
            return rows.none()
        return rows.filter(subjects__contains=[f"account:{account.id}"])

    return narrowed


class RecordList(ListView):
    """What both lists of records share."""

    noun = gettext_lazy("records")
    values = ("pk", "at", "actor_name", "action", "reason", "subjects", "before", "after")
    default_sort = "-number"
    count_limit = 2_000
    filters: Sequence[Filter] = ()  # type: ignore[misc]  # of the person who asks: see setup

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.filters = self.own_filters(request)

    def own_filters(self, request: HttpRequest) -> Sequence[Filter]:
        return (
            TextFilter(
                "who", gettext_lazy("Who"), where=by_person(request),
                placeholder=gettext_lazy("name or sign-in name"),
            ),
            DateFilter("at", gettext_lazy("Days"), where=in_period),
            SubjectFilter(
                "subject", gettext_lazy("Subject"), where=about(request, self.action),
                placeholder=gettext_lazy("account number, or run:3"),
            ),
        )  # fmt: skip

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        numbers = subjects.account_numbers(code for row in found for code in row["subjects"])
        units = unit_names()
        return [self.row(row, numbers, units) for row in found]

    def row(self, row: dict[str, Any], numbers: dict[str, str], units: dict[str, str]) -> Row:
        """One record; its changes are told as far as there is room."""
        url = reverse("audit:record", args=[row["pk"]])
        told = changes.fields(row["before"], row["after"], units)
        moved = [one for one in told if one.is_changed] or told
        moved = [one for one in moved if one.key not in changes.FINGERPRINTS]
        sentences = _("; ").join(one.sentence for one in moved[:MOST_CHANGES])
        cells: dict[str, Any] = {
            "number": Cell(row["pk"], url),
            "at": row["at"],
            "who": words.actor(row["actor_name"]),
            "area": words.area(row["action"]),
            "action": Cell(words.action(row["action"]), url, title=row["action"]),
            "subject": Cell(subjects.in_words(row["subjects"][:2], numbers)),
            "change": Cell(
                _short(sentences), title=sentences if sentences != _short(sentences) else ""
            ),
            "reason": row["reason"],
        }
        return Row(row["pk"], cells, url)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else f"{text[:LONGEST_TOLD]}…"


def unit_names() -> dict[str, str]:
    """Names of the units by their place in the tree."""
    return {unit.path: str(unit) for unit in identity.list_units()}


COLUMNS = (
    Column("number", gettext_lazy("Record"), "int", sort="pk"),
    Column("at", gettext_lazy("When"), "moment"),
    Column("who", gettext_lazy("Who")),
    Column("area", pgettext_lazy("audit", "Area"), is_shown=False),
    Column("action", gettext_lazy("What was done")),
    Column("subject", gettext_lazy("Subject")),
    Column("reason", pgettext_lazy("field", "Reason")),
    Column("change", gettext_lazy("Change")),
)


class Trail(RecordList):
    """All records of the reader's units; unmaskings only for those who may see them."""

    key = "audit.trail"
    title = gettext_lazy("Audit trail")
    action = VIEW
    columns = COLUMNS
    template_name = "audit/trail.html"

    views = (
        OwnView(pgettext_lazy("records", "All")),
        OwnView(gettext_lazy("Bills and runs"), "area=billing"),
        OwnView(gettext_lazy("Tariffs"), "area=tariffs"),
        OwnView(gettext_lazy("Staff and duties"), "area=identity"),
    )

    def own_filters(self, request: HttpRequest) -> Sequence[Filter]:
        def in_areas(rows: Rows, chosen: tuple[str, ...]) -> Rows:
            found = Q(pk__in=[])
            for name in chosen:
                found |= Q(action__startswith=f"{name}.")
            return rows.filter(found)

        who, *others = super().own_filters(request)
        return (
            who,
            ChoiceFilter(
                "area", pgettext_lazy("audit", "Area"), where=in_areas,
                choices=tuple(words.AREAS.items()),
            ),
            ChoiceFilter(
                "action", gettext_lazy("What was done"), "action",
                choices=tuple(words.ACTIONS.items()),
            ),
            *others,
        )  # fmt: skip

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return readable(request)

    def extra(self, request: HttpRequest) -> dict[str, Any]:
        return {"sees_unmaskings": access.viewer(request).may(UNMASKINGS)}


class Unmaskings(RecordList):
    """Who saw which personal data in full, and for what reason."""

    key = "audit.unmaskings"
    title = gettext_lazy("Personal data seen in full")
    action = UNMASKINGS
    columns = (
        Column("number", gettext_lazy("Record"), "int", sort="pk"),
        Column("at", gettext_lazy("When"), "moment"),
        Column("who", gettext_lazy("Who")),
        Column("subject", gettext_lazy("Of what")),
        Column("shown", gettext_lazy("Seen")),
        Column("reason", pgettext_lazy("field", "Reason")),
    )
    template_name = "audit/unmaskings.html"

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return audit.entry_rows(None).filter(reach(request, UNMASKINGS), action=UNMASK)

    def row(self, row: dict[str, Any], numbers: dict[str, str], units: dict[str, str]) -> Row:
        shown = super().row(row, numbers, units)
        fields = (row["after"] or {}).get("fields", [])
        cells = {**shown.cells, "shown": changes.written("fields", fields)}
        if not access.viewer(self.request).may(VIEW):
            cells["number"] = row["pk"]
        return Row(shown.key, cells, shown.url)


@needs(VIEW)
@require_GET
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record: who did what to what, why, and what changed, in words."""
    if not readable(request).filter(pk=record_id).exists():
        raise audit.RecordNotFound
    entry = audit.get_entry(record_id, unit_ids=None)
    context = {
        "entry": entry,
        "title": words.action(entry.action),
        "area": words.area(entry.action),
        "actor": words.actor(entry.actor_name),
        "actor_url": _actor_url(request, entry),
        "unit": _unit(entry),
        "subjects": subjects.read(entry.subjects),
        "fields": changes.fields(entry.before, entry.after, unit_names()),
        "has_both": entry.before is not None and entry.after is not None,
    }
    return render(request, "audit/record.html", context)


def _actor_url(request: HttpRequest, entry: AuditEntry) -> str:
    if entry.actor_id is None or not access.viewer(request).may("identity.view"):
        return ""
    return reverse("identity:person", args=[entry.actor_id])


def _unit(entry: AuditEntry) -> str:
    if entry.unit_id is None:
        return ""
    try:
        return str(identity.get_unit(entry.unit_id))
    except NotFound:
        return str(entry.unit_id)
