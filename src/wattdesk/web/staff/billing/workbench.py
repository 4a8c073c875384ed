"""What billing adds to the workbench: reviews, releases to sign, held accounts, the month."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.domains.billing import api as billing
from wattdesk.domains.metering import api as metering
from wattdesk.web import format as fmt
from wattdesk.web import providers
from wattdesk.web.parts import Figure, SegmentDay, Signature, Task
from wattdesk.web.providers import NavCount, Viewer
from wattdesk.web.staff.billing import links, months

MOST = 200


def _runs(viewer: Viewer, action: str, *states: str) -> list["billing.RunRow"]:
    if not viewer.may(action):
        return []
    return billing.list_runs(scope=viewer.scope(action), states=states, limit=MOST)


def tasks(viewer: Viewer) -> Sequence[Task]:
    """Runs to review and propose, segments to start, accounts to decide, by their deadline."""
    return [*_to_review(viewer), *_to_start(viewer), *_held(viewer)]


def _to_review(viewer: Viewer) -> list[Task]:
    found = []
    for run in _runs(viewer, "billing.propose", "REVIEW"):
        deadline = billing.release_deadline(run.reading_date)
        found.append(
            Task(
                title=_("Review %(segment)s, then propose") % {"segment": run.segment_name},
                reason=ngettext(
                    "%(number)s account has a draft, %(held)s held",
                    "%(number)s accounts have a draft, %(held)s held",
                    run.billed,
                )
                % {"number": fmt.quantity(run.billed), "held": fmt.quantity(run.held)},
                due_at=deadline,
                url=reverse("billing:run", args=[run.run_id]),
                kind="review",
                kind_name=_("Reviews"),
                used_share=months.used_share(run.reading_date, deadline, viewer.now),
                icon="calculator",
                subject=f"{run.segment_name} {run.segment_code}",
                subject_detail=_("receivable %(month)s")
                % {"month": fmt.month(run.receivable_month)},
                amount_fen=run.amount_fen,
                origin=run.started_by,
                verb=_("Review"),
            )
        )
    return found


def _to_start(viewer: Viewer) -> list[Task]:
    """One task for all segments of the month that are read and not started."""
    if not viewer.may("billing.run"):
        return []
    waiting = [line for line in _month(viewer, "billing.run") if line.state == "NOT_STARTED"]
    if not waiting:
        return []
    first = min(waiting, key=lambda line: line.deadline)
    return [
        Task(
            title=ngettext(
                "Start the run of %(number)s segment",
                "Start the runs of %(number)s segments",
                len(waiting),
            )
            % {"number": len(waiting)},
            reason=_("read, and not started: %(codes)s")
            % {"codes": ", ".join(line.code for line in waiting[:6])},
            due_at=first.deadline,
            url=links.month_page(viewer.today.replace(day=1), state="NOT_STARTED"),
            kind="start",
            kind_name=_("Runs"),
            used_share=first.used_share,
            icon="player-play",
            subject=first.name,
            subject_detail=_("receivable %(month)s") % {"month": fmt.month(viewer.today)},
            verb=_("Start…"),
        )
    ]


def _held(viewer: Viewer) -> list[Task]:
    """Held accounts of the segments in which this person decides findings."""
    if not (viewer.may("metering.decide") and viewer.may("billing.view")):
        return []
    released: dict[str, list[billing.WaitingHolds]] = {}
    found = []
    for waiting in billing.waiting_holds(viewer.scope("metering.decide")):
        if waiting.state == "RELEASED":
            released.setdefault(waiting.segment_code, []).append(waiting)
        else:
            found.append(_held_task(viewer, [waiting]))
    # Whoever has no price for a year is one matter, not twelve.
    found += [_held_task(viewer, runs) for runs in released.values()]
    return found


def _held_task(viewer: Viewer, runs: Sequence["billing.WaitingHolds"]) -> Task:
    """One task for the accounts that a segment's runs hold; the oldest run leads."""
    runs = sorted(runs, key=lambda run: run.receivable_month)
    oldest, newest = runs[0], runs[-1]
    deadline = billing.release_deadline(oldest.reading_date)
    month = fmt.month(oldest.receivable_month)
    if len(runs) == 1:
        title = ngettext(
            "Decide %(number)s held account", "Decide %(number)s held accounts", oldest.accounts
        ) % {"number": fmt.quantity(oldest.accounts)}
        when = _("receivable %(month)s") % {"month": month}
    else:
        bills = sum(run.accounts for run in runs)
        title = _("Decide %(number)s held bills of several months") % {
            "number": fmt.quantity(bills)
        }
        when = _("receivable %(first)s to %(last)s") % {
            "first": month,
            "last": fmt.month(newest.receivable_month),
        }
    return Task(
        title=title,
        reason=_("the run is released, they still have no bill")
        if oldest.state == "RELEASED"
        else _("they do not stop the release of the others"),
        due_at=deadline,
        url=reverse("billing:held", args=[oldest.run_id]),
        kind="held",
        kind_name=_("Held accounts"),
        used_share=months.used_share(oldest.reading_date, deadline, viewer.now),
        icon="hand-stop",
        subject=f"{oldest.segment_name} {oldest.segment_code}",
        subject_detail=when,
        amount_fen=sum(run.amount_fen for run in runs),
        verb=_("Decide"),
    )


