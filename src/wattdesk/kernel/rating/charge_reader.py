"""From a charge of the document to its type, form by form."""

from decimal import Decimal
from typing import Any

from wattdesk.kernel.rating.document_types import (
    ALL_MONTHS,
    AllowanceCharge,
    BandSeason,
    BlocksCharge,
    BlockSeason,
    Charge,
    ChargeHead,
    Component,
    ComponentCharge,
    EnergyCharge,
    SurchargeCharge,
    SurchargeItem,
    TimeOfUseCharge,
)
from wattdesk.kernel.values.texts import Text


def read_charge(part: Any) -> Charge:
    """Read one charge of a form that can be calculated."""
    readers = {
        "energy": _energy,
        "time_of_use": _time_of_use,
        "blocks": _blocks,
        "allowance": _allowance,
        "surcharge": _surcharge,
    }
    return readers[part["form"]](part)


def _number(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _head(part: Any, group: str, above: Any = None) -> ChargeHead:
    above = above or {}
    return ChargeHead(
        code=part["code"],
        group=part.get("group", group),
        name=Text(part["name"]["zh"], part["name"]["en"]),
        clause=part.get("clause", above.get("clause", "")),
        source=part.get("source", above.get("source", "")),
        mark=part.get("mark", above.get("mark", "")),
    )


def _energy(part: Any) -> Charge:
    if "components" not in part:
        return EnergyCharge(_head(part, "ENERGY"), _number(part["price"]))
    return ComponentCharge(
        head=_head(part, "ENERGY"),
        bill_by=part.get("bill_by", "components"),
        components=tuple(
            Component(
                head=_head(component, "ENERGY", part),
                price=_number(component["price"]),
                floats=component.get("floats", False),
                times=_number(component.get("times", 1)),
            )
            for component in part["components"]
        ),
        factors=_factors(part.get("factors", {})),
        published={key: _number(price) for key, price in part.get("published", {}).items()},
        tolerance=_number(part.get("tolerance", 0)),
    )


def _factors(part: Any) -> dict[str, tuple[Decimal, ...]]:
    """Ratios by band; ``{of: PEAK, times: 1.25}`` is the peak's ratio and 1.25."""
    return {
        band: (_number(part[factor["of"]]), _number(factor["times"]))
        if isinstance(factor, dict)
        else (_number(factor),)
        for band, factor in part.items()
    }


def _time_of_use(part: Any) -> Charge:
    seasons = part.get("seasons") or [{"months": ALL_MONTHS, "prices": part["prices"]}]
    return TimeOfUseCharge(
        head=_head(part, "ENERGY"),
        seasons=tuple(
            BandSeason(
                tuple(season["months"]),
                {band: _number(price) for band, price in season["prices"].items()},
            )
            for season in seasons
        ),
    )


def _blocks(part: Any) -> Charge:
    starts = part.get("year_starts", "01-01")
    return BlocksCharge(
        head=_head(part, "ENERGY"),
        basis=part["basis"],
        cycle=part["cycle"],
        year_starts=(int(starts[:2]), int(starts[3:])),
        new_account=part.get("new_account", "full"),
        proration=part.get("proration", "none"),
        seasons=tuple(
            _block_season(season, part["basis"])
            for season in part.get("seasons", [{**part, "months": ALL_MONTHS}])
        ),
    )


def _block_season(part: Any, basis: str) -> BlockSeason:
    prices = part["prices"] if basis == "price" else [0, *part["increments"]]
    return BlockSeason(
        months=tuple(part["months"]),
        upper_limits=tuple(_number(value) for value in part["upper_limits"]),
        prices=tuple(_number(price) for price in prices),
    )


def _allowance(part: Any) -> Charge:
    return AllowanceCharge(
        head=_head(part, "ADJUSTMENT"),
        price=_number(part["price"]) if "price" in part else None,
        price_of=part.get("price_of", ""),
        proration=part["proration"],
    )


def _surcharge(part: Any) -> Charge:
    group = part.get("group", "FUND")
    return SurchargeCharge(
        items=tuple(
            SurchargeItem(_head(item, group, part), _number(item["price"]))
            for item in part["items"]
        )
    )
