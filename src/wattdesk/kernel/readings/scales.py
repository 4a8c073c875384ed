"""Exact arithmetic on scaled whole numbers."""

import polars as pl

E4 = 10_000
LARGEST = 2**63 - 1


def half_up(numerator: pl.Expr, denominator: int | pl.Expr) -> pl.Expr:
    """Divide whole numbers, rounding half away from zero. ``denominator`` is positive."""
    return numerator.sign() * ((numerator.abs() * 2 + denominator) // (denominator * 2))


def scaled_product(left: pl.Expr, right: pl.Expr, scale: int = E4) -> pl.Expr:
    """``left × right ÷ scale``, half-up, on Int64 columns by way of 128 bits.

    Null where the result does not fit 64 bits: the caller must look, nothing wraps.
    """
    wide = left.cast(pl.Int128) * right.cast(pl.Int128)
    rounded = wide.sign() * ((wide.abs() * 2 + scale) // (2 * scale))
    return rounded.cast(pl.Int64, strict=False)


def whole_sum(name: str) -> pl.Expr:
    """Sum of a column in a group; null as soon as one part is unknown."""
    column = pl.col(name).cast(pl.Int64)
    return pl.when(column.null_count() > 0).then(None).otherwise(column.sum()).alias(name)


def share_out(total: pl.Expr, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """``total × part ÷ whole``, half-up, by way of 128 bits; a share of nothing is nothing.

    Null where the result does not fit 64 bits or ``part`` is unknown.
    """
    wide = total.cast(pl.Int128) * part.cast(pl.Int128)
    divided = half_up(wide, pl.max_horizontal(whole, pl.lit(1)).cast(pl.Int128))
    return (
        pl.when(part.is_not_null() & (whole == 0))
        .then(pl.lit(0, dtype=pl.Int64))
        .otherwise(divided.cast(pl.Int64, strict=False))
    )
