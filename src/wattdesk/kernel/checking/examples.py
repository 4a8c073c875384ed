"""The worked examples of a document, played through both engines."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from wattdesk.kernel.checking import engine
from wattdesk.kernel.rating.document_types import Example, TariffDocument
from wattdesk.kernel.rating.plan import compile_schedule
from wattdesk.kernel.values.scaled import from_fen, from_scaled
from wattdesk.kernel.values.texts import figure, money

PLAN = "plan"
CHECK = "check"
# code, kWh, price, yuan
Line = tuple[str, Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where an engine's bill is not the example's: which engine, what was expected and found."""

    engine: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """One example played; passed when both engines gave its lines and total."""

    example: Example
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        return not self.mismatches


def play_examples(document: TariffDocument) -> list[ExampleOutcome]:
    """Play every example of the document through the plan and through the check engine."""
    return [play_example(document, example) for example in document.examples]


def play_example(document: TariffDocument, example: Example) -> ExampleOutcome:
    """Play one example; the document need not be the one that holds it."""
    expected = [(x.code, x.quantity, x.price, x.amount) for x in example.lines]
    mismatches = []
    for name, (lines, total) in (
        (PLAN, _by_plan(document, example)),
        (CHECK, _by_check(document, example)),
    ):
        if lines != expected:
            mismatches.append(Mismatch(name, _shown(expected), _shown(lines)))
        elif total != example.total:
            mismatches.append(Mismatch(name, str(example.total), str(total)))
    return ExampleOutcome(example, tuple(mismatches))


def _shown(lines: list[Line]) -> str:
    return "; ".join(
        f"{code} {figure(kwh)} × {figure(price)} = {money(yuan)}"
        for code, kwh, price, yuan in lines
    )


def _by_plan(document: TariffDocument, example: Example) -> tuple[list[Line], Decimal | None]:
    frame = pl.DataFrame({"account_id": [1], **{k: [v] for k, v in example.given.items()}})
    rated = compile_schedule(document, example.schedule).rate(frame)
    if rated.refused.height:
        _account, code, detail = rated.refused.row(0)
        return [(f"{code} {detail}", Decimal(0), Decimal(0), Decimal(0))], None
    lines = [
        (
            row["code"],
            from_scaled(row["quantity_e4"], 4),
            from_scaled(row["price_e8"], 8),
            from_fen(row["amount_fen"]),
        )
        for row in rated.lines.iter_rows(named=True)
    ]
    return lines, from_fen(rated.bills["total_fen"].item())


def _by_check(document: TariffDocument, example: Example) -> tuple[list[Line], Decimal | None]:
    try:
        bill = engine.compute(document, example.schedule, example.given)
    except engine.Refused as refusal:
        shown = f"{refusal.code} {refusal.detail}"
        return [(shown, Decimal(0), Decimal(0), Decimal(0))], None
    lines = [(code, kwh, price, from_fen(fen)) for code, kwh, price, fen, _fund in bill.lines]
    return lines, from_fen(bill.total_fen)
