"""What stands on the workbench: tasks in order of their clock, figures, the month's segments."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.web import format as fmt
from wattdesk.web.parts import Figure, SegmentDay, Task

SHOWN = 50  # tasks on the page; the areas' own lists hold all
NEAR = timedelta(days=7)
STATES = ("released", "review", "held", "not_due")


@dataclass(frozen=True, slots=True)
class Band:
    """Tasks that are due together: late, today, later, without a limit."""

    key: str
    title: str
    tasks: list[Task]


@dataclass(frozen=True, slots=True)
class KindCount:
    key: str
    title: str
    number: int
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the month with the segments that are read on it."""

    number: int
    is_today: bool
    segments: list[SegmentDay]


def in_order(tasks: Sequence[Task]) -> list[Task]:
    """By deadline, what has none last; the title breaks a tie."""
    dated = [task for task in tasks if task.due_at]
    dated.sort(key=lambda task: (task.due_at, task.title))
    return dated + sorted((t for t in tasks if not t.due_at), key=lambda task: task.title)


def bands(tasks: Sequence[Task], now: datetime) -> list[Band]:
    """Tasks in order under four headings; a heading without tasks is left out."""
    today = timezone.localdate(now)
    found: dict[str, list[Task]] = {"late": [], "today": [], "later": [], "none": []}
    for task in in_order(tasks)[:SHOWN]:
        if task.due_at is None:
            found["none"].append(task)
        elif task.due_at < now and not task.is_paused:
            found["late"].append(task)
        elif timezone.localdate(task.due_at) <= today:
            found["today"].append(task)
        else:
            found["later"].append(task)
    titles = {
        "late": _("Late"),
        "today": _("Due today"),
        "later": _("Tomorrow and later"),
        "none": _("Without a limit"),
    }
    return [Band(key, titles[key], group) for key, group in found.items() if group]


def kinds(tasks: Sequence[Task], chosen: str) -> list[KindCount]:
    """How many tasks there are of each kind, for the switch in the panel's head."""
    base = reverse("workbench")
    names: dict[str, tuple[str, int]] = {}
    for task in tasks:
        name, number = names.get(task.kind, (str(task.kind_name or task.kind), 0))
        names[task.kind] = (name, number + 1)
    counted = [KindCount("", _("All"), len(tasks), base, not chosen)]
    for key, (name, number) in sorted(names.items(), key=lambda item: -item[1][1]):
        counted.append(KindCount(key, name, number, f"{base}?kind={key}", chosen == key))
    return counted


def own_figures(tasks: Sequence[Task], now: datetime) -> list[Figure]:
    """The two figures of the clock that every role has; the areas add theirs."""
    today = timezone.localdate(now)
    due = [t for t in tasks if t.due_at]
    late = sorted(t.due_at for t in due if t.due_at and t.due_at < now and not t.is_paused)
    due_today = sum(1 for t in due if t.due_at and timezone.localdate(t.due_at) == today)
    near = sum(1 for t in due if t.due_at and now <= t.due_at < now + NEAR)
    return [
        Figure(
            _("My tasks"),
            str(len(tasks)),
            ngettext("task", "tasks", len(tasks)),
            (
                _("due today %(number)s") % {"number": due_today},
                _("in 7 days %(number)s") % {"number": near},
            ),
        ),
        Figure(
            _("Late"),
            str(len(late)),
            ngettext("task", "tasks", len(late)),
            (_("longest by %(span)s") % {"span": fmt.span(now - late[0])},) if late else (),
            is_alarm=bool(late),
        ),
    ]


def calendar(segments: Sequence[SegmentDay], today: date) -> list[CalendarDay]:
    """The days of the month with their segments, released ones at the bottom of each column."""
    days: dict[int, list[SegmentDay]] = {
        number: [] for number in range(1, monthrange(today.year, today.month)[1] + 1)
    }
    for segment in sorted(segments, key=lambda s: (STATES.index(s.state), s.code)):
        if (segment.reading_date.year, segment.reading_date.month) == (today.year, today.month):
            days[segment.reading_date.day].append(segment)
    return [CalendarDay(number, number == today.day, found) for number, found in days.items()]


def state_counts(segments: Sequence[SegmentDay]) -> list[tuple[str, str, int]]:
    """``(state, its words, how many segments)`` for the legend."""
    words = {
        "released": _("released"),
        "review": _("in review"),
        "held": _("with holds"),
        "not_due": _("not due yet"),
    }
    return [(state, words[state], sum(1 for s in segments if s.state == state)) for state in STATES]
