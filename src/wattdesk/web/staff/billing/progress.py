"""How far a run is: six stages, its pace, and whether anybody works on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wattdesk.domains.billing import api as billing
from wattdesk.domains.metering import api as metering
from wattdesk.web import format as fmt
from wattdesk.web.staff.billing.work import Queued

MOVING = ("CALCULATING", "RELEASING")
NOT_READ = ("MISSING", "NO_METER", "NO_READING", "GAPS_TOO_MANY")
DIFFERING = ("CHECK_DIFFERS", "CHECK_CLASS")
# A job that nobody takes for this long: no worker is running, or all are busy.
PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the six stages: what was done of it, in figures and a few words."""

    title: str
    value: str
    detail: str
    state: Literal["ok", "now", "next", "bad"]
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly a run moves; ``left`` is None while nothing can be told."""

    done: int
    total: int
    percent: int
    per_second: int | None
    left: timedelta | None
    lasted: timedelta
    trouble: str = ""
    can_wake: bool = False

    @property
    def words(self) -> str:
        """Rate and time left: ``2,970 accounts a second, 0:24 left``."""
        parts = []
        if self.per_second:
            parts.append(
                _("%(number)s accounts a second") % {"number": fmt.quantity(self.per_second)}
            )
        if self.left is not None:
            parts.append(_("%(span)s left") % {"span": clock(self.left)})
        return _(", ").join(parts)


def clock(length: timedelta) -> str:
    """Minutes and seconds as a clock shows them: ``0:24``; hours before them where there are."""
    seconds = max(int(length.total_seconds()), 0)
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60:02d}" if hours else str(rest // 60)
    return f"{f'{hours}:' if hours else ''}{minutes}:{rest % 60:02d}"


def pace(
    status: "billing.RunStatus", *, began: datetime, now: datetime, queued: Queued
) -> Pace | None:
    """Pace of a run that is being calculated or released; None for one that rests."""
    if status.state not in MOVING:
        return None
    calculating = status.state == "CALCULATING"
    done = status.chunks_done if calculating else status.chunks_released
    total = max(status.chunks, 1)
    lasted = max(now - began, timedelta(seconds=1))
    accounts = status.accounts if calculating else status.accounts * done // total
    rate = int(accounts / lasted.total_seconds()) if done and accounts else None
    left = lasted * (total - done) / done if 0 < done < total else None
    trouble, can_wake = _trouble(status, queued, lasted)
    return Pace(done, total, 100 * done // total, rate, left, lasted, trouble, can_wake)


def _trouble(status: "billing.RunStatus", queued: Queued, lasted: timedelta) -> tuple[str, bool]:
    if status.state == "CALCULATING" and status.chunks_failed and queued.is_nobody:
        return (
            ngettext(
                "%(number)s part could not be calculated; see below.",
                "%(number)s parts could not be calculated; see below.",
                status.chunks_failed,
            )
            % {"number": status.chunks_failed},
            False,
        )
    if queued.is_nobody:
        return _("Nobody works on this run: its worker has ended. Nothing is lost."), True
    if queued.doing == 0 and lasted > PATIENCE:
        return _("The run waits for a worker; none has taken it yet."), False
    return "", False


def stages(
    status: "billing.RunStatus",
    *,
    findings: Sequence["metering.FindingCount"],
    reviewed: int,
    to_review: int,
    check_share: str = "1",
) -> list[Stage]:
    """Read, validate, calculate, check, review, release, as the record has them."""
    moving = status.state == "CALCULATING"
    share = 100 * status.chunks_done // max(status.chunks, 1) if moving else 100
    state: Literal["ok", "now"] = "now" if moving else "ok"
    held = dict(status.held_by_code)
    unread = sum(held.get(code, 0) for code in NOT_READ)
    doubtful = sum(f.open + f.decided for f in findings)
    decided = sum(f.decided for f in findings)
    differing = sum(held.get(code, 0) for code in DIFFERING)
    seconds = sum(status.seconds.values())
    return [
        Stage(
            pgettext("stage", "Read"),
            f"{fmt.quantity(status.accounts - unread)} / {fmt.quantity(status.accounts)}"
            if status.accounts
            else NONE,
            _("without a reading %(number)s") % {"number": unread},
            state,
            share,
        ),
        Stage(
            pgettext("stage", "Validate"),
            fmt.quantity(status.accounts) if status.accounts else NONE,
            _("%(number)s findings, %(decided)s decided")
            % {"number": fmt.quantity(doubtful), "decided": fmt.quantity(decided)},
            state,
            share,
        ),
        Stage(
            pgettext("stage", "Calculate"),
            f"{share} %" if moving else fmt.quantity(status.billed),
            _calculated(status, seconds),
            "bad" if status.chunks_failed else state,
            share,
        ),
        Stage(
            pgettext("stage", "Check"),
            fmt.quantity(status.billed + differing) if status.accounts else NONE,
            ngettext("%(number)s differs", "%(number)s differ", differing) % {"number": differing},
            "bad" if differing else state,
            share,
        ),
        _review_stage(status, reviewed, to_review),
        _release_stage(status),
    ]


def _calculated(status: "billing.RunStatus", seconds: float) -> str:
    parts = ngettext("%(number)s part", "%(number)s parts", status.chunks) % {
        "number": status.chunks
    }
    if not seconds:
        return parts
    return _("%(seconds)s s, %(parts)s") % {"seconds": f"{seconds:.1f}", "parts": parts}


def _review_stage(status: "billing.RunStatus", reviewed: int, to_review: int) -> Stage:
    value = _("%(done)s / %(all)s lists") % {"done": reviewed, "all": to_review}
    if status.state == "CALCULATING":
        return Stage(pgettext("stage", "Review"), NONE, _("when the drafts are ready"), "next")
    if status.state == "REVIEW":
        return Stage(
            pgettext("stage", "Review"),
            value,
            _("then propose"),
            "now",
            _share(reviewed, to_review),
        )
    if status.state == "CANCELLED":
        return Stage(pgettext("stage", "Review"), value, "", "next", _share(reviewed, to_review))
    return Stage(
        pgettext("stage", "Review"),
        value,
        _("proposed by %(name)s") % {"name": status.proposed_by},
        "ok",
        100,
    )


def _release_stage(status: "billing.RunStatus") -> Stage:
    title = pgettext("stage", "Release")
    if status.state == "RELEASED":
        return Stage(
            title,
            fmt.quantity(status.billed),
            _("by %(name)s") % {"name": status.released_by},
            "ok",
            100,
        )
    if status.state == "RELEASING":
        share = _share(status.chunks_released, status.chunks)
        parts = f"{status.chunks_released} / {status.chunks}"
        return Stage(
            title, f"{share} %", _("posted parts %(parts)s") % {"parts": parts}, "now", share
        )
    if status.state == "CANCELLED":
        return Stage(title, NONE, _("given up"), "next")
    waits = status.state == "PROPOSED"
    return Stage(
        title,
        _("second person") if waits else NONE,
        _("signature awaited") if waits else _("by a second person"),
        "now" if waits else "next",
    )


def _share(done: int, whole: int) -> int:
    return 100 * done // whole if whole else 100


NONE = fmt.NONE
