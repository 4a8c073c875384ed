"""What the record holds about some usage points, as the kernel takes it: a few set-based reads.

The capacity of a point comes by a join on its row in premises: the foreign key lies here, and one
statement fewer is worth it. Installations count as they are known now; readings, daily energy and
decisions as they were known at ``known_at``.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl

from wattdesk.domains.metering import curves
from wattdesk.kernel.readings import measure, pairing
from wattdesk.kernel.readings.codes import BANDS, Kind
from wattdesk.kernel.readings.measure import Records
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.windows import Window, previous, year_before
from wattdesk.toolkit.frames import joining_many, query_frame, query_packed_frame

INSTALLED = """
SELECT u.id, (u.capacity_kva * 10000)::bigint, lower(u.period), upper(u.period),
       i.meter_id, m.number, m.phases, m.rated_current_a, (i.multiplier * 10000)::bigint,
       lower(i.period), upper(i.period), g.id, g.kind, g.digits, g.decimals
FROM premises_usage_point u
LEFT JOIN metering_installation i
  ON i.usage_point_id = u.id AND i.period && daterange({earliest}, {latest})
LEFT JOIN metering_meter m ON m.id = i.meter_id
LEFT JOIN metering_register g ON g.meter_id = i.meter_id
WHERE u.id = ANY({points}::bigint[])
"""
INSTALLED_SCHEMA = {
    "usage_point_id": pl.Int64,
    "capacity_e4": pl.Int64,
    "point_from": pl.Date,
    "point_to": pl.Date,
    **{name: dtype for name, dtype in pairing.INSTALLED.items() if name != "usage_point_id"},
}
READINGS = """
SELECT r.register_id, r.reading_date, r.id, (r.value * 10000)::bigint, r.quality
FROM {relation} r
WHERE {condition}
"""
IN_FORCE = "metering_reading"
AS_KNOWN = """(
  SELECT * FROM metering_reading WHERE superseded_at IS NULL AND recorded_at <= {known_at}
  UNION ALL
  SELECT * FROM metering_reading WHERE superseded_at > {known_at} AND recorded_at <= {known_at}
)"""
ON_DAYS = "r.register_id = ANY({registers}::bigint[]) AND r.reading_date = ANY({days}::date[])"
BETWEEN = (
    "r.register_id = ANY({registers}::bigint[])"
    " AND r.reading_date BETWEEN {first}::date AND {last}::date"
)


def load(
    points: pl.Series, window: Window, rules: ReadingRules, *, known_at: datetime | None
) -> Records:
    """Everything that measuring the points in the window needs, history of totals included."""
    with joining_many(len(points)):
        rows = _installed(points, window)
    installed = rows.filter(pl.col("register_id").is_not_null()).select(list(pairing.INSTALLED))
    unmetered = rows.filter(pl.col("register_id").is_null())["usage_point_id"]
    touched = installed.filter(
        (pl.col("installed") > year_before(window).from_date) | pl.col("removed").is_not_null()
    )
    return Records(
        points=rows.select(list(measure.POINTS)).unique("usage_point_id", maintain_order=True),
        installed=installed,
        readings=_readings(installed, touched, window, rules, known_at),
        daily=_daily(unmetered, window, known_at),
        elsewhere=_elsewhere(touched),
        **_decided(window, known_at),  # type: ignore[arg-type]
    )


def with_all_registers(
    records: Records, points: pl.Series, window: Window, *, known_at: datetime | None
) -> Records:
    """The records of ``points`` alone, with past readings of all their registers."""
    here = pl.col("usage_point_id").is_in(points.implode())
    installed = records.installed.filter(here)
    kept = records.readings.filter(pl.col("register_id").is_in(installed["register_id"].implode()))
    others = installed.filter(pl.col("kind") != Kind.ACTIVE_TOTAL)["register_id"]
    past = _edges(year_before(window), previous(window))
    readings = _merged(kept, _read(others, ON_DAYS, known_at, days=past))
    return replace(
        records, points=records.points.filter(here), installed=installed, readings=readings,
        daily=records.daily.filter(here),
    )  # fmt: skip


def _installed(points: pl.Series, window: Window) -> pl.DataFrame:
    rows = query_packed_frame(
        INSTALLED,
        INSTALLED_SCHEMA,
        points=_array(points.drop_nulls().unique()),
        earliest=year_before(window).from_date,
        latest=window.to_date,
    )
    return rows.sort("usage_point_id", "installed", "register_id")


def _readings(
    installed: pl.DataFrame,
    touched: pl.DataFrame,
    window: Window,
    rules: ReadingRules,
    known_at: datetime | None,
) -> pl.DataFrame:
    """Readings on the edges of the three periods, on days of exchange, and near missing edges."""
    totals = installed.filter(pl.col("kind") == Kind.ACTIVE_TOTAL)
    bare = installed.join(totals.select("meter_id"), on="meter_id", how="anti").filter(
        pl.col("kind").is_in([kind.value for kind in BANDS])
    )
    compared = pl.concat([totals["register_id"], bare["register_id"]])
    others = installed.join(compared.to_frame("register_id"), on="register_id", how="anti")
    now, past = _edges(window), _edges(year_before(window), previous(window))
    found = [
        _read(compared, ON_DAYS, known_at, days=sorted({*now, *past})),
        _read(others["register_id"], ON_DAYS, known_at, days=now),
    ]
    turning = pl.concat(
        [
            touched.select("register_id", pl.col(day).alias("day"))
            for day in ("installed", "removed")
        ]
    ).drop_nulls()
    # More than is asked for where many meters were exchanged on different days: one pass over the
    # index costs less than pairs, and the kernel takes what it needs.
    found.append(
        _read(turning["register_id"], ON_DAYS, known_at, days=turning["day"].unique().to_list())
    )
    readings = _merged(*found)
    near = [
        _near(installed, readings, window, edge, rules.boundary_tolerance_days, known_at)
        for edge in (window.from_date, window.to_date)
    ]
    return _merged(readings, *near)


def _near(
    installed: pl.DataFrame,
    readings: pl.DataFrame,
    window: Window,
    edge: date,
    tolerance_days: int,
    known_at: datetime | None,
) -> pl.DataFrame:
    """Readings some days off an edge, of registers that hung there and have none on the edge."""
    hung = pairing.parts_in(installed, window).filter(
        (pl.col("installed") < edge) & (pl.col("removed").is_null() | (pl.col("removed") > edge))
    )
    on_edge = readings.filter(pl.col("reading_date") == edge)
    lost = hung.join(on_edge, on="register_id", how="anti")["register_id"]
    reach = timedelta(days=tolerance_days)
    return _read(lost, BETWEEN, known_at, first=edge - reach, last=edge + reach)


def _read(
    registers: pl.Series, condition: str, known_at: datetime | None, **params: object
) -> pl.DataFrame:
    if len(registers) == 0:
        return pl.DataFrame(schema=pairing.READINGS)
    if known_at is None:
        relation, condition = IN_FORCE, f"r.superseded_at IS NULL AND {condition}"
    else:
        relation, params = AS_KNOWN, {**params, "known_at": known_at}
    statement = READINGS.replace("{relation}", relation).replace("{condition}", condition)
    return query_packed_frame(statement, pairing.READINGS, registers=_array(registers), **params)


def _array(ids: pl.Series) -> str:
    """Ids as the text of an array: the driver takes several times as long over a list."""
    return f"{{{ids.cast(pl.String).str.join(',').item()}}}"


def _merged(*parts: pl.DataFrame) -> pl.DataFrame:
    filled = [part for part in parts if part.height]
    if len(filled) < 2:
        return filled[0] if filled else parts[0]
    return pl.concat(filled).unique("reading_id", maintain_order=True)


def _edges(*windows: Window) -> list[date]:
    return sorted({day for window in windows for day in (window.from_date, window.to_date)})


def _daily(points: pl.Series, window: Window, known_at: datetime | None) -> pl.DataFrame:
    if len(points) == 0:
        return pl.DataFrame(schema={"usage_point_id": pl.Int64})
    spans: Sequence[Window] = (year_before(window), previous(window), window)
    return curves.read_daily(points, spans, known_at=known_at)


def _elsewhere(touched: pl.DataFrame) -> pl.DataFrame:
    """All places and times of meters that came or went: where else a reading may belong."""
    meters = touched["meter_id"].unique()
    if len(meters) == 0:
        return pl.DataFrame(schema=measure.ELSEWHERE)
    return query_frame(
        "SELECT meter_id, lower(period), upper(period) FROM metering_installation"
        " WHERE meter_id = ANY({meters}::bigint[])",
        measure.ELSEWHERE,
        meters=meters.to_list(),
    )


def _decided(window: Window, known_at: datetime | None) -> dict[str, object]:
    """What people decided about this very period that changes what is measured."""
    rows = query_frame(
        "SELECT usage_point_id, decision, (evidence->'estimate'->>'energy_e4')::bigint"
        " FROM metering_finding"
        " WHERE state = 'DECIDED' AND from_date <= {first} AND to_date >= {last}"
        " AND decided_at <= coalesce({known_at}::timestamptz, 'infinity')"
        " AND (decision = 'ACCEPT' AND code = 'NEGATIVE'"
        "   OR decision = 'ESTIMATE' AND evidence->'estimate'->>'registers' IS NULL"
        "     AND evidence->'estimate'->>'from_date' = {first}::date::text"
        "     AND evidence->'estimate'->>'to_date' = {last}::date::text)"
        " ORDER BY decided_at, id",
        {"usage_point_id": pl.Int64, "decision": pl.String, "energy_e4": pl.Int64},
        first=window.from_date,
        last=window.to_date,
        known_at=known_at,
    )
    accepted = rows.filter(pl.col("decision") == "ACCEPT")["usage_point_id"].unique()
    decided = rows.filter(pl.col("decision") == "ESTIMATE").unique("usage_point_id", keep="last")
    return {
        "accepted_rollover": accepted,
        "decided_energy": decided.select("usage_point_id", "energy_e4"),
    }
