"""The codes of charge lines, as they follow from a charge's own code."""

from typing import Any


def block_code(code: str, basis: str, number: int) -> str:
    """``ENERGY_T2`` for a block at its own price, ``TIER2_ADD`` for an increment."""
    return f"{code}_T{number}" if basis == "price" else f"{code}{number}_ADD"


def band_code(code: str, band: str) -> str:
    """``ENERGY_PEAK``."""
    return f"{code}_{band}"


def codes_of_charge(charge: Any) -> list[str]:
    """All line codes that a charge of the document (of the right shape) can give."""
    form = charge["form"]
    if form == "surcharge":
        return [item["code"] for item in charge["items"]]
    code = charge["code"]
    if form == "time_of_use":
        seasons = charge.get("seasons") or [{}]
        prices = charge.get("prices") or seasons[0].get("prices", {})
        return [band_code(code, band) for band in prices]
    if form == "blocks":
        part = charge.get("seasons", [charge])[0]
        count = len(part.get("upper_limits", [])) + 1
        first = 1 if charge["basis"] == "price" else 2
        return [block_code(code, charge["basis"], n) for n in range(first, count + 1)]
    if form == "energy" and "components" in charge:
        return _component_codes(charge)
    return [code]


def _component_codes(charge: Any) -> list[str]:
    bands = list(charge.get("factors", {}))
    if charge.get("bill_by", "components") == "published":
        return [band_code(charge["code"], b) for b in bands] if bands else [charge["code"]]
    codes: list[str] = []
    for component in charge["components"]:
        floats = component.get("floats", False)
        codes += [band_code(component["code"], b) for b in bands] if floats else [component["code"]]
    return codes
