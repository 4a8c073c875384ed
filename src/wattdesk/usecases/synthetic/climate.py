"""The days of the invented county: warmth, weekends, the Spring Festival, the growing season.

Use between two days is a sum over days; with running sums of each day's shape that is one
subtraction for any account and any period. All in thousandths, whole numbers.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

SHAPES = ("days", "weekend", "cooling", "heating", "festival", "growing")
# First day of the Chinese year; public knowledge, in need of a new line in 2031.
NEW_YEARS = (
    date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17),
    date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3),
)  # fmt: skip
COOL_ABOVE = 250  # tenths of a degree
HEAT_BELOW = 110
FULL_AT = 100  # so many tenths beyond give the shape's full thousand


def warmth(day: date, seed: int) -> int:
    """Mean temperature of a day in tenths of a degree: a yearly wave and a week's weather."""
    wave = 165 - round(115 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 20) / 365.25))

    def weather(spell: int) -> int:
        digest = hashlib.sha256(f"{seed}:weather:{spell}".encode()).digest()
        return digest[0] * 90 // 256 - 45

    spell, step = divmod(day.toordinal(), 5)
    return wave + (weather(spell) * (5 - step) + weather(spell + 1) * step) // 5


def is_festival(day: date) -> bool:
    """From five days before the Chinese year begins to ten days after."""
    return any(-5 <= (day - begun).days < 10 for begun in NEW_YEARS)


def shape(day: date, seed: int) -> dict[str, int]:
    """The thousandths of each shape on one day."""
    degrees = warmth(day, seed)
    return {
        "days": 1000,
        "weekend": 1000 if day.weekday() >= 5 else 0,
        "cooling": max(0, degrees - COOL_ABOVE) * 1000 // FULL_AT,
        "heating": max(0, HEAT_BELOW - degrees) * 1000 // FULL_AT,
        "festival": 1000 if is_festival(day) else 0,
        "growing": 1000 if 4 <= day.month <= 9 else 0,
    }


@dataclass(frozen=True)
class Climate:
    """Running sums of the shapes, day by day from ``start``; one more entry than days."""

    start: date
    sums: dict[str, pl.Series]

    @classmethod
    def of(cls, start: date, end: date, seed: int) -> "Climate":
        running = dict.fromkeys(SHAPES, 0)
        rows: dict[str, list[int]] = {name: [0] for name in SHAPES}
        for offset in range((end - start).days):
            for name, value in shape(start + timedelta(days=offset), seed).items():
                running[name] += value
                rows[name].append(running[name])
        return cls(start, {name: pl.Series(name, rows[name], dtype=pl.Int64) for name in SHAPES})

    def offset(self, day: date) -> int:
        """Days since ``start``."""
        return (day - self.start).days

    def between(self, name: str, first: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Sum of a shape over the days ``[first, end)``, given as offsets."""
        sums = pl.lit(self.sums[name])
        return sums.gather(end) - sums.gather(first)
