"""Public types of the billing domain."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages of the product: names of lines, of price classes, of groups."""

    zh: str
    en: str

    def __str__(self) -> str:
        from django.utils.translation import get_language

        return self.en if (get_language() or "").startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One row of the bill's readings table. Quantities in kWh or kvarh, readings as read."""

    meter_number: str
    kind: str  # Register.Kind
    last_date: date
    this_date: date
    last: Decimal | None  # None for interval data, which has no register
    this: Decimal | None
    multiplier: Decimal
    quantity: Decimal
    marks: tuple[str, ...]  # ESTIMATED, ROLLOVER, EXCHANGED, CORRECTED
    last_reading_id: int | None
    this_reading_id: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a line's explanation: ``label`` in words, ``formula`` with its figures."""

    label: Text
    formula: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One charge line: quantity × price = amount, with its steps, clause and source."""

    position: int
    code: str
    group: str  # ENERGY, LOSS, GRID, SYSTEM, FUND, ADJUSTMENT
    group_name: Text
    name: Text
    band: str  # SHARP, PEAK, FLAT, VALLEY, DEEP or ""
    quantity: Decimal
    unit: str
    price: Decimal
    amount_fen: int
    steps: tuple[Step, ...]
    clause: str
    source: str


@dataclass(frozen=True, slots=True)
class BillDocument:
    """Everything that a bill shows, on the screen, on paper and in an interface.

    ``is_draft`` is true before release: such a bill has no number of its own and must say so.
    """

    bill_id: int | None
    number: str
    is_draft: bool
    supplier: Text
    unit_name: Text
    account_id: int
    account_number: str
    holder: str
    payer: str
    invoice_title: str
    present_user: str
    address: str
    customer_class: Text
    schedule_code: str
    schedule: Text
    tariff_code: str
    tariff_version: int
    tariff_source: str
    voltage: str
    capacity_kva: Decimal | None
    receivable_month: date
    from_date: date
    to_date: date  # the first day not included
    released_at: datetime | None
    due_date: date
    energy_kwh: Decimal
    total_fen: int
    marks: tuple[str, ...]
    readings: tuple[ReadingRow, ...]
    lines: tuple[LineRow, ...]
    block_year_start: date | None
    block_used_kwh: Decimal | None  # this bill included
    block_limits_kwh: tuple[Decimal, ...]
    calculated_by: str
    released_by: str
