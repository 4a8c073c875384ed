"""The Excel template: empty, or filled with the meters that are due."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter
from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.profiles import Key, Profile, get_profile
from wattdesk.kernel.readings.codes import Kind
from wattdesk.toolkit.frames import query_frame

PROFILE = "excel_template"
BLANK_ROWS = 500
DUE = """
SELECT u.code, m.number, i.multiplier, g.kind, g.decimals,
       (SELECT r.reading_date FROM metering_reading r WHERE r.register_id = g.id
          AND r.superseded_at IS NULL AND r.reading_date < {on}
        ORDER BY r.reading_date DESC LIMIT 1),
       (SELECT r.value FROM metering_reading r WHERE r.register_id = g.id
          AND r.superseded_at IS NULL AND r.reading_date < {on}
        ORDER BY r.reading_date DESC LIMIT 1)
FROM metering_installation i
JOIN metering_meter m ON m.id = i.meter_id
JOIN metering_register g ON g.meter_id = m.id
JOIN premises_usage_point u ON u.id = i.usage_point_id
WHERE i.usage_point_id = ANY({points}::bigint[]) AND i.period @> {on}::date - 1
ORDER BY u.code, m.number
"""
DUE_SCHEMA = {
    "point": pl.String,
    "number": pl.String,
    "multiplier": pl.String,
    "kind": pl.String,
    "decimals": pl.Int16,
    "last_date": pl.String,
    "last_value": pl.String,
}


def write_template(
    usage_point_ids: pl.Series | None = None, *, reading_date: date | None = None
) -> bytes:
    """The template as an xlsx file, headers in Chinese.

    With ``usage_point_ids`` and ``reading_date`` it holds one row for each meter that hangs there,
    with its last readings beside; registers that a meter does not have are grey.
    """
    profile = get_profile(PROFILE)
    due = None
    if usage_point_ids is not None and reading_date is not None:
        due = query_frame(
            DUE,
            DUE_SCHEMA,
            points=usage_point_ids.drop_nulls().unique().to_list(),
            on=reading_date,
        )
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    _readings_sheet(book, profile, due, reading_date)
    _notes_sheet(book, profile)
    book.close()
    return stream.getvalue()


def _readings_sheet(
    book: Any, profile: Profile, due: pl.DataFrame | None, reading_date: date | None
) -> None:
    sheet = book.add_worksheet("抄表")
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center"})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    kinds = list(profile.registers)
    kept = ["计量点", "倍率", "上次日期", "上次总示数"]
    headers = [
        profile.keys[Key.METER_NUMBER][0],
        profile.columns["reading_date"].names[0],
        *(profile.registers[kind][0] for kind in kinds),
        profile.columns["quality"].names[0],
        *kept,
    ]
    for place, header in enumerate(headers):
        sheet.write_string(0, place, header, head)
    sheet.set_column(0, 0, 18, text)
    sheet.set_column(1, 1, 12, day)
    sheet.set_column(2, len(headers) - 1, 11)
    sheet.freeze_panes(1, 2)
    count = BLANK_ROWS
    if due is not None and reading_date is not None:
        count = _fill(book, sheet, due, reading_date, kinds)
    first, last = 2, 1 + len(kinds)
    sheet.data_validation(
        1, first, max(count, 1), last,
        {"validate": "decimal", "criteria": ">=", "value": 0, "ignore_blank": True,
         "error_title": "示数", "error_message": "示数应为不小于零的数字。"},
    )  # fmt: skip
    sheet.data_validation(
        1, last + 1, max(count, 1), last + 1, {"validate": "list", "source": ["实抄", "估抄"]}
    )


def _fill(
    book: Any, sheet: Any, due: pl.DataFrame, reading_date: date, kinds: Sequence[Kind]
) -> int:
    """Write one row for each meter; returns the number of rows."""
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    absent = book.add_format({"bg_color": "#D9D9D9"})
    beside = 3 + len(kinds)
    number = 0
    for (_point, meter), rows in due.group_by("point", "number", maintain_order=True):
        number += 1
        sheet.write_string(number, 0, str(meter), text)
        sheet.write_datetime(number, 1, reading_date, day)
        held = {row["kind"]: row for row in rows.iter_rows(named=True)}
        for place, kind in enumerate(kinds, start=2):
            if kind.value not in held:
                sheet.write_blank(number, place, None, absent)
        total = held.get(Kind.ACTIVE_TOTAL.value) or next(iter(held.values()))
        sheet.write_string(number, beside, total["point"])
        sheet.write_number(number, beside + 1, Decimal(total["multiplier"]))
        sheet.write_string(number, beside + 2, total["last_date"] or "")
        if total["last_value"] is not None:
            sheet.write_number(number, beside + 3, Decimal(total["last_value"]))
    return number


def _notes_sheet(book: Any, profile: Profile) -> None:
    sheet = book.add_worksheet("说明")
    sheet.set_column(0, 0, 90)
    lines = [
        _("One row for each meter; leave a register that was not read empty."),
        _("Write the reading as the register shows it, before the multiplier."),
        _("The day is the day whose 00:00 the reading holds for."),
        _("Values only: no formulas, no merged cells."),
        _("The columns at the right help you and are not read back."),
    ]
    for place, line in enumerate([*profile.description.values(), *lines]):
        sheet.write_string(place, 0, line)
