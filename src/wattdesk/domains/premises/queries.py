"""Reads of the premises domain."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db import connection

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.premises import models
from wattdesk.domains.premises.data import BoundaryEntry, PointPlace, Rows
from wattdesk.toolkit.frames import query_frame

# One row per usage point with all it hangs on at one day; what is missing is null.
PLACES = """
SELECT p.id, p.code, p.voltage, p.metering, p.capacity_kva, p.meter_place,
       lower(p.period), upper(p.period),
       l.id, l.address, l.access_note, d.code,
       concat_ws('', d4.name, d3.name, d2.name, d1.name, d.name),
       sp.code, f2.name,
       a.id, a.code, a.name, a.is_dedicated, a.capacity_kva, f.name, s.name,
       b.description, b.behind_boundary, b.behind_meter
FROM premises_usage_point p
JOIN premises_service_location l ON l.id = p.service_location_id
JOIN premises_division d ON d.code = l.division_id
LEFT JOIN premises_division d1 ON d1.code = d.parent_id
LEFT JOIN premises_division d2 ON d2.code = d1.parent_id
LEFT JOIN premises_division d3 ON d3.code = d2.parent_id
LEFT JOIN premises_division d4 ON d4.code = d3.parent_id
LEFT JOIN premises_supply_point sp ON sp.id = p.supply_point_id
LEFT JOIN premises_feeder f2 ON f2.id = sp.second_feeder_id
LEFT JOIN premises_usage_point_area pa ON pa.usage_point_id = p.id AND pa.period @> %(day)s::date
LEFT JOIN premises_transformer_area a ON a.id = pa.transformer_area_id
LEFT JOIN premises_feeder f ON f.id = coalesce(a.feeder_id, sp.feeder_id)
LEFT JOIN premises_substation s ON s.id = f.substation_id
LEFT JOIN premises_ownership_boundary b ON b.usage_point_id = p.id AND b.period @> %(day)s::date
WHERE p.id = ANY(%(points)s)
ORDER BY p.code
"""


def places_of_points(usage_point_ids: Sequence[int], *, on: date) -> list[PointPlace]:
    """Where the usage points are and what feeds them on a day, by code; one query."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES, {"day": on, "points": list(usage_point_ids)})
        rows = cursor.fetchall()
    return [
        PointPlace(*(*row[:22], None if row[22] is None else BoundaryEntry(*row[22:])))
        for row in rows
    ]


def points_at_locations(location_ids: Sequence[int]) -> list[int]:
    """Usage points at these service locations or at others with the same address.

    The same place is often written down twice (一址多户): equal address and division count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.id FROM premises_service_location here"
            " JOIN premises_service_location l"
            "   ON l.address = here.address AND l.division_id = here.division_id"
            " JOIN premises_usage_point p ON p.service_location_id = l.id"
            " WHERE here.id = ANY(%s) ORDER BY p.id",
            [list(location_ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def points_at_address(division_code: str, address: str) -> list[int]:
    """Usage points at an address as written, blanks apart (R-CUST-05: before a new application)."""
    found = models.UsagePoint.objects.filter(
        service_location__address=" ".join(address.split()),
        service_location__division_id=division_code,
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def points_within(usage_point_ids: Sequence[int], *, scope: Scope) -> list[int]:
    """Those of the usage points that belong to the units of a scope, in the order given."""
    rows = models.UsagePoint.objects.filter(pk__in=list(usage_point_ids))
    mine = set(identity.within(rows, scope).values_list("pk", flat=True))
    return [point for point in usage_point_ids if point in mine]


def divisions_below(parent_code: str | None) -> list[tuple[str, str]]:
    """Code and name of the divisions directly below one (None: the topmost), by code."""
    found = models.AdministrativeDivision.objects.filter(parent_id=parent_code)
    return list(found.order_by("code").values_list("code", "name"))


def area_ids() -> pl.DataFrame:
    """Transformer areas for joining by code: ``code, id``."""
    return _ids_by_code(Rows.AREA)


def feeder_ids() -> pl.DataFrame:
    """Feeders for joining by code: ``code, id``."""
    return _ids_by_code(Rows.FEEDER)


def _ids_by_code(rows: Rows) -> pl.DataFrame:
    return query_frame(
        f"SELECT code, id FROM {rows.value} ORDER BY code",  # noqa: S608 - a constant of ours
        {"code": pl.String, "id": pl.Int64},
    )
