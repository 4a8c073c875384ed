"""What a price notice is made of: cells, tables with what they rest on, price classes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell: a text, or a figure; ``band`` draws the sign of a band before it."""

    text: str
    is_number: bool = False
    band: str = ""
    is_unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What a table rests on: the clause in the document's words, and the source."""

    clause: str = ""
    source: str = ""
    where: str = ""
    is_unchecked: bool = False


@dataclass(frozen=True, slots=True)
class PriceTable:
    """One table of a price class. ``heads`` are words and whether figures stand below them."""

    title: str
    kind: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Entry]]
    ground: Ground
    notes: Sequence[str] = ()

    @property
    def below(self) -> str:
        """Clause, rules and source in one line under the table."""
        source = self.ground.source
        if source and self.ground.where:
            source = f"{source} ({self.ground.where})"
        said = [_("source %(source)s") % {"source": source}] if source else []
        return _("; ").join([part for part in (self.ground.clause, *self.notes, *said) if part])


@dataclass(frozen=True, slots=True)
class ScheduleNotice:
    """A price class as the notice shows it."""

    code: str
    title: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[PriceTable]
    windows: Sequence[PriceTable] = ()
    notes: Sequence[str] = field(default=())


def number(text: str) -> Entry:
    """A figure, already written out."""
    return Entry(text, is_number=True)