def signatures(viewer: Viewer) -> Sequence[Signature]:
    """Proposals that this person may sign: not those they started or proposed."""
    own = viewer.staff.pk
    found = []
    for run in _runs(viewer, "billing.release", "PROPOSED"):
        if own in {run.started_by_id, run.proposed_by_id}:
            continue
        deadline = billing.release_deadline(run.reading_date)
        found.append(
            Signature(
                title=_("Release %(segment)s %(month)s")
                % {
                    "segment": f"{run.segment_name} {run.segment_code}",
                    "month": fmt.month(run.receivable_month),
                },
                detail=ngettext(
                    "%(number)s account, %(amount)s CNY, %(held)s held",
                    "%(number)s accounts, %(amount)s CNY, %(held)s held",
                    run.billed,
                )
                % {
                    "number": fmt.quantity(run.billed),
                    "amount": fmt.yuan(run.amount_fen),
                    "held": fmt.quantity(run.held),
                },
                url=reverse("billing:run", args=[run.run_id]) + "#release",
                due_at=deadline,
                used_share=months.used_share(run.reading_date, deadline, viewer.now),
            )
        )
    return found


def _month(viewer: Viewer, action: str) -> list[months.SegmentLine]:
    month = viewer.today.replace(day=1)
    scope = viewer.scope(action)
    return months.lines(
        metering.due_segments(month, scope=scope),
        billing.list_runs(scope=scope, month=month, limit=20_000),
        month=month,
        accounts={},
        units={},
        now=viewer.now,
    )


def figures(viewer: Viewer) -> Sequence[Figure]:
    """The month so far, for people who see bills."""
    if not viewer.may("billing.view") or not viewer.may("segments.view"):
        return []
    lines = _month(viewer, "billing.view")
    if not lines:
        return []
    released = [line for line in lines if line.state == "RELEASED"]
    fen = sum(line.amount_fen for line in released)
    kwh = sum((line.energy_kwh for line in released), Decimal(0))
    held = sum(line.held for line in lines)
    url = links.month_page(viewer.today.replace(day=1))
    return [
        Figure(
            _("Segments released"),
            str(len(released)),
            f"/ {len(lines)}",
            (_("receivable %(month)s") % {"month": fmt.month(viewer.today)},),
            url=url,
        ),
        Figure(
            _("Released amount"),
            fmt.yuan(fen),
            _("CNY"),
            (f"{fmt.quantity(kwh, 0)} kWh",),
            url=url,
        ),
        Figure(
            _("Held, undecided"),
            fmt.quantity(held),
            ngettext("account", "accounts", held),
            (_("of this month's runs"),),
            url=url,
        ),
    ]


SEGMENT_STATES = {
    "RELEASED": "released",
    "NOT_READ": "not_due",
}


def segments(viewer: Viewer, day: date) -> Sequence[SegmentDay]:
    """The month's reading segments on their reading days."""
    if not viewer.may("segments.view"):
        return []
    month = day.replace(day=1)
    scope = viewer.scope("segments.view")
    lines = months.lines(
        metering.due_segments(month, scope=scope),
        billing.list_runs(scope=scope, month=month, limit=20_000),
        month=month,
        accounts={},
        units={},
        now=viewer.now,
    )
    return [
        SegmentDay(
            code=line.code,
            name=line.name,
            reading_date=line.dates.reading_date,
            state="held" if line.held else SEGMENT_STATES.get(line.state, "review"),  # type: ignore[arg-type]
            url=line.run_url or links.month_page(month),
        )
        for line in lines
    ]


def counts(viewer: Viewer) -> Mapping[str, NavCount]:
    """Runs that wait for this person, beside the navigation."""
    mine = _runs(viewer, "billing.propose", "REVIEW")
    waiting = signatures(viewer)
    if not mine and not waiting:
        return {}
    dues = [billing.release_deadline(run.reading_date) for run in mine]
    dues += [item.due_at for item in waiting if item.due_at]
    return {
        "billing:segment_list": NavCount(
            len(mine) + len(waiting), any(due < viewer.now for due in dues)
        )
    }


providers.register(
    "billing",
    tasks=tasks,
    figures=figures,
    signatures=signatures,
    segments=segments,
    counts=counts,
)
