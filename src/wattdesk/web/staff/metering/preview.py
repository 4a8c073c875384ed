"""What an import batch says of itself, as the page shows it: figures, rows, faults by rule."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import ImportBatchInfo
from wattdesk.web import format as fmt
from wattdesk.web.parts import Figure, Step
from wattdesk.web.staff.metering import codes


def decimal_of(text: Any) -> Decimal | None:
    """A quantity of a preview; previews keep numbers as text."""
    if text in (None, ""):
        return None
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def day_of(text: Any) -> str:
    try:
        return fmt.day(date.fromisoformat(str(text)))
    except ValueError:
        return fmt.NONE


def figures(batch: ImportBatchInfo) -> list[Figure]:
    """Rows, points, days, kWh, and what the file would change."""
    found: dict[str, Any] = dict(batch.preview)
    if not found.get("usage_points"):
        return []
    shown = [Figure(_("Rows"), f"{batch.rows:,}")]
    if "readings" in found:
        shown.append(
            Figure(
                pgettext("preview", "Readings"),
                f"{found['readings']:,}",
                "",
                (_("of %(n)s meters") % {"n": f"{found['meters']:,}"},),
            )
        )
    else:
        missing = _("%(n)s missing days") % {"n": f"{found['missing_cells']:,}"}
        shown.append(Figure(_("Usage points"), f"{found['usage_points']:,}", "", (missing,)))
    shown.append(_days(found["from_date"], found["to_date"]))
    energy = decimal_of(found.get("sum_kwh"))
    what: tuple[str, ...] = ()
    if "sum_of" in found:
        what = (_("since the readings before, of %(n)s") % {"n": f"{found['sum_of']:,}"},)
    shown.append(Figure(pgettext("preview", "Energy"), fmt.quantity(energy), "kWh", what))
    shown.append(Figure(pgettext("preview", "New"), f"{found['new']:,}"))
    shown.append(
        Figure(pgettext("preview", "Same as recorded"), f"{found['same']:,}", "", (_("stay"),))
    )
    shown.append(
        Figure(
            pgettext("preview", "Different"),
            f"{found['differing']:,}",
            "",
            (_("from what is recorded"),),
            url="#differences" if found["differing"] else "",
            is_alarm=bool(found["differing"]),
        )
    )
    return shown


def _days(first_text: str, last_text: str) -> Figure:
    """Which days the file speaks of: the day itself, or how many from–to."""
    label = pgettext("preview", "Days")
    if first_text == last_text:
        day = day_of(first_text)
        return Figure(label, day[5:], "", (day[:4],))
    try:
        days = (date.fromisoformat(last_text) - date.fromisoformat(first_text)).days + 1
    except ValueError:
        return Figure(label, fmt.NONE)
    return Figure(
        label, f"{days:,}", "", (day_of(first_text), f"{fmt.EN_DASH} {day_of(last_text)}")
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of the file as read: heads and cells, numbers already written out."""

    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, bool]]]


def first_rows(batch: ImportBatchInfo) -> Sample | None:
    """The first rows, so that a person sees whether the columns were understood."""
    rows: Sequence[dict[str, Any]] = batch.preview.get("first", ())
    if not rows:
        return None
    if "days" in rows[0]:
        first = date.fromisoformat(batch.preview["from_date"])
        ordinals = range(first.toordinal(), first.toordinal() + len(rows[0]["days"]))
        heads = [(_("Number"), False)]
        heads += [(f"{date.fromordinal(o):%m-%d}", True) for o in ordinals]
        cells = [
            [(fmt.grouped(row["key"]), False)]
            + [(fmt.quantity(decimal_of(value)), True) for value in row["days"]]
            for row in rows
        ]
        return Sample(heads, cells)
    heads = [
        (_("Row"), True), (_("Meter"), False), (_("Register"), False), (_("Day"), False),
        (_("Reading"), True), (_("Quality"), False),
    ]  # fmt: skip
    return Sample(heads, [_register_cells(row) for row in rows])


def _register_cells(row: dict[str, Any]) -> list[tuple[str, bool]]:
    return [
        (str(row["row"]), True),
        (fmt.grouped(row["meter"]), False),
        (metering.kind_name(row["kind"]), False),
        (day_of(row["date"]), False),
        (fmt.quantity(decimal_of(row["value"])), True),
        (codes.named(codes.QUALITIES, row["quality"])[0], False),
    ]


def differences(batch: ImportBatchInfo) -> list[dict[str, Any]]:
    """Values that differ from what is recorded: old, new, and the step between."""
    found = []
    for row in batch.preview.get("differences", ()):
        old, new = decimal_of(row["old"]), decimal_of(row["value"])
        found.append(
            {
                "key": row.get("meter") or row.get("key", ""),
                "is_meter": "meter" in row,
                "register": metering.kind_name(row["kind"]) if row.get("kind") else "",
                "day": day_of(row["date"]),
                "old": old,
                "new": new,
                "change": new - old if new is not None and old is not None else None,
            }
        )
    return found


def rules(batch: ImportBatchInfo, chosen: str) -> list[dict[str, Any]]:
    """The rules that the kept faults break, the most frequent first."""
    counted = Counter(fault.rule for fault in batch.errors)
    base = reverse("metering:import_batch", args=[batch.id])
    return [
        {
            "rule": codes.word(codes.IMPORT_RULES, rule),
            "number": number,
            "url": f"{base}?rule={rule}",
            "is_on": rule == chosen,
        }
        for rule, number in counted.most_common()
    ]


def steps(batch: ImportBatchInfo) -> list[Step]:
    """Where the file is on its way."""
    is_written = batch.state == "COMMITTED"
    is_refused = batch.state == "REFUSED"
    return [
        Step(_("File chosen"), "done", reverse("metering:import_new")),
        Step(_("Checked"), "now" if is_refused else "done"),
        Step(_("Looked at and written"), "done" if is_written else "next" if is_refused else "now"),
    ]


def written(batch: ImportBatchInfo) -> list[tuple[str, int]]:
    """What the commit wrote, in words."""
    words = {
        "new": _("new readings"),
        "different": _("recorded values replaced"),
        "same": _("same as recorded, left as they are"),
        "usage_points": _("usage points with daily energy"),
        "values": _("daily values"),
    }
    return [
        (words.get(name, name), number)
        for name, number in batch.written.items()
        if isinstance(number, int)
    ]
