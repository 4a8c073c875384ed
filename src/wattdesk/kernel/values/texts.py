"""Texts in the product's two languages, and figures as people write them in a formula."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Chinese and in English."""

    zh: str
    en: str


def figure(value: Decimal | int) -> str:
    """A number without needless zeros, with a true minus: ``-15.00`` is ``−15``."""
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")


def money(value: Decimal) -> str:
    """Yuan with two decimals: ``111.72``."""
    return format(value, ".2f").replace("-", "−")
