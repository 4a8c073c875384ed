"""What a plan takes: the right columns, and for each account values that can be billed.

A missing value is never counted as zero, an impossible one never clipped: the account is refused,
with the reason, and the others are rated.
"""

from collections.abc import Sequence

import polars as pl

from wattdesk.kernel.rating.builder import Determinant
from wattdesk.kernel.rating.rated import REFUSED_SCHEMA, empty_refused
from wattdesk.kernel.rating.sharing import CALENDAR

MISSING = "MISSING"
NEGATIVE_ENERGY = "NEGATIVE_ENERGY"
OUT_OF_BOUNDS = "OUT_OF_BOUNDS"
DATES_REVERSED = "DATES_REVERSED"


class MissingColumns(ValueError):
    """The frame lacks columns that the plan needs."""


class WrongColumn(ValueError):
    """A column has a type that cannot be billed (float above all), or accounts repeat."""


def checked_inputs(
    frame: pl.DataFrame, determinants: Sequence[Determinant]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts that can be rated, with exactly the declared columns, and those refused."""
    _check_accounts(frame)
    absent = [d.name for d in determinants if d.required and d.name not in frame.columns]
    if absent:
        raise MissingColumns(f"the frame lacks {', '.join(absent)}")
    chosen = frame.select(
        pl.col("account_id").cast(pl.Int64),
        *[_typed(frame, d) for d in determinants],
        *[pl.col(name).cast(pl.Int64) for name in CALENDAR if name in frame.columns],
    )
    faults = [fault for d in determinants for fault in _faults(chosen, d)]
    if {"from_date", "to_date"} <= set(chosen.columns):
        wrong = pl.col("to_date") <= pl.col("from_date")
        if chosen.select(wrong.any()).item():
            faults.append((wrong, DATES_REVERSED, pl.lit("to_date")))
    if not faults:
        return chosen, empty_refused()
    refused = pl.concat(
        [
            chosen.filter(where).select(
                "account_id", pl.lit(code).alias("code"), detail.alias("detail")
            )
            for where, code, detail in faults
        ]
    ).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]
    refused = refused.unique("account_id", keep="first", maintain_order=True)
    return chosen.join(refused, on="account_id", how="anti", maintain_order="left"), refused


def _check_accounts(frame: pl.DataFrame) -> None:
    if "account_id" not in frame.columns:
        raise MissingColumns("the frame lacks account_id")
    ids = frame["account_id"]
    if not ids.dtype.is_integer() or ids.null_count():
        raise WrongColumn("account_id must be a whole number in every row")
    rising = (ids.diff() > 0).sum() == max(ids.len() - 1, 0)
    if not rising and ids.n_unique() != ids.len():
        raise WrongColumn("an account stands in the frame twice")


def _typed(frame: pl.DataFrame, determinant: Determinant) -> pl.Expr:
    name = determinant.name
    if name not in frame.columns:
        return pl.lit(determinant.default, dtype=pl.Int64).alias(name)
    dtype = frame.schema[name]
    if determinant.dtype == pl.Date():
        if dtype not in (pl.Date(), pl.Null()):
            raise WrongColumn(f"{name} is {dtype}, a day is needed")
        return pl.col(name).cast(pl.Date)
    if not (dtype.is_integer() or dtype == pl.Null()):
        raise WrongColumn(f"{name} is {dtype}, a whole number is needed")
    # Sums of smaller integers wrap without a word.
    return pl.col(name).cast(pl.Int64)


def _faults(frame: pl.DataFrame, determinant: Determinant) -> list[tuple[pl.Expr, str, pl.Expr]]:
    """Conditions under which an account is refused; only those that hold for some account."""
    name = determinant.name
    column = frame[name]
    found: list[tuple[pl.Expr, str, pl.Expr]] = []
    if column.null_count():
        found.append((pl.col(name).is_null(), MISSING, pl.lit(name)))
    if determinant.dtype == pl.Date() or column.len() == column.null_count():
        return found
    low, high = column.min(), column.max()
    detail = pl.format("{} = {}", pl.lit(name), pl.col(name))
    if low is not None and low < determinant.lowest:  # type: ignore[operator]
        code = NEGATIVE_ENERGY if name.startswith("energy_") else OUT_OF_BOUNDS
        found.append((pl.col(name) < determinant.lowest, code, detail))
    if high is not None and high > determinant.highest:  # type: ignore[operator]
        found.append((pl.col(name) > determinant.highest, OUT_OF_BOUNDS, detail))
    return found
