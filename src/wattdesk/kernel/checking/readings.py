"""What the check engine takes of an account, and billed energy by plain Decimal."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from wattdesk.kernel.rating.document_types import Schedule
from wattdesk.kernel.values.scaled import LARGEST_ENERGY_E4

ZERO = Decimal(0)
ONE = Decimal(1)
CENT = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")
LARGEST_KWH = Decimal(LARGEST_ENERGY_E4) * TEN_THOUSANDTH


class Refused(ValueError):
    """The account cannot be billed: ``code`` says why, ``detail`` by which value."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}")


def needed(given: Mapping[str, Any], name: str) -> Any:
    """A value that must be there."""
    value = given.get(name)
    if value is None:
        raise Refused("MISSING", name)
    return value


def optional(given: Mapping[str, Any], name: str, default: int) -> Any:
    """A value with a default; a column that is there and empty is no default."""
    if name not in given:
        return default
    return needed(given, name)


def energy_kwh(given: Mapping[str, Any], name: str) -> Decimal:
    """An energy as read, in kWh."""
    value = needed(given, name)
    if value < 0:
        raise Refused("NEGATIVE_ENERGY", name)
    if value > LARGEST_ENERGY_E4:
        raise Refused("OUT_OF_BOUNDS", name)
    return Decimal(value) * TEN_THOUSANDTH


def count(given: Mapping[str, Any], name: str, *, default: int | None = None) -> int:
    """A number of months between 1 and 12."""
    value = needed(given, name) if default is None else optional(given, name, default)
    if not 1 <= value <= 12:
        raise Refused("OUT_OF_BOUNDS", name)
    return int(value)


def kwh_e2(given: Mapping[str, Any], name: str, *, default: int | None = None) -> Decimal:
    """A quantity in kWh x 100, not below zero."""
    value = needed(given, name) if default is None else optional(given, name, default)
    if value < 0 or value > (10**7 if default is not None else LARGEST_ENERGY_E4 // 100):
        raise Refused("OUT_OF_BOUNDS", name)
    return Decimal(value) * CENT


def period(given: Mapping[str, Any]) -> tuple[date, date]:
    """First day and the day after the last."""
    first, after = needed(given, "from_date"), needed(given, "to_date")
    if after <= first:
        raise Refused("DATES_REVERSED", "to_date")
    return first, after


def last_month(given: Mapping[str, Any]) -> int:
    """Month of the last day of the period, or of the whole it is a part of."""
    whole = given.get("whole_period")
    after = whole[1] if whole else period(given)[1]
    return int((after - timedelta(days=1)).month)


def rounded(read: Decimal, mode: str) -> Decimal:
    """kWh as read to kWh as billed."""
    if mode == "floor_carry":
        return read.to_integral_value(ROUND_FLOOR)
    if mode == "half_up":
        return read.to_integral_value(ROUND_HALF_UP)
    return read.quantize(CENT, ROUND_HALF_UP)


def billed_energy(
    schedule: Schedule, given: Mapping[str, Any]
) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    """Billed total, fraction carried on, and billed energy by band (kWh)."""
    mode = schedule.rounding.kwh
    read = energy_kwh(given, "energy_total_e4")
    carry = ZERO
    if mode == "floor_carry":
        fraction = optional(given, "carry_e4", 0)
        if not 0 <= fraction <= 9_999:
            raise Refused("OUT_OF_BOUNDS", "carry_e4")
        sum_read = read + Decimal(fraction) * TEN_THOUSANDTH
        total = rounded(sum_read, mode)
        carry = sum_read - total
    else:
        total = rounded(read, mode)
    if schedule.time_of_use is None:
        return total, carry, {}
    return total, carry, _bands(schedule, given, read, total)


def _bands(
    schedule: Schedule, given: Mapping[str, Any], read: Decimal, total: Decimal
) -> dict[str, Decimal]:
    part = schedule.time_of_use
    assert part is not None  # the caller asked
    reads = {band: energy_kwh(given, f"energy_{band.lower()}_e4") for band in part.bands}
    gap = abs(sum(reads.values(), ZERO) - read)
    if gap > part.tolerance.kwh_per_band * len(reads) and gap > read * part.tolerance.percent / 100:
        raise Refused("BANDS_DIFFER", f"{gap} kWh")
    billed = {band: rounded(value, schedule.rounding.kwh) for band, value in reads.items()}
    others = sum((kwh for band, kwh in billed.items() if band != part.remainder_to), ZERO)
    billed[part.remainder_to] = total - others
    if billed[part.remainder_to] < 0:
        raise Refused("BANDS_DIFFER", f"{billed[part.remainder_to]} kWh left for the remainder")
    return billed
