"""Charge form ``blocks``: the more is used, the dearer the next kWh (阶梯电价).

Rule: blocks run over a year (kWh since its first day) or over each month, some with seasons. Each
block has its own price, or adds an increment to other prices (加价法: time-of-use on blocks). A
household of many persons gets its extra kWh on every limit. An account opened in the year has
limits × remaining months / 12. Monthly limits of a period that is not a whole month are shared by
days where the document says so; a period of two months has two months' limits.
Source: 发改价格〔2011〕2617号; billing rules 4 and 8.1 (S13–S16).
Formula: energy in block i = min(end, limit i) − min(start, limit i) − what lies in the blocks
below, with start = kWh used before in the year (0 for monthly blocks), end = start + billed kWh.
Example R02: used 2,650, billed 300, limit 2,760: block 1 gets 110, block 2
2650 + 300 − 2760 = 190 kWh × 0.588 = 111.72 yuan.
"""

from decimal import Decimal
from functools import partial

import polars as pl

from wattdesk.kernel.rating import sharing
from wattdesk.kernel.rating.builder import PlanBuilder, price_e8
from wattdesk.kernel.rating.document_types import ALL_MONTHS, BlocksCharge
from wattdesk.kernel.rating.explanation import Figures, Step, amount_step
from wattdesk.kernel.rating.line_codes import block_code
from wattdesk.kernel.rating.quantities import ENERGY, total_steps
from wattdesk.kernel.values.columns import half_up
from wattdesk.kernel.values.scaled import to_scaled
from wattdesk.kernel.values.texts import Text, figure

NUMERALS = "零一二三四五六七八九"


def compile_charge(charge: BlocksCharge, builder: PlanBuilder) -> None:
    """A line for each block (for increments: from the second on)."""
    prefix = charge.head.code.lower()
    count = len(charge.seasons[0].upper_limits)
    limits = [_limit(charge, builder, prefix, index) for index in range(count)]
    energy = pl.col(ENERGY)
    start = builder.determinant("block_used_e2") if charge.cycle == "annual" else pl.lit(0)
    end = builder.column(f"{prefix}_end_e2", start + energy)
    below: list[pl.Expr] = []
    for index, limit in enumerate(limits):
        inside = pl.min_horizontal(end, limit)
        if charge.cycle == "annual":
            inside = inside - pl.min_horizontal(start, limit)
        below.append(builder.column(f"{prefix}_up_to_limit{index + 1}_e2", inside))
    below.append(energy)
    for index, inside in enumerate(below):
        builder.column(
            f"{prefix}_block{index + 1}_e2", inside - below[index - 1] if index else inside
        )
    if charge.cycle == "annual" or not builder.block_limits:
        builder.block_limits = tuple(_limit_name(prefix, index) for index in range(count))
    for number in range(1 if charge.basis == "price" else 2, count + 2):
        _line(charge, builder, prefix, number)


def _line(charge: BlocksCharge, builder: PlanBuilder, prefix: str, number: int) -> None:
    by_month = {m: s.prices[number - 1] for s in charge.seasons for m in s.months}
    code = block_code(charge.head.code, charge.basis, number)
    builder.line(
        charge.head,
        code=code,
        name=_name(charge, number),
        quantity=f"{prefix}_block{number}_e2",
        price_e8=builder.price(
            f"{code.lower()}_price_e8", [price_e8(by_month[m]) for m in ALL_MONTHS]
        ),
        steps=partial(_steps, charge=charge, prefix=prefix, number=number),
    )


def _name(charge: BlocksCharge, number: int) -> Text:
    place = NUMERALS[number] if number < len(NUMERALS) else str(number)
    if charge.basis == "price":
        return Text(f"第{place}档{charge.head.name.zh}", f"{charge.head.name.en}, block {number}")
    return Text(f"第{place}档加价", f"Increment of block {number}")


def _limit_name(prefix: str, index: int) -> str:
    return f"{prefix}_limit{index + 1}_e2"


def _limit(charge: BlocksCharge, builder: PlanBuilder, prefix: str, index: int) -> pl.Expr:
    """The upper limit of a block for each account."""
    by_month = {m: to_scaled(s.upper_limits[index], 2) for s in charge.seasons for m in s.months}
    household = builder.schedule.household
    has_extra = household is not None and household.extra_kwh_per_month > 0
    name = _limit_name(prefix, index)
    rounding = builder.schedule.rounding.limits
    if charge.cycle == "annual":
        whole = pl.lit(by_month[1], dtype=pl.Int64)
        if has_extra:
            whole = whole + builder.determinant("extra_kwh_per_month_e2") * 12
        if charge.new_account == "months":
            step = 100 if rounding == "whole" else 1
            months = builder.determinant("months_in_block_year")
            whole = half_up(whole * months, 12 * step) * step
        return builder.column(name, whole)
    whole = _months_sum([by_month[m] for m in ALL_MONTHS], builder)
    if has_extra:
        whole = whole + builder.determinant("extra_kwh_per_month_e2") * builder.determinant(
            "months"
        )
    whole = builder.column(f"{prefix}_whole_limit{index + 1}_e2", whole)
    return sharing.shared(builder, name, whole, charge.proration)


