"""How money, quantities, prices and numbers of things are written: by digits, never through float.

The same on screens, on paper and in the terminal. Money comes in fen (int), quantities as Decimal
or int; float is refused, for it has already lost what the figure was. The minus is U+2212 and
stands before the figure.
"""

from decimal import Decimal

MINUS = "\u2212"
EN_DASH = "\u2013"
NONE = "\u2014"


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals and thousands: ``-123456`` → ``−1,234.56``."""
    if fen is None:
        return NONE
    if type(fen) is not int:
        raise TypeError(f"money is an int of fen, not {fen!r}")
    whole, rest = divmod(abs(fen), 100)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{rest:02d}"


def signed_yuan(fen: int | None) -> str:
    """As :func:`yuan`, with a plus before amounts above zero."""
    text = yuan(fen)
    return f"+{text}" if fen is not None and fen > 0 else text


def quantity(value: Decimal | int | None, places: int | None = None) -> str:
    """A quantity with thousands; ``places`` decimals, or as many as it needs (at most four)."""
    if value is None:
        return NONE
    exact = _exact(value)
    if places is None:
        text = f"{abs(exact):,.4f}".rstrip("0").rstrip(".")
    else:
        text = f"{abs(exact):,.{places}f}"
    is_zero = not text.strip("0.,")
    return f"{MINUS if exact < 0 and not is_zero else ''}{text}"


def signed_quantity(value: Decimal | int | None, places: int | None = None) -> str:
    """As :func:`quantity`, with a plus before what is above zero."""
    text = quantity(value, places)
    return f"+{text}" if value is not None and value > 0 else text


def price(value: Decimal | None) -> str:
    """A unit price as published: no trailing zeros, at least two decimals, at most eight."""
    if value is None:
        return NONE
    exact = _exact(value)
    whole, decimals = f"{abs(exact):.8f}".split(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    return f"{MINUS if exact < 0 else ''}{int(whole):,}.{decimals}"


def grouped(number: str | None) -> str:
    """An account or meter number in groups of four: ``3701 0042 8816``; words stay as they are."""
    if not number:
        return NONE
    if not number.isdigit():
        return number
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def _exact(value: Decimal | int) -> Decimal:
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise TypeError(f"a figure is Decimal or int, not {value!r}")
    return Decimal(value)
