"""Daily energy of a file: parsed, set against usage points and what is stored already."""

from datetime import date, timedelta

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.domains.metering import curves
from wattdesk.domains.metering.imports import points
from wattdesk.domains.metering.imports.columns import Mapped
from wattdesk.domains.metering.imports.context import Checked, Context
from wattdesk.domains.metering.imports.faults import Faults
from wattdesk.domains.metering.imports.profiles import Key, Profile
from wattdesk.domains.metering.imports.refusals import refuse_numbers
from wattdesk.domains.metering.imports.registers import SHOWN_DIFFERENCES, SHOWN_ROWS
from wattdesk.domains.metering.imports.sheet import Sheet
from wattdesk.domains.metering.imports.values import parse_numbers, tidy
from wattdesk.domains.metering.rules import unscaled
from wattdesk.kernel.readings.windows import Window
from wattdesk.toolkit.frames import query_frame

DECIMALS = 2
E2_TO_E4 = 100


def check_daily(
    sheet: Sheet, mapped: Mapped, profile: Profile, context: Context, faults: Faults
) -> Checked:
    """Parse and check all days; what is wrong goes to ``faults``.

    The rows: ``usage_point_id`` and one Int64 column for each day from the first to the last (kWh ×
    100, null = missing).
    """
    assert mapped.key is not None
    notes: list[str] = []
    _refuse_future(sheet, mapped, context, faults)
    parsed = _parsed(sheet, mapped, profile, faults, notes)
    keyed = parsed.select("row", "key").with_columns(
        pl.lit(mapped.key_place).alias("column"),
        pl.lit(mapped.texts[mapped.key_place]).alias("header"),
    )
    points.refuse_blank_keys(keyed, faults)
    _refuse_double_keys(keyed, faults)
    found = _points(keyed, mapped, context, faults)
    points.refuse_outside(found, context, faults)
    rows = parsed.join(found.select("row", "usage_point_id"), on="row").drop("row", "key")
    _refuse_outside_life(parsed, found, mapped, faults)
    rows = _without_holes(rows, notes)
    return Checked(rows, _preview(rows, keyed, found), notes)


def _parsed(
    sheet: Sheet, mapped: Mapped, profile: Profile, faults: Faults, notes: list[str]
) -> pl.DataFrame:
    columns = []
    tidied = rounded = 0
    decimals = DECIMALS + profile.unit_places
    for day, place in sorted(mapped.days.items()):
        numbers = parse_numbers(
            sheet.column(place), decimals=decimals, missing=profile.missing, rounds=profile.rounds
        )
        refuse_numbers(
            sheet, place, mapped.texts[place], numbers, faults, decimals=decimals, needed=False
        )
        tidied += int(numbers["tidied"].sum())
        rounded += int(numbers["rounded"].sum())
        columns.append(numbers["value"].alias(day.isoformat()))
    if tidied:
        notes.append(
            ngettext(
                "One number was written with blanks, commas or full-width digits and was taken.",
                "%(count)s numbers were written with blanks, commas or full-width digits and were"
                " taken.",
                tidied,
            )
            % {"count": tidied}
        )
    if rounded:
        notes.append(
            ngettext(
                "One value had more than two decimals and was rounded half up.",
                "%(count)s values had more than two decimals and were rounded half up.",
                rounded,
            )
            % {"count": rounded}
        )
    key = tidy(sheet.column(mapped.key_place)).alias("key")
    return sheet.frame.select("row").with_columns(key, *columns)


def _refuse_future(sheet: Sheet, mapped: Mapped, context: Context, faults: Faults) -> None:
    for day, place in mapped.days.items():
        # A day's energy is known when the day is over.
        if day >= context.today:
            faults.add(
                "future",
                _("%(day)s is not over yet.") % {"day": day.isoformat()},
                _("Check the year and the month of the header."),
                row=sheet.header_row, column=place, header=mapped.texts[place],
            )  # fmt: skip


def _refuse_double_keys(keyed: pl.DataFrame, faults: Faults) -> None:
    known = keyed.filter(pl.col("key").is_not_null())
    double = known.with_columns(pl.col("row").first().over("key").alias("first_row")).filter(
        pl.col("row") != pl.col("first_row")
    )
    faults.add_rows(
        double,
        "double",
        _("%(key)s stands in row %(first_row)s already."),
        _("Keep one of the two rows."),
    )


