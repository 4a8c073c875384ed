"""What really happened, beside what the record shows: for tests, never read by the product."""

import polars as pl

from wattdesk.usecases.synthetic.archive import NUMBER_HEAD
from wattdesk.usecases.synthetic.troubles import Calendar


def truth_frame(block: pl.DataFrame, calendar: Calendar, start: pl.Expr) -> pl.DataFrame:
    """number, trouble, month, day (of the change, else null), true_wh and counted_wh of the period
    in which it lies, true_total_wh and counted_total_wh of all months, factor (thousandths)."""
    at = pl.col("at")

    def of_period(prefix: str) -> pl.Expr:
        return pl.coalesce(
            pl.when(at == number).then(pl.col(f"{prefix}_{number}")) for number in calendar.numbers
        )

    def of_all(prefix: str) -> pl.Expr:
        return pl.sum_horizontal([pl.col(f"{prefix}_{n}") for n in range(calendar.months)])

    month = pl.coalesce(
        pl.when(at == number).then(pl.lit(calendar.month(number))) for number in calendar.numbers
    )
    trouble = pl.col("trouble")
    return block.filter(trouble.is_not_null()).select(
        (pl.lit(NUMBER_HEAD) + (pl.col("i") + 1).cast(pl.String).str.zfill(8)).alias("number"),
        "trouble",
        pl.when(trouble.is_in(["VACANT", "NO_RATE"])).then(None).otherwise(month).alias("month"),
        (start + pl.duration(days=pl.col("x"))).cast(pl.Date).alias("day"),
        of_period("e").alias("true_wh"),
        of_period("r").alias("counted_wh"),
        of_all("e").alias("true_total_wh"),
        of_all("r").alias("counted_total_wh"),
        pl.when(trouble == "THEFT").then("slow").when(trouble == "SUDDEN").then("sudden")
        .when(trouble == "MOVED").then("after_move").alias("factor_e3"),
    )  # fmt: skip
