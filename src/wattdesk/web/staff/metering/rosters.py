"""Which usage points a segment has: for templates, for imports, for counting what came in."""

from datetime import date, timedelta

import polars as pl

from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering.data import Segment

LONG_AGO = date(1900, 1, 1)
MOST = 2**63 - 1


def due_points(segment: Segment, reading_date: date) -> pl.Series:
    """Points whose reading at 00:00 of the day closes a period: supplied on the day before."""
    return _points(segment, reading_date - timedelta(days=1), reading_date)


def all_points(segment: Segment, until: date) -> pl.Series:
    """Points of the segment's accounts at any time before a day: a late reading may be of one."""
    return _points(segment, LONG_AGO, until)


def _points(segment: Segment, from_date: date, to_date: date) -> pl.Series:
    roster = customers.billing_roster(
        segment.id, from_date, to_date, first_account_id=0, last_account_id=MOST
    )
    return roster["usage_point_id"].drop_nulls().unique()
