"""From values of the right shape to the types of a tariff document. Finds no faults of its own."""

from datetime import date
from decimal import Decimal
from typing import Any

from wattdesk.kernel.rating import charge_reader, windows
from wattdesk.kernel.rating.document_types import (
    BandTolerance,
    Example,
    ExampleLine,
    Household,
    Rounding,
    Schedule,
    Source,
    TariffDocument,
    TimeOfUse,
)
from wattdesk.kernel.rating.document_yaml import Placed, path_text
from wattdesk.kernel.values.scaled import to_scaled
from wattdesk.kernel.values.texts import Text

# Names in an example → determinant and its decimals.
GIVEN = {
    "energy": ("energy_total_e4", 4),
    **{
        f"energy_{band}": (f"energy_{band}_e4", 4)
        for band in ("sharp", "peak", "flat", "valley", "deep")
    },
    "carry": ("carry_e4", 4),
    "block_used": ("block_used_e2", 2),
    "extra_kwh_per_month": ("extra_kwh_per_month_e2", 2),
    "free_kwh_per_month": ("free_kwh_per_month_e2", 2),
    "months": ("months", 0),
    "months_in_block_year": ("months_in_block_year", 0),
}


def read_document(placed: Placed, digest: str) -> TariffDocument:
    """Read a document that has passed shape and rules."""
    data = placed.data
    rounding = _rounding(data["rounding"], Rounding("floor_carry", "whole", 6))
    return TariffDocument(
        code=data["code"],
        title=text(data["title"]),
        region=Text(data["region"]["zh"], data["region"]["en"]),
        effective_from=data["effective_from"],
        effective_to=data.get("effective_to"),
        invented=data.get("invented", False),
        sources={
            key: Source(key, part["title"], part.get("where", ""), part.get("mark", ""))
            for key, part in data["sources"].items()
        },
        windows={
            code: windows.read_set(code, part) for code, part in data.get("windows", {}).items()
        },
        schedules=tuple(_schedule(part, rounding) for part in data["schedules"]),
        examples=tuple(
            _example(part, placed.values[("examples", index)][0])
            for index, part in enumerate(data["examples"])
        ),
        unchecked=tuple(
            path_text(path[:-1]) for path in placed.values if path and path[-1] == "mark"
        ),
        digest=digest,
    )


def text(part: Any) -> Text:
    """``{zh, en}``."""
    return Text(part["zh"], part["en"])


def number(value: Any) -> Decimal:
    """A number as written, quoted or not."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounding(part: Any, base: Rounding) -> Rounding:
    return Rounding(
        kwh=part.get("kwh", base.kwh),
        limits=part.get("limits", base.limits),
        price_decimals=part.get("price_decimals", base.price_decimals),
    )


def _schedule(part: Any, rounding: Rounding) -> Schedule:
    return Schedule(
        code=part["code"],
        title=text(part["title"]),
        customer_class=part["customer_class"],
        parts=part.get("parts", ""),
        voltage=part.get("voltage", ""),
        zone=part.get("zone", ""),
        rounding=_rounding(part.get("rounding", {}), rounding),
        price_change=part.get("price_change", "by_days"),
        time_of_use=_time_of_use(part.get("time_of_use")),
        household=_household(part.get("household")),
        charges=tuple(charge_reader.read_charge(charge) for charge in part["charges"]),
    )


def _time_of_use(part: Any) -> TimeOfUse | None:
    if part is None:
        return None
    tolerance = part["tolerance"]
    return TimeOfUse(
        windows=part["windows"],
        bands=tuple(part["bands"]),
        remainder_to=part["remainder_to"],
        tolerance=BandTolerance(number(tolerance["kwh_per_band"]), number(tolerance["percent"])),
    )


def _household(part: Any) -> Household | None:
    if part is None:
        return None
    extra = part.get("extra_persons", {"persons_from": 0, "kwh_per_month": 0})
    allowance = part.get("allowance", {"kwh_per_month": []})
    return Household(
        extra_persons_from=extra["persons_from"],
        extra_kwh_per_month=number(extra["kwh_per_month"]),
        free_kwh_per_month=tuple(number(value) for value in allowance["kwh_per_month"]),
    )


def _example(part: Any, line: int) -> Example:
    title = part.get("title", {"zh": part["id"], "en": part["id"]})
    return Example(
        id=part["id"],
        title=text(title),
        schedule=part["schedule"],
        source=part.get("source", ""),
        given=read_given(part["given"]),
        lines=tuple(
            ExampleLine(
                code=row["code"],
                quantity=number(row["quantity"]),
                price=number(row["price"]),
                amount=number(row["amount"]),
            )
            for row in part["lines"]
        ),
        total=number(part["total"]),
        line=line,
    )


def read_given(given: Any) -> dict[str, int | date]:
    """An example's ``given`` as determinants. ``months`` defaults to one."""
    determinants: dict[str, int | date] = {
        "from_date": given["from_date"],
        "to_date": given["to_date"],
        "months": 1,
    }
    for name, (determinant, decimals) in GIVEN.items():
        if name in given:
            determinants[determinant] = to_scaled(number(given[name]), decimals)
    return determinants
