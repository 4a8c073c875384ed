"""The list of tariff documents; a version as price notice, as text, and as what changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import in_language
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.data import TariffInfo, VersionInfo
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.parts import Tone
from wattdesk.web.staff.tariffs import examples, notice, texts, words
from wattdesk.web.staff.tariffs.forms import ReasonForm

VIEW = "tariffs.view"
PROPOSE = "tariffs.propose"
RELEASE = "tariffs.release"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of its tariff."""

    version: VersionInfo
    state: str
    tone: Tone
    url: str


@dataclass(frozen=True, slots=True)
class TariffLines:
    """One tariff with its versions, the newest first, and since when its prices are in force."""

    tariff: TariffInfo
    title: str
    since: date | None
    lines: list[VersionLine]


@needs(VIEW)
@require_GET
def tariff_list(request: HttpRequest) -> HttpResponse:
    """All tariff documents with their versions and what waits for release."""
    today = access.today(request)
    versions = tariffs.list_versions()
    found = []
    for tariff in tariffs.list_tariffs():
        own = [version for version in versions if version.tariff_code == tariff.code]
        since = [v.from_date for v in own if words.standing(v, today) == "IN_FORCE"]
        found.append(
            TariffLines(
                tariff,
                in_language(tariff.title, tariff.title_en),
                max(since, default=None),
                [version_line(version, today) for version in own],
            )
        )
    waiting = [line for one in found for line in one.lines if line.version.state == "PROPOSED"]
    may_propose = access.viewer(request).may(PROPOSE)
    context = {"tariffs": found, "waiting": waiting, "may_propose": may_propose}
    return render(request, "tariffs/tariff_list.html", context)


def version_line(version: VersionInfo, today: date) -> VersionLine:
    state, tone = words.state(version, today)
    return VersionLine(version, state, tone, reverse("tariffs:version", args=[version.id]))


# --- one version ---------------------------------------------------------------------------------
def frame(request: HttpRequest, version: VersionInfo, section: str) -> dict[str, Any]:
    """What the head of a version's pages needs."""
    state, tone = words.state(version, access.today(request))
    sections = (
        ("version", pgettext("tab", "Price notice")),
        ("text", pgettext("tab", "Text")),
        ("changes", pgettext("tab", "Changes")),
    )
    return {
        "version": version,
        "title": words.title(version),
        "state": state,
        "tone": tone,
        "tabs": [
            (title, reverse(f"tariffs:{name}", args=[version.id]), name == section)
            for name, title in sections
        ],
        "may_propose": access.viewer(request).may(PROPOSE),
    }


@needs(VIEW)
@require_GET
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """The version as a price notice, with its examples through both engines."""
    return notice_page(request, tariffs.get_version(version_id), ReasonForm())


def notice_page(request: HttpRequest, found: VersionInfo, form: forms.Form) -> HttpResponse:
    """The price notice with the panel in which another person decides."""
    document = tariffs.document_of(found.id)
    report = examples.report_of(found.text)
    context = {
        **frame(request, found, "version"),
        "document": document,
        "region": words.text(document.region),
        "schedules": notice.schedules(document),
        "sources": notice.sources(document),
        "unchecked": notice.unchecked(document),
        "report": report,
        "examples": examples.shown(document, report.examples),
        "passed": sum(1 for example in report.examples if example.passed),
        "form": form,
        "decision": decision(request, found),
    }
    return render(request, "tariffs/version.html", context)


@needs(VIEW)
@require_GET
def text(request: HttpRequest, version_id: int) -> HttpResponse:
    """The text of the version with line numbers; ``?file=1`` gives it as a file."""
    found = tariffs.get_version(version_id)
    if request.GET.get("file") == "1":
        response = HttpResponse(found.text, content_type="application/yaml; charset=utf-8")
        name = f"{found.tariff_code}-{found.number}.yaml"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    context = {**frame(request, found, "text"), "lines": texts.lines(found.text)}
    return render(request, "tariffs/text.html", context)


