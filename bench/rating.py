"""Rating: the columnar plan against the plain ``Decimal`` engine, over the same bills."""

import time
from datetime import date

import polars as pl

from bench.report import Report
from wattdesk.kernel.checking import engine
from wattdesk.kernel.rating import plan as plans
from wattdesk.kernel.rating.documents import parse

BILLS = 1_000_000
SCHEDULES = (("lanchuan-2025-01", "LC-RES"), ("lanchuan-2025-01", "LC-RES-TOU"))


def determinants(count: int) -> pl.DataFrame:
    """Plausible homes: use, place in the year's blocks; the same each time."""
    row = pl.int_range(count, eager=False, dtype=pl.Int64)
    spread = (row * 2654435761 % 4_294_967_296).alias("spread")
    return (
        pl.select(row.alias("account_id"), spread)
        .with_columns(
            (pl.col("spread") % 900 * 10_000 + pl.col("spread") % 9_999).alias("energy_total_e4"),
            (pl.col("spread") // 7 % 600_000).alias("block_used_e2"),
        )
        .with_columns(
            (pl.col("energy_total_e4") * 6 // 10).alias("energy_peak_e4"),
            pl.lit(date(2026, 1, 1)).alias("from_date"),
            pl.lit(date(2026, 2, 1)).alias("to_date"),
            pl.lit(31, dtype=pl.Int32).alias("days"),
            pl.lit(1, dtype=pl.Int32).alias("months"),
            pl.lit(12, dtype=pl.Int32).alias("months_in_block_year"),
            pl.lit(0, dtype=pl.Int64).alias("carry_e4"),
            pl.lit(0, dtype=pl.Int64).alias("extra_kwh_per_month_e2"),
            pl.lit(0, dtype=pl.Int64).alias("free_kwh_per_month_e2"),
        )
        .with_columns(
            (pl.col("energy_total_e4") - pl.col("energy_peak_e4")).alias("energy_valley_e4")
        )
        .drop("spread")
    )


def measure(report: Report) -> None:
    """Rate a million bills by both engines; count every fen of difference."""
    from wattdesk.domains.tariffs.shipped import shipped_text

    frame = determinants(BILLS)
    for name, code in SCHEDULES:
        document = parse(shipped_text(name))
        plan = plans.compile_schedule(document, code)
        plan.rate(frame.head(1000))
        # The quickest of three: what the machine does beside is not the question.
        columnar = float("inf")
        for _ in range(3):
            began = time.perf_counter()
            rated = plan.rate(frame)
            columnar = min(columnar, time.perf_counter() - began)
        checker = engine.Checker(document.schedule(code))
        given = frame.to_dicts()
        plain = float("inf")
        for _ in range(2):
            began = time.perf_counter()
            totals = [checker.bill(row).total_fen for row in given]
            plain = min(plain, time.perf_counter() - began)
        difference = int((rated.bills["total_fen"] - pl.Series(totals)).abs().sum())
        assert rated.refused.height == 0
        report.add(
            "rating",
            f"{code}: {BILLS:,} bills by the plan / by plain Decimal, {difference} fen apart",
            f"{BILLS / columnar / 1e6:.1f} M/s / {BILLS / plain / 1e6:.3f} M/s",
            f"{plain / columnar:.0f}×",
            "50×, 0 fen",
        )
