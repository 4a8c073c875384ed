"""Documents for tests: the shipped ones, and small ones made of parts."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from wattdesk.kernel.rating.documents import TariffDocument, parse
from wattdesk.kernel.rating.plan import Plan, Rated, compile_schedule

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "src" / "wattdesk" / "rulebook" / "tariffs"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
MARCH = (date(2026, 3, 1), date(2026, 4, 1))


@cache
def shipped(name: str) -> TariffDocument:
    """A shipped document, parsed once."""
    return parse((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def all_schedules() -> list[tuple[str, str]]:
    """(document name, schedule code) of every shipped schedule."""
    return [(name, s.code) for name in NAMES for s in shipped(name).schedules]


@cache
def shipped_plan(name: str, code: str) -> Plan:
    """A plan of a shipped document, compiled once."""
    return compile_schedule(shipped(name), code)


class _PlainDumper(yaml.SafeDumper):
    """Writes a part twice rather than by an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text_of(
    charges: list[dict[str, Any]],
    *,
    schedule: dict[str, Any] | None = None,
    rounding: dict[str, Any] | None = None,
    effective_from: str = "2012-07-01",
    code: str = "T",
) -> str:
    """The text of a document with one schedule ``S`` of these charges."""
    bands = (schedule or {}).get("time_of_use", {}).get("bands", [])
    given: dict[str, Any] = {
        "from_date": MARCH[0],
        "to_date": MARCH[1],
        "energy": 0,
        "block_used": 0,
        **{f"energy_{band.lower()}": 0 for band in bands},
    }
    document: dict[str, Any] = {
        "wattdesk": "tariff/1",
        "code": code,
        "title": {"zh": "试", "en": "test"},
        "region": {"zh": "试", "en": "test"},
        "effective_from": date.fromisoformat(effective_from),
        "sources": {"S": {"title": "a test"}},
        "rounding": {"kwh": "floor_carry", **(rounding or {})},
        "windows": {"ALL": {"rules": [{"band": "VALLEY", "hours": ["22:00-08:00"]}],
                            "rest": "PEAK"}},
        "schedules": [
            {
                "code": "S",
                "title": {"zh": "试", "en": "test"},
                "customer_class": "RESIDENTIAL",
                "charges": charges,
                **(schedule or {}),
            }
        ],
        "examples": [
            {"id": "ZERO", "schedule": "S", "given": given, "lines": [], "total": "0.00"}
        ],
    }  # fmt: skip
    return yaml.dump(document, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False)


def document_of(charges: list[dict[str, Any]], **parts: Any) -> TariffDocument:
    """A document with one schedule ``S`` of these charges."""
    return parse(text_of(charges, **parts))


def plan_of(charges: list[dict[str, Any]], **parts: Any) -> Plan:
    """Its plan."""
    return compile_schedule(document_of(charges, **parts), "S")


NAME = {"zh": "电量电费", "en": "Energy"}


def energy(price: str, **parts: Any) -> dict[str, Any]:
    """One price for every kWh."""
    return {"form": "energy", "code": "ENERGY", "name": NAME, "price": price, **parts}


def annual_blocks(limits: list[Any], prices: list[str], **parts: Any) -> dict[str, Any]:
    """Annual blocks, each at its price."""
    return {
        "form": "blocks", "code": "ENERGY", "name": NAME, "basis": "price", "cycle": "annual",
        "year_starts": "01-01", "new_account": "months", "upper_limits": limits,
        "prices": prices, **parts,
    }  # fmt: skip


def monthly_blocks(
    limits: list[Any], prices: list[str], proration: str = "days", **parts: Any
) -> dict[str, Any]:
    """Monthly blocks, each at its price."""
    return {
        "form": "blocks", "code": "ENERGY", "name": NAME, "basis": "price", "cycle": "monthly",
        "proration": proration, "upper_limits": limits, "prices": prices, **parts,
    }  # fmt: skip


def increments(limits: list[Any], added: list[str]) -> dict[str, Any]:
    """Annual increments on top of other prices."""
    return {
        "form": "blocks", "code": "TIER", "name": NAME, "basis": "increment", "cycle": "annual",
        "year_starts": "01-01", "new_account": "months", "upper_limits": limits,
        "increments": added,
    }  # fmt: skip


def time_of_use(prices: dict[str, str]) -> dict[str, Any]:
    """A price for each band."""
    return {"form": "time_of_use", "code": "ENERGY", "name": NAME, "prices": prices}


def with_bands(*bands: str, remainder_to: str | None = None) -> dict[str, Any]:
    """The schedule's part for time-of-use."""
    return {
        "time_of_use": {
            "windows": "ALL",
            "bands": list(bands),
            "remainder_to": remainder_to or bands[-1],
            "tolerance": {"kwh_per_band": "1", "percent": "0.5"},
        }
    }


def account(
    kwh: str | int | Decimal,
    *,
    account_id: int = 1,
    period: tuple[date, date] = MARCH,
    used: str | int = 0,
    months: int = 1,
    **more: int | None,
) -> pl.DataFrame:
    """A frame of one account; kWh as text, other determinants under their own names."""
    values: dict[str, Any] = {
        "account_id": account_id,
        "from_date": period[0],
        "to_date": period[1],
        "months": months,
        "energy_total_e4": int(Decimal(kwh) * 10_000),
        "block_used_e2": int(Decimal(used) * 100),
        **more,
    }
    return pl.DataFrame({name: [value] for name, value in values.items()})


def shown(rated: Rated) -> list[tuple[str, str, str, str]]:
    """Lines as (code, kWh, price, yuan), for comparison with what is written by hand."""
    from wattdesk.kernel.values.scaled import from_fen, from_scaled
    from wattdesk.kernel.values.texts import figure

    return [
        (
            row["code"],
            figure(from_scaled(row["quantity_e4"], 4)).replace("−", "-"),
            figure(from_scaled(row["price_e8"], 8)),
            str(from_fen(row["amount_fen"])),
        )
        for row in rated.lines.iter_rows(named=True)
    ]
