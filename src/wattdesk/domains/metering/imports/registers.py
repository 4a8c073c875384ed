"""Register readings of a file: parsed, set against meters and what is recorded already."""

import polars as pl
from django.utils.translation import ngettext

from wattdesk.domains.metering.imports import points
from wattdesk.domains.metering.imports.columns import Mapped
from wattdesk.domains.metering.imports.context import Checked, Context
from wattdesk.domains.metering.imports.faults import Faults
from wattdesk.domains.metering.imports.profiles import Layout, Profile
from wattdesk.domains.metering.imports.refusals import (
    refuse_days,
    refuse_devices,
    refuse_double,
    refuse_numbers,
    refuse_words,
)
from wattdesk.domains.metering.imports.sheet import Sheet
from wattdesk.domains.metering.imports.values import parse_days, parse_numbers, parse_words, tidy
from wattdesk.domains.metering.operations.readings import existing
from wattdesk.domains.metering.rules import unscaled
from wattdesk.kernel.readings.codes import Kind
from wattdesk.toolkit.frames import query_frame

SHOWN_ROWS = 10
SHOWN_DIFFERENCES = 20
NEW, SAME, DIFFERENT = "NEW", "SAME", "DIFFERENT"
BEFORE = """
SELECT DISTINCT ON (register_id) register_id, (value * 10000)::bigint
FROM metering_reading
WHERE superseded_at IS NULL AND register_id = ANY({registers}::bigint[])
  AND reading_date < {first}::date AND reading_date >= {first}::date - 400
ORDER BY register_id, reading_date DESC
"""


def check_registers(
    sheet: Sheet, mapped: Mapped, profile: Profile, context: Context, faults: Faults
) -> Checked:
    """Parse and check all readings; what is wrong goes to ``faults``.

    The rows: ``row, key, register_id, usage_point_id, meter_number, kind, reading_date, value_e4,
    quality, state`` (NEW, SAME, DIFFERENT from what is recorded), ``old_id, old_e4, old_quality``.
    """
    assert mapped.key is not None
    notes: list[str] = []
    # Keys of all rows, so that one with a wrong value as well is told both at once.
    keyed = sheet.frame.select(
        "row",
        tidy(sheet.column(mapped.key_place)).alias("key"),
        pl.lit(mapped.key_place).alias("column"),
        pl.lit(mapped.texts[mapped.key_place]).alias("header"),
    )
    points.refuse_blank_keys(keyed, faults)
    devices = points.devices_of(keyed["key"], mapped.key, context)
    points.refuse_unknown(keyed, devices, mapped.key, faults)
    rows = _parsed(sheet, mapped, profile, faults, notes)
    rows = refuse_devices(rows, devices, context.today, faults)
    points.refuse_outside(rows, context, faults)
    refuse_double(rows, faults)
    rows = _compared(rows)
    return Checked(rows, _preview(rows), notes)


def _parsed(
    sheet: Sheet, mapped: Mapped, profile: Profile, faults: Faults, notes: list[str]
) -> pl.DataFrame:
    """One row for each reading: ``row, column, header, key, kind, reading_date, value_e4, shown,
    quality``. A reading that cannot be parsed is a fault and left out."""
    day_place = mapped.fields["reading_date"]
    days = parse_days(sheet.column(day_place))
    refuse_days(sheet, day_place, mapped.texts[day_place], days, faults)
    base = sheet.frame.select(
        "row", tidy(sheet.column(mapped.key_place)).alias("key"), days.alias("reading_date")
    ).with_columns(_words(sheet, mapped, profile, "quality", "ACTUAL", faults))
    if profile.layout is Layout.REGISTER_LONG:
        base = base.with_columns(
            _words(sheet, mapped, profile, "kind", Kind.ACTIVE_TOTAL.value, faults)
        )
        columns: dict[int, str | None] = {mapped.fields["value"]: None}
    else:
        columns = {place: kind.value for kind, place in mapped.registers.items()}
    parts, tidied = [], 0
    for place, kind in columns.items():
        parsed = parse_numbers(
            sheet.column(place), decimals=4, missing=profile.missing, rounds=False
        )
        header = mapped.texts[place]
        needed = profile.layout is Layout.REGISTER_LONG
        refuse_numbers(sheet, place, header, parsed, faults, decimals=4, needed=needed)
        tidied += int(parsed["tidied"].sum())
        part = base.with_columns(
            pl.lit(place).alias("column"), pl.lit(header).alias("header"),
            parsed["value"].alias("value_e4"), parsed["shown"],
        )  # fmt: skip
        parts.append(part if kind is None else part.with_columns(pl.lit(kind).alias("kind")))
    rows = pl.concat(parts, how="diagonal").filter(
        pl.col("value_e4").is_not_null()
        & pl.col("reading_date").is_not_null()
        & pl.col("kind").is_not_null()
        & pl.col("quality").is_not_null()
    )
    _note_parsing(sheet, rows, profile, tidied, notes)
    return rows.sort("row", "column", maintain_order=True)


