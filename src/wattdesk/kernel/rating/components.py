"""Charge form ``energy`` with components: agency purchase and the rest of a commercial price.

Rule: 工商业用户 pay agency purchase, network losses, transmission and distribution, system
operation and funds; time-of-use floats only the components that the province names. Each component
is computed once per band to the document's decimals (6 by rule). A published all-in price by band
may be billed instead: published tables differ from the sum of their components by 0.0002 yuan or
carry typing errors, so the published price is billed, the components are kept, and a difference is
told (billing rules, "five facts", 5).
Source: billing rules 6 (S4 art. 12, S5, S9).
Formula: component price = half_up(price × times × product of the band's factors, decimals);
amount = half_up(kWh × price) per component and band, or per band at the published price.
Example PB1 (湖北 35 kV, peak 1.49): 0.572860 + 0.020328 + 0.1065 + 0.082273 + 0.0452 = 0.827161.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from math import prod

import polars as pl

from wattdesk.kernel.rating.builder import PlanBuilder, price_e8
from wattdesk.kernel.rating.document_types import (
    TOTAL,
    Component,
    ComponentCharge,
    Schedule,
    TariffDocument,
)
from wattdesk.kernel.rating.energy import plain_steps
from wattdesk.kernel.rating.explanation import Figures, Step, amount_step
from wattdesk.kernel.rating.line_codes import band_code
from wattdesk.kernel.rating.quantities import ENERGY, band_energy, band_steps, total_steps
from wattdesk.kernel.rating.time_of_use import band_name
from wattdesk.kernel.values.columns import line_amount
from wattdesk.kernel.values.scaled import round_half_up
from wattdesk.kernel.values.texts import Text, figure

PRICE = Text("电价", "Price")
PUBLISHED = Text(
    "公布的含各项电价；各项之和仅供对照", "Published all-in price; its components for comparison"
)
FUND = "FUND"


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """A published price that its components do not add up to."""

    schedule: str
    band: str  # TOTAL when not by band
    published: Decimal
    built: Decimal

    @property
    def difference(self) -> Decimal:
        return self.published - self.built


def component_price(component: Component, factors: tuple[Decimal, ...], decimals: int) -> Decimal:
    """Price of one component in a band, rounded once; without factors the component stays."""
    price = component.price * component.times
    for factor in factors if component.floats else ():
        price *= factor
    return round_half_up(price, decimals)


def built_price(charge: ComponentCharge, band: str, decimals: int) -> Decimal:
    """Sum of the component prices in a band (``TOTAL``: without bands)."""
    factors = charge.factors.get(band, ())
    return sum((component_price(c, factors, decimals) for c in charge.components), Decimal(0))


def price_differences(document: TariffDocument) -> Iterator[PriceDifference]:
    """Published prices that differ from the sum of their components by more than the tolerance."""
    for schedule in document.schedules:
        for charge in schedule.charges:
            if not isinstance(charge, ComponentCharge):
                continue
            for band, published in charge.published.items():
                built = built_price(charge, band, schedule.rounding.price_decimals)
                if abs(published - built) > charge.tolerance:
                    yield PriceDifference(schedule.code, band, published, built)


def compile_charge(charge: ComponentCharge, builder: PlanBuilder) -> None:
    """Lines by published price, or by component and band."""
    if charge.bill_by == "published":
        _compile_published(charge, builder)
        return
    decimals = builder.schedule.rounding.price_decimals
    for component in charge.components:
        if not (component.floats and charge.factors):
            price = component_price(component, (), decimals)
            builder.line(
                component.head,
                quantity=ENERGY,
                price_e8=builder.price("", [price_e8(price)] * 12),
                steps=partial(_component_steps, component=component, band="", factors=()),
            )
            continue
        for band, factors in charge.factors.items():
            price = component_price(component, factors, decimals)
            builder.line(
                component.head,
                code=band_code(component.head.code, band),
                name=band_name(component.head.name, band),
                band=band,
                quantity=band_energy(band),
                price_e8=builder.price("", [price_e8(price)] * 12),
                steps=partial(
                    _component_steps,
                    component=component,
                    band=band,
                    factors=factors,
                    remainder_to=_remainder_to(builder.schedule),
                ),
            )


def _compile_published(charge: ComponentCharge, builder: PlanBuilder) -> None:
    decimals = builder.schedule.rounding.price_decimals
    for band, published in charge.published.items():
        by_band = band != TOTAL
        builder.line(
            charge.head,
            code=band_code(charge.head.code, band) if by_band else charge.head.code,
            name=band_name(charge.head.name, band) if by_band else charge.head.name,
            band=band if by_band else "",
            quantity=band_energy(band) if by_band else ENERGY,
            price_e8=builder.price("", [price_e8(published)] * 12),
            steps=partial(
                _published_steps,
                charge=charge,
                band=band,
                decimals=decimals,
                remainder_to=_remainder_to(builder.schedule),
            ),
        )
    # Funds inside an all-in price belong to others: their share of the bill is kept as a figure.
    of_funds = [c for c in charge.components if c.head.group == FUND]
    funds = sum((component_price(c, (), decimals) for c in of_funds), Decimal(0))
    if funds:
        name = f"{charge.head.code.lower()}_contained_funds_fen"
        builder.column(name, line_amount(pl.col(ENERGY), pl.lit(price_e8(funds)), wide=True))
        builder.contained_funds.append(name)


def _remainder_to(schedule: Schedule) -> str:
    return schedule.time_of_use.remainder_to if schedule.time_of_use else ""


def _component_steps(
    figures: Figures,
    component: Component,
    band: str,
    factors: tuple[Decimal, ...],
    remainder_to: str = "",
) -> list[Step]:
    first = band_steps(figures, band, remainder_to) if band else total_steps(figures)
    parts = [component.price, *([component.times] if component.times != 1 else []), *factors]
    if len(parts) == 1:
        return [*(first or plain_steps(figures)[:1]), amount_step(figures)]
    formula = " × ".join(figure(part) for part in parts)
    sign = "=" if prod(parts) == figures.price else "→"
    return [
        *(first or plain_steps(figures)[:1]),
        Step(PRICE, f"{formula} {sign} {figure(figures.price)}"),
        amount_step(figures),
    ]


def _published_steps(
    figures: Figures, charge: ComponentCharge, band: str, decimals: int, remainder_to: str
) -> list[Step]:
    factors = charge.factors.get(band, ())
    terms = " + ".join(
        figure(component_price(component, factors, decimals)) for component in charge.components
    )
    built = built_price(charge, band, decimals)
    first = band_steps(figures, band, remainder_to) if band != TOTAL else plain_steps(figures)[:1]
    off = figures.price - built
    tail = f"; {figure(figures.price)} − {figure(built)} = {figure(off)}" if off else ""
    return [*first, Step(PUBLISHED, f"{terms} = {figure(built)}{tail}"), amount_step(figures)]
