"""Double entry (复式记账): entries, posting templates, reversal. No tables, no clock.

One business event becomes one transaction. A template says, as data, which ledger accounts the
event moves and by which parts of its amount; the same template serves one event and a million.
"""

from wattdesk.kernel.posting.entries import (
    LARGEST_FEN,
    Entry,
    EntryInvalid,
    Side,
    Unbalanced,
    check_balanced,
    reverse,
    sums_by_account,
)
from wattdesk.kernel.posting.events import BILL_RELEASED, TEMPLATES
from wattdesk.kernel.posting.templates import (
    Leg,
    Template,
    TemplateInvalid,
    entries_frame,
    entries_of,
)

__all__ = [
    "BILL_RELEASED",
    "LARGEST_FEN",
    "TEMPLATES",
    "Entry",
    "EntryInvalid",
    "Leg",
    "Side",
    "Template",
    "TemplateInvalid",
    "Unbalanced",
    "check_balanced",
    "entries_frame",
    "entries_of",
    "reverse",
    "sums_by_account",
]
