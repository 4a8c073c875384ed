"""Rules of the charges of one schedule, form by form. Values have the right shape here."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from wattdesk.kernel.rating.document_errors import REASONS, DocumentError
from wattdesk.kernel.rating.document_types import ALL_MONTHS, TOTAL
from wattdesk.kernel.rating.document_yaml import Path, Placed
from wattdesk.kernel.rating.line_codes import codes_of_charge
from wattdesk.kernel.values.scaled import E8, LARGEST_PRICE_E8

READY = ("energy", "time_of_use", "blocks", "allowance", "surcharge")
# Features inside ready forms that no engine calculates yet: (form, name, value or None for any).
NOT_READY: tuple[tuple[str, str, str | None], ...] = (
    ("energy", "price_table", None),
    ("time_of_use", "season_of", "days"),
    ("blocks", "season_of", "days"),
    ("blocks", "basis", "band_price"),
    ("blocks", "year_starts", "anniversary"),
    ("allowance", "price_by", "band_average"),
)
MOST_LINES = 99
LIMIT_DECIMALS = 2
LARGEST_LIMIT = Decimal(10_000_000)


def charge_errors(placed: Placed, schedule: Any, path: Path) -> Iterator[DocumentError]:
    """All breaches in the charges of one schedule."""
    ready = True
    for index, charge in enumerate(schedule["charges"]):
        for error in _not_ready(placed, charge, (*path, "charges", index)):
            ready = False
            yield error
    if not ready:
        return
    for index, charge in enumerate(schedule["charges"]):
        where: Path = (*path, "charges", index)
        if charge["form"] == "energy":
            yield from _energy(placed, schedule, charge, where)
        elif charge["form"] == "time_of_use":
            yield from _time_of_use(placed, schedule, charge, where)
        elif charge["form"] == "blocks":
            yield from _blocks(placed, charge, where)
        elif charge["form"] == "allowance":
            yield from _allowance(placed, schedule, index, where)
        else:
            for item, part in enumerate(charge["items"]):
                yield from _price(placed, (*where, "items", item), part, "price")
    yield from _line_codes(placed, schedule, path)
    yield from _household(placed, schedule.get("household", {}), (*path, "household"))


def decimals(
    placed: Placed, path: Path, value: Any, most: int, largest: Decimal = LARGEST_LIMIT
) -> Iterator[DocumentError]:
    """A fault when ``value`` has more decimals than ``most`` or lies outside 0 … ``largest``."""
    number = Decimal(str(value))
    if number != round(number, most):
        yield placed.error(path, "too_many_decimals", value=value, decimals=most)
    if not 0 <= number <= largest:
        yield placed.error(path, "out_of_range", value=value, range=f"0 … {largest}")


def _not_ready(placed: Placed, charge: Any, path: Path) -> Iterator[DocumentError]:
    form = charge["form"]
    if form not in READY:
        yield placed.error((*path, "form"), "form_not_ready", form=form)
        return
    for kind, name, value in NOT_READY:
        if form == kind and name in charge and value in (None, charge[name]):
            yield placed.error((*path, name), "feature_not_ready", name=name, value=charge[name])
    for part in ("components", "items"):
        for index, entry in enumerate(charge.get(part, [])):
            if "price_table" in entry:
                yield placed.error(
                    (*path, part, index, "price_table"),
                    "feature_not_ready",
                    name="price_table",
                    value=entry["price_table"],
                )
    for index, season in enumerate(charge.get("seasons", [])):
        if "band_increments" in season:
            yield placed.error(
                (*path, "seasons", index, "band_increments"),
                "feature_not_ready", name="band_increments", value="…",
            )  # fmt: skip


def _price(placed: Placed, path: Path, part: Any, name: str) -> Iterator[DocumentError]:
    if name not in part:
        yield placed.error(path, "missing", name=name)
        return
    yield from _price_value(placed, (*path, name), part[name])


def _price_value(placed: Placed, path: Path, value: Any) -> Iterator[DocumentError]:
    price = Decimal(str(value))
    if abs(price) >= LARGEST_PRICE_E8 // E8:
        yield placed.error(path, "out_of_range", value=price, range="−1000 … 1000")


def _energy(placed: Placed, schedule: Any, charge: Any, path: Path) -> Iterator[DocumentError]:
    if "components" not in charge:
        for name in ("factors", "published", "bill_by", "tolerance"):
            if name in charge:
                yield placed.error(
                    (*path, name), "not_possible", reason=REASONS["needs_components"]
                )
        yield from _price(placed, path, charge, "price")
        return
    if "price" in charge:
        yield placed.error((*path, "price"), "not_possible", reason=REASONS["price_or_components"])
    for index, component in enumerate(charge["components"]):
        yield from _price(placed, (*path, "components", index), component, "price")
    by_band = "factors" in charge
    yield from _built_prices(placed, charge, path)
    if by_band:
        yield from _bands(placed, schedule, charge["factors"], (*path, "factors"))
        yield from _factors(placed, charge["factors"], (*path, "factors"))
    elif any(component.get("floats") for component in charge["components"]):
        yield placed.error(path, "missing", name="factors")
    if charge.get("bill_by", "components") == "published" and "published" not in charge:
        yield placed.error(path, "missing", name="published")
    if "published" in charge:
        where = (*path, "published")
        if by_band:
            yield from _bands(placed, schedule, charge["published"], where)
        elif list(charge["published"]) != [TOTAL]:
            yield placed.error(
                where, "bands_differ", bands=_names(charge["published"]), wanted=TOTAL
            )


def _built_prices(placed: Placed, charge: Any, path: Path) -> Iterator[DocumentError]:
    """Price × times × the largest ratio stays within the bounds of a price."""
    ratios = [
        abs(Decimal(str(part)))
        for factor in charge.get("factors", {}).values()
        for part in ([factor["times"]] if isinstance(factor, dict) else [factor])
    ]
    # A ratio may rest on another one: two of the largest bound every product.
    largest = max([Decimal(1), *ratios]) ** 2
    for index, component in enumerate(charge["components"]):
        price = Decimal(str(component.get("price", 0))) * Decimal(str(component.get("times", 1)))
        if abs(price) * largest >= LARGEST_PRICE_E8 // E8:
            yield placed.error(
                (*path, "components", index), "out_of_range", value=price * largest,
                range="−1000 … 1000",
            )  # fmt: skip


def _factors(placed: Placed, factors: Any, path: Path) -> Iterator[DocumentError]:
    for band, factor in factors.items():
        if isinstance(factor, dict):
            base = factors.get(factor["of"])
            if base is None or isinstance(base, dict):
                yield placed.error(
                    (*path, band, "of"), "unknown_reference", kind="plain ratio", name=factor["of"]
                )
        for value in [factor["times"] if isinstance(factor, dict) else factor]:
            if Decimal(str(value)) < 0:
                yield placed.error((*path, band), "out_of_range", value=value, range="≥ 0")


def _bands(placed: Placed, schedule: Any, given: Any, path: Path) -> Iterator[DocumentError]:
    part = schedule.get("time_of_use")
    if part is None:
        yield placed.error(path, "bands_needed")
    elif set(given) != set(part["bands"]):
        yield placed.error(path, "bands_differ", bands=_names(given), wanted=_names(part["bands"]))


def _names(bands: Any) -> str:
    return ", ".join(bands)


def _time_of_use(placed: Placed, schedule: Any, charge: Any, path: Path) -> Iterator[DocumentError]:
    if ("prices" in charge) == ("seasons" in charge):
        yield placed.error(path, "not_possible", reason=REASONS["prices_or_seasons"])
        return
    seasons = charge.get("seasons")
    if seasons is None:
        yield from _bands(placed, schedule, charge["prices"], (*path, "prices"))
        yield from _band_prices(placed, charge["prices"], (*path, "prices"))
        return
    yield from _months(placed, seasons, charge, path)
    for index, season in enumerate(seasons):
        where: Path = (*path, "seasons", index, "prices")
        yield from _bands(placed, schedule, season["prices"], where)
        yield from _band_prices(placed, season["prices"], where)


def _band_prices(placed: Placed, prices: Any, path: Path) -> Iterator[DocumentError]:
    for band in prices:
        yield from _price(placed, path, prices, band)


def _months(placed: Placed, seasons: Any, charge: Any, path: Path) -> Iterator[DocumentError]:
    named = [month for season in seasons for month in season["months"]]
    wrong = [str(m) for m in ALL_MONTHS if named.count(m) != 1]
    if wrong:
        yield placed.error((*path, "seasons"), "months_once", months=", ".join(wrong))
    if "season_of" not in charge:
        yield placed.error(path, "missing", name="season_of")


def _blocks(placed: Placed, charge: Any, path: Path) -> Iterator[DocumentError]:
    annual = charge["cycle"] == "annual"
    for name in ("year_starts", "new_account") if annual else ("proration",):
        if name not in charge:
            yield placed.error(path, "missing", name=name)
    for name in ("proration",) if annual else ("year_starts", "new_account"):
        if name in charge:
            yield placed.error((*path, name), "not_possible", reason=REASONS["not_for_cycle"])
    seasons = charge.get("seasons")
    if seasons is None:
        yield from _block_parts(placed, charge, charge, path)
        return
    if annual:
        yield placed.error((*path, "seasons"), "not_possible", reason=REASONS["annual_no_seasons"])
    for name in ("upper_limits", "prices", "increments"):
        if name in charge:
            yield placed.error((*path, name), "not_possible", reason=REASONS["in_each_season"])
    yield from _months(placed, seasons, charge, path)
    if len({len(season.get("upper_limits", [])) for season in seasons}) > 1:
        yield placed.error(
            (*path, "seasons"),
            "not_possible",
            reason=REASONS["same_blocks"],
        )
    for index, season in enumerate(seasons):
        yield from _block_parts(placed, charge, season, (*path, "seasons", index))


def _block_parts(placed: Placed, charge: Any, part: Any, path: Path) -> Iterator[DocumentError]:
    if "upper_limits" not in part:
        yield placed.error(path, "missing", name="upper_limits")
        return
    limits = [Decimal(str(value)) for value in part["upper_limits"]]
    for index, limit in enumerate(limits):
        where: Path = (*path, "upper_limits", index)
        yield from decimals(placed, where, limit, LIMIT_DECIMALS)
    if any(high <= low for low, high in pairwise(limits)):
        yield placed.error((*path, "upper_limits"), "limits_not_rising")
    by_price = charge["basis"] == "price"
    name, other = ("prices", "increments") if by_price else ("increments", "prices")
    wanted = len(limits) + 1 if by_price else len(limits)
    if other in part:
        yield placed.error((*path, other), "not_possible", reason=REASONS["by_basis"])
    if name not in part:
        yield placed.error(path, "missing", name=name)
    elif len(part[name]) != wanted:
        yield placed.error(
            (*path, name), "count_differs", name=name, wanted=wanted, count=len(part[name])
        )
    else:
        for index, price in enumerate(part[name]):
            yield from _price_value(placed, (*path, name, index), price)


def _allowance(placed: Placed, schedule: Any, index: int, path: Path) -> Iterator[DocumentError]:
    charge = schedule["charges"][index]
    if ("price" in charge) == ("price_of" in charge):
        yield placed.error(path, "not_possible", reason=REASONS["price_or_price_of"])
    if "proration" not in charge:
        yield placed.error(path, "missing", name="proration")
    if "price_of" in charge:
        before = [c for part in schedule["charges"][:index] for c in codes_of_charge(part)]
        if charge["price_of"] not in before:
            yield placed.error(
                (*path, "price_of"),
                "unknown_reference",
                kind="earlier line",
                name=charge["price_of"],
            )


def _household(placed: Placed, household: Any, path: Path) -> Iterator[DocumentError]:
    extra = household.get("extra_persons")
    if extra is not None:
        yield from decimals(
            placed,
            (*path, "extra_persons", "kwh_per_month"),
            extra["kwh_per_month"],
            LIMIT_DECIMALS,
        )
    allowance = household.get("allowance", {"kwh_per_month": []})
    for index, kwh in enumerate(allowance["kwh_per_month"]):
        yield from decimals(
            placed, (*path, "allowance", "kwh_per_month", index), kwh, LIMIT_DECIMALS
        )


def _line_codes(placed: Placed, schedule: Any, path: Path) -> Iterator[DocumentError]:
    seen: set[str] = set()
    heads: set[str] = set()
    for index, charge in enumerate(schedule["charges"]):
        if charge.get("code", "") in heads:
            yield placed.error((*path, "charges", index), "code_twice", code=charge["code"])
            continue
        heads |= {charge["code"]} if "code" in charge else set()
        for code in codes_of_charge(charge):
            if code in seen:
                yield placed.error((*path, "charges", index), "code_twice", code=code)
            seen.add(code)
    if len(seen) > MOST_LINES:
        yield placed.error((*path, "charges"), "too_many_lines", limit=MOST_LINES, count=len(seen))
