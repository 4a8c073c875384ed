"""Drawing by number: the same seed and the same index give the same draw, in any order of work.

A counter-based generator (the finalizer of SplitMix64) as Polars expressions: nothing has a state,
so blocks can be made in any order, or again after a break, with the same rows.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import polars as pl

GOLDEN = 0x9E3779B97F4A7C15
MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
LAST_SHIFT = 31
HALF = 2**32
STEPS = 4096  # of the table that turns an even draw into a lognormal one


def _word(value: int) -> pl.Expr:
    return pl.lit(value % 2**64, dtype=pl.UInt64)


@dataclass(frozen=True, slots=True)
class Draws:
    """All draws of one seed. ``index`` is the name of an integer column, or an expression."""

    seed: int

    def key(self, stream: str) -> int:
        """The number that keeps one stream of draws apart from all others."""
        return int.from_bytes(hashlib.sha256(f"{self.seed}:{stream}".encode()).digest()[:8])

    def bits(self, stream: str, index: str | pl.Expr) -> pl.Expr:
        """64 even bits for each row. Integers wrap here on purpose."""
        column = pl.col(index) if isinstance(index, str) else index
        mixed = column.cast(pl.UInt64) * _word(GOLDEN) + _word(self.key(stream))
        for shift, factor in MIX:
            mixed = (mixed ^ (mixed // _word(2**shift))) * _word(factor)
        return mixed ^ (mixed // _word(2**LAST_SHIFT))

    def below(self, stream: str, index: str | pl.Expr, bound: int | pl.Expr) -> pl.Expr:
        """An even whole number of 0 … bound - 1; ``bound`` below 2³²."""
        upper = self.bits(stream, index) // _word(HALF)
        limit = _word(bound) if isinstance(bound, int) else bound.cast(pl.UInt64)
        return (upper * limit // _word(HALF)).cast(pl.Int64)

    def between(self, stream: str, index: str | pl.Expr, least: int, most: int) -> pl.Expr:
        """An even whole number of least … most, both included."""
        return self.below(stream, index, most - least + 1) + least

    def chance(self, stream: str, index: str | pl.Expr, per_million: int | pl.Expr) -> pl.Expr:
        """True for so many of a million."""
        return self.below(stream, index, 1_000_000) < per_million

    def pick(self, stream: str, index: str | pl.Expr, words: Sequence[str]) -> pl.Expr:
        """One of the words, each as likely as it is often in the sequence."""
        return chosen(words, self.below(stream, index, len(words)))

    def spread(self, stream: str, index: str | pl.Expr, median: int, sigma_pct: int) -> pl.Expr:
        """A lognormal whole number with this median; ``sigma_pct`` is σ of the logarithm × 100."""
        table = lognormal(median, sigma_pct)
        return pl.lit(table).gather(self.below(stream, index, STEPS))


def chosen(words: Sequence[str], place: pl.Expr) -> pl.Expr:
    """The word at a place, vectorised."""
    return pl.lit(pl.Series(words, dtype=pl.String)).gather(place)


def lognormal(median: int, sigma_pct: int) -> pl.Series:
    """Quantiles of a lognormal distribution as whole numbers, cut at three σ."""
    normal = NormalDist(0, sigma_pct / 100)
    values = []
    for step in range(STEPS):
        z = normal.inv_cdf((step + 0.5) / STEPS)
        z = max(-3 * sigma_pct / 100, min(3 * sigma_pct / 100, z))
        values.append(round(median * 2.718281828459045**z))
    return pl.Series(values, dtype=pl.Int64)
