"""Refusals of single cells and rows, each in words."""

from datetime import date

import polars as pl
from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports import values
from wattdesk.domains.metering.imports.faults import Faults
from wattdesk.domains.metering.imports.sheet import Sheet
from wattdesk.domains.metering.wording import kind_name
from wattdesk.kernel.readings.codes import Kind

E4 = 10_000


def refuse_numbers(
    sheet: Sheet,
    place: int,
    header: str,
    parsed: pl.DataFrame,
    faults: Faults,
    *,
    decimals: int,
    needed: bool,
) -> None:
    """Faults of a column of numbers; a blank cell is one when a number is ``needed``."""
    frame = sheet.frame.select("row", pl.col(f"c{place}").alias("text")).with_columns(
        parsed["problem"], parsed["value"]
    )
    words = {
        values.NOT_NUMBER: (
            "not_a_number",
            _("“%(text)s” is not a number."),
            _("Write digits with at most one point, such as 1234.56."),
        ),
        values.TOO_LARGE: (
            "too_large_a_number",
            _("%(text)s is larger than any register shows."),
            _("Check the number."),
        ),
        values.DECIMALS: (
            "decimals",
            _("%(text)s has more than {decimals} decimals.").format(decimals=decimals),
            _("Write the reading as the register shows it."),
        ),
        values.NEGATIVE: (
            "negative",
            _("%(text)s is negative."),
            _("A register never shows less than zero, and energy flows one way: check the sign."),
        ),
    }
    for problem, (rule, message, todo) in words.items():
        bad = frame.filter(pl.col("problem") == problem)
        faults.add_rows(bad, rule, message, todo, column=place, header=header)
    if needed:
        blank = frame.filter(pl.col("value").is_null() & pl.col("problem").is_null())
        faults.add_rows(
            blank,
            "blank",
            _("The reading is missing."),
            _("Fill it in or remove the row."),
            column=place,
            header=header,
        )


def refuse_days(sheet: Sheet, place: int, header: str, days: pl.Series, faults: Faults) -> None:
    """Faults of a column of days: blank, no day, or a day with a time that is not midnight."""
    frame = sheet.frame.select("row", pl.col(f"c{place}").alias("text")).with_columns(
        days.alias("day")
    )
    bad = frame.filter(pl.col("day").is_null())
    faults.add_rows(
        bad.filter(pl.col("text").is_null()),
        "blank",
        _("The day is missing."),
        _("Fill it in or remove the row."),
        column=place, header=header,
    )  # fmt: skip
    written = bad.filter(pl.col("text").is_not_null())
    timed = [values.has_time_of_day(text) for text in written["text"]]
    is_timed = pl.Series(timed, dtype=pl.Boolean)
    faults.add_rows(
        written.filter(is_timed),
        "time_of_day",
        _("%(text)s has a time of day; a reading holds at 00:00 of its day."),
        _("Give the reading of 00:00, with the day alone."),
        column=place, header=header,
    )  # fmt: skip
    faults.add_rows(
        written.filter(~is_timed),
        "not_a_day",
        _("“%(text)s” is not a day."),
        _("Write it as 2014-01-05."),
        column=place, header=header,
    )  # fmt: skip


def refuse_words(sheet: Sheet, place: int, header: str, words: pl.Series, faults: Faults) -> None:
    """Faults of a column of choices."""
    frame = sheet.frame.select("row", pl.col(f"c{place}").alias("text"))
    faults.add_rows(
        frame.filter(words.is_null()),
        "unknown_word",
        _("“%(text)s” is none of the known words of this column."),
        _("Look into the profile's description, or leave the cell blank."),
        column=place,
        header=header,
    )


