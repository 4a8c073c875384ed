"""The release panel: who did what, who comes next, and why a button is locked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.domains.billing import api as billing
from wattdesk.web import format as fmt
from wattdesk.web.parts import Tone


@dataclass(frozen=True, slots=True)
class Rights:
    """What this person may do with the runs of the run's unit."""

    staff_id: int
    run: bool
    propose: bool
    release: bool
    cancel: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the release: name, part in it, a line about it, a chip."""

    name: str
    part: str
    line: str
    chip: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class ReleasePanel:
    """What the panel shows. ``step`` is the next one; ``lock`` says why it is not this person's."""

    people: list[Person]
    step: Literal["propose", "sign", ""]
    verb: str
    lock: str
    may_withdraw: bool


def panel(
    status: "billing.RunStatus",
    rights: Rights,
    *,
    names: Mapping[int, str],
    open_lists: int,
    failed: int,
) -> ReleasePanel:
    """The panel of a run for one person."""
    step: Literal["propose", "sign", ""] = ""
    if status.state in {"CALCULATING", "REVIEW"}:
        step = "propose"
    elif status.state == "PROPOSED":
        step = "sign"
    return ReleasePanel(
        people=_people(status, names, open_lists),
        step=step,
        verb=_verb(step, status),
        lock=_lock(step, status, rights, failed),
        may_withdraw=status.state == "PROPOSED"
        and (rights.release or (rights.propose and rights.staff_id == status.proposed_by_id)),
    )


def _verb(step: str, status: "billing.RunStatus") -> str:
    sums = {
        "number": fmt.quantity(status.billed),
        "amount": fmt.yuan(status.amount_fen),
    }
    if step == "propose":
        return (
            ngettext(
                "Propose the release of %(number)s account, %(amount)s CNY",
                "Propose the release of %(number)s accounts, %(amount)s CNY",
                status.billed,
            )
            % sums
        )
    return (
        ngettext(
            "Release %(number)s account, %(amount)s CNY",
            "Release %(number)s accounts, %(amount)s CNY",
            status.billed,
        )
        % sums
    )


def _lock(step: str, status: "billing.RunStatus", rights: Rights, failed: int) -> str:
    """Why the step is not this person's to take now; empty when it is."""
    reasons: list[tuple[bool, str]] = []
    if step == "propose":
        reasons = [
            (
                failed > 0,
                _("Parts that failed are missing: a run is proposed whole or not at all."),
            ),
            (status.state == "CALCULATING", _("The drafts are still being calculated.")),
            (not rights.propose, _("Your duties do not include proposing a release.")),
        ]
    elif step == "sign":
        sign = _("Another person with the right to release has to sign.")
        reasons = [
            (
                rights.staff_id == status.started_by_id,
                _("You started this run, so you cannot release it.") + " " + sign,
            ),
            (
                rights.staff_id == status.proposed_by_id,
                _("You proposed this run, so you cannot release it.") + " " + sign,
            ),
            (not rights.release, _("Your duties do not include the release of bills.")),
        ]
    return next((sentence for is_so, sentence in reasons if is_so), "")


def _people(status: "billing.RunStatus", names: Mapping[int, str], open_lists: int) -> list[Person]:
    def name(staff_id: int | None, fallback: str) -> str:
        return names.get(staff_id or 0, fallback)

    starter = Person(
        name(status.started_by_id, status.started_by),
        _("started the run"),
        fmt.moment(status.started_at),
        _("done"),
        "ok",
    )
    return [starter, _proposer(status, name, open_lists), _signer(status, name)]


def _proposer(status: "billing.RunStatus", name: object, open_lists: int) -> Person:
    part = _("reviews and proposes")
    if status.proposed_by_id:
        found = str(name(status.proposed_by_id, status.proposed_by))  # type: ignore[operator]
        return Person(
            found, _("proposed the release"), fmt.moment(status.proposed_at), _("done"), "ok"
        )
    if status.state == "CALCULATING":
        return Person(_("Reviewer"), part, _("when the drafts are ready"), _("later"), "mute")
    if status.state == "CANCELLED":
        return Person(_("Reviewer"), part, _("the run was given up"), fmt.NONE, "mute")
    line = (
        ngettext(
            "%(number)s list not looked through", "%(number)s lists not looked through", open_lists
        )
        % {"number": open_lists}
        if open_lists
        else _("all lists are looked through")
    )
    return Person(_("Reviewer"), part, line, _("now"), "info")


def _signer(status: "billing.RunStatus", name: object) -> Person:
    if status.released_by_id:
        found = str(name(status.released_by_id, status.released_by))  # type: ignore[operator]
        return Person(
            found, _("signed, second person"), fmt.moment(status.released_at), _("done"), "ok"
        )
    waits = status.state == "PROPOSED"
    return Person(
        _("Second person"),
        _("signs the release"),
        _("not the one who started or proposed"),
        _("now") if waits else _("later"),
        "hold" if waits else "mute",
    )
