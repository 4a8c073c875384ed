"""Columns that recur: fen, unit prices, energies, register readings, half-open periods."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q


class FenField(models.BigIntegerField):  # type: ignore[type-arg]
    """Money in fen, signed. 100 fen = 1 yuan."""


class UnitPriceField(models.DecimalField):  # type: ignore[type-arg]
    """Price in yuan per unit, eight decimals as published."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(max_digits=14, decimal_places=8)
        super().__init__(**kwargs)


class QuantityField(models.DecimalField):  # type: ignore[type-arg]
    """kWh, kvarh, kW, kVA: four decimals, as registers are read at the finest."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(max_digits=18, decimal_places=4)
        super().__init__(**kwargs)


class PeriodField(DateRangeField):
    """A half-open span of civil days ``[from, to)``; the upper end may be open."""


def no_overlap(name: str, *keys: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows with equal ``keys`` (integer columns) may have overlapping ``period``.

    Core PostgreSQL has no GiST class for plain integers without an extension; a one-point range
    does the same.
    """
    points: list[tuple[Any, str]] = [
        (
            Func(
                F(key), F(key), function="int8range", template="%(function)s(%(expressions)s, '[]')"
            ),
            RangeOperators.OVERLAPS,
        )
        for key in keys
    ]
    return ExclusionConstraint(
        name=name, expressions=[*points, ("period", RangeOperators.OVERLAPS)], condition=condition
    )