def _points(keyed: pl.DataFrame, mapped: Mapped, context: Context, faults: Faults) -> pl.DataFrame:
    """Rows with their usage point: ``row, column, header, key, usage_point_id``."""
    assert mapped.key is not None
    if mapped.key is Key.METER_NUMBER:
        first, last = min(mapped.days), max(mapped.days)
        devices = points.devices_of(keyed["key"], mapped.key, context)
        points.refuse_unknown(keyed, devices, mapped.key, faults)
        hung = devices.filter(
            (pl.col("installed") <= last)
            & (pl.col("removed").is_null() | (pl.col("removed") > first))
        )
        found = hung.select("key", "usage_point_id").unique(maintain_order=True)
        known = keyed.join(devices.select("key").unique(), on="key", how="semi")
    else:
        found = points.points_of(keyed["key"], mapped.key, context)
        points.refuse_unknown(keyed, found, mapped.key, faults)
        known = keyed.join(found.select("key").unique(), on="key", how="semi")
        found = found.drop_nulls().unique(maintain_order=True)
    faults.add_rows(
        known.join(found, on="key", how="anti", maintain_order="left"),
        "no_usage_point",
        _("%(key)s has no usage point on these days."),
        _("Complete the archive or remove the row."),
    )
    several = found.filter(found["key"].is_duplicated()).select("key").unique()
    faults.add_rows(
        known.join(several, on="key", how="semi", maintain_order="left"),
        "several_points",
        _("%(key)s has more than one usage point."),
        _("Give the meter number or the usage point's code instead."),
    )
    single = known.join(
        found.join(several, on="key", how="anti"), on="key", maintain_order="left"
    ).unique("row", keep="first", maintain_order=True)
    twice = single.with_columns(
        pl.col("row").first().over("usage_point_id").alias("first_row")
    ).filter((pl.col("row") != pl.col("first_row")) & ~pl.col("key").is_duplicated())
    faults.add_rows(
        twice,
        "double",
        _("%(key)s means the same usage point as row %(first_row)s."),
        _("Keep one of the two rows."),
    )
    return single


def _refuse_outside_life(
    parsed: pl.DataFrame, found: pl.DataFrame, mapped: Mapped, faults: Faults
) -> None:
    """Energy on a day before the usage point existed or after it ended."""
    lives = query_frame(
        "SELECT id, lower(period), upper(period) FROM premises_usage_point"
        " WHERE id = ANY({ids}::bigint[])",
        {"usage_point_id": pl.Int64, "begins": pl.Date, "ends": pl.Date},
        ids=found["usage_point_id"].unique().to_list(),
    )
    rows = found.select("row", "usage_point_id").join(lives, on="usage_point_id")
    first, last = min(mapped.days), max(mapped.days)
    short = rows.filter((pl.col("begins") > first) | (pl.col("ends") <= last)).join(
        parsed, on="row"
    )
    for day, place in sorted(mapped.days.items()):
        outside = (pl.col("begins") > day) | (pl.col("ends") <= day).fill_null(False)
        faults.add_rows(
            short.filter(outside & pl.col(day.isoformat()).is_not_null()).select(
                "row", "key", "begins"
            ),
            "before_installation",
            _("%(key)s has no supply on this day; its usage point begins on %(begins)s."),
            _("Empty the cell, or correct the usage point's dates."),
            column=place,
            header=mapped.texts[place],
        )


def _without_holes(rows: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """All days from the first to the last as columns; days that the file lacks are missing."""
    days = sorted(date.fromisoformat(name) for name in rows.columns if name != "usage_point_id")
    every = [days[0] + timedelta(days=i) for i in range((days[-1] - days[0]).days + 1)]
    lacking = sorted(set(every) - set(days))
    if lacking:
        notes.append(
            _("The file has no column for %(days)s: missing for everybody.")
            % {"days": ", ".join(day.isoformat() for day in lacking[:5])}
        )
    return rows.with_columns(
        pl.lit(None, dtype=pl.Int64).alias(day.isoformat()) for day in lacking
    ).select("usage_point_id", *(day.isoformat() for day in every))


def _preview(rows: pl.DataFrame, keyed: pl.DataFrame, found: pl.DataFrame) -> dict[str, object]:
    names = [name for name in rows.columns if name != "usage_point_id"]
    first = date.fromisoformat(names[0])
    last = date.fromisoformat(names[-1]) + timedelta(days=1)
    stored = curves.read_daily(rows["usage_point_id"], [Window(first, last)])
    numbers = dict(
        found.join(keyed.select("row"), on="row").select("usage_point_id", "key").iter_rows()
    )
    new = same = 0
    differing: list[dict[str, object]] = []
    different = 0
    beside = rows.join(stored, on="usage_point_id", how="left", suffix="_stored")
    for name in names:
        given = pl.col(name)
        kept = pl.col(f"{name}_stored") if f"{name}_stored" in beside.columns else pl.lit(None)
        pairs = beside.select("usage_point_id", given.alias("new"), kept.alias("old")).drop_nulls(
            "new"
        )
        new += pairs["old"].null_count()
        apart = pairs.filter(pl.col("old") != pl.col("new"))
        same += pairs.height - pairs["old"].null_count() - apart.height
        different += apart.height
        for row in apart.head(SHOWN_DIFFERENCES - len(differing)).iter_rows(named=True):
            differing.append(
                {
                    "key": numbers.get(row["usage_point_id"], ""),
                    "date": name,
                    "value": _kwh(row["new"]),
                    "old": _kwh(row["old"]),
                }
            )
    total = sum(int(rows[name].sum()) for name in names)
    return {
        "first": [
            {
                "key": numbers.get(row["usage_point_id"], ""),
                "days": [None if row[name] is None else _kwh(row[name]) for name in names[:7]],
            }
            for row in rows.head(SHOWN_ROWS).iter_rows(named=True)
        ],
        "usage_points": rows.height,
        "days": len(names),
        "missing_cells": sum(rows[name].null_count() for name in names),
        "from_date": first.isoformat(),
        "to_date": last.isoformat(),
        "sum_kwh": _kwh(total),
        "new": new,
        "same": same,
        "differing": different,
        "differences": differing,
    }


def _kwh(value_e2: int) -> str:
    return f"{unscaled(value_e2 * E2_TO_E4).normalize():f}"
