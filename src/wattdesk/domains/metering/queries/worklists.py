"""Rows for lists that filter, sort and page by themselves: findings, imports, readings come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering.data import FindingInfo
from wattdesk.domains.metering.models import Finding, ImportBatch
from wattdesk.domains.metering.operations.findings import obstacle_to
from wattdesk.domains.metering.queries.findings import finding_info
from wattdesk.toolkit.errors import StateConflict

RECEIVED = """
WITH due AS (
  SELECT p.id, g.id AS register_id
  FROM unnest(%(points)s::bigint[]) AS p(id)
  LEFT JOIN LATERAL (
    SELECT r.id FROM metering_installation i JOIN metering_register r ON r.meter_id = i.meter_id
    WHERE i.usage_point_id = p.id AND i.period @> %(day)s::date - 1
    ORDER BY r.kind <> 'ACTIVE_TOTAL', r.id LIMIT 1) g ON true
)
SELECT count(*), count(d.register_id), count(m.id),
       count(m.id) FILTER (WHERE m.origin = 'REMOTE'),
       count(m.id) FILTER (WHERE m.origin = 'MANUAL'),
       count(m.id) FILTER (WHERE m.origin = 'FILE'),
       count(m.id) FILTER (WHERE m.quality = 'ESTIMATED')
FROM due d
LEFT JOIN metering_reading m
  ON m.register_id = d.register_id AND m.reading_date = %(day)s AND m.superseded_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class ReadingsIn:
    """How many of the points due on a day are read. ``without_meter`` have daily energy or none."""

    due: int
    with_meter: int
    received: int
    remote: int
    manual: int
    from_file: int
    estimated: int

    @property
    def missing(self) -> int:
        return self.with_meter - self.received

    @property
    def without_meter(self) -> int:
        return self.due - self.with_meter


def finding_rows(scope: Scope) -> QuerySet[Finding]:
    """Findings of the segments in a scope, to be narrowed and put in order by a list."""
    return identity.within(Finding.objects.all(), scope, "segment__unit__path")


def finding_infos(finding_ids: Sequence[int]) -> dict[int, FindingInfo]:
    """Findings as a work list shows them, by id; the caller has checked the scope. One query."""
    rows = Finding.objects.filter(pk__in=list(finding_ids)).select_related(
        "segment", "usage_point", "owner", "decided_by"
    )
    return {row.pk: finding_info(row) for row in rows}


def obstacles_to(finding_ids: Sequence[int], decision: str) -> dict[int, StateConflict]:
    """Why some of the findings cannot be decided so, by id; those that can are not in it."""
    found = {}
    for finding in Finding.objects.filter(pk__in=list(finding_ids)):
        problem = obstacle_to(finding, decision)
        if problem is not None:
            found[finding.pk] = problem
    return found


def batch_rows(scope: Scope) -> QuerySet[ImportBatch]:
    """Import batches of the units in a scope, to be narrowed and put in order by a list."""
    return identity.within(ImportBatch.objects.all(), scope)


def readings_in(usage_point_ids: pl.Series, *, on: date) -> ReadingsIn:
    """How many of the usage points have a reading in force of the day; one query."""
    points = usage_point_ids.drop_nulls().unique().to_list()
    with connection.cursor() as cursor:
        cursor.execute(RECEIVED, {"points": points, "day": on})
        return ReadingsIn(*cursor.fetchone())
