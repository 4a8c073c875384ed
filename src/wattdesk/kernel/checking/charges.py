"""Charge lines by plain Decimal, form by form, by another route than the columnar plan.

Blocks are filled one after the other until no kWh is left; months are walked one by one; prices are
multiplied as written. Each function is made once per schedule and called for each account.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wattdesk.kernel.checking.readings import (
    CENT,
    ONE,
    ZERO,
    count,
    kwh_e2,
    last_month,
    needed,
    period,
)
from wattdesk.kernel.rating.document_types import (
    TOTAL,
    AllowanceCharge,
    BlocksCharge,
    Charge,
    ComponentCharge,
    EnergyCharge,
    Schedule,
    SurchargeCharge,
    TimeOfUseCharge,
)

# code, kWh, price, fen, whether it is a fund
Line = tuple[str, Decimal, Decimal, int, bool]
# given, billed kWh, kWh by band, the lines so far
Charging = Callable[[Mapping[str, Any], Decimal, dict[str, Decimal], list[Line]], None]


def fen(kwh: Decimal, price: Decimal) -> int:
    """kWh x price in fen, half up."""
    return int((kwh * price * 100).to_integral_value(ROUND_HALF_UP))


def charging_of(charge: Charge, schedule: Schedule) -> list[Charging]:
    """The functions that add a charge's lines."""
    if isinstance(charge, EnergyCharge):
        return [_single(charge.head.code, charge.price, charge.head.group == "FUND")]
    if isinstance(charge, SurchargeCharge):
        return [_single(i.head.code, i.price, i.head.group == "FUND") for i in charge.items]
    if isinstance(charge, TimeOfUseCharge):
        return [_by_band(charge)]
    if isinstance(charge, ComponentCharge):
        return _components(charge, schedule)
    if isinstance(charge, BlocksCharge):
        return [
            _annual(charge, schedule) if charge.cycle == "annual" else _monthly(charge, schedule)
        ]
    if isinstance(charge, AllowanceCharge):
        return [_allowance(charge, schedule)]
    raise TypeError(type(charge).__name__)


def _single(code: str, price: Decimal, fund: bool) -> Charging:
    def charge(
        _given: Mapping[str, Any], energy: Decimal, _bands: dict[str, Decimal], out: list[Line]
    ) -> None:
        if energy:
            out.append((code, energy, price, fen(energy, price), fund))

    return charge


def _band(code: str, band: str, price: Decimal, fund: bool) -> Charging:
    def charge(
        _given: Mapping[str, Any], _energy: Decimal, bands: dict[str, Decimal], out: list[Line]
    ) -> None:
        kwh = bands[band]
        if kwh:
            out.append((code, kwh, price, fen(kwh, price), fund))

    return charge


def _by_band(charge: TimeOfUseCharge) -> Charging:
    of_month = {month: s.prices for s in charge.seasons for month in s.months}
    seasonal = len(charge.seasons) > 1
    code, fund = charge.head.code, charge.head.group == "FUND"

    def add(
        given: Mapping[str, Any], _energy: Decimal, bands: dict[str, Decimal], out: list[Line]
    ) -> None:
        prices = of_month[last_month(given) if seasonal else 1]
        for band, price in prices.items():
            if bands[band]:
                out.append((f"{code}_{band}", bands[band], price, fen(bands[band], price), fund))

    return add


def _component_prices(
    charge: ComponentCharge, schedule: Schedule
) -> Iterator[tuple[str, Decimal, str, bool]]:
    """Code, price, band (empty: all kWh) and whether it is a fund, of each line."""
    if charge.bill_by == "published":
        for band, price in charge.published.items():
            code = charge.head.code if band == TOTAL else f"{charge.head.code}_{band}"
            yield code, price, "" if band == TOTAL else band, charge.head.group == "FUND"
        return
    decimals = Decimal(1).scaleb(-schedule.rounding.price_decimals)
    for component in charge.components:
        code, fund = component.head.code, component.head.group == "FUND"
        base = component.price * component.times
        if not component.floats or not charge.factors:
            yield code, base.quantize(decimals, ROUND_HALF_UP), "", fund
            continue
        for band, factors in charge.factors.items():
            price = base
            for factor in factors:
                price = price * factor
            yield f"{code}_{band}", price.quantize(decimals, ROUND_HALF_UP), band, fund


def _components(charge: ComponentCharge, schedule: Schedule) -> list[Charging]:
    return [
        _band(code, band, price, fund) if band else _single(code, price, fund)
        for code, price, band, fund in _component_prices(charge, schedule)
    ]


def contained_funds(schedule: Schedule) -> Decimal:
    """Funds inside all-in prices, yuan per kWh."""
    decimals = Decimal(1).scaleb(-schedule.rounding.price_decimals)
    return sum(
        (
            (component.price * component.times).quantize(decimals, ROUND_HALF_UP)
            for charge in schedule.charges
            if isinstance(charge, ComponentCharge) and charge.bill_by == "published"
            for component in charge.components
            if component.head.group == "FUND"
        ),
        ZERO,
    )


def _step(schedule: Schedule) -> Decimal:
    return ONE if schedule.rounding.limits == "whole" else CENT


def _codes(charge: BlocksCharge, blocks: int) -> list[str]:
    code = charge.head.code
    if charge.basis == "price":
        return [f"{code}_T{n + 1}" for n in range(blocks)]
    return ["", *[f"{code}{n + 1}_ADD" for n in range(1, blocks)]]


