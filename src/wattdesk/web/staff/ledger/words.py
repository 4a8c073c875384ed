"""The words of the books: events, kinds and names of ledger accounts."""

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

Words = str | Promise

EVENTS: dict[str, Words] = {
    "bill_released": gettext_lazy("Bill released"),
    "bill_reversed": gettext_lazy("Bill taken back"),
}
KINDS: dict[str, Words] = {
    "ASSET": pgettext_lazy("ledger account", "Asset"),
    "LIABILITY": pgettext_lazy("ledger account", "Liability"),
    "INCOME": pgettext_lazy("ledger account", "Income"),
    "EXPENSE": pgettext_lazy("ledger account", "Expense"),
}


def event(name: str) -> str:
    """A business event in words; one that has none yet says its name."""
    return str(EVENTS.get(name, name.replace("_", " ")))


def title(chinese: str, english: str) -> str:
    """A name in the reader's language."""
    return english if english and (get_language() or "").startswith("en") else chinese
