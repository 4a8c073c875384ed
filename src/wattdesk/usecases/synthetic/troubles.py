"""What goes wrong or changes at an account, and when: the truth that tests compare with.

At most one thing happens to an account within the months, so that each can be told apart.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.spec import Spec

# Of a million accounts of the kinds named.
ALL = ("HOME", "SHOP", "FARM", "FIRM", "INSTITUTION", "GOVERNMENT", "GROUP")
TROUBLES: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("VACANT", 35_000, ("HOME", "SHOP")),  # no use at all
    ("NEW", 12_000, ("HOME", "SHOP")),  # opened within the months
    ("CLOSED", 6_000, ("HOME", "SHOP", "FARM")),  # closed within the months
    ("MOVED", 20_000, ("HOME", "SHOP")),  # another holder from a day on
    ("EXCHANGED", 9_000, ALL),  # meter exchanged within a period
    ("ROLLOVER", 2_000, ("HOME", "SHOP")),  # the register runs over
    ("MISREAD", 6_000, ALL),  # one reading is wrong
    ("MISSING", 8_000, ALL),  # one reading is not there
    ("SUDDEN", 5_000, ALL),  # real use of one period many times the usual
    ("THEFT", 4_000, ("HOME", "SHOP", "FIRM")),  # the meter is slow from a day on
    ("NO_RATE", 500, ("HOME",)),  # nobody assigned a price
)
LATEST = ("ROLLOVER", "MISREAD", "MISSING", "SUDDEN")  # mostly seen in the last month
IN_LATEST = 600_000


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months by number: 0 is the first receivable month; boundaries exist from -2 on."""

    first_month: date
    months: int

    def month(self, number: int) -> date:
        """First day of the month of a number."""
        return add_months(self.first_month, number)

    @property
    def numbers(self) -> range:
        """Periods, each closed by the boundary of the same number."""
        return range(-1, self.months)


def calendar_of(spec: Spec) -> Calendar:
    """The months that a supplier of these bounds has."""
    return Calendar(spec.first_month, spec.months)


def with_troubles(block: pl.DataFrame, draws: Draws, calendar: Calendar) -> pl.DataFrame:
    """Add ``trouble`` (or null), ``at`` (number of the month whose period it lies in), ``x_day``
    (days after the period began)."""
    draw = draws.below("trouble", "i", 1_000_000)
    trouble = pl.lit(None, dtype=pl.String)
    edge = 0
    for name, share, kinds in TROUBLES:
        hit = (draw >= edge) & (draw < edge + share) & pl.col("kind").is_in(kinds)
        trouble = pl.when(hit).then(pl.lit(name)).otherwise(trouble)
        edge += share
    last = calendar.months - 1
    first = min(1, last)
    anywhere = draws.between("trouble.month", "i", first, last)
    latest = pl.col("trouble").is_in(LATEST) & draws.chance("trouble.latest", "i", IN_LATEST)
    with_month = block.with_columns(trouble.alias("trouble")).with_columns(
        pl.when(latest).then(last).otherwise(anywhere).alias("at")
    )
    # A segment read every two months closes only in even months.
    is_odd = (calendar.first_month.month + pl.col("at")) % 2 == 1
    moved = pl.when(pl.col("at") < last).then(pl.col("at") + 1).otherwise(pl.col("at") - 1)
    return with_month.with_columns(
        pl.when((pl.col("cycle") == "EVEN_MONTHS") & is_odd)
        .then(moved)
        .otherwise(pl.col("at"))
        .alias("at"),
        draws.between("trouble.day", "i", 3, 24).alias("x_day"),
    )


def without_impossible(block: pl.DataFrame) -> pl.DataFrame:
    """Take back what the meter cannot do: only one with a single register runs over here."""
    over = (pl.col("trouble") == "ROLLOVER") & (pl.col("meter_class") != "TOTAL")
    return block.with_columns(
        pl.when(over.fill_null(value=False))
        .then(None)
        .otherwise(pl.col("trouble"))
        .alias("trouble")
    )
