"""The same arithmetic on whole columns. Polars wraps integers without a word, so products that may
pass 2^63 are computed in 128 bits and cast back strictly."""

import polars as pl

from wattdesk.kernel.values.scaled import E8, LARGEST_INT64


def half_up(numerator: pl.Expr, denominator: int | pl.Expr) -> pl.Expr:
    """Whole quotient, half away from zero, as Decimal's ROUND_HALF_UP. Denominator above zero."""
    return numerator.sign() * ((numerator.abs() * 2 + denominator) // (denominator * 2))


def line_amount(quantity_e2: pl.Expr, price_e8: pl.Expr, *, wide: bool) -> pl.Expr:
    """Quantity x price in fen: the one rounding step of a charge line.

    kWh x 10^2 times yuan x 10^8 is yuan x 10^10, hence fen x 10^8. ``wide`` computes in 128 bits;
    :func:`needs_wide` says when that is needed. The result is the same.
    """
    if not wide:
        return half_up(quantity_e2 * price_e8, E8)
    product = quantity_e2.cast(pl.Int128) * price_e8.cast(pl.Int128)
    return half_up(product, E8).cast(pl.Int64, strict=True)


def needs_wide(largest_quantity_e2: int, largest_price_e8: int) -> bool:
    """True when quantity x price x 2, the largest figure of the rounding, may pass 2^63."""
    return largest_quantity_e2 * largest_price_e8 * 2 + E8 > LARGEST_INT64
