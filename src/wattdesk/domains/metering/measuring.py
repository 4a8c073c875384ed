"""Measuring: the one door from readings to billable energy."""

from datetime import date, datetime

import polars as pl

from wattdesk.domains.metering import records
from wattdesk.domains.metering.data import Measured
from wattdesk.domains.metering.rules import reading_rules
from wattdesk.kernel.readings import measure as kernel
from wattdesk.kernel.readings.windows import Window


def measure(
    usage_point_ids: pl.Series,
    from_date: date,
    to_date: date,
    *,
    known_at: datetime | None = None,
) -> Measured:
    """Energy of usage points in ``[from_date, to_date)``, with readings and findings.

    The rules in force on the last day count. ``known_at`` asks what was known at that moment:
    readings recorded later are left out and readings corrected later count with their old value.
    A point of a new or ended usage point is measured for the days of its own life. Raises
    ValueError for an empty period, CurveFileDamaged, RuleMissing.
    """
    window = Window(from_date, to_date)
    rules = reading_rules(date.fromordinal(to_date.toordinal() - 1))
    held = records.load(usage_point_ids, window, rules, known_at=known_at)
    assessed = kernel.assess(held, window, rules)
    findings = assessed.findings
    doubtful = assessed.to_estimate()
    if len(doubtful):
        past = records.with_all_registers(held, doubtful, window, known_at=known_at)
        findings = kernel.add_estimates(assessed, past, window, rules)
    return Measured(
        registers=assessed.registers,
        usage=assessed.usage,
        findings=findings.sort("usage_point_id", "code"),
    )
