"""The work list of findings: by kWh at risk, why in one sentence, the evidence beside."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import FindingInfo
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.lists.bulk import Bulk, DryRun, Obstacle, Outcome, Selection
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import ChoiceFilter, Filter, FlagFilter, TextFilter
from wattdesk.web.lists.state import without
from wattdesk.web.lists.view import ListView, OwnView
from wattdesk.web.staff.metering import codes, evidence
from wattdesk.web.staff.metering.forms import DecideForm

VIEW = "metering.view"
DECIDE = "metering.decide"
LIFTING = ("ACCEPT", "ESTIMATE")
HOLDING = Q(severity="HOLD") & (Q(state="OPEN") | Q(state="DECIDED") & ~Q(decision__in=LIFTING))
MOST_AT_ONCE = 2_000
SHOWN_OBSTACLES = 8
BESIDE = ("finding", "account", "kwh", "state")  # columns that stay when the evidence stands beside


class DayFilter(TextFilter):
    """One end of the service period, as other pages link to it: ``from_date=2026-10-02``."""

    def read(self, given: Any) -> str | None:
        text = super().read(given)
        try:
            return date.fromisoformat(text).isoformat() if text else None
        except ValueError:
            return None

    def words(self, value: str) -> str:
        return value


def _preview(request: HttpRequest, selection: Selection, form: Any) -> DryRun:
    """What the decision would do to each of the chosen findings; nothing is written."""
    decision = form.data.get("decision", "ACCEPT") if form.is_bound else "ACCEPT"
    rows = identity.within(selection.rows, access.scope(request, DECIDE), "segment__unit__path")
    ids = list(rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        return DryRun(
            [Outcome(_("too many at once"), len(ids) - 1, "bad")],
            [Obstacle(_("More than %(n)s") % {"n": f"{MOST_AT_ONCE:,}"}, _("narrow the list"))],
            _("Decide"),
            can_go=False,
        )
    obstacles = metering.obstacles_to(ids, decision)
    infos = metering.finding_infos(list(obstacles)[:SHOWN_OBSTACLES])
    word = codes.named(codes.DECISIONS, decision)[0]
    can = len(ids) - len(obstacles)
    return DryRun(
        [Outcome(word, can, "ok"), Outcome(_("cannot be decided so"), len(obstacles), "bad")],
        [
            Obstacle(f"{info.usage_point_code} {info.name}", str(obstacles[key]), info.sentence)
            for key, info in infos.items()
        ],
        ngettext("%(word)s: %(n)s finding", "%(word)s: %(n)s findings", can)
        % {"word": word, "n": f"{can:,}"},
        can_go=can > 0,
        undo=_("What was sent to be read again or inspected can be decided anew; the rest stands."),
    )


def _carry_out(selection: Selection, form: Any, by: Act) -> str:
    """Decide those that can be decided so; the others stay as they are."""
    assert by.staff_id is not None
    decision = form.cleaned_data["decision"]
    scope = identity.scope_of(by.staff_id, DECIDE, on=civil_date(by.at))
    rows = identity.within(selection.rows, scope, "segment__unit__path")
    ids = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
    left_out = metering.obstacles_to(ids, decision)
    chosen = [key for key in ids if key not in left_out]
    done = metering.decide_findings(chosen, decision, by=by) if chosen else 0
    word = codes.named(codes.DECISIONS, decision)[0]
    words = ngettext("%(word)s: %(n)s finding.", "%(word)s: %(n)s findings.", done)
    return words % {"word": word, "n": f"{done:,}"}


class FindingList(ListView):
    """Doubtful readings that wait for a person, the most kWh first."""

    key = "metering.findings"
    title = gettext_lazy("Findings")
    noun = gettext_lazy("findings")
    action = VIEW
    values = ("pk", "usage_point_id", "to_date", "segment__code", "segment__name")
    columns = (
        Column("finding", gettext_lazy("Why")),
        Column("account", gettext_lazy("Account"), "id"),
        Column("name", pgettext_lazy("account", "Name")),
        Column("kwh", gettext_lazy("At risk"), "quantity", sort="at_risk_kwh", is_nullable=True,
               unit="kWh"),
        Column("yuan", gettext_lazy("At risk"), "money", sort="at_risk_fen", is_nullable=True,
               unit=gettext_lazy("CNY"), is_shown=False),
        Column("severity", gettext_lazy("Severity"), is_shown=False),
        Column("segment", gettext_lazy("Segment")),
        Column("period", gettext_lazy("Service period")),
        Column("state", gettext_lazy("State"), "state"),
        Column("decided", gettext_lazy("Decided"), is_shown=False),
        Column("owner", gettext_lazy("With"), is_shown=False),
        Column("found", gettext_lazy("Found"), "moment", sort="found_at", is_shown=False),
    )  # fmt: skip
    views = (
        OwnView(gettext_lazy("Open"), "state=OPEN"),
        OwnView(gettext_lazy("Hold the bill"), "holding=1"),
        OwnView(gettext_lazy("Read again or inspect"), "decision=INSPECT&decision=REREAD"),
        OwnView(gettext_lazy("Decided"), "state=DECIDED"),
        OwnView(pgettext_lazy("findings", "All"), "sort=-kwh"),
    )
    filters: ClassVar[Sequence[Filter]] = (
        TextFilter("segment", gettext_lazy("Segment"), "segment__code", lookup="iexact"),
        DayFilter("from_date", gettext_lazy("Period from"), "from_date", lookup="exact"),
        DayFilter("to_date", gettext_lazy("Period to"), "to_date", lookup="exact"),
        ChoiceFilter(
            "code",
            gettext_lazy("Finding"),
            "code",
            choices=lambda: [(c.value, metering.name_of(c)) for c in metering.FindingCode],
        ),
        ChoiceFilter(
            "state",
            gettext_lazy("State"),
            "state",
            choices=tuple((key, word) for key, (word, _tone) in codes.FINDING_STATES.items()),
        ),
        ChoiceFilter(
            "decision",
            gettext_lazy("Decision"),
            "decision",
            choices=tuple((key, word) for key, (word, _tone) in codes.DECISIONS.items()),
        ),
        FlagFilter("holding", gettext_lazy("Keeps the account out of the bill"), when=HOLDING),
    )
    bulks = (
        Bulk("decide", gettext_lazy("Decide alike"), DECIDE, DecideForm, _preview, _carry_out),
    )
    default_sort: ClassVar[str] = "-kwh"
    template_name = "metering/finding_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.GET:  # from the navigation: what is still to be done
            return redirect(f"{request.path}?state=OPEN")
        return super().get(request, *args, **kwargs)

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return metering.finding_rows(access.scope(request, VIEW))

    def asked(self, request: HttpRequest) -> Any:
        asked = super().asked(request)
        is_narrow = self.at(request) is not None or request.method == "POST"
        if is_narrow and not request.GET.getlist("columns"):
            asked.columns = [column for column in self.columns if column.key in BESIDE]
        return asked

    def context(self, request: HttpRequest, asked: Any) -> dict[str, Any]:
        """The list, and for the evidence beside it where the next row's would be."""
        found = super().context(request, asked)
        keys = [row.key for row in found["rows"]]
        at = self.at(request)
        if found.get("beside") and at in keys[:-1]:
            following = keys[keys.index(at) + 1]
            query = without(request.GET, "at", at=str(following))
            found["beside"]["next"] = f"{request.path}?{query}"
        return found

    def at(self, request: HttpRequest) -> int | None:
        """The finding whose evidence stands beside the list."""
        text = request.GET.get("at", "")
        return int(text) if text.isdigit() and len(text) < 19 else None

    def extra(self, request: HttpRequest) -> dict[str, Any]:
        at = self.at(request)
        if at is None:
            return {}
        close = f"?{without(request.GET, 'at')}"
        beside = evidence.beside(request, at, back=f"{request.path}{close}")
        return {"beside": beside, "close_url": close}

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        infos = metering.finding_infos([row["pk"] for row in found])
        last_days = [row["to_date"] for row in found]
        holders: dict[int, customers.PointHolder] = {}
        if last_days and access.viewer(request).may("customers.view"):
            points = [row["usage_point_id"] for row in found]
            holders = customers.holders_of_points(points, on=access.today(request))
        at = self.at(request)
        shown = []
        for row in found:
            info = infos[row["pk"]]
            holder = holders.get(row["usage_point_id"])
            url = f"{request.path}?{without(request.GET, 'at', at=str(row['pk']))}#beside"
            shown.append(Row(row["pk"], _cells(info, holder, row, url, is_at=row["pk"] == at), url))
        return shown


