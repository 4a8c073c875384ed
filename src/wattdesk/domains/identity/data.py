"""Public types of the identity domain."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import get_language

from wattdesk.toolkit.acts import Act

__all__ = [
    "Act",
    "Action",
    "DutyInfo",
    "RoleInfo",
    "Scope",
    "SignIn",
    "StaffInfo",
    "UnitInfo",
    "in_language",
]


@dataclass(frozen=True, slots=True)
class Scope:
    """The unit subtrees in which a person may do an action; ``paths`` are unit paths."""

    action: str
    paths: tuple[str, ...]

    def covers(self, unit_path: str) -> bool:
        """True when the unit lies in one of the subtrees."""
        return any(unit_path.startswith(path) for path in self.paths)


class SignIn(StrEnum):
    """How an attempt to sign in or out ended; the value is the audit action."""

    IN = "identity.signed_in"
    FAILED = "identity.sign_in_failed"
    OUT = "identity.signed_out"


def in_language(chinese: str, english: str) -> str:
    """The English words to readers of English where there are any, else the Chinese ones."""
    reads_english = (get_language() or "").startswith("en")
    return english if reads_english and english else chinese


@dataclass(frozen=True, slots=True)
class Action:
    """Something a role may do: ``billing.release``, with its words for the screens."""

    code: str
    name: str
    name_en: str

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class RoleInfo:
    """角色 with the codes of its actions, sorted."""

    code: str
    name: str
    name_en: str
    actions: tuple[str, ...]

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """单位. ``kind`` is one of Unit.Kind; ``path`` as in the table: ``44/4401/440103/``."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    parent_id: int | None
    path: str

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class DutyInfo:
    """任职, ``[from_date, to_date)``; not in force until ``is_confirmed``."""

    id: int
    staff_id: int
    role: RoleInfo
    unit: UnitInfo
    from_date: date
    to_date: date | None
    is_confirmed: bool
    given_by_id: int | None

    def is_in_force(self, on: date) -> bool:
        """True when it gives rights on that day."""
        has_begun, has_ended = self.from_date <= on, self.to_date is not None and self.to_date <= on
        return self.is_confirmed and has_begun and not has_ended


@dataclass(frozen=True, slots=True)
class StaffInfo:
    """员工 as lists and pages show them; ``duties`` are those in force on the day asked for."""

    id: int
    username: str
    name: str
    name_en: str
    email: str
    unit: UnitInfo
    is_active: bool
    must_change_password: bool
    language: str
    duties: tuple[DutyInfo, ...]

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def role(self) -> str:
        """The roles in words, in the reader's language."""
        separator = in_language("、", ", ")
        return separator.join(dict.fromkeys(str(duty.role) for duty in self.duties))
