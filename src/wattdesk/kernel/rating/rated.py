"""What rating returns: bills, lines, trace, and the accounts that were refused."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from wattdesk.kernel.rating.plan import Plan

BILL_SCHEMA = {
    "account_id": pl.Int64,
    "energy_e2": pl.Int64,
    "carry_out_e4": pl.Int64,
    "total_fen": pl.Int64,
    "line_count": pl.Int64,
    "funds_fen": pl.Int64,
}
LINE_SCHEMA = {
    "account_id": pl.Int64,
    "position": pl.Int16,
    "code": pl.String,
    "group": pl.String,
    "quantity_e4": pl.Int64,
    "unit": pl.String,
    "price_e8": pl.Int64,
    "amount_fen": pl.Int64,
}
REFUSED_SCHEMA = {"account_id": pl.Int64, "code": pl.String, "detail": pl.String}
FUND = "FUND"
MOST_POSITIONS = (
    100  # positions of one plan are 1–99; the n-th part of a period adds n − 1 hundreds
)


@dataclass(frozen=True, slots=True)
class Rated:
    """The outcome of rating. Every account of the frame is in ``bills`` or in ``refused``.

    bills: energy as billed (kWh x 10^2), the fraction carried on (kWh x 10^4), total in fen, the
    number of lines, and ``funds_fen``, the government funds in the total, whether printed as lines
    or contained in an all-in price.
    lines: in the order of accounts and positions; lines without quantity are left out.
    trace: the inputs and every named intermediate figure, Int64.
    """

    bills: pl.DataFrame
    lines: pl.DataFrame
    trace: pl.DataFrame
    refused: pl.DataFrame

    def extended(self, other: "Rated") -> "Rated":
        """Both outcomes in one; figures that only one of them names are null in the other."""
        return Rated(
            bills=pl.concat([self.bills, other.bills]),
            lines=pl.concat([self.lines, other.lines]),
            trace=pl.concat([self.trace, other.trace], how="diagonal"),
            refused=pl.concat([self.refused, other.refused]),
        )


def empty_refused() -> pl.DataFrame:
    """No refusals."""
    return pl.DataFrame(schema=REFUSED_SCHEMA)


def rated_from_wide(plan: "Plan", wide: pl.DataFrame, refused: pl.DataFrame) -> Rated:
    """Cut the computed columns into bills, lines and trace."""
    amounts = [pl.col(line.amount) for line in plan.lines]
    funds = [
        *[pl.col(line.amount) for line in plan.lines if line.head.group == FUND],
        *[pl.col(name) for name in plan.contained_funds],
    ]
    bills = wide.select(
        "account_id",
        "energy_e2",
        "carry_out_e4",
        _sum(amounts).alias("total_fen"),
        _sum([(pl.col(line.quantity) != 0).cast(pl.Int64) for line in plan.lines]).alias(
            "line_count"
        ),
        _sum(funds).alias("funds_fen"),
    )
    # Dates are no figures of the explanation; what follows from them is among the columns.
    figures = [name for name, dtype in wide.schema.items() if dtype == pl.Int64()]
    amounts_of_lines = {line.amount for line in plan.lines}
    shown = [name for name in figures if name not in amounts_of_lines]
    return Rated(bills, _lines(plan, wide), wide.select(shown), refused)


def _sum(expressions: list[pl.Expr]) -> pl.Expr:
    if not expressions:
        return pl.col("account_id") * 0
    return pl.sum_horizontal(expressions, ignore_nulls=False)


def _lines(plan: "Plan", wide: pl.DataFrame) -> pl.DataFrame:
    """All lines with a quantity, by account in the order of the frame, then by position."""
    numbered = wide.lazy().with_row_index("row")
    parts = [
        numbered.filter(pl.col(line.quantity) != 0).select(
            # Row and position in one number sort in one pass.
            (pl.col("row").cast(pl.Int64) * MOST_POSITIONS + line.position).alias("key"),
            pl.col("account_id"),
            pl.lit(line.position, dtype=pl.Int16).alias("position"),
            pl.lit(line.code).alias("code"),
            pl.lit(line.head.group).alias("group"),
            (pl.col(line.quantity) * 100).alias("quantity_e4"),
            pl.lit(line.unit).alias("unit"),
            (
                pl.lit(line.price_e8, dtype=pl.Int64)
                if isinstance(line.price_e8, int)
                else pl.col(line.price_e8)
            ).alias("price_e8"),
            pl.col(line.amount).alias("amount_fen"),
        )
        for line in plan.lines
    ]
    if not parts:
        return pl.DataFrame(schema=LINE_SCHEMA)
    lines = pl.concat(parts).collect()
    return (lines.sort("key") if len(parts) > 1 else lines).drop("key")
