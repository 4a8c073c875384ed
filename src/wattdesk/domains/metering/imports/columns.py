"""Which column of a file is which: headers against the names of a profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.faults import Faults
from wattdesk.domains.metering.imports.profiles import Column, Key, Layout, Profile, plain
from wattdesk.domains.metering.imports.sheet import Sheet
from wattdesk.domains.metering.imports.values import parse_day
from wattdesk.kernel.readings.codes import Kind

MOST_DAYS = 400


@dataclass(slots=True)
class Mapped:
    """Places (counted from 0) of the columns that a profile knows."""

    key: Key | None = None
    key_place: int = -1
    fields: dict[str, int] = field(default_factory=dict)
    registers: dict[Kind, int] = field(default_factory=dict)
    days: dict[date, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)


def map_columns(sheet: Sheet, profile: Profile, faults: Faults) -> Mapped:
    """Find the profile's columns; missing, unknown and double ones become faults."""
    mapped = Mapped(texts=dict(sheet.headers))
    by_name = _names(profile)
    taken: dict[object, str] = {}
    for place, text in sheet.headers:
        meaning = by_name.get(plain(text))
        if meaning is None and profile.layout is Layout.DAILY_WIDE:
            meaning = parse_day(text)
        if meaning is None:
            if plain(text) not in profile.ignored:
                faults.add(
                    "unknown_column",
                    _("The column %(column)s is unknown to the profile %(profile)s.")
                    % {"column": text, "profile": profile.name},
                    _("Rename or remove it, or choose another profile."),
                    row=sheet.header_row, column=place, header=text,
                )  # fmt: skip
            continue
        if meaning in taken:
            faults.add(
                "double_column",
                _("The columns %(first)s and %(second)s mean the same.")
                % {"first": taken[meaning], "second": text},
                _("Remove one of them."),
                row=sheet.header_row, column=place, header=text,
            )  # fmt: skip
            continue
        taken[meaning] = text
        _place(mapped, meaning, place)
    _choose_key(sheet, mapped, profile, taken)
    _require(mapped, profile, faults)
    return mapped


def _names(profile: Profile) -> dict[str, object]:
    named: list[tuple[object, tuple[str, ...]]] = [
        *profile.keys.items(),
        *((name, column.names) for name, column in profile.columns.items()),
        *profile.registers.items(),
    ]
    return {plain(name): meaning for meaning, names in named for name in names}


def _place(mapped: Mapped, meaning: object, place: int) -> None:
    if isinstance(meaning, date):
        mapped.days[meaning] = place
    elif isinstance(meaning, Kind):
        mapped.registers[meaning] = place
    elif isinstance(meaning, str) and not isinstance(meaning, Key):
        mapped.fields[meaning] = place


def _choose_key(
    sheet: Sheet, mapped: Mapped, profile: Profile, taken: Mapping[object, str]
) -> None:
    """The first key of the profile that the file has; another one beside it is left aside."""
    present = [key for key in profile.keys if key in taken]
    if not present:
        return
    mapped.key = present[0]
    mapped.key_place = next(p for p, text in sheet.headers if text == taken[present[0]])
    for other in present[1:]:
        sheet.notes.append(
            _("Rows are found by %(used)s; the column %(other)s was not used.")
            % {"used": taken[present[0]], "other": taken[other]}
        )


def _require(mapped: Mapped, profile: Profile, faults: Faults) -> None:
    def missing(names: str) -> None:
        faults.add(
            "missing_column",
            _("The column %(column)s is missing.") % {"column": names},
            _("Add it, give it this name, or choose another profile."),
            header=names,
        )

    if mapped.key is None:
        missing(_(" or ").join(names[0] for names in profile.keys.values()))
    for name, column in profile.columns.items():
        if column.required and name not in mapped.fields:
            missing(_called(column))
    if profile.layout is Layout.REGISTER_WIDE and not mapped.registers:
        missing(_(" or ").join(names[0] for names in profile.registers.values()))
    if profile.layout is Layout.DAILY_WIDE:
        if not mapped.days:
            missing(_("with a day as its name, such as 2014-01-01"))
        elif (max(mapped.days) - min(mapped.days)) > timedelta(days=MOST_DAYS):
            faults.add(
                "too_many_days",
                _("The days reach from %(first)s to %(last)s, more than %(most)s days.")
                % {"first": min(mapped.days), "last": max(mapped.days), "most": MOST_DAYS},
                _("Check the year in the headers, or split the file."),
            )


def _called(column: Column) -> str:
    return " / ".join(column.names[:2])
