"""What belongs to whole months, shared by days: block limits and allowances.

A period that is not a whole month takes its share of the month's kWh by days where the document
says so; a period that is cut (a price change inside it) shares them among its parts. Shares are
differences of rounded running totals, so that the parts always add up to the whole.

The columns: ``part_from_day`` and ``part_to_day`` (days since the period's first day),
``period_days``, and ``whole_days`` (days of the whole months counted from the period's first day).
"""

from collections.abc import Collection
from decimal import Decimal

import polars as pl

from wattdesk.kernel.rating.builder import PlanBuilder
from wattdesk.kernel.rating.explanation import Figures
from wattdesk.kernel.values.columns import half_up
from wattdesk.kernel.values.texts import figure

PART_FROM = "part_from_day"
PART_TO = "part_to_day"
PERIOD_DAYS = "period_days"
WHOLE_DAYS = "whole_days"
SEASON_MONTH = "season_month"
CALENDAR = (PART_FROM, PART_TO, PERIOD_DAYS, WHOLE_DAYS, SEASON_MONTH)


def shared(builder: PlanBuilder, name: str, whole_e2: pl.Expr, proration: str) -> pl.Expr:
    """Name the part's share of ``whole_e2``, rounded as the limits of the schedule are."""
    for needed in ("from_date", "to_date", "months"):
        builder.determinant(needed)
    days = pl.col(WHOLE_DAYS if proration == "days" else PERIOD_DAYS)
    step = 100 if builder.schedule.rounding.limits == "whole" else 1

    def up_to(day: str) -> pl.Expr:
        return half_up(whole_e2 * pl.col(day), days * step) * step

    uncut = up_to(PART_TO) if proration == "days" else half_up(whole_e2, step) * step
    return builder.column(name, up_to(PART_TO) - up_to(PART_FROM), plain=uncut)


def share_formula(figures: Figures, whole: Decimal, part: Decimal, proration: str) -> str:
    """``240 × 26 ÷ 31 = 201 kWh``; with both ends where the part does not begin the period."""
    if not figures.has(PART_TO):  # rounded only: the whole period, not shared by days
        return f"{figure(whole)} → {figure(part)} kWh"
    days = figures.whole(WHOLE_DAYS if proration == "days" else PERIOD_DAYS)
    first = figures.whole(PART_FROM) if figures.has(PART_FROM) else 0
    last = figures.whole(PART_TO)
    span = f"{last}" if first == 0 else f"({last} − {first})"
    sign = "=" if whole * (last - first) == part * days else "→"
    return f"{figure(whole)} × {span} ÷ {days} {sign} {figure(part)} kWh"


def with_calendar(frame: pl.DataFrame, needed: Collection[str] = CALENDAR) -> pl.DataFrame:
    """Add the needed calendar columns that the frame does not have yet (from dates and months).

    Accounts billed together mostly share one period: then its calendar is computed once.
    """
    inputs = [name for name in ("from_date", "to_date", "months") if name in frame.columns]
    missing = [name for name in CALENDAR if name in needed and name not in frame.columns]
    if "from_date" not in inputs or not missing:
        return frame
    if frame.height > 1 and all(frame[name].min() == frame[name].max() for name in inputs):
        one = _calendar(frame.select(inputs).head(1), missing)
        return frame.with_columns(
            pl.lit(one[name].item(), dtype=pl.Int64).alias(name)
            for name in missing
            if name in one.columns
        )
    return _calendar(frame, missing)


def _calendar(frame: pl.DataFrame, wanted: Collection[str]) -> pl.DataFrame:
    days = (pl.col("to_date") - pl.col("from_date")).dt.total_days()
    columns = {
        PART_FROM: pl.lit(0, dtype=pl.Int64),
        PART_TO: days,
        PERIOD_DAYS: days,
        SEASON_MONTH: pl.col("to_date").dt.offset_by("-1d").dt.month().cast(pl.Int64),
    }
    if "months" in frame.columns:
        columns[WHOLE_DAYS] = _whole_days()
    return frame.with_columns(columns[name].alias(name) for name in columns if name in wanted)


def _whole_days() -> pl.Expr:
    """Days from ``from_date`` to the same day ``months`` later (or that month's last day)."""
    first = pl.col("from_date")
    index = (
        first.dt.year().cast(pl.Int64) * 12 + first.dt.month().cast(pl.Int64) - 1 + pl.col("months")
    )
    month_first = pl.date(index // 12, index % 12 + 1, 1)
    last_day = month_first.dt.month_end().dt.day().cast(pl.Int64)
    day = pl.min_horizontal(first.dt.day().cast(pl.Int64), last_day)
    return (month_first - first).dt.total_days() + day - 1
