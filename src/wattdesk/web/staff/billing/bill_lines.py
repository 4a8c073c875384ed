"""The lines and readings of a bill as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.billing.data import BillDocument, LineRow, ReadingRow, Step
from wattdesk.domains.metering import api as metering
from wattdesk.kernel.rating.explanation import BAND_NAMES
from wattdesk.web import format as fmt
from wattdesk.web.staff.billing import words

REACTIVE = ("REACTIVE_FORWARD", "REACTIVE_REVERSE")
UNITS = {
    "CNY": gettext_lazy("CNY"),
    "day": pgettext_lazy("unit", "days"),
    "month": pgettext_lazy("unit", "months"),
}


# --- charge lines --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """One charge line, with the same line of the last bill; ``row`` is None when it is gone."""

    name: str
    band: str
    quantity: str
    unit: str
    price: str
    amount_fen: int | None
    last_fen: int | None
    change_fen: int | None
    steps: Sequence[Step]
    clause: str
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind with their sum, now and on the last bill."""

    name: str
    amount_fen: int
    last_fen: int | None
    lines: list[Line]

    @property
    def change_fen(self) -> int | None:
        return None if self.last_fen is None else self.amount_fen - self.last_fen


def groups(document: BillDocument, last: BillDocument | None) -> list[Group]:
    """The lines by kind as on the paper bill; lines of the last bill that are gone come last."""
    before: dict[str, list[LineRow]] = {}
    for line in last.lines if last else ():
        before.setdefault(line.code, []).append(line)
    rows: dict[str, list[Line]] = {}
    titles: dict[str, str] = {}
    codes = [line.code for line in document.lines]
    for line in document.lines:
        titles.setdefault(line.group, str(line.group_name))
        old = before.pop(line.code, None) if last else None
        # A code that stands twice has two prices in one period: the difference is in the sum.
        is_split = codes.count(line.code) > 1
        rows.setdefault(line.group, []).append(_line(line, old, last is not None, is_split))
    for gone in before.values():
        titles.setdefault(gone[0].group, str(gone[0].group_name))
        rows.setdefault(gone[0].group, []).append(_gone(gone))
    return [
        Group(
            name=titles[key],
            amount_fen=sum(line.amount_fen or 0 for line in lines),
            last_fen=sum(line.last_fen or 0 for line in lines) if last else None,
            lines=lines,
        )
        for key, lines in rows.items()
    ]


def _line(line: LineRow, old: list[LineRow] | None, has_last: bool, is_split: bool) -> Line:
    last_fen = sum(row.amount_fen for row in old) if old else None
    change = None
    if has_last and not is_split:
        change = line.amount_fen - (last_fen or 0)
    return Line(
        name=plain_name(line),
        band=line.band,
        quantity=line_quantity(line),
        unit=str(UNITS.get(line.unit, line.unit)),
        price=line_price(line),
        amount_fen=line.amount_fen,
        last_fen=last_fen,
        change_fen=change,
        steps=line.steps,
        clause=line.clause,
        source=line.source,
    )


def _gone(old: list[LineRow]) -> Line:
    last_fen = sum(row.amount_fen for row in old)
    return Line(
        name=plain_name(old[0]),
        band=old[0].band,
        quantity=_("none now"),
        unit="",
        price="",
        amount_fen=None,
        last_fen=last_fen,
        change_fen=-last_fen,
        steps=(),
        clause="",
        source="",
    )


def plain_name(line: LineRow) -> str:
    """The line's name without its period of time-of-use, which stands beside it as a letter."""
    name = str(line.name)
    band = BAND_NAMES.get(line.band)
    return name.removesuffix(f"（{band.zh}）").removesuffix(f", {band.en}") if band else name


def line_quantity(line: LineRow) -> str:
    """What was charged for; money where the line is a rate on money."""
    if line.unit == "CNY":
        return fmt.yuan(int(line.quantity.scaleb(2)))
    return fmt.quantity(line.quantity)


def line_price(line: LineRow) -> str:
    """Yuan for a unit, or a rate in percent."""
    return f"{fmt.price(line.price * 100)}%" if line.unit == "CNY" else fmt.price(line.price)


# --- readings ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Reading:
    """One register: what it showed last and now, the difference, the ratio, the quantity."""

    name: str
    band: str
    unit: str
    last: str
    this: str
    difference: str
    ratio: str
    quantity: str
    marks: list[str]


@dataclass(frozen=True, slots=True)
class MeterReadings:
    """The registers of one meter over one span of days."""

    meter: str
    from_date: date
    to_date: date
    rows: list[Reading]


def meters(rows: Sequence[ReadingRow]) -> list[MeterReadings]:
    """The readings by meter and span, in the order of the meter's own display."""
    spans = groupby(rows, key=lambda r: (r.meter_number, r.last_date, r.this_date))
    found = []
    for (number, first, last), part in spans:
        registers = list(part)
        places = max(_places(row.quantity) for row in registers)
        found.append(
            MeterReadings(number, first, last, [_reading(row, places) for row in registers])
        )
    return found


def _reading(row: ReadingRow, quantity_places: int) -> Reading:
    known = [value for value in (row.last, row.this) if value is not None]
    places = max((_places(value) for value in known), default=0)
    difference = fmt.NONE
    if row.last is not None and row.this is not None:
        # Behind a rollover the plain difference is negative; what counts is what was billed.
        turned = row.quantity / row.multiplier if row.this < row.last else row.this - row.last
        difference = fmt.quantity(turned.quantize(Decimal(1).scaleb(-places)), places)
    return Reading(
        name=metering.kind_name(row.kind) if row.kind in set(metering.Kind) else row.kind,
        band=row.kind.removeprefix("ACTIVE_") if row.kind in _BANDS else "",
        unit="kvarh" if row.kind in REACTIVE else "kW" if row.kind == "DEMAND" else "kWh",
        last=fmt.NONE if row.last is None else fmt.quantity(row.last, places),
        this=fmt.NONE if row.this is None else fmt.quantity(row.this, places),
        difference=difference,
        ratio=fmt.quantity(row.multiplier),
        quantity=fmt.quantity(row.quantity, quantity_places),
        marks=words.marks(row.marks),
    )


_BANDS = {f"ACTIVE_{band}" for band in ("SHARP", "PEAK", "FLAT", "VALLEY", "DEEP")}


def _places(value: Decimal) -> int:
    """Decimals that a register shows: none, or at least two."""
    needed = len(f"{value:.4f}".rstrip("0").partition(".")[2])
    return max(needed, 2) if needed else 0
