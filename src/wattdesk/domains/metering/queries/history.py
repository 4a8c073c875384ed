"""Use of points over time, for charts and tables: from reading to reading, month by month."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from wattdesk.domains.metering import curves
from wattdesk.domains.metering.data import UsagePeriod
from wattdesk.domains.metering.rules import reading_rules, unscaled
from wattdesk.kernel.readings import consumption
from wattdesk.kernel.readings.windows import Window, shift_months
from wattdesk.toolkit.frames import query_frame

# Each reading of the total with the one before it in the same installation.
STEPS = """
SELECT i.usage_point_id, m.number, (i.multiplier * 10000)::bigint, g.kind, g.digits,
       lag(r.reading_date) OVER w, r.reading_date,
       (lag(r.value) OVER w * 10000)::bigint, (r.value * 10000)::bigint,
       lag(r.quality) OVER w, r.quality
FROM metering_installation i
JOIN metering_meter m ON m.id = i.meter_id
JOIN metering_register g ON g.meter_id = i.meter_id AND g.kind = 'ACTIVE_TOTAL'
JOIN metering_reading r ON r.register_id = g.id AND r.superseded_at IS NULL
  AND r.reading_date >= lower(i.period)
  AND (upper(i.period) IS NULL OR r.reading_date <= upper(i.period))
WHERE i.usage_point_id = ANY({points}::bigint[]) AND i.period && daterange({first}, {last}, '[]')
  AND r.reading_date BETWEEN {first} AND {last}
WINDOW w AS (PARTITION BY i.id ORDER BY r.reading_date)
ORDER BY r.reading_date, i.period
"""
STEPS_SCHEMA = {
    "usage_point_id": pl.Int64,
    "meter_number": pl.String,
    "multiplier_e4": pl.Int64,
    "kind": pl.String,
    "digits": pl.Int16,
    "last_date": pl.Date,
    "this_date": pl.Date,
    "last_e4": pl.Int64,
    "this_e4": pl.Int64,
    "last_quality": pl.String,
    "this_quality": pl.String,
}


def usage_histories(
    usage_point_ids: Sequence[int], *, until: date, months: int = 24
) -> dict[int, list[UsagePeriod]]:
    """Energy of points from reading to reading over the last months, the earliest first.

    Daily energy is added up by month. Energy is None where it cannot be told (the register fell
    back, a day is missing). Every point asked for is in the result.
    """
    first = shift_months(until, -months)
    found = _from_registers(usage_point_ids, first, until) if usage_point_ids else {}
    rest = [point for point in usage_point_ids if point not in found]
    found |= _from_days(rest, first, until) if rest else {}
    return {point: found.get(point, []) for point in usage_point_ids}


def usage_history(usage_point_id: int, *, until: date, months: int = 24) -> list[UsagePeriod]:
    """As :func:`usage_histories`, for one point."""
    return usage_histories([usage_point_id], until=until, months=months)[usage_point_id]


def _from_registers(points: Sequence[int], first: date, last: date) -> dict[int, list[UsagePeriod]]:
    steps = query_frame(STEPS, STEPS_SCHEMA, points=list(points), first=first, last=last)
    rows = consumption.add_energy(
        steps.filter(pl.col("last_date").is_not_null()), reading_rules(last)
    )
    found: dict[int, list[UsagePeriod]] = {
        point: [] for point in steps["usage_point_id"].unique().to_list()
    }
    for row in rows.iter_rows(named=True):
        found[row["usage_point_id"]].append(
            UsagePeriod(
                from_date=row["last_date"],
                to_date=row["this_date"],
                energy_kwh=None if row["energy_e4"] is None else unscaled(row["energy_e4"]),
                marks=_marks(row),
                meter_number=row["meter_number"],
            )
        )
    return found


def _marks(row: dict[str, object]) -> tuple[str, ...]:
    conditions = {
        "CORRECTED": "CORRECTED" in (row["last_quality"], row["this_quality"]),
        "ESTIMATED": row["this_quality"] == "ESTIMATED",
        "ROLLOVER": row["rolled_over"],
    }
    return tuple(mark for mark, is_so in conditions.items() if is_so)


def _from_days(points: Sequence[int], first: date, last: date) -> dict[int, list[UsagePeriod]]:
    ids = pl.Series("usage_point_id", points, dtype=pl.Int64)
    daily = curves.read_daily(ids, [Window(first, last)])
    return {row["usage_point_id"]: _months(row) for row in daily.iter_rows(named=True)}


def _months(row: dict[str, int | None]) -> list[UsagePeriod]:
    """Sums of each month's days; a missing day leaves the month unknown."""
    months: dict[date, dict[date, int | None]] = {}
    for name, value in row.items():
        if name != "usage_point_id":
            day = date.fromisoformat(name)
            months.setdefault(day.replace(day=1), {})[day] = value
    periods = []
    for _month, values in sorted(months.items()):
        known = [value for value in values.values() if value is not None]
        periods.append(
            UsagePeriod(
                from_date=min(values),
                to_date=max(values) + timedelta(days=1),
                energy_kwh=unscaled(sum(known) * 100) if len(known) == len(values) else None,
                marks=(),
                meter_number="",
            )
        )
    return periods