@needs(VIEW)
@require_GET
def changes(request: HttpRequest, version_id: int) -> HttpResponse:
    """What differs from the version before it."""
    found = tariffs.get_version(version_id)
    lines = texts.changes(tariffs.diff(version_id))
    before = version_before(found)
    context = {
        **frame(request, found, "changes"),
        "before": before,
        "before_url": reverse("tariffs:version", args=[before.id]) if before else "",
        "changes": lines if before else [],
        "added": sum(1 for line in lines if line.kind == "add"),
        "cut": sum(1 for line in lines if line.kind == "cut"),
    }
    return render(request, "tariffs/changes.html", context)


def version_before(found: VersionInfo) -> VersionInfo | None:
    """The version with which this one is compared: the next lower number not rejected."""
    return next(
        (
            other
            for other in tariffs.list_versions(found.tariff_code)
            if other.number < found.number and other.state != "REJECTED"
        ),
        None,
    )


# --- the decision --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Decision:
    """What the panel of the second person shows; ``lock`` says why it is closed to this one."""

    proposer: str
    lock: str
    effects: list[tuple[str, str]]


def decision(request: HttpRequest, found: VersionInfo) -> Decision:
    """Who may decide, why this person may not, and what a release would do."""
    viewer = access.viewer(request)
    lock = ""
    if found.state == "PROPOSED":
        if found.proposed_by_id == viewer.staff.pk:
            lock = _(
                "You proposed this version. Another person with the right to release has to decide."
            )
        elif not viewer.may(RELEASE):
            lock = _("Deciding needs the right: %(action)s.") % {
                "action": identity.action_words(RELEASE)
            }
    effects = _effects(request, found) if found.state == "PROPOSED" else []
    return Decision(colleague(request, found), lock, effects)


def colleague(request: HttpRequest, found: VersionInfo) -> str:
    """The proposer's name in the reader's language."""
    try:
        return str(identity.get_staff(found.proposed_by_id, on=access.today(request)))
    except NotFound:
        return found.proposed_by


def _effects(request: HttpRequest, found: VersionInfo) -> list[tuple[str, str]]:
    begin = found.from_date
    effects = [(_("Prices in force from"), begin.isoformat())]
    for other in tariffs.list_versions(found.tariff_code):
        covers = other.to_date is None or other.to_date > begin
        if other.state == "RELEASED" and other.from_date < begin and covers:
            effects.append((_("Version %(n)s ends on") % {"n": other.number}, begin.isoformat()))
    known = {schedule.code for schedule in tariffs.list_schedules()}
    codes = [schedule.code for schedule in tariffs.document_of(found.id).schedules]
    effects.append((_("Price classes in it"), str(len(codes))))
    effects.append((_("of them new"), str(len([code for code in codes if code not in known]))))
    if begin <= access.today(request):
        effects.append((_("Bills released before"), _("stay as they are")))
    return effects


@needs(RELEASE)
@require_POST
def decide(request: HttpRequest, version_id: int) -> HttpResponse:
    """Release or reject a proposed version, with a reason; never the proposer."""
    found = tariffs.get_version(version_id)
    form = ReasonForm(request.POST)
    verdict = request.POST.get("verdict")
    works = {"release": tariffs.release, "reject": tariffs.reject}
    if verdict not in works:
        return redirect("tariffs:version", version_id)
    if form.is_valid():
        by = access.act(request, form.cleaned_data["reason"])
        if carry_out(form, lambda: works[verdict](version_id, by=by)):
            sentence = (
                _("Version %(n)s is released: its prices are in force from %(day)s.")
                if verdict == "release"
                else _("Version %(n)s is rejected; its text stays on record.")
            )
            day = found.from_date.isoformat()
            messages.success(request, sentence % {"n": found.number, "day": day})
            return redirect("tariffs:version", version_id)
    response = notice_page(request, tariffs.get_version(version_id), form)
    response.status_code = 422
    return response