def _fill(
    start: Decimal,
    energy: Decimal,
    limits: list[Decimal],
    prices: tuple[Decimal, ...],
    codes: list[str],
    out: list[Line],
) -> None:
    """Fill block after block from where the year's use stands, until no kWh is left."""
    here, left = start, energy
    for index, code in enumerate(codes):
        if not left:
            return
        taken = left
        if index < len(limits):
            room = limits[index] - here
            if room <= 0:
                continue
            taken = min(left, room)
        if code:
            out.append((code, taken, prices[index], fen(taken, prices[index]), False))
        here += taken
        left -= taken


def _annual(charge: BlocksCharge, schedule: Schedule) -> Charging:
    season = charge.seasons[0]
    plain = list(season.upper_limits)
    prices = season.prices
    codes = _codes(charge, len(prices))
    step = _step(schedule)
    by_months = charge.new_account == "months"
    has_extra = schedule.household is not None and schedule.household.extra_kwh_per_month > 0
    whole_year = [limit.quantize(step, ROUND_HALF_UP) for limit in plain] if by_months else plain

    def add(
        given: Mapping[str, Any], energy: Decimal, _bands: dict[str, Decimal], out: list[Line]
    ) -> None:
        used = kwh_e2(given, "block_used_e2")
        months = count(given, "months_in_block_year", default=12) if by_months else 12
        extra = kwh_e2(given, "extra_kwh_per_month_e2", default=0) if has_extra else ZERO
        limits = whole_year
        if months != 12 or extra:
            limits = [limit + extra * 12 for limit in plain]
            if by_months:
                limits = [(v * months / 12).quantize(step, ROUND_HALF_UP) for v in limits]
        _fill(used, energy, limits, prices, codes, out)

    return add


def _monthly(charge: BlocksCharge, schedule: Schedule) -> Charging:
    of_month = {month: season for season in charge.seasons for month in season.months}
    codes = _codes(charge, len(charge.seasons[0].prices))
    has_extra = schedule.household is not None and schedule.household.extra_kwh_per_month > 0
    step = _step(schedule)

    def add(
        given: Mapping[str, Any], energy: Decimal, _bands: dict[str, Decimal], out: list[Line]
    ) -> None:
        months = count(given, "months")
        extra = kwh_e2(given, "extra_kwh_per_month_e2", default=0) if has_extra else ZERO
        last = last_month(given)
        limits = [extra * months] * len(of_month[last].upper_limits)
        month = last
        for _ in range(months):
            monthly = of_month[month].upper_limits
            limits = [so_far + own for so_far, own in zip(limits, monthly, strict=True)]
            month = month - 1 or 12
        limits = [_shared(limit, given, months, charge.proration, step) for limit in limits]
        _fill(ZERO, energy, limits, of_month[last].prices, codes, out)

    return add


def months_after(first: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = first.year, first.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for day in range(first.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, first.day)


def _shared(
    whole: Decimal, given: Mapping[str, Any], months: int, proration: str, step: Decimal
) -> Decimal:
    """The share of a period, or of a part of it, in what whole months are entitled to."""
    first, after = period(given)
    start, end = given.get("whole_period") or (first, after)
    days = ((months_after(start, months) if proration == "days" else end) - start).days
    up_to_end = (whole * (after - start).days / days).quantize(step, ROUND_HALF_UP)
    up_to_start = (whole * (first - start).days / days).quantize(step, ROUND_HALF_UP)
    return up_to_end - up_to_start


def _allowance(charge: AllowanceCharge, schedule: Schedule) -> Charging:
    code, price_of = charge.head.code, charge.price_of
    step = _step(schedule)
    first_price = charge.price if charge.price is not None else _price_of(schedule, price_of)

    def add(
        given: Mapping[str, Any], energy: Decimal, _bands: dict[str, Decimal], out: list[Line]
    ) -> None:
        per_month = kwh_e2(given, "free_kwh_per_month_e2", default=0)
        months = count(given, "months")
        needed(given, "from_date")
        free = min(_shared(per_month * months, given, months, charge.proration, step), energy)
        if not free:
            return
        price = first_price
        if isinstance(price, dict):
            price = price[last_month(given)]
        out.append((code, -free, price, fen(-free, price), False))

    return add


def _price_of(schedule: Schedule, wanted: str) -> Decimal | dict[int, Decimal]:
    """The price of a line by its code, by month where it has seasons."""
    for charge in schedule.charges:
        for code, price in _prices(charge, schedule):
            if code == wanted:
                return price
    raise KeyError(wanted)


def _prices(
    charge: Charge, schedule: Schedule
) -> Iterator[tuple[str, Decimal | dict[int, Decimal]]]:
    """The price of each line that a charge can give."""
    if isinstance(charge, EnergyCharge):
        yield charge.head.code, charge.price
    elif isinstance(charge, SurchargeCharge):
        yield from ((item.head.code, item.price) for item in charge.items)
    elif isinstance(charge, ComponentCharge):
        yield from (
            (code, price) for code, price, _band, _fund in _component_prices(charge, schedule)
        )
    elif isinstance(charge, BlocksCharge):
        for index, code in enumerate(_codes(charge, len(charge.seasons[0].prices))):
            yield code, {month: s.prices[index] for s in charge.seasons for month in s.months}
    elif isinstance(charge, TimeOfUseCharge):
        for band in charge.seasons[0].prices:
            by_month = {month: s.prices[band] for s in charge.seasons for month in s.months}
            yield f"{charge.head.code}_{band}", by_month
