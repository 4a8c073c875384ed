"""Scaled integers: what money, prices and quantities are inside the kernel.

A name says its scale: ``_fen`` (yuan x 100), ``_e2`` (x 100), ``_e4`` (x 10 000), ``_e8``
(x 100 000 000). Prices are yuan per unit ``_e8``; billed energy is kWh ``_e2``; energy as read is
kWh ``_e4``. Rounding is half up, away from zero at the half (billing rules 8: "never bankers'
rounding"), and happens only in the functions named here.
"""

from decimal import ROUND_HALF_UP, Decimal

E2 = 100
E4 = 10_000
E8 = 100_000_000
LARGEST_INT64 = 2**63 - 1

# A bill beyond these is refused, whatever the engine (OUT_OF_BOUNDS). Ten thousand million kWh in
# one bill is more than the largest works use in a year.
LARGEST_ENERGY_E4 = 10**10 * E4
LARGEST_PRICE_E8 = 1_000 * E8


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """``value`` with that many decimals, half away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def from_fen(fen: int) -> Decimal:
    """Fen to yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def to_scaled(value: Decimal | int, decimals: int) -> int:
    """``value`` x 10^decimals, exactly.

    Raises ValueError when the value has more decimals than that: nothing is rounded by accident.
    """
    if not isinstance(value, Decimal | int):
        raise TypeError(f"{type(value).__name__} is no exact number")
    scaled = Decimal(value).scaleb(decimals)
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{value} has more than {decimals} decimals")
    return whole


def from_scaled(value: int, decimals: int) -> Decimal:
    """A scaled integer back to the number it stands for."""
    return Decimal(value).scaleb(-decimals)