def refuse_devices(
    rows: pl.DataFrame, devices: pl.DataFrame, today: date, faults: Faults
) -> pl.DataFrame:
    """Set readings against registers and installations; returns those that fit, with the register.

    Adds the columns of ``devices``. Rows with an unknown key are left out: they have a fault.
    """
    known = rows.filter(pl.col("key").is_not_null()).join(
        devices.select("key").unique(), on="key", how="semi", maintain_order="left"
    )
    no_register = known.join(devices, on=["key", "kind"], how="anti", maintain_order="left")
    faults.add_rows(
        _in_words(no_register),
        "no_such_register",
        _("Meter of %(key)s has no register %(kind)s."),
        _("Check the kind of register, or complete the meter's archive."),
    )
    many = known.join(devices, on=["key", "kind"], maintain_order="left")
    day = pl.col("reading_date")
    hung = (day >= pl.col("installed")) & (pl.col("removed").is_null() | (day <= pl.col("removed")))
    fitting = many.filter(hung.fill_null(False))
    _refuse_not_hung(many, fitting, faults)
    cells = ["row", "column"]
    fitting = fitting.unique([*cells, "register_id"], keep="last", maintain_order=True)
    several = fitting.filter(fitting.select(cells).is_duplicated())
    faults.add_rows(
        several.unique(cells, keep="first", maintain_order=True),
        "several_meters",
        _("%(key)s has more than one meter on %(reading_date)s."),
        _("Give the meter number instead."),
    )
    faults.add_rows(
        fitting.filter(day > today),
        "future",
        _("%(reading_date)s lies in the future."),
        _("Check the year and the month."),
    )
    full = pl.lit(10, dtype=pl.Int64).pow(pl.col("digits").cast(pl.UInt32)) * E4
    faults.add_rows(
        fitting.filter(pl.col("value_e4") >= full),
        "digits",
        _("The reading has more than the %(digits)s digits of meter %(meter_number)s."),
        _("Check the reading and the meter's digits."),
    )
    faults.add_rows(
        fitting.filter(pl.col("shown") > pl.col("decimals")),
        "decimals",
        _("The reading has more decimals than the %(decimals)s of meter %(meter_number)s."),
        _("Write the reading as the register shows it."),
    )
    return fitting


def _refuse_not_hung(many: pl.DataFrame, fitting: pl.DataFrame, faults: Faults) -> None:
    """Before the installation, after the removal, or never installed: each in its own words."""
    cells = ["row", "column"]
    lost = (
        many.join(fitting.select(cells), on=cells, how="anti", maintain_order="left")
        .group_by(*cells, maintain_order=True)
        .agg(
            pl.col("header", "key", "reading_date", "meter_number").first(),
            pl.col("installed").min(),
            pl.col("removed").max(),
        )
    )
    early = pl.col("reading_date") < pl.col("installed")
    faults.add_rows(
        lost.filter(pl.col("installed").is_null()),
        "never_installed",
        _("Meter %(meter_number)s is not installed anywhere."),
        _("Enter its installation first."),
    )
    faults.add_rows(
        lost.filter(early),
        "before_installation",
        _(
            "%(reading_date)s lies before the installation of meter %(meter_number)s"
            " on %(installed)s."
        ),
        _("Check the day, or correct the day of installation first."),
    )
    faults.add_rows(
        lost.filter(~early),
        "after_removal",
        _("%(reading_date)s lies after the removal of meter %(meter_number)s on %(removed)s."),
        _("Give the number of the meter that hung there on that day."),
    )


def refuse_double(rows: pl.DataFrame, faults: Faults) -> None:
    """Two readings of one register and day in one file."""
    same = ["register_id", "reading_date"]
    double = rows.filter(rows.select(same).is_duplicated()).with_columns(
        pl.col("row").first().over(same).alias("first_row")
    )
    faults.add_rows(
        _in_words(double.filter(pl.col("row") != pl.col("first_row"))),
        "double",
        _(
            "Meter %(meter_number)s, %(kind)s, %(reading_date)s stands in row %(first_row)s"
            " already."
        ),
        _("Keep one of the two."),
    )


def _in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the kind of register as people call it."""
    names = {kind.value: kind_name(kind) for kind in Kind}
    return rows.with_columns(pl.col("kind").replace_strict(names, return_dtype=pl.String))
