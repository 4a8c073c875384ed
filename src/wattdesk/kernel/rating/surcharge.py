"""Charge form ``surcharge``: additions per kWh on all billed energy, a line each.

Rule: 政府性基金及附加 and other additions are printed on lines of their own; they are no part of
the power-factor base, and time-of-use never floats them.
Source: billing rules 5 and 6 (S4, S7, S9).
Formula: amount = half_up(kWh × price), each fund for itself.
Example C13: 26,000 kWh × 0.027 = 702.00 yuan.
"""

from wattdesk.kernel.rating.builder import PlanBuilder, price_e8
from wattdesk.kernel.rating.document_types import SurchargeCharge
from wattdesk.kernel.rating.energy import plain_steps
from wattdesk.kernel.rating.quantities import ENERGY


def compile_charge(charge: SurchargeCharge, builder: PlanBuilder) -> None:
    """A line for each item."""
    for item in charge.items:
        price = builder.price("", [price_e8(item.price)] * 12)
        builder.line(item.head, quantity=ENERGY, price_e8=price, steps=plain_steps)
