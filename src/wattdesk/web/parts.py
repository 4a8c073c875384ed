"""Values that views hand to the component templates: tasks, figures, time lines, steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Tone = Literal["", "ok", "warn", "bad", "info", "hold", "mute"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure (``wd-kf``): a label, a value already written out, a unit, short details."""

    label: str
    value: str
    unit: str = ""
    details: Sequence[str] = ()
    url: str = ""
    is_alarm: bool = False
    info: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a time line (``wd-tl``): what happened, by whom and why, to which amount."""

    at: datetime
    title: str
    by: str = ""
    icon: str = "point"
    tone: Tone = ""
    url: str = ""
    amount_fen: int | None = None
    chip: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a guided form or a run (``wd-steps``)."""

    title: str
    state: Literal["done", "now", "next"] = "next"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a bar (``wd-bar``): how much of the whole, in which tone."""

    amount: int
    tone: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to do, shown on the workbench by its deadline.

    ``kind`` groups tasks (its words are in ``kind_name``); ``used_share`` is the part of the time
    limit that is over, 0 to 1 and above 1 when late, or None where there is no limit.
    """

    title: str
    reason: str
    due_at: datetime | None
    url: str
    kind: str
    used_share: float | None = None
    kind_name: str = ""
    icon: str = "checkup-list"
    subject: str = ""
    subject_detail: str = ""
    amount_fen: int | None = None
    origin: str = ""
    verb: str = ""
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """Something that waits for this person as the second one."""

    title: str
    detail: str
    url: str
    due_at: datetime | None = None
    used_share: float | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know: a chip with its kind, a title, one line, the moment."""

    kind_name: str
    title: str
    text: str
    at: datetime
    tone: Tone = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SegmentDay:
    """One reading segment of the month on its reading day, for the calendar of segments."""

    code: str
    name: str
    reading_date: date
    state: Literal["released", "review", "held", "not_due"]
    url: str = ""
