"""A bill as its printed page needs it: every figure a finished text, every label in one language.

The template lays out and computes nothing; figures become digits here, without float.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from wattdesk.domains.billing.data import BillDocument, LineRow, ReadingRow, Text
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.kernel.values.chinese_amount import capital_words, english_words
from wattdesk.kernel.values.figures import EN_DASH, NONE, grouped, price, quantity, yuan
from wattdesk.kernel.values.scaled import from_fen, round_half_up

LANGUAGES = {"zh-hans": "zh", "en": "en"}
LABELS_FILE = Path(__file__).with_name("labels.yaml")
REACTIVE = ("REACTIVE_FORWARD", "REACTIVE_REVERSE")
MONEY_UNIT = "CNY"  # a line on money: its price is a rate
BAR_STEPS = 10_000
BAR_ROOM = Decimal("1.15")  # the last block has no end; the bar shows a piece of it


@cache
def labels(language: str) -> Mapping[str, Any]:
    """The fixed texts in one language; nested as in labels.yaml."""
    entries = yaml.safe_load(LABELS_FILE.read_text(encoding="utf-8"))
    return {name: _pick(entry, LANGUAGES[language]) for name, entry in entries.items()}


def _pick(entry: Any, key: str) -> Any:
    if isinstance(entry, dict):
        if entry.keys() == {"zh", "en"}:
            return entry[key]
        return {name: _pick(value, key) for name, value in entry.items()}
    raise TypeError(f"a label has zh and en: {entry!r}")


def view(bill: BillDocument, *, language: str) -> dict[str, Any]:
    """Everything the template shows of one bill, as texts, in ``language``."""
    words = labels(language)

    def told(text: Text) -> str:
        return text.en if language == "en" else text.zh

    energy = bill.energy_kwh
    return {
        "supplier": told(bill.supplier),
        "number": NONE if bill.is_draft else bill.number,
        "is_draft": bill.is_draft,
        "account": grouped(bill.account_number),
        # In the foot without spaces, so that it can be searched for and copied.
        "account_plain": bill.account_number,
        "holder": bill.holder,
        "address": bill.address,
        "facts": _facts(bill, told, words),
        "parties": _parties(bill, words),
        "month": f"{bill.receivable_month:%Y-%m}",
        "total_label": words["credit" if bill.total_fen < 0 else "total"],
        "total": yuan(bill.total_fen),
        "is_credit": bill.total_fen < 0,
        "is_due": bill.total_fen > 0,
        "words": english_words(bill.total_fen) if language == "en" else None,
        "capitals": capital_words(bill.total_fen),
        "energy": quantity(energy),
        "mean_price": price(round_half_up(from_fen(bill.total_fen) / energy, 4))
        if energy > 0
        else None,
        "marks": [words["marks"].get(mark, mark) for mark in bill.marks],
        "mark_notes": [
            words["mark_notes"][mark] for mark in bill.marks if mark in words["mark_notes"]
        ],
        "meters": _meters(bill.readings, words),
        "groups": _groups(bill.lines, told, words),
        **_explanation(bill, told, words),
        "block": _block(bill, words),
        "calculated_by": _named(words["calculated_by"], bill.calculated_by),
        "released_by": _named(words["released_by"], bill.released_by),
    }


def _named(label: str, name: str) -> str:
    return label.format(name=name) if name else ""


def _facts(bill: BillDocument, told: Any, words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The grid under the head: label and value, the three dates and the due date in full."""
    days = (bill.to_date - bill.from_date).days
    supply = [words["voltages"].get(bill.voltage, bill.voltage)] if bill.voltage else []
    if bill.capacity_kva is not None:
        supply.append(f"{quantity(bill.capacity_kva)} kVA")
    version = words["tariff_version"].format(code=bill.tariff_code, version=bill.tariff_version)
    rows: Sequence[tuple[str, str, str]] = (
        ("account", grouped(bill.account_number), ""),
        (
            "period",
            f"{bill.from_date:%Y-%m-%d} {EN_DASH} {bill.to_date:%Y-%m-%d}",
            words["days"].format(days=days),
        ),
        ("month", f"{bill.receivable_month:%Y-%m}", ""),
        ("released", _day(civil_date(bill.released_at) if bill.released_at else None), ""),
        ("due", _day(bill.due_date), ""),
        ("class", told(bill.customer_class), ""),
        ("schedule", told(bill.schedule), version),
        ("supply", " ".join(supply) or NONE, ""),
        ("unit", told(bill.unit_name), ""),
    )
    return [{"key": key, "label": words[key], "value": v, "note": n} for key, v, n in rows]


