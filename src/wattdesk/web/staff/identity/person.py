"""One person: what they may do and since when, and what a manager of people does about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import DutyInfo, StaffInfo
from wattdesk.toolkit.acts import Act
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.staff.identity import history, reach, words
from wattdesk.web.staff.identity.forms import DutyForm, EndForm, PersonForm, ReasonForm
from wattdesk.web.staff.identity.reach import MANAGE, VIEW

EVENTS = 30
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty with its state; ``lock`` says why this person cannot confirm it."""

    duty: DutyInfo
    state: str
    tone: str
    giver: str
    lock: str
    may_confirm: bool
    may_end: bool


@needs(VIEW)
@require_GET
def person(request: HttpRequest, staff_id: int) -> HttpResponse:
    """The person's page."""
    return render(request, "identity/person.html", context(request, staff_id))


def context(request: HttpRequest, staff_id: int) -> dict[str, Any]:
    """Everything the page shows."""
    found = reach.person(request, staff_id, VIEW)
    scope = access.scope(request, MANAGE)
    entries = audit.timeline(f"staff:{staff_id}", limit=EVENTS)
    is_own = staff_id == access.staff(request).pk
    return {
        "person": found,
        "duties": duty_lines(request, staff_id),
        "may_manage": scope.covers(found.unit.path) and not is_own,
        "may_give": bool(scope.paths) and not is_own and found.is_active,
        "is_own": is_own,
        "actions": may_do(found),
        "happenings": [history.event(entry) for entry in entries],
        "language": dict(PersonForm.base_fields["language"].choices).get(  # type: ignore[attr-defined]
            found.language, found.language
        ),
    }


def may_do(found: StaffInfo) -> list[tuple[str, list[str]]]:
    """What the duties in force allow, in words, by area."""
    roles = {role.code: role for role in identity.list_roles()}
    codes = {code for duty in found.duties for code in roles[duty.role.code].actions}
    areas: dict[str, list[str]] = {}
    for code in identity.known_actions():
        if code in codes:
            areas.setdefault(words.area(code), []).append(str(identity.action_words(code)))
    return list(areas.items())


def duty_lines(request: HttpRequest, staff_id: int) -> list[DutyLine]:
    """All duties, those in force and waiting first."""
    today, me = access.today(request), access.staff(request).pk
    scope = access.scope(request, MANAGE)
    duties = identity.list_duties(staff_id)
    givers = identity.staff_by_id({d.given_by_id for d in duties if d.given_by_id}, on=today)
    found = []
    for duty in duties:
        state, tone = words.duty_state(duty, today)
        lock = ""
        if not duty.is_confirmed and me in (duty.given_by_id, duty.staff_id):
            lock = (
                _("You gave it: another person has to confirm it.")
                if me == duty.given_by_id
                else _("It is yours: another person has to confirm it.")
            )
        mine = scope.covers(duty.unit.path)
        is_over = duty.to_date is not None and duty.to_date <= today
        giver = str(givers[duty.given_by_id]) if duty.given_by_id else _("the system, at set-up")
        found.append(
            DutyLine(
                duty, state, tone, giver, lock,
                may_confirm=mine and not duty.is_confirmed and not lock,
                may_end=mine and not is_over,
            )
        )  # fmt: skip
    return sorted(found, key=lambda line: (line.state == _("ended"), line.duty.from_date))


# --- a new person --------------------------------------------------------------------------------
@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """A person without any right yet; the first password is shown once."""
    units = identity.list_units(access.scope(request, MANAGE))
    form = PersonForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        password = identity.make_initial_password(on=access.today(request))
        made: list[int] = []

        def create() -> None:
            made.append(
                identity.create_staff(
                    username=given["username"],
                    name=given["name"],
                    name_en=given["name_en"],
                    email=given["email"],
                    unit_id=given["unit"],
                    language=given["language"],
                    password=password,
                    by=access.act(request, given["reason"]),
                )
            )

        if carry_out(form, create):
            return show_password(request, made[0], password, is_new=True)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "identity/add_person.html", {"form": form}, status=status)


