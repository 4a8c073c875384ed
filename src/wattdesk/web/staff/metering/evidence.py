"""What stands beside a finding: 13 months, the readings, the estimate, and the decision."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import FindingInfo
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.parts import Tone
from wattdesk.web.staff.metering import codes

VIEW = "metering.view"
DECIDE = "metering.decide"
MONTHS = 14
LONGEST_REASON = 200


class OneDecision(forms.Form):
    """How one finding is decided, and why."""

    decision = forms.ChoiceField(
        choices=tuple((key, word) for key, (word, _tone) in codes.DECISIONS.items())
    )
    reason = forms.CharField(
        label=pgettext_lazy("field", "Reason"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True, slots=True)
class Use:
    """One period of the last 13 months, for the bars and the table beside."""

    label: str
    from_date: date
    to_date: date
    energy_kwh: Decimal | None
    is_estimated: bool
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision as a button: what it means, or why it cannot be taken."""

    code: str
    word: str
    rule: str
    obstacle: str


def state_of(info: FindingInfo) -> tuple[str, Tone]:
    """The state in words: open and holding, decided how, no longer found."""
    if info.state == "DECIDED":
        return codes.named(codes.DECISIONS, info.decision)
    if info.state == "OPEN" and info.severity == "HOLD":
        return pgettext("finding", "open, holds"), "bad"
    return codes.named(codes.FINDING_STATES, info.state)


def uses_of(info: FindingInfo, today: date) -> list[Use]:
    """Use from reading to reading around the finding, the earliest first."""
    until = max(min(info.to_date, today), info.from_date)
    found = []
    for period in metering.usage_history(info.usage_point_id, until=until, months=MONTHS):
        is_doubtful = period.from_date < info.to_date and period.to_date > info.from_date
        found.append(
            Use(
                f"{period.to_date:%m}",
                period.from_date,
                period.to_date,
                period.energy_kwh,
                "ESTIMATED" in period.marks,
                is_doubtful,
            )
        )
    return found


def chart(uses: list[Use]) -> dict[str, Any]:
    """Bars of the uses; the doubtful period carries its value, estimates are hatched."""

    def whole(energy: Decimal | None) -> int | None:
        return None if energy is None else int(energy.to_integral_value())

    return {
        "labels": [use.label for use in uses],
        "unit": "kWh",
        "series": [
            {
                "name": "kWh",
                "values": [whole(use.energy_kwh) for use in uses],
                "color": "ch-1",
                "hatched": [place for place, use in enumerate(uses) if use.is_estimated],
                "labelled": [place for place, use in enumerate(uses) if use.is_doubtful][-2:],
            }
        ],
    }


def chart_sentence(uses: list[Use]) -> str:
    """What the bars show, for those who cannot see them."""
    known = [use for use in uses if use.energy_kwh is not None]
    if not known:
        return _("No use is known of the last months.")
    latest = known[-1]
    return _("Use from reading to reading; the latest known is %(kwh)s kWh to %(day)s.") % {
        "kwh": fmt.quantity(latest.energy_kwh, 0),
        "day": fmt.day(latest.to_date),
    }


def choices(info: FindingInfo) -> list[Choice]:
    """The four decisions with their rule, or with what stands in the way."""
    found = []
    for code in codes.DECISIONS:
        problem = metering.obstacles_to([info.id], code).get(info.id)
        found.append(
            Choice(
                code,
                codes.named(codes.DECISIONS, code)[0],
                codes.word(codes.DECISION_RULES, code),
                str(problem) if problem else "",
            )
        )
    return found


def beside(
    request: HttpRequest, finding_id: int, *, back: str, form: OneDecision | None = None
) -> dict[str, Any] | None:
    """Everything the side panel shows; None for a finding outside the person's units."""
    scope = access.scope(request, VIEW)
    if not metering.finding_rows(scope).filter(pk=finding_id).exists():
        return None
    info = metering.finding_infos([finding_id])[finding_id]
    today = access.today(request)
    uses = uses_of(info, today)
    holder = None
    if access.viewer(request).may("customers.view"):
        holder = customers.holders_of_points([info.usage_point_id], on=today).get(
            info.usage_point_id
        )
    installed = metering.installed_at([info.usage_point_id], min(info.to_date, today))
    state, tone = state_of(info)
    others = metering.list_findings(
        metering.FindingFilter(usage_point_ids=(info.usage_point_id,), states=("OPEN", "DECIDED")),
        scope=scope,
        limit=8,
    )
    return {
        "info": info,
        "state": state,
        "tone": tone,
        "severity": codes.word(codes.SEVERITIES, info.severity),
        "holder": holder,
        "uses": uses,
        "chart": chart(uses) if any(use.energy_kwh for use in uses) else None,
        "chart_sentence": chart_sentence(uses),
        "meter": installed.get(info.usage_point_id),
        "may_decide": access.viewer(request).may(DECIDE),
        "is_open": info.state == "OPEN" or info.decision in ("REREAD", "INSPECT"),
        "choices": choices(info),
        "others": [(o, state_of(o)) for o in others.rows if o.id != info.id],
        "form": form or OneDecision(),
        "back": back,
        "next": "",
    }


def ours(request: HttpRequest, url: str) -> str:
    """The list to go back to, when it is an address of this site; else the list itself."""
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours and url else reverse("metering:finding_list")


def go_on(request: HttpRequest, url: str, decision: str) -> HttpResponse:
    """To the next finding of the list, or to the list, which no longer shows what was decided."""
    word = codes.named(codes.DECISIONS, decision)[0]
    messages.success(request, _("Decided: %(word)s.") % {"word": word})
    return redirect(ours(request, url))


def refused(
    request: HttpRequest, finding_id: int, form: OneDecision, *, back: str, following: str
) -> HttpResponse:
    """The evidence again on a page of its own, with what stood in the way."""
    found = beside(request, finding_id, back=ours(request, back), form=form)
    if found and following:
        found["next"] = ours(request, following)
    return render(request, "metering/finding.html", {"beside": found}, status=422)
