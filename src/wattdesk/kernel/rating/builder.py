"""Where the charge forms put their columns and lines while a schedule is compiled."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from wattdesk.kernel.rating.document_types import ChargeHead, Schedule
from wattdesk.kernel.rating.explanation import Figures, Step
from wattdesk.kernel.values.scaled import E8, LARGEST_ENERGY_E4, LARGEST_PRICE_E8, to_scaled
from wattdesk.kernel.values.texts import Text

LARGEST_E2 = LARGEST_ENERGY_E4 // 100


@dataclass(frozen=True, slots=True)
class Determinant:
    """An input of a plan: one column of the frame to be rated.

    ``required`` columns must be there; others are filled with ``default`` when the whole column is
    absent. A single missing value is never filled: the account is refused.
    """

    name: str
    dtype: pl.DataType
    unit: str
    required: bool = True
    default: int | None = None
    lowest: int = 0
    highest: int = LARGEST_ENERGY_E4


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One possible charge line: which columns hold its quantity and price, and how to say why."""

    position: int
    head: ChargeHead
    code: str
    name: Text
    band: str
    unit: str
    quantity: str  # a column, kWh x 100
    price_e8: int | str  # a constant, or a column
    steps: Callable[[Figures], list[Step]]

    @property
    def amount(self) -> str:
        """The column of its amount in fen."""
        return f"amount{self.position}_fen"


DATE = pl.Date()
INT32 = pl.Int32()
INT64 = pl.Int64()
KNOWN = {
    d.name: d
    for d in (
        Determinant("from_date", DATE, "day"),
        Determinant("to_date", DATE, "day"),
        Determinant("months", INT32, "months", lowest=1, highest=12),
        Determinant(
            "months_in_block_year",
            INT32,
            "months",
            required=False,
            default=12,
            lowest=1,
            highest=12,
        ),
        *[
            Determinant(f"energy_{name}_e4", INT64, "kWh")
            for name in ("total", "sharp", "peak", "flat", "valley", "deep")
        ],
        Determinant("carry_e4", INT64, "kWh", required=False, default=0, highest=9_999),
        Determinant("block_used_e2", INT64, "kWh", highest=LARGEST_E2),
        Determinant(
            "extra_kwh_per_month_e2", INT64, "kWh", required=False, default=0, highest=10**7
        ),
        Determinant(
            "free_kwh_per_month_e2", INT64, "kWh", required=False, default=0, highest=10**7
        ),
    )
}


class PlanBuilder:
    """Collects determinants, named columns and lines; the forms call it in the document's order."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.determinants: dict[str, Determinant] = {}
        self.columns: dict[str, pl.Expr] = {}
        self.plain_columns: dict[str, pl.Expr] = {}  # quicker, for a period that is not cut
        self.lines: list[LineSpec] = []
        self.contained_funds: list[str] = []  # columns, fen, already inside other lines
        self.block_limits: tuple[str, ...] = ()
        self.largest_price_e8 = E8

    def determinant(self, name: str) -> pl.Expr:
        """Declare an input by name and refer to it."""
        self.determinants[name] = KNOWN[name]
        return pl.col(name)

    def column(self, name: str, expression: pl.Expr, *, plain: pl.Expr | None = None) -> pl.Expr:
        """Name an intermediate figure (Int64) and refer to it; it becomes part of the trace.

        ``plain`` is an expression with the same value where the period is not cut into parts.
        """
        if name in self.columns:
            raise ValueError(f"the column {name} is named twice")
        self.columns[name] = expression.cast(pl.Int64)
        if plain is not None:
            self.plain_columns[name] = plain.cast(pl.Int64)
        return pl.col(name)

    def price(self, name: str, by_month: list[int]) -> int | str:
        """A price (yuan x 10^8) that may differ by the month of the season (12 entries).

        Equal in all months it is a constant, else a column of that name.
        """
        self.largest_price_e8 = max(self.largest_price_e8, *(abs(p) for p in by_month))
        if self.largest_price_e8 > LARGEST_PRICE_E8:
            raise ValueError("a price above the bound was let in")
        if len(set(by_month)) == 1:
            return by_month[0]
        self.column(name, by_month_table(by_month, self.season_month()))
        return name

    def season_month(self) -> pl.Expr:
        """The month whose season holds: that of the period's last day."""
        self.determinant("from_date")
        self.determinant("to_date")
        return pl.col("season_month")

    def line(
        self,
        head: ChargeHead,
        *,
        quantity: str,
        price_e8: int | str,
        steps: Callable[[Figures], list[Step]],
        code: str = "",
        name: Text | None = None,
        band: str = "",
    ) -> LineSpec:
        """Add a charge line; its amount is quantity x price, rounded once to fen."""
        spec = LineSpec(
            position=len(self.lines) + 1,
            head=head,
            code=code or head.code,
            name=name or head.name,
            band=band,
            unit="kWh",
            quantity=quantity,
            price_e8=price_e8,
            steps=steps,
        )
        self.lines.append(spec)
        return spec


def by_month_table(values: list[int], month: pl.Expr) -> pl.Expr:
    """Look up one of twelve values by the month 1–12."""
    if len(values) != 12:
        raise ValueError("a table by month has twelve entries")
    return pl.lit(pl.Series(values, dtype=pl.Int64)).gather(month - 1)


def price_e8(price: object) -> int:
    """A price of the document as yuan x 10^8."""
    return to_scaled(price, 8)  # type: ignore[arg-type]