def _day(day: date | None) -> str:
    return NONE if day is None else f"{day:%Y-%m-%d}"


def _parties(bill: BillDocument, words: Mapping[str, Any]) -> list[dict[str, str]]:
    """Payer, invoice title and present user, where they are not the same as the holder."""
    rows = (
        ("payer", bill.payer),
        ("invoice_title", bill.invoice_title),
        ("present_user", bill.present_user),
    )
    return [
        {"label": words[key], "value": name} for key, name in rows if name and name != bill.holder
    ]


def _meters(readings: Sequence[ReadingRow], words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Readings by meter and span of days, in the order of the document.

    Figures of one unit show the same decimals, so that they compare at a glance: readings among
    themselves, quantities among themselves.
    """
    read: dict[str, int] = {}
    metered: dict[str, int] = {}
    for row in readings:
        unit = _unit(row.kind)
        shown = [_decimals(value) for value in (row.last, row.this) if value is not None]
        read[unit] = max(read.get(unit, 0), *shown, 0)
        metered[unit] = max(metered.get(unit, 0), _decimals(row.quantity))
    spans = groupby(readings, key=lambda row: (row.meter_number, row.last_date, row.this_date))
    return [
        {
            "meter": grouped(number) if number else "",
            "span": f"{from_date:%Y-%m-%d} {EN_DASH} {to_date:%Y-%m-%d}",
            "rows": [
                _reading(row, read[_unit(row.kind)], metered[_unit(row.kind)], words)
                for row in rows
            ],
        }
        for (number, from_date, to_date), rows in spans
    ]


def _unit(kind: str) -> str:
    if kind == "DEMAND":
        return "kW"
    return "kvarh" if kind in REACTIVE else "kWh"


def _reading(
    row: ReadingRow, decimals: int, quantity_decimals: int, words: Mapping[str, Any]
) -> dict[str, Any]:
    difference = None
    if row.last is not None and row.this is not None:
        # What counts is what was billed: behind a rollover the plain difference is negative.
        turned = row.quantity / row.multiplier if row.this < row.last else row.this - row.last
        difference = quantity(turned, max(decimals, _decimals(turned)))
    return {
        "kind": row.kind,
        "name": words["registers"].get(row.kind, row.kind),
        "is_curve": row.last is None and row.this is None,
        "last": NONE if row.last is None else quantity(row.last, decimals),
        "this": NONE if row.this is None else quantity(row.this, decimals),
        "difference": difference or NONE,
        "ratio": quantity(row.multiplier),
        "quantity": quantity(row.quantity, quantity_decimals),
        "unit": _unit(row.kind),
        "marks": [words["marks"].get(mark, mark) for mark in row.marks],
    }


def _decimals(value: Decimal) -> int:
    """The decimals a figure needs: none, or two to four."""
    text = f"{value:.4f}".rstrip("0")
    needed = len(text.partition(".")[2])
    return max(needed, 2) if needed else 0


def _groups(lines: Sequence[LineRow], told: Any, words: Mapping[str, Any]) -> list[dict[str, Any]]:
    longest = max((len(_decimal_part(_price(line))) for line in lines), default=0)
    numbers = {line.position: number for number, line in enumerate(lines, start=1)}
    return [
        {
            "name": told(name),
            "subtotal": yuan(sum(line.amount_fen for line in rows)),
            "rows": [_line(line, numbers[line.position], longest, told, words) for line in rows],
        }
        for name, rows in (
            (name, list(part)) for name, part in groupby(lines, key=lambda line: line.group_name)
        )
    ]


def _line(
    line: LineRow, number: int, longest: int, told: Any, words: Mapping[str, Any]
) -> dict[str, Any]:
    text = _price(line)
    return {
        "number": number,
        "name": told(line.name),
        "band_name": _band(line, told, words),
        "quantity": yuan(int(line.quantity.scaleb(2)))
        if line.unit == MONEY_UNIT
        else quantity(line.quantity),
        "unit": words["units"].get(line.unit, line.unit),
        "price": text,
        # Invisible zeros that set the decimal points of the column below each other.
        "price_room": "0" * (longest - len(_decimal_part(text))),
        "amount": yuan(line.amount_fen),
        "is_negative": line.amount_fen < 0,
    }


def _band(line: LineRow, told: Any, words: Mapping[str, Any]) -> str:
    """The name of the line's band, unless the line's own name says it already."""
    name: str = words["bands"].get(line.band, line.band)
    return "" if name.lower() in told(line.name).lower() else name


def _price(line: LineRow) -> str:
    if line.unit == MONEY_UNIT:
        return f"{price(line.price * 100)}%"
    return price(line.price)


def _decimal_part(text: str) -> str:
    return text.partition(".")[2]


def _explanation(bill: BillDocument, told: Any, words: Mapping[str, Any]) -> dict[str, Any]:
    """How each line came about, and the sources, each named once."""
    sources: dict[str, int] = {}
    explained = []
    for number, line in enumerate(bill.lines, start=1):
        source = " ".join(part for part in (line.source, line.clause) if part)
        explained.append(
            {
                "number": number,
                "name": told(line.name),
                "band_name": _band(line, told, words),
                "steps": [
                    {"label": told(step.label), "formula": step.formula} for step in line.steps
                ],
                "source": sources.setdefault(source, len(sources) + 1) if source else None,
            }
        )
    if not sources and bill.tariff_source:
        sources[bill.tariff_source] = 1
    return {
        "explained": [row for row in explained if row["steps"]],
        "sources": [{"number": n, "text": text} for text, n in sources.items()],
    }


def _block(bill: BillDocument, words: Mapping[str, Any]) -> dict[str, Any] | None:
    """Where the account stands in its blocks: a sentence, and a bar in ten-thousandths."""
    limits, used = bill.block_limits_kwh, bill.block_used_kwh
    if not limits or used is None:
        return None
    scale = max(used, limits[-1] * BAR_ROOM)
    inside = sum(used > limit for limit in limits)
    names = words["block_names"]
    sentence = words["block_used"].format(
        used=quantity(used), this=quantity(bill.energy_kwh), block=names[inside]
    )
    if inside < len(limits):
        sentence += words["block_left"].format(left=quantity(limits[inside] - used))
    start = bill.block_year_start
    sentence += (
        words["block_reset"].format(day=f"{_next_year(start):%Y-%m-%d}")
        if start
        else words["block_end"]
    )

    def place(kwh: Decimal) -> int:
        return int(max(Decimal(0), min(kwh, scale)) * BAR_STEPS / scale)

    return {
        "title": words["block_year" if start else "block_period"],
        "sentence": sentence,
        "before": place(used - bill.energy_kwh),
        "used": place(used),
        "limits": [
            {"place": place(limit), "text": quantity(limit), "name": names[number]}
            for number, limit in enumerate(limits)
        ],
        "last_name": names[len(limits)],
    }


def _next_year(day: date) -> date:
    """The same day a year later; a year that began on 29 February starts anew on 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)
