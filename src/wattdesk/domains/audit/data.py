"""Public types of the audit domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What one audit record says, besides who, when and why, which the act says.

    ``subjects`` name everything it is about, ``kind:id``; ``before`` and ``after`` hold what
    changed: texts, whole numbers, truth values, None, lists and mappings; dates and decimals are
    stored as texts, floats are refused.
    """

    action: str
    subjects: tuple[str, ...]
    unit_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One audit record as it is read back; ``at`` is aware, UTC."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    action: str
    reason: str
    subjects: tuple[str, ...]
    unit_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class FaultCode(StrEnum):
    """What the verification can find wrong."""

    RECORD_CHANGED = "audit.record_changed"
    RECORD_REMOVED = "audit.record_removed"
    RECORD_FORGED = "audit.record_forged"
    RECORD_BEHIND = "audit.record_behind"
    RECORD_LOST = "audit.record_lost"
    SEAL_CHANGED = "audit.seal_changed"
    SEAL_REMOVED = "audit.seal_removed"
    SEAL_FORGED = "audit.seal_forged"
    LINK_ORPHANED = "audit.link_orphaned"
    TAIL_CUT = "audit.tail_cut"
    CHAIN_REWRITTEN = "audit.chain_rewritten"
    HEAD_EDITED = "audit.head_edited"
    HEADS_MISSING = "audit.heads_missing"


SENTENCES = {
    FaultCode.RECORD_CHANGED: _("Record %(key)s was changed after it was written."),
    FaultCode.RECORD_REMOVED: _("Record %(key)s was sealed and is no longer there."),
    FaultCode.RECORD_FORGED: _(
        "Record %(key)s was written or changed behind the program's back; it is not sealed yet."
    ),
    FaultCode.RECORD_BEHIND: _(
        "Record %(key)s is not sealed although everything of its time is: it was slipped in."
    ),
    FaultCode.RECORD_LOST: _("Record %(key)s was committed and removed before it was sealed."),
    FaultCode.SEAL_CHANGED: _("Seal %(key)s does not fit its records: it or their order changed."),
    FaultCode.SEAL_REMOVED: _("Seal %(key)s is missing from the chain."),
    FaultCode.SEAL_FORGED: _("Seal %(key)s was not made by the program."),
    FaultCode.LINK_ORPHANED: _("Record %(key)s is listed under a seal that does not exist."),
    FaultCode.TAIL_CUT: _("Seal %(key)s stands in the file of heads but not in the database."),
    FaultCode.CHAIN_REWRITTEN: _("Seal %(key)s differs from its head outside the database."),
    FaultCode.HEAD_EDITED: _("Line %(key)s of the file of heads was edited, moved or removed."),
    FaultCode.HEADS_MISSING: _("The head of seal %(key)s is missing from the file of heads."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found wrong; ``key`` is a record id, a seal number or a line number."""

    code: FaultCode
    key: int

    def __str__(self) -> str:
        return str(SENTENCES[self.code] % {"key": self.key})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A state that a person accepted by name, e.g. after a restore from a backup."""

    seal_number: int
    at: datetime
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a verification read and found.

    ``problems`` holds at most :data:`KEPT` faults of each code, ``counts`` counts them all.
    ``waiting`` records are not in the chain yet (their own keyed marks were checked);
    ``skipped`` record numbers were never used: work that was rolled back leaves such gaps.
    ``torn_head`` and ``head_behind`` are traces of a crash; the next seal repairs them.
    """

    problems: tuple[Fault, ...]
    counts: Mapping[FaultCode, int]
    sealed: int
    waiting: int
    oldest_waiting_at: datetime | None
    seals: int
    heads: int
    skipped: int
    acceptances: tuple[Acceptance, ...]
    torn_head: bool
    head_behind: bool

    KEPT = 100

    @property
    def is_whole(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems
