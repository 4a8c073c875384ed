"""Charge form ``energy`` with one price: every kWh costs the same.

Rule: 合表 residents, agriculture and customers without time-of-use pay one catalogue price.
Source: 目录销售电价 (billing rules 1 and 4; S13).
Formula: amount = half_up(kWh × price).
Example R09: 3,215 kWh × 0.558 = 1,793.97 yuan.
"""

from wattdesk.kernel.rating.builder import PlanBuilder, price_e8
from wattdesk.kernel.rating.document_types import EnergyCharge
from wattdesk.kernel.rating.explanation import QUANTITY, Figures, Step, amount_step, kwh
from wattdesk.kernel.rating.quantities import ENERGY, total_steps


def compile_charge(charge: EnergyCharge, builder: PlanBuilder) -> None:
    """One line: all billed energy at the price."""
    price = builder.price("", [price_e8(charge.price)] * 12)
    builder.line(charge.head, quantity=ENERGY, price_e8=price, steps=plain_steps)


def plain_steps(figures: Figures) -> list[Step]:
    """All billed energy × price."""
    first = total_steps(figures) or [Step(QUANTITY, kwh(figures.quantity))]
    return [*first, amount_step(figures)]
