"""Schedules with what the shipped documents do not use, for the laws."""

from typing import Any

from tests.kernel.rating.samples import (
    NAME,
    annual_blocks,
    document_of,
    energy,
    increments,
    monthly_blocks,
    time_of_use,
    with_bands,
)
from wattdesk.kernel.rating.documents import TariffDocument

LIMITS = ["180.5", 280, "1000.25"]
PRICES = ["0.423625", "0.473625", "0.773625", "0.9"]
EXTRA = {"household": {"extra_persons": {"persons_from": 5, "kwh_per_month": 100}}}


def allowance(proration: str, **price: str) -> dict[str, Any]:
    """Free kWh at a price."""
    return {
        "form": "allowance",
        "code": "FREE",
        "name": NAME,
        "proration": proration,
        **price,
    }


def components(bill_by: str = "components", **parts: Any) -> dict[str, Any]:
    """A commercial price of three components, one of them a fund."""
    entries = [
        {"code": "PURCHASE", "group": "ENERGY", "price": "0.384470", "floats": "factors" in parts,
         "times": "1.5"},
        {"code": "GRID", "group": "GRID", "price": "0.2103"},
        {"code": "FUND", "group": "FUND", "price": "0.0452"},
    ]  # fmt: skip
    return {
        "form": "energy", "code": "ENERGY", "name": NAME, "bill_by": bill_by,
        "components": [{**entry, "name": NAME} for entry in entries], **parts,
    }  # fmt: skip


FACTORS = {"SHARP": {"of": "PEAK", "times": "1.25"}, "PEAK": "1.7", "FLAT": 1, "VALLEY": "0.38"}
FOUR = with_bands("SHARP", "PEAK", "FLAT", "VALLEY", remainder_to="FLAT")
SEASONS = [
    {"months": [11, 12, 1, 2, 3], "prices": {"PEAK": "0.5769", "VALLEY": "0.3469"}},
    {"months": [4, 5, 6, 7, 8, 9, 10], "prices": {"PEAK": "0.6", "VALLEY": "0.3769"}},
]
SUMMER = {"months": [5, 6, 7, 8, 9, 10], "upper_limits": [260, 600],
          "prices": ["0.5", "0.6", "0.7"]}  # fmt: skip
WINTER = {"months": [11, 12, 1, 2, 3, 4], "upper_limits": [200, 400],
          "prices": ["0.4", "0.55", "0.75"]}  # fmt: skip


def _documents() -> dict[str, TariffDocument]:
    seasonal = monthly_blocks([], [], season_of="last_day", seasons=[SUMMER, WINTER])
    for name in ("upper_limits", "prices"):
        del seasonal[name]
    by_season = {**time_of_use({}), "season_of": "last_day", "seasons": SEASONS}
    del by_season["prices"]
    return {
        "half up": document_of([energy("0.588")], rounding={"kwh": "half_up"}),
        "two decimals": document_of(
            [annual_blocks(LIMITS, PRICES)],
            rounding={"kwh": "decimals2", "limits": "decimals2"},
            schedule=EXTRA,
        ),
        "full year for new accounts": document_of(
            [annual_blocks(LIMITS, PRICES, new_account="full")], schedule=EXTRA
        ),
        "monthly, two decimals, by days": document_of(
            [monthly_blocks(LIMITS, PRICES), allowance("days", price="0.423625")],
            rounding={"kwh": "decimals2", "limits": "decimals2"},
            schedule=EXTRA,
        ),
        "monthly, never shared": document_of(
            [
                monthly_blocks(LIMITS, PRICES, proration="none"),
                allowance("none", price_of="ENERGY_T1"),
            ],
            schedule=EXTRA,
        ),
        "seasons with prices of their own": document_of(
            [seasonal, allowance("days", price_of="ENERGY_T2")], schedule=EXTRA
        ),
        "band seasons and increments": document_of(
            [by_season, increments([2520, 4800], ["0.05", "0.30"]),
             allowance("none", price_of="ENERGY_VALLEY")],
            schedule=with_bands("PEAK", "VALLEY"),
            rounding={"kwh": "half_up"},
        ),
        "components by band": document_of(
            [components(factors=FACTORS)], schedule=FOUR, rounding={"price_decimals": 4}
        ),
        "published by band": document_of(
            [components("published", factors=FACTORS,
                        published={"SHARP": "1.2", "PEAK": "1.0", "FLAT": "0.8", "VALLEY": "0.4"})],
            schedule=FOUR,
            rounding={"kwh": "decimals2"},
        ),
        "published in one": document_of([components("published", published={"TOTAL": "0.83"})]),
        "components without bands": document_of(
            [components(), allowance("none", price_of="PURCHASE")]
        ),
        "allowance at the price of a band of a component": document_of(
            [components(factors=FACTORS), allowance("none", price_of="PURCHASE_VALLEY")],
            schedule=FOUR,
        ),
        "allowance at one price": document_of(
            [energy("0.5"), allowance("days", price_of="ENERGY")]
        ),
        "allowance at the price of a surcharge": document_of(
            [
                energy("0.5"),
                {"form": "surcharge", "items": [
                    {"code": "FUND", "name": NAME, "price": "0.02"},
                    {"code": "ADDED", "name": NAME, "price": "0.03", "group": "SYSTEM"},
                ]},
                allowance("none", price_of="ADDED"),
            ]
        ),
        "without blocks": document_of([monthly_blocks([], ["0.5"])]),
    }  # fmt: skip


VARIANTS = _documents()