def _cells(
    info: FindingInfo,
    holder: customers.PointHolder | None,
    row: dict[str, Any],
    url: str,
    *,
    is_at: bool,
) -> dict[str, Any]:
    state, tone = evidence.state_of(info)
    number = Cell(info.usage_point_code)
    if holder:
        number = Cell(holder.number, reverse("customers:account", args=[holder.number]))
    return {
        "account": number,
        "name": holder.holder_name if holder else "",
        "finding": Cell(f"▸ {info.name}" if is_at else info.name, url, second=info.sentence),
        "kwh": info.at_risk_kwh,
        "yuan": info.at_risk_fen,
        "severity": codes.word(codes.SEVERITIES, info.severity),
        "segment": Cell(info.segment_code, title=row["segment__name"]),
        "period": fmt.period(info.from_date, info.to_date),
        "state": Cell(state, tone=tone),
        "decided": Cell(
            f"{info.decided_by_name} {fmt.moment(info.decided_at)}" if info.decided_at else "",
            second=info.reason,
        ),
        "owner": info.owner_name,
        "found": info.found_at,
    }


@needs(DECIDE)
@require_POST
def decide(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Decide one finding; then the list again, with the next open one beside it."""
    scope = access.scope(request, DECIDE)
    if not metering.finding_rows(scope).filter(pk=finding_id).exists():
        raise NotFound
    form = evidence.OneDecision(request.POST)
    back, following = request.POST.get("back", ""), request.POST.get("following", "")
    if form.is_valid():
        by = access.act(request, form.cleaned_data["reason"])
        decision = form.cleaned_data["decision"]
        if carry_out(form, lambda: metering.decide_findings([finding_id], decision, by=by)):
            return evidence.go_on(request, following or back, decision)
    return evidence.refused(request, finding_id, form, back=back, following=following)
