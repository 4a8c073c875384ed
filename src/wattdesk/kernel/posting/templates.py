"""Posting templates (记账模板): which ledger accounts an event moves, as data.

A template is a list of legs. Each leg takes a sum of named parts of the event's amount to one side
of one ledger account. A template is balanced for every amount by its form: each part stands as
often on the debit as on the credit side, which is checked when the template is made.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import polars as pl

from wattdesk.kernel.posting.entries import LARGEST_FEN, Entry, EntryInvalid, Side

ENTRY_SCHEMA = {
    "row": pl.Int64,
    "position": pl.Int16,
    "ledger_account": pl.String,
    "side": pl.String,
    "amount_fen": pl.Int64,
    "has_customer": pl.Boolean,
}


class TemplateInvalid(ValueError):
    """A template that could not balance, or that names nothing."""


@dataclass(frozen=True, slots=True)
class Leg:
    """``parts`` summed up go to ``side`` of ``ledger_account``.

    ``by_customer``: the entry carries the customer's account and the bill (明细账).
    """

    ledger_account: str
    side: Side
    parts: tuple[str, ...]
    by_customer: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A named business event and its legs, in the order in which they are printed.

    ``reversal`` names the event that takes it back. Raises TemplateInvalid unless every part stands
    equally often on both sides.
    """

    name: str
    reversal: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        weights: Counter[str] = Counter()
        for leg in self.legs:
            if not leg.parts:
                raise TemplateInvalid(f"{self.name}: {leg.ledger_account} takes no part")
            for part in leg.parts:
                weights[part] += leg.side.sign
        uneven = sorted(part for part, weight in weights.items() if weight)
        if uneven or not weights:
            raise TemplateInvalid(f"{self.name} does not balance: {', '.join(uneven) or 'empty'}")

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the amounts that the event brings, each once, in order of first use."""
        return tuple(dict.fromkeys(part for leg in self.legs for part in leg.parts))


def entries_frame(template: Template, frame: pl.DataFrame) -> pl.DataFrame:
    """The entries of many events of one kind.

    ``frame`` holds one Int64 column of signed fen for each of ``template.parts``. The result has
    the columns of ENTRY_SCHEMA; ``row`` is the event's row number in ``frame``, ``position`` the
    leg's number from 1. A leg of nothing makes no entry, a negative one goes to the other side.

    Raises EntryInvalid for a missing amount or one beyond LARGEST_FEN: a gap is not a zero.
    """
    parts = template.parts
    wrong = pl.any_horizontal(
        *(
            pl.col(part).is_null() | (pl.col(part) > LARGEST_FEN) | (pl.col(part) < -LARGEST_FEN)
            for part in parts
        )
    )
    amounts = frame.select(pl.col(part).cast(pl.Int64) for part in parts)
    bad = amounts.with_row_index("row").filter(wrong)
    if bad.height:
        raise EntryInvalid(f"{template.name}: no usable amount in row {bad.row(0, named=True)}")
    pieces = [
        amounts.lazy()
        .with_row_index("row")
        .select(
            pl.col("row").cast(pl.Int64),
            pl.lit(number, dtype=pl.Int16).alias("position"),
            pl.lit(leg.ledger_account).alias("ledger_account"),
            reduce(add, [pl.col(part) for part in leg.parts]).alias("signed"),
            pl.lit(str(leg.side)).alias("own"),
            pl.lit(str(leg.side.other)).alias("other"),
            pl.lit(leg.by_customer).alias("has_customer"),
        )
        .filter(pl.col("signed") != 0)
        .select(
            "row",
            "position",
            "ledger_account",
            pl.when(pl.col("signed") > 0).then("own").otherwise("other").alias("side"),
            pl.col("signed").abs().alias("amount_fen"),
            "has_customer",
        )
        for number, leg in enumerate(template.legs, start=1)
    ]
    # In the order of the events, so that the rows of one event lie together in the table.
    entries = pl.concat(pieces).collect().sort("row", "position")
    beyond = entries.filter(pl.col("amount_fen") > LARGEST_FEN)
    if beyond.height:
        raise EntryInvalid(f"{template.name}: an amount beyond all reason {beyond.row(0)}")
    return entries


def entries_of(
    template: Template,
    amounts: Mapping[str, int],
    *,
    account_id: int | None = None,
    bill_id: int | None = None,
) -> tuple[Entry, ...]:
    """The entries of one event: the one-row case of :func:`entries_frame`.

    ``amounts`` must name exactly the template's parts, in signed fen.
    """
    if set(amounts) != set(template.parts):
        raise EntryInvalid(f"{template.name} wants {', '.join(template.parts)}")
    if any(type(fen) is not int for fen in amounts.values()):
        raise EntryInvalid(f"{template.name}: amounts are whole fen")
    if any(abs(fen) > LARGEST_FEN for fen in amounts.values()):
        raise EntryInvalid(f"{template.name}: an amount beyond {LARGEST_FEN} fen")
    frame = pl.DataFrame(
        {part: [amounts[part]] for part in template.parts},
        schema=dict.fromkeys(template.parts, pl.Int64),
    )
    return tuple(
        Entry(
            ledger_account=row["ledger_account"],
            side=Side(row["side"]),
            amount_fen=row["amount_fen"],
            account_id=account_id if row["has_customer"] else None,
            bill_id=bill_id if row["has_customer"] else None,
        )
        for row in entries_frame(template, frame).iter_rows(named=True)
    )
