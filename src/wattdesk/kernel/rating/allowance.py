"""Charge form ``allowance``: free kWh of households in need, as a credit.

Rule: 低保户 and 农村五保户 have 10 or 15 kWh a month free. The kWh stay in the block total and are
credited at the first block's price.
Source: 发改价格〔2011〕2617号 (billing rules 4) [mem]; the price of the credit is configuration.
Formula: free = min(free per month × months, billed kWh); credit = −half_up(free × price).
Example R08: 15 kWh × 0.4883 = 7.32 yuan off.
"""

from functools import partial

import polars as pl

from wattdesk.kernel.rating import sharing
from wattdesk.kernel.rating.builder import PlanBuilder, price_e8
from wattdesk.kernel.rating.document_types import AllowanceCharge
from wattdesk.kernel.rating.explanation import Figures, Step, amount_step
from wattdesk.kernel.rating.quantities import ENERGY
from wattdesk.kernel.values.texts import Text, figure

FREE = Text("免费电量", "Free energy")


def compile_charge(charge: AllowanceCharge, builder: PlanBuilder) -> None:
    """One line with a negative quantity."""
    prefix = charge.head.code.lower()
    per_month = builder.determinant("free_kwh_per_month_e2")
    whole = builder.column(f"{prefix}_whole_e2", per_month * builder.determinant("months"))
    free = sharing.shared(builder, f"{prefix}_share_e2", whole, charge.proration)
    builder.column(f"{prefix}_credit_e2", -pl.min_horizontal(free, pl.col(ENERGY)))
    if charge.price is not None:
        price = builder.price("", [price_e8(charge.price)] * 12)
    else:
        price = next(line.price_e8 for line in builder.lines if line.code == charge.price_of)
    builder.line(
        charge.head,
        quantity=f"{prefix}_credit_e2",
        price_e8=price,
        steps=partial(_steps, prefix=prefix, proration=charge.proration),
    )


def _steps(figures: Figures, prefix: str, proration: str) -> list[Step]:
    whole, free = figures.kwh(f"{prefix}_whole_e2"), figures.kwh(f"{prefix}_share_e2")
    billed = figures.kwh(ENERGY)
    steps = [
        Step(
            FREE,
            f"{figure(figures.kwh('free_kwh_per_month_e2'))} × {figures.whole('months')}"
            f" = {figure(whole)} kWh",
        )
    ]
    if free != whole:
        steps.append(Step(FREE, sharing.share_formula(figures, whole, free, proration)))
    if free > billed:
        steps.append(
            Step(
                Text("不超过本期电量", "Not more than the energy of the period"),
                f"min({figure(free)}, {figure(billed)}) = {figure(billed)} kWh",
            )
        )
    return [*steps, amount_step(figures)]
