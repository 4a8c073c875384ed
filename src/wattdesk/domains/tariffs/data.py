"""Public types of the tariffs domain."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from wattdesk.kernel.rating.document_types import TariffDocument

__all__ = [
    "DocumentFault",
    "DocumentReport",
    "ExampleResult",
    "PriceWarning",
    "ScheduleInfo",
    "TariffDocument",
    "TariffInfo",
    "VersionInForce",
    "VersionInfo",
]


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """One fault of a document's text: place (from 1), path of names, sentence in the reader's
    language."""

    line: int
    column: int
    path: str
    code: str
    sentence: str

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.line}:{self.column}: {path}{self.sentence}"


@dataclass(frozen=True, slots=True)
class PriceWarning:
    """A published all-in price that differs from the sum of its components."""

    schedule_code: str
    band: str  # TOTAL where not by band
    published: Decimal
    built: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """A worked example of the document, played through both engines."""

    id: str
    title: str
    title_en: str
    schedule_code: str
    line: int
    total: Decimal
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What a check found. ``document`` is there when the text is a document without faults."""

    digest: str
    faults: tuple[DocumentFault, ...] = ()
    warnings: tuple[PriceWarning, ...] = ()
    examples: tuple[ExampleResult, ...] = ()
    document: TariffDocument | None = None
    # Parts not checked with their source (``mark: mem``): told, so that nobody takes them for
    # settled. An empty path is the document as a whole.
    unchecked: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """No faults, and every example gave the expected bill in both engines."""
        return not self.faults and all(example.passed for example in self.examples)


@dataclass(frozen=True, slots=True)
class ScheduleInfo:
    """电价: one price class of the catalogue."""

    id: int
    code: str
    title: str
    title_en: str
    customer_class: str
    tariff_code: str


@dataclass(frozen=True, slots=True)
class TariffInfo:
    """电价文件 through all its versions; ``current_number`` is None before the first release."""

    id: int
    code: str
    title: str
    title_en: str
    versions: int
    waiting: int
    current_number: int | None


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version with its text and who proposed and decided it."""

    id: int
    tariff_code: str
    number: int
    title: str
    title_en: str
    from_date: date
    to_date: date | None
    state: str
    sha256: str
    text: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class VersionInForce:
    """A released version for the part of an asked period in which it is in force."""

    version_id: int
    tariff_code: str
    number: int
    from_date: date
    to_date: date
    schedule_codes: tuple[str, ...]
    document: TariffDocument
