"""Billed energy: from kWh as read to kWh as billed, in total and by band.

Rule (billing rules 8): residents are billed whole kWh, the fraction is carried to the next period
(``floor_carry``), or rounded (``half_up``), or billed with two decimals (``decimals2``), as the
document says [mem]. The bands must add up to the total register; the difference goes to the band
that the document names (平 by custom).

Formula: ``floor_carry``: billed = floor(read + carried); carried on = the rest.
Bands are rounded each for itself; remainder = billed total − sum of bands.

Example: read 352.40, carried 0.70: 353.10 → 353 kWh billed, 0.10 carried on.
"""

from decimal import Decimal

import polars as pl

from wattdesk.kernel.rating.builder import PlanBuilder
from wattdesk.kernel.rating.explanation import BAND_NAMES, QUANTITY, Figures, Step, kwh
from wattdesk.kernel.values.columns import half_up
from wattdesk.kernel.values.scaled import to_scaled
from wattdesk.kernel.values.texts import Text, figure

ENERGY = "energy_e2"
CARRY_OUT = "carry_out_e4"
REMAINDER = "band_remainder_e2"
BAND_GAP = "band_gap_e4"


def band_energy(band: str) -> str:
    """The column of a band's billed energy."""
    return f"energy_{band.lower()}_e2"


def band_read(band: str) -> str:
    """The determinant of a band's energy as read."""
    return f"energy_{band.lower()}_e4"


def _rounded(read_e4: pl.Expr, mode: str) -> pl.Expr:
    if mode == "floor_carry":
        return read_e4 // 10_000 * 100
    if mode == "half_up":
        return half_up(read_e4, 10_000) * 100
    return half_up(read_e4, 100)


def add_quantities(builder: PlanBuilder) -> None:
    """Declare the energies and add billed total, carry, and the bands where there are any."""
    mode = builder.schedule.rounding.kwh
    read = builder.determinant("energy_total_e4")
    if mode == "floor_carry":
        read = read + builder.determinant("carry_e4")
        builder.column(CARRY_OUT, read % 10_000)
    else:
        builder.column(CARRY_OUT, read * 0)
    total = builder.column(ENERGY, _rounded(read, mode))
    part = builder.schedule.time_of_use
    if part is None:
        return
    reads = {band: builder.determinant(band_read(band)) for band in part.bands}
    rounded = {band: _rounded(expression, mode) for band, expression in reads.items()}
    # Bands that miss the total by more than the tolerance refuse the account (see ``plan``).
    builder.column(
        BAND_GAP, pl.sum_horizontal(reads.values(), ignore_nulls=False) - builder.determinant(
            "energy_total_e4"
        )
    )  # fmt: skip
    rest = builder.column(
        REMAINDER, total - pl.sum_horizontal(rounded.values(), ignore_nulls=False)
    )
    for band, expression in rounded.items():
        builder.column(
            band_energy(band), expression + rest if band == part.remainder_to else expression
        )


def band_fault(builder: PlanBuilder) -> pl.Expr | None:
    """True where the bands do not fit the total: see the schedule's tolerance."""
    part = builder.schedule.time_of_use
    if part is None:
        return None
    per_band_e4 = to_scaled(part.tolerance.kwh_per_band, 4) * len(part.bands)
    percent_e2 = to_scaled(round(part.tolerance.percent, 2), 2)
    gap = pl.col(BAND_GAP).abs()
    allowed = (gap <= per_band_e4) | (gap * 10_000 <= pl.col("energy_total_e4") * percent_e2)
    return ~allowed | (pl.col(band_energy(part.remainder_to)) < 0)


def total_steps(figures: Figures) -> list[Step]:
    """How the billed total came about, where rounding or a carried fraction had a part in it."""
    billed = figures.kwh(ENERGY)
    read = figures.kwh("energy_total_e4")
    carried = figures.kwh("carry_e4") if figures.has("carry_e4") else Decimal(0)
    if read == billed and carried == 0:
        return []
    if not carried and not figures.whole(CARRY_OUT):
        return [Step(QUANTITY, f"{figure(read)} → {kwh(billed)}")]
    left = figures.kwh(CARRY_OUT)
    return [
        Step(
            Text(
                "计费电量（零头结转下期）",
                "Billed energy; the fraction is carried to the next bill",
            ),
            f"{figure(read)} + {figure(carried)} = {figure(billed)} + {figure(left)}",
        )
    ]


def band_steps(figures: Figures, band: str, remainder_to: str) -> list[Step]:
    """How a band's billed kWh came about."""
    name = BAND_NAMES[band]
    label = Text(f"{name.zh}电量", f"Energy in {name.en} hours")
    billed = figures.kwh(band_energy(band))
    rest = figures.kwh(REMAINDER)
    if band == remainder_to and rest:
        sign = "+" if rest > 0 else "−"
        return [
            Step(
                Text(
                    f"{name.zh}电量（含总表差额）",
                    f"Energy in {name.en} hours, with the difference to the total",
                ),
                f"{figure(billed - rest)} {sign} {figure(abs(rest))} = {kwh(billed)}",
            )
        ]  # fmt: skip
    read = figures.kwh(band_read(band))
    if read == billed:
        return [Step(label, kwh(billed))]
    return [Step(label, f"{figure(read)} → {kwh(billed)}")]