def show_password(
    request: HttpRequest, staff_id: int, password: str, *, is_new: bool
) -> HttpResponse:
    """The first password, this once: it is stored nowhere, and no browser may keep the page."""
    found = identity.get_staff(staff_id, on=access.today(request))
    response = render(
        request,
        "identity/password.html",
        {"person": found, "password": password, "is_new": is_new},
    )
    response["Cache-Control"] = "no-store"
    return response


# --- duties --------------------------------------------------------------------------------------
@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def give_duty(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Give a role for a unit; it waits for another person's confirmation."""
    found = reach.person(request, staff_id, MANAGE)
    form = DutyForm(
        request.POST or None,
        roles=identity.list_roles(),
        units=identity.list_units(access.scope(request, MANAGE)),
        initial={"from_date": access.today(request), "unit": found.unit.id},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = carry_out(
            form,
            lambda: identity.give_duty(
                staff_id=staff_id,
                role_code=given["role"],
                unit_id=given["unit"],
                from_date=given["from_date"],
                to_date=given["to_date"],
                by=access.act(request, given["reason"]),
            ),
        )
        if done:
            messages.success(
                request,
                _("The duty is given. It is in force once another person has confirmed it."),
            )
            return redirect("identity:person", staff_id)
    roles = [(str(role), [str(identity.action_words(code)) for code in role.actions])
             for role in identity.list_roles()]  # fmt: skip
    return render(
        request,
        "identity/give_duty.html",
        {"person": found, "form": form, "roles": roles},
        status=UNPROCESSABLE if form.errors else 200,
    )


@needs(MANAGE)
@require_POST
def confirm_duty(request: HttpRequest, staff_id: int, duty_id: int) -> HttpResponse:
    """Put a duty in force that another person gave."""
    reach.duty(request, staff_id, duty_id)
    form = forms.Form(request.POST)
    form.is_valid()
    if carry_out(form, lambda: identity.confirm_duty(duty_id, by=access.act(request))):
        messages.success(request, _("The duty is confirmed."))
    else:
        messages.error(request, " ".join(str(e) for e in form.non_field_errors()))
    return redirect("identity:person", staff_id)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def end_duty(request: HttpRequest, staff_id: int, duty_id: int) -> HttpResponse:
    """End a duty, or withdraw one that is not in force yet."""
    found, duty = reach.duty(request, staff_id, duty_id)
    form = EndForm(request.POST or None, initial={"to_date": access.today(request)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        by = access.act(request, given["reason"])
        if carry_out(form, lambda: identity.end_duty(duty_id, to_date=given["to_date"], by=by)):
            messages.success(request, _("The duty ends."))
            return redirect("identity:person", staff_id)
    context = {"person": found, "duty": duty, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "identity/end_duty.html", context, status=status)


# --- access --------------------------------------------------------------------------------------
@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def set_access(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Deactivate an active person, or give a deactivated one access again; with a reason."""
    found = reach.person(request, staff_id, MANAGE)
    work: Callable[[Act], None]
    if found.is_active:
        sentence = _("%(name)s cannot sign in any more; open sessions have ended.")
        work = lambda by: identity.deactivate_staff(staff_id, by=by)  # noqa: E731
    else:
        sentence = _("%(name)s may sign in again.")
        work = lambda by: identity.reactivate_staff(staff_id, by=by)  # noqa: E731
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = access.act(request, form.cleaned_data["reason"])
        if carry_out(form, lambda: work(by)):
            messages.success(request, sentence % {"name": found})
            return redirect("identity:person", staff_id)
    context = {"person": found, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "identity/access.html", context, status=status)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, staff_id: int) -> HttpResponse:
    """A new first password for somebody else, shown once; their sessions end."""
    found = reach.person(request, staff_id, MANAGE)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and staff_id == access.staff(request).pk:
        messages.error(request, _("Your own password you change yourself, from your menu."))
        return redirect("identity:person", staff_id)
    if request.method == "POST" and form.is_valid():
        password = identity.make_initial_password(on=access.today(request))
        by = access.act(request, form.cleaned_data["reason"])
        if carry_out(form, lambda: identity.set_password(staff_id, password, by=by)):
            return show_password(request, staff_id, password, is_new=False)
    context = {"person": found, "form": form, "back": reverse("identity:person", args=[staff_id])}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "identity/set_password.html", context, status=status)
