"""Charge form ``time_of_use``: a price for each band.

Rule: 分时电价. The kWh of each band come from the meter's registers (or from curves by the windows
of the document) and are billed at that band's price; prices may change with the season.
Source: billing rules 4 and 5 (S8, S13, S14).
Formula: amount = half_up(band kWh × band price).
Example R03: peak 210 × 0.568 = 119.28, valley 140 × 0.288 = 40.32 yuan.
"""

from functools import partial

from wattdesk.kernel.rating.builder import PlanBuilder, price_e8
from wattdesk.kernel.rating.document_types import TimeOfUseCharge
from wattdesk.kernel.rating.explanation import BAND_NAMES, Figures, Step, amount_step
from wattdesk.kernel.rating.line_codes import band_code
from wattdesk.kernel.rating.quantities import band_energy, band_steps
from wattdesk.kernel.values.texts import Text


def compile_charge(charge: TimeOfUseCharge, builder: PlanBuilder) -> None:
    """A line for each band of the schedule."""
    part = builder.schedule.time_of_use
    if part is None:
        raise ValueError(f"{builder.schedule.code}: band prices without bands were let in")
    for band in charge.seasons[0].prices:
        by_month = {m: s.prices[band] for s in charge.seasons for m in s.months}
        code = band_code(charge.head.code, band)
        builder.line(
            charge.head,
            code=code,
            name=band_name(charge.head.name, band),
            band=band,
            quantity=band_energy(band),
            price_e8=builder.price(
                f"{code.lower()}_price_e8", [price_e8(by_month[m]) for m in range(1, 13)]
            ),
            steps=partial(_steps, band=band, remainder_to=part.remainder_to),
        )


def band_name(name: Text, band: str) -> Text:
    """``电度电费（高峰）``."""
    added = BAND_NAMES[band]
    return Text(f"{name.zh}（{added.zh}）", f"{name.en}, {added.en}")


def _steps(figures: Figures, band: str, remainder_to: str) -> list[Step]:
    return [*band_steps(figures, band, remainder_to), amount_step(figures)]
