"""Import profiles (导入格式): named YAML files that say what a file's columns mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

import yaml
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.metering.data import Kind, ProfileInfo, Quality
from wattdesk.toolkit.errors import NotFound, Problem

SHIPPED = Path(__file__).resolve().parents[1] / "profiles"
# Decimal places by which a unit is larger than kWh.
UNITS = {"kWh": 0, "MWh": 3}
FILE_KINDS = ("xlsx", "xls", "csv", "parquet")


class Layout(StrEnum):
    """How a file is laid out."""

    DAILY_WIDE = "DAILY_WIDE"  # one row a point, one column a day
    REGISTER_LONG = "REGISTER_LONG"  # one row a reading
    REGISTER_WIDE = "REGISTER_WIDE"  # one row a meter and day, one column a register


class Key(StrEnum):
    """What a row is found by."""

    METER_NUMBER = "METER_NUMBER"
    ACCOUNT_NUMBER = "ACCOUNT_NUMBER"
    USAGE_POINT_CODE = "USAGE_POINT_CODE"


class ProfileNotFound(NotFound):
    """No profile of that name."""

    code = "metering.profile_not_found"
    message = _("There is no import profile %(profile)s. Known are: %(known)s.")


class ProfileMalformed(Problem):
    """A profile's file cannot be used."""

    code = "metering.profile_malformed"
    message = _("The import profile %(file)s cannot be used: %(fault)s")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the names it goes by, and for choices what each word stands for."""

    names: tuple[str, ...]
    required: bool = True
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A named form of file. Names are compared by :func:`plain`."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    layout: Layout
    file_kinds: tuple[str, ...]
    encodings: tuple[str, ...]
    keys: Mapping[Key, tuple[str, ...]]
    columns: Mapping[str, Column]
    registers: Mapping[Kind, tuple[str, ...]]
    unit_places: int  # decimal places from the file's unit to kWh
    rounds: bool
    missing: frozenset[str]
    ignored: frozenset[str]

    def info(self) -> ProfileInfo:
        """What a person chooses by, in their language."""
        english = (get_language() or "").startswith("en")
        language = "en" if english else "zh"

        def shown(names: tuple[str, ...]) -> str:
            ascii_names = [n for n in names if n.isascii()]
            return ascii_names[0] if english and ascii_names else names[0]

        headers = [
            *(shown(names) for names in list(self.keys.values())[:1]),
            *(shown(column.names) for column in self.columns.values()),
            *(shown(names) for names in self.registers.values()),
        ]
        if self.layout is Layout.DAILY_WIDE:
            headers += ["2014-01-01", "2014-01-02", "…"]
        return ProfileInfo(
            name=self.name,
            title=self.title[language],
            description=self.description[language],
            file_kinds=self.file_kinds,
            columns=tuple(headers),
            has_template=self.layout is Layout.REGISTER_WIDE,
        )


def plain(text: str) -> str:
    """A header or word as it is compared: no blanks, half-width, small letters."""
    return "".join(normalize("NFKC", text).split()).casefold()


def list_profiles() -> list[ProfileInfo]:
    """All profiles by name, the supplier's own (setting ``IMPORT_PROFILES``) included."""
    return [profile.info() for _name, profile in sorted(_profiles().items())]


def get_profile(name: str) -> Profile:
    """The profile of a name. Raises ProfileNotFound, ProfileMalformed."""
    known = _profiles()
    if name not in known:
        raise ProfileNotFound(profile=name, known=", ".join(sorted(known)))
    return known[name]


def _profiles() -> dict[str, Profile]:
    own = getattr(settings, "IMPORT_PROFILES", None)
    folders = [SHIPPED, *([Path(own)] if own else [])]
    found: dict[str, Profile] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            profile = _read(path, path.stat().st_mtime_ns)
            found[profile.name] = profile
    return found


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> Profile:
    return read_profile(path.read_text(encoding="utf-8"), file=path.name)


def read_profile(text: str, *, file: str) -> Profile:
    """Read a profile's text. Raises ProfileMalformed saying what is wrong."""
    try:
        document: dict[str, Any] = yaml.safe_load(text)
        profile = Profile(
            name=str(document["name"]),
            title={key: str(document["title"][key]) for key in ("en", "zh")},
            description={key: str(document["description"][key]) for key in ("en", "zh")},
            layout=Layout(document["layout"]),
            file_kinds=tuple(document["file_kinds"]),
            encodings=tuple(document.get("encodings", ("utf-8", "gb18030"))),
            keys={Key(key): tuple(map(str, names)) for key, names in document["keys"].items()},
            columns={
                name: _column(name, entry) for name, entry in document.get("columns", {}).items()
            },
            registers={
                Kind(kind): tuple(map(str, names))
                for kind, names in document.get("registers", {}).items()
            },
            unit_places=UNITS[document.get("unit", "kWh")],
            rounds={"ROUND": True, "REFUSE": False}[document["more_decimals"]],
            missing=frozenset(map(str, document.get("missing", ()))),
            ignored=frozenset(plain(str(name)) for name in document.get("ignored", ())),
        )
        fault = _fault(profile)
    except (yaml.YAMLError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ProfileMalformed(file=file, fault=repr(error)) from error
    if fault:
        raise ProfileMalformed(file=file, fault=fault)
    return profile


def _column(name: str, entry: Mapping[str, Any]) -> Column:
    allowed = {"kind": Kind, "quality": Quality}
    values: dict[str, str] = {}
    for value, words in entry.get("values", {}).items():
        for word in (value, *words):
            values[plain(str(word))] = allowed[name](value).value
    return Column(
        names=tuple(map(str, entry["names"])),
        required=bool(entry.get("required", True)),
        values=values,
    )


def _fault(profile: Profile) -> str:
    """What the parts of a profile lack together; empty when nothing."""
    needed = {
        Layout.DAILY_WIDE: set(),
        Layout.REGISTER_LONG: {"reading_date", "value"},
        Layout.REGISTER_WIDE: {"reading_date"},
    }[profile.layout]
    lacking = sorted(needed - profile.columns.keys())
    if lacking:
        return f"the column {lacking[0]} is missing"
    if profile.layout is Layout.REGISTER_WIDE and not profile.registers:
        return "registers are missing"
    unknown = [kind for kind in profile.file_kinds if kind not in FILE_KINDS]
    if unknown or not profile.file_kinds:
        return f"file_kinds are some of {', '.join(FILE_KINDS)}"
    if profile.unit_places and profile.layout is not Layout.DAILY_WIDE:
        return "registers are read in kWh"
    if not profile.keys:
        return "keys are missing"
    return ""
