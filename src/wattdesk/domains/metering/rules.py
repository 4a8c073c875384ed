"""The rules of readings in force for a period, from the rulebook to what the kernel takes."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from wattdesk.kernel.readings.codes import FindingCode, Kind, Method
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.toolkit import rulebook


def reading_rules(on: date) -> ReadingRules:
    """The rules in force on a day (the last of the period that is measured).

    Raises RuleMissing, RulebookMalformed.
    """

    def number(name: str) -> int:
        return rulebook.rule(f"readings.{name}", on=on).integer

    def e4(name: str) -> int:
        return scaled(rulebook.rule(f"readings.{name}", on=on).decimal)

    def texts(name: str) -> tuple[str, ...]:
        return rulebook.rule(f"readings.{name}", on=on).texts

    return ReadingRules(
        boundary_tolerance_days=number("boundary.tolerance_days"),
        rollover_last_at_least_pct=number("rollover.last_at_least_pct"),
        rollover_advance_at_most_pct=number("rollover.advance_at_most_pct"),
        band_tolerance_e4=e4("band_sum.tolerance"),
        band_difference_goes_to=tuple(Kind(k) for k in texts("band_sum.difference_goes_to")),
        sudden_rise_pct=number("sudden.rise_pct"),
        sudden_fall_pct=number("sudden.fall_pct"),
        sudden_difference_e4=e4("sudden.difference_kwh"),
        history_shortest_days=number("history.shortest_days"),
        capacity_share_pct=number("capacity.share_pct"),
        phase_voltage_v=number("absurd.phase_voltage_v"),
        absurd_day_e4=e4("absurd.kwh_per_day"),
        estimate_methods=tuple(Method(m) for m in texts("estimate.methods")),
        estimate_trend_points=number("estimate.trend_points"),
        estimates_in_a_row=number("estimate.in_a_row"),
        gap_share_pct=number("estimate.gap_share_pct"),
        severity={
            code: rulebook.rule(f"readings.severity.{code}", on=on).text for code in FindingCode
        },
    )


@lru_cache(maxsize=1024)
def scaled(value: Decimal) -> int:
    """``12.5`` → 125000. Raises ValueError when four decimals do not hold it."""
    shifted = value.scaleb(4)
    if shifted != shifted.to_integral_value():
        raise ValueError(f"{value} has more than four decimals")
    return int(shifted)


def unscaled(value_e4: int) -> Decimal:
    """125000 → 12.5000."""
    return Decimal(value_e4).scaleb(-4)