def _months_sum(by_month: list[int], builder: PlanBuilder) -> pl.Expr:
    """The limits of the period's months added up: the last day's month and those before it."""
    months = builder.determinant("months").cast(pl.Int64)
    if len(set(by_month)) == 1:
        return months * by_month[0]
    # Running totals over two years, the second January being entry 12.
    totals = [sum((by_month * 2)[:n]) for n in range(25)]
    last = builder.season_month() + 12
    table = pl.lit(pl.Series(totals, dtype=pl.Int64))
    return table.gather(last) - table.gather(last - months)


def _steps(figures: Figures, charge: BlocksCharge, prefix: str, number: int) -> list[Step]:
    """The figures by which a block got its kWh; then kWh × price."""
    steps = total_steps(figures)
    limits = [
        figures.kwh(_limit_name(prefix, index))
        for index in range(len(charge.seasons[0].upper_limits))
    ]
    for index in (number - 2, number - 1):
        if 0 <= index < len(limits):
            steps += _limit_steps(figures, charge, prefix, index)
    used = figures.kwh("block_used_e2") if charge.cycle == "annual" else Decimal(0)
    low = limits[number - 2] if number > 1 else Decimal(0)
    high = limits[number - 1] if number <= len(limits) else None
    formula = _between(used, figures.kwh(ENERGY), low, high)
    label = Text(
        f"第{NUMERALS[number] if number < 10 else number}档电量", f"Energy in block {number}"
    )
    return [*steps, Step(label, f"{formula} {figure(figures.quantity)} kWh"), amount_step(figures)]


def _between(used: Decimal, energy: Decimal, low: Decimal, high: Decimal | None) -> str:
    """``2650 + 300 − 2760 =``: upper end minus lower end of what lies in the block."""
    end = f"{figure(used)} + {figure(energy)}" if used else figure(energy)
    if used >= low and (high is None or used + energy <= high):
        # All of the period lies in this block.
        return (
            f"{end} ≤ {figure(high)} →" if high is not None else f"{figure(used)} ≥ {figure(low)} →"
        )
    lower = max(used, low)
    if high is None or used + energy <= high:
        return f"{end} − {figure(lower)} ="
    return f"{figure(high)} − {figure(lower)} =" if lower else f"{end} > {figure(high)} →"


def _limit_steps(figures: Figures, charge: BlocksCharge, prefix: str, index: int) -> list[Step]:
    """How a limit came about, where it is not simply the document's."""
    number = index + 1
    place = NUMERALS[number] if number < 10 else str(number)
    label = Text(f"第{place}档上限", f"Upper limit of block {number}")
    limit = figures.kwh(_limit_name(prefix, index))
    extra = (
        figures.kwh("extra_kwh_per_month_e2")
        if figures.has("extra_kwh_per_month_e2")
        else Decimal(0)
    )
    if charge.cycle == "annual":
        base = charge.seasons[0].upper_limits[index]
        return _annual_limit_step(figures, charge, label, base, limit, extra)
    whole = figures.kwh(f"{prefix}_whole_limit{number}_e2")
    steps = []
    months = figures.whole("months")
    if extra:
        plain = figure(whole - extra * months)
        formula = f"{plain} + {figure(extra)} × {months} = {figure(whole)} kWh"
        steps.append(Step(label, formula))
    if limit != whole:
        steps.append(Step(label, sharing.share_formula(figures, whole, limit, charge.proration)))
    return steps


def _annual_limit_step(
    figures: Figures,
    charge: BlocksCharge,
    label: Text,
    base: Decimal,
    limit: Decimal,
    extra: Decimal,
) -> list[Step]:
    if limit == base:
        return []
    whole = f"({figure(base)} + {figure(extra)} × 12)" if extra else figure(base)
    months = figures.whole("months_in_block_year") if charge.new_account == "months" else 12
    share = f" × {months} ÷ 12" if months != 12 else ""
    sign = "=" if (base + extra * 12) * months == limit * 12 else "→"
    return [Step(label, f"{whole}{share} {sign} {figure(limit)} kWh")]