def _words(
    sheet: Sheet, mapped: Mapped, profile: Profile, name: str, default: str, faults: Faults
) -> pl.Series:
    """A column of choices, or the default for all where the file has none."""
    if name not in mapped.fields:
        return pl.repeat(default, sheet.frame.height, dtype=pl.String, eager=True).alias(name)
    place = mapped.fields[name]
    words = parse_words(sheet.column(place), profile.columns[name].values, default)
    refuse_words(sheet, place, mapped.texts[place], words, faults)
    return words.alias(name)


def _note_parsing(
    sheet: Sheet, rows: pl.DataFrame, profile: Profile, tidied: int, notes: list[str]
) -> None:
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
    unread = sheet.frame.height - rows["row"].n_unique()
    if unread and profile.layout is Layout.REGISTER_WIDE:
        notes.append(
            ngettext("One row has no reading.", "%(count)s rows have no reading.", unread)
            % {"count": unread}
        )


def _compared(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what is recorded already for the same registers and days."""
    recorded = existing(rows).rename(
        {"reading_id": "old_id", "value_e4": "old_e4", "quality": "old_quality"}
    )
    return rows.join(
        recorded, on=["register_id", "reading_date"], how="left", maintain_order="left"
    ).with_columns(
        pl.when(pl.col("old_id").is_null())
        .then(pl.lit(NEW))
        .when(pl.col("old_e4") == pl.col("value_e4"))
        .then(pl.lit(SAME))
        .otherwise(pl.lit(DIFFERENT))
        .alias("state")
    )


def _preview(rows: pl.DataFrame) -> dict[str, object]:
    states = dict(rows["state"].value_counts().iter_rows())
    different = rows.filter(pl.col("state") == DIFFERENT)
    energy, known = _energy_since(rows)
    return {
        "first": [_shown(row) for row in rows.head(SHOWN_ROWS).iter_rows(named=True)],
        "readings": rows.height,
        "meters": rows["meter_number"].n_unique(),
        "usage_points": rows["usage_point_id"].n_unique(),
        "from_date": _iso(rows["reading_date"].min()),
        "to_date": _iso(rows["reading_date"].max()),
        "sum_kwh": f"{unscaled(energy).normalize():f}",
        "sum_of": known,
        "new": states.get(NEW, 0),
        "same": states.get(SAME, 0),
        "differing": states.get(DIFFERENT, 0),
        "differences": [
            {**_shown(row), "old": f"{unscaled(row['old_e4']).normalize():f}"}
            for row in different.head(SHOWN_DIFFERENCES).iter_rows(named=True)
        ],
    }


def _energy_since(rows: pl.DataFrame) -> tuple[int, int]:
    """kWh × 10 000 of total registers since the reading before each, and of how many readings.

    The reading before is the earlier one of the file, or for the first the latest that is
    recorded before the file begins.
    """
    totals = rows.filter(pl.col("kind") == Kind.ACTIVE_TOTAL).sort("register_id", "reading_date")
    if totals.height == 0:
        return 0, 0
    before = query_frame(
        BEFORE,
        {"register_id": pl.Int64, "before_e4": pl.Int64},
        registers=totals["register_id"].unique().to_list(),
        first=totals["reading_date"].min(),
    )
    earlier = pl.col("value_e4").shift(1).over("register_id")
    steps = (
        totals.join(before, on="register_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce(earlier, "before_e4").alias("from_e4"))
        .filter(pl.col("value_e4") >= pl.col("from_e4"))
    )
    used = (pl.col("value_e4") - pl.col("from_e4")).cast(pl.Int128)
    energy = steps.select((used * pl.col("multiplier_e4").cast(pl.Int128) // 10_000).sum()).item()
    return int(energy or 0), steps.height


def _shown(row: dict[str, object]) -> dict[str, object]:
    value = row["value_e4"]
    assert isinstance(value, int)
    return {
        "row": row["row"],
        "meter": row["meter_number"],
        "kind": row["kind"],
        "date": _iso(row["reading_date"]),
        "value": f"{unscaled(value).normalize():f}",
        "quality": row["quality"],
    }


def _iso(day: object) -> str:
    return "" if day is None else str(day)
