"""From the keys of a file to usage points and meters."""

import polars as pl
from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.context import Context
from wattdesk.domains.metering.imports.faults import Faults
from wattdesk.domains.metering.imports.profiles import Key
from wattdesk.toolkit.errors import InvariantBroken
from wattdesk.toolkit.frames import joining_many, query_frame

POINTS = {"key": pl.String, "usage_point_id": pl.Int64}
DEVICES = {
    "usage_point_id": pl.Int64,
    "meter_number": pl.String,
    "multiplier_e4": pl.Int64,
    "installed": pl.Date,
    "removed": pl.Date,
    "register_id": pl.Int64,
    "kind": pl.String,
    "digits": pl.Int16,
    "decimals": pl.Int16,
}
DEVICE_COLUMNS = """
SELECT i.usage_point_id, m.number, (i.multiplier * 10000)::bigint, lower(i.period), upper(i.period),
       g.id, g.kind, g.digits, g.decimals
FROM metering_meter m
JOIN metering_register g ON g.meter_id = m.id
"""
BY_NUMBER = (
    DEVICE_COLUMNS
    + " LEFT JOIN metering_installation i ON i.meter_id = m.id"
    + " WHERE m.number = ANY({keys}::varchar[]) ORDER BY m.number, i.period, g.id"
)
BY_POINT = (
    DEVICE_COLUMNS
    + " JOIN metering_installation i ON i.meter_id = m.id"
    + " WHERE i.usage_point_id = ANY({points}::bigint[]) ORDER BY m.number, i.period, g.id"
)


def devices_of(keys: pl.Series, key: Key, context: Context) -> pl.DataFrame:
    """Registers that the keys of a file may mean: ``key`` and the columns of DEVICES.

    A meter that never hung anywhere has nulls for place and time.
    """
    different = keys.drop_nulls().unique()
    if key is Key.METER_NUMBER:
        with joining_many(len(different)):
            found = query_frame(BY_NUMBER, DEVICES, keys=different.to_list())
        return found.with_columns(pl.col("meter_number").alias("key"))
    points = points_of(different, key, context).drop_nulls()
    with joining_many(len(different)):
        found = query_frame(BY_POINT, DEVICES, points=points["usage_point_id"].unique().to_list())
    return points.join(found, on="usage_point_id")


def points_of(keys: pl.Series, key: Key, context: Context) -> pl.DataFrame:
    """Usage points that account numbers or point codes mean: ``key, usage_point_id``.

    An account without a point has a null, an unknown key no row.
    """
    different = keys.drop_nulls().unique()
    if key is Key.ACCOUNT_NUMBER:
        if context.resolve is None:
            raise InvariantBroken("account numbers need somebody who resolves them")
        found = context.resolve(different)
        return found.select(pl.col("number").alias("key"), "usage_point_id").cast(POINTS)  # type: ignore[arg-type]
    return query_frame(
        "SELECT code, id FROM premises_usage_point WHERE code = ANY({keys}::varchar[])",
        POINTS,
        keys=different.to_list(),
    )


def refuse_unknown(rows: pl.DataFrame, known: pl.DataFrame, key: Key, faults: Faults) -> None:
    """A fault for each row whose key nobody knows. ``rows``: row, column, header, key."""
    unknown = rows.filter(pl.col("key").is_not_null()).join(
        known.select("key").unique(), on="key", how="anti", maintain_order="left"
    )
    message, todo = {
        Key.METER_NUMBER: (
            _("There is no meter %(key)s."),
            _("Compare with the plate; keep meter numbers as text so that no zero is lost."),
        ),
        Key.ACCOUNT_NUMBER: (
            _("There is no account %(key)s."),
            _("Compare with the archive; keep account numbers as text so that no zero is lost."),
        ),
        Key.USAGE_POINT_CODE: (
            _("There is no usage point %(key)s."),
            _("Compare with the archive."),
        ),
    }[key]
    faults.add_rows(unknown, f"unknown_{key.lower()}", message, todo)


def refuse_outside(rows: pl.DataFrame, context: Context, faults: Faults) -> None:
    """A fault for each row whose usage point the file may not speak of."""
    if context.within is not None:
        inside = pl.col("usage_point_id").is_in(context.within.implode())
        faults.add_rows(
            rows.filter(pl.col("usage_point_id").is_not_null() & ~inside),
            "not_in_segment",
            _("%(key)s does not belong to the chosen segment."),
            _("Choose the right segment or remove the row."),
        )
    if context.scope is not None:
        ids = rows["usage_point_id"].drop_nulls().unique()
        with joining_many(len(ids)):
            units = query_frame(
                "SELECT p.id, u.path FROM premises_usage_point p"
                " JOIN identity_unit u ON u.id = p.unit_id WHERE p.id = ANY({ids}::bigint[])",
                {"usage_point_id": pl.Int64, "path": pl.String},
                ids=ids.to_list(),
            )
        covered = [context.scope.covers(path) for path in units["path"]]
        foreign = units.filter(~pl.Series(covered, dtype=pl.Boolean)).select("usage_point_id")
        faults.add_rows(
            rows.join(foreign, on="usage_point_id", how="semi", maintain_order="left"),
            "not_your_unit",
            _("%(key)s belongs to another unit."),
            _("Remove the row, or ask that unit to import it."),
        )


def refuse_blank_keys(rows: pl.DataFrame, faults: Faults) -> None:
    """A fault for each row without a key."""
    faults.add_rows(
        rows.filter(pl.col("key").is_null()),
        "blank_key",
        _("The number is missing."),
        _("Fill it in or remove the row."),
    )
