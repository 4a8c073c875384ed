"""Parts of a period, for the check engine: by days over price versions, or by special readings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from wattdesk.kernel.checking.readings import CENT, ONE, ZERO, Refused, billed_energy, period
from wattdesk.kernel.rating.document_types import Schedule


def account_parts(
    versions: Sequence[tuple[Schedule, date, date]], given: Mapping[str, Any]
) -> tuple[list[tuple[int, dict[str, Any]]], Decimal]:
    """The determinants of each version's part, by its index, and the fraction carried on."""
    banded = [s for s, _from, _to in versions if s.time_of_use]
    if len({tuple(sorted(s.time_of_use.bands)) for s in banded if s.time_of_use}) > 1:
        raise Refused("BANDS_CHANGED", "bands")
    total, carry, bands = billed_energy(banded[-1] if banded else versions[-1][0], given)
    first, after = period(given)
    days = (after - first).days
    all_decimals = all(s.rounding.kwh == "decimals2" for s, _from, _to in versions)
    step = CENT if all_decimals else ONE
    shares: list[tuple[int, dict[str, Any]]] = []
    so_far, used = 0, ZERO
    for index, (schedule, from_date, to_date) in enumerate(versions):
        begin, end = max(first, from_date), min(after, to_date)
        if end <= begin:
            continue
        if so_far and schedule.price_change == "by_reading":
            raise Refused("READING_NEEDED", "period")
        until = so_far + (end - begin).days
        own = {b: _between(kwh, so_far, until, days, step) for b, kwh in bands.items()}
        energy = sum(own.values(), ZERO) if own else _between(total, so_far, until, days, step)
        share = dict(given)
        share.update(from_date=begin, to_date=end, whole_period=(first, after), carry_e4=0)
        share["energy_total_e4"] = int(energy * 10_000)
        share.update({f"energy_{band.lower()}_e4": int(kwh * 10_000) for band, kwh in own.items()})
        if share.get("block_used_e2") is not None:
            share["block_used_e2"] += int(used * 100)
        shares.append((index, share))
        so_far, used = until, used + energy
    if so_far != days:
        raise Refused("NO_PRICE_IN_FORCE", "period")
    return shares, carry


def _between(total: Decimal, start: int, end: int, days: int, step: Decimal) -> Decimal:
    """What falls between two days when ``total`` spreads evenly and running totals are rounded."""

    def up_to(day: int) -> Decimal:
        if day == days:
            return total
        exact = (total * day / days).quantize(step, ROUND_HALF_UP)
        return min(exact, total.quantize(step, ROUND_FLOOR))

    return up_to(end) - up_to(start)


def reading_parts(parts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each part with the whole period it belongs to; opening use as in the first part."""
    if len(parts) == 1:
        yield 0, dict(parts[0])
        return
    periods = [period(given) for given in parts]
    whole = (min(first for first, _after in periods), max(after for _first, after in periods))
    months = max(given.get("months") or 1 for given in parts)
    opening = next((g["block_used_e2"] for g in parts if "block_used_e2" in g), None)
    for index, given in enumerate(parts):
        own = dict(given)
        own["whole_period"] = whole
        own["months"] = months
        if opening is not None:
            own["block_used_e2"] = opening
        yield index, own
