"""The worked examples of the billing rules, read from their page, to the fen.

The page lies beside the project and is not copied; the shipped documents hold the same examples
for those who have only the project.
"""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.conftest import SHARED
from tests.kernel.rating.samples import (
    NAME,
    ROOT,
    account,
    annual_blocks,
    document_of,
    energy,
    increments,
    monthly_blocks,
    shown,
    time_of_use,
    with_bands,
)
from wattdesk.kernel.checking import engine
from wattdesk.kernel.rating.components import built_price
from wattdesk.kernel.rating.document_types import ComponentCharge, TariffDocument
from wattdesk.kernel.rating.plan import (
    Rated,
    compile_schedule,
    rate_over_readings,
    rate_over_versions,
)
from wattdesk.kernel.values.texts import figure

RULES = (ROOT / SHARED).resolve().parent / "domain" / "billing-rules.md"
pytestmark = pytest.mark.skipif(
    not RULES.exists(), reason=f"the billing rules are not beside the project ({RULES})"
)


@cache
def cases() -> dict[str, dict[str, Any]]:
    blocks = re.findall(r"```yaml\n(.*?)```", RULES.read_text(encoding="utf-8"), re.DOTALL)
    return {case["id"]: case for block in blocks for case in yaml.safe_load(block)}


def expected(case: dict[str, Any], rename: dict[str, str] | None = None) -> list[Any]:
    """Lines as ``shown`` gives them; a credit has a negative quantity."""
    return [
        (
            (rename or {}).get(line["code"], line["code"]),
            figure(Decimal(str(line["qty"])) * line.get("sign", 1)).replace("−", "-"),
            figure(Decimal(line["price"])),
            line["amount"],
        )
        for line in case["lines"]
    ]


def prove(
    case: dict[str, Any],
    document: TariffDocument,
    frame: pl.DataFrame,
    rename: dict[str, str] | None = None,
) -> None:
    """Both engines give the lines and the total of the case."""
    rated = compile_schedule(document, "S").rate(frame)
    assert rated.refused.rows() == []
    assert shown(rated) == expected(case, rename)
    assert str(total(rated)) == case["total"]
    assert engine.check_frame(document, "S", frame, rated).rows() == []


def total(rated: Rated) -> Decimal:
    return Decimal(rated.bills["total_fen"].item()).scaleb(-2)


def banded(bands: dict[str, Any], **more: int) -> pl.DataFrame:
    whole = sum(bands.values())
    return account(
        whole, **{f"energy_{b.lower()}_e4": kwh * 10_000 for b, kwh in bands.items()}, **more
    )


class TestBlocks:
    @pytest.mark.parametrize("name", ["R01", "R02", "R07", "R10"])
    def test_annual(self, name: str) -> None:
        case = cases()[name]
        inputs = case["inputs"]
        document = document_of([annual_blocks(inputs["limits_kwh"], inputs["prices"])])
        prove(case, document, account(inputs["kwh"], used=inputs["cum_before_kwh"]))

    def test_annual_of_a_new_account_from_the_whole_years_limits(self) -> None:
        case = cases()["R10"]
        inputs = case["inputs"]
        document = document_of([annual_blocks([2760, 4800], inputs["prices"])])
        months = {"months_in_block_year": inputs["months_in_year"]}
        prove(case, document, account(inputs["kwh"], used=inputs["cum_before_kwh"], **months))

    @pytest.mark.parametrize("name", ["R05", "R06", "R12"])
    def test_monthly(self, name: str) -> None:
        case = cases()[name]
        inputs = case["inputs"]
        month = inputs["month"]
        period = (date(2026, month, 1), date(2026, month + 1, 1))
        document = document_of([monthly_blocks(inputs["limits_kwh"], inputs["prices"])])
        prove(case, document, account(inputs["kwh"], period=period))

    @pytest.mark.parametrize("name", ["R03", "R04", "R11"])
    def test_increments_on_time_of_use(self, name: str) -> None:
        case = cases()[name]
        inputs = case["inputs"]
        document = document_of(
            [
                time_of_use({"PEAK": inputs["tier1_peak"], "VALLEY": inputs["tier1_valley"]}),
                increments(inputs["limits_kwh"], [inputs["tier2_add"], inputs["tier3_add"]]),
            ],
            schedule=with_bands("PEAK", "VALLEY"),
        )
        frame = banded(
            {"PEAK": inputs["peak_kwh"], "VALLEY": inputs["valley_kwh"]},
            used=inputs["cum_before_kwh"],
        )
        prove(case, document, frame)

    def test_free_allowance(self) -> None:
        case = cases()["R08"]
        inputs = case["inputs"]
        allowance = {
            "form": "allowance", "code": "FREE_ALLOWANCE", "name": NAME,
            "price_of": "ENERGY_T1", "proration": "none",
        }  # fmt: skip
        document = document_of([annual_blocks(inputs["limits_kwh"], inputs["prices"]), allowance])
        frame = account(
            inputs["kwh"],
            used=inputs["cum_before_kwh"],
            free_kwh_per_month_e2=inputs["free_kwh"] * 100,
        )
        prove(case, document, frame)


class TestFlat:
    def test_shared_meter(self) -> None:
        case = cases()["R09"]
        document = document_of([energy(case["inputs"]["price"])])
        prove(case, document, account(case["inputs"]["kwh"]))


class TestPriceChange:
    def test_by_a_reading(self) -> None:
        case = cases()["R13"]
        inputs = case["inputs"]
        old, new = (document_of([energy(inputs[p])]) for p in ("price_old", "price_new"))
        middle = date(2026, 3, 13)
        frames = [
            account(inputs["kwh_before_change"], period=(date(2026, 3, 1), middle)),
            account(inputs["kwh_after_change"], period=(middle, date(2026, 4, 1))),
        ]
        plans = [compile_schedule(document, "S") for document in (old, new)]
        rated = rate_over_readings(list(zip(plans, frames, strict=True)))
        names = {"ENERGY_SEG1": "ENERGY", "ENERGY_SEG2": "ENERGY"}
        assert shown(rated) == expected(case, names)
        assert str(total(rated)) == case["total"]
        parts = list(zip((old, new), frames, strict=True))
        assert engine.check_readings(parts, "S", rated).rows() == []

    def test_by_days(self) -> None:
        case = cases()["R14"]
        inputs = case["inputs"]
        old, new = (document_of([energy(inputs[p])]) for p in ("price_old", "price_new"))
        middle = date(2026, 3, 1 + inputs["days_old"])
        spans = [(date(2012, 7, 1), middle), (middle, date(2099, 1, 1))]
        frame = account(inputs["kwh"])
        plans = [
            (compile_schedule(d, "S"), *span) for d, span in zip((old, new), spans, strict=True)
        ]
        rated = rate_over_versions(plans, frame)
        names = {"ENERGY_SEG1": "ENERGY", "ENERGY_SEG2": "ENERGY"}
        assert shown(rated) == expected(case, names)
        assert str(total(rated)) == case["total"]
        versions = [(d, *span) for d, span in zip((old, new), spans, strict=True)]
        assert engine.check_versions(versions, "S", frame, rated).rows() == []


class TestCommercial:
    @pytest.mark.parametrize("name", ["C01", "C11", "C12"])
    def test_published_band_prices(self, name: str) -> None:
        inputs = cases()[name]["inputs"]
        document = document_of(
            [time_of_use(inputs["prices"])],
            schedule=with_bands(*inputs["prices"], remainder_to="FLAT"),
        )
        prove(cases()[name], document, banded(inputs["bands_kwh"]))

    def test_ratios_on_the_whole_price_rounded_to_four_decimals(self) -> None:
        case = cases()["C13"]
        inputs = case["inputs"]
        charge = {
            "form": "energy", "code": "ENERGY", "name": NAME, "components": [
                {"code": "ENERGY", "group": "ENERGY", "name": NAME, "floats": True,
                 "price": inputs["flat_excl_funds"]},
            ],
            "factors": {"SHARP": {"of": "PEAK", "times": "1.25"}, "PEAK": "1.7", "FLAT": 1,
                        "VALLEY": "0.38"},
        }  # fmt: skip
        funds = {
            "form": "surcharge",
            "items": [{"code": "FUNDS", "name": NAME, "price": inputs["fund"]}],
        }
        document = document_of(
            [charge, funds],
            rounding={"price_decimals": 4},
            schedule=with_bands(*inputs["bands_kwh"], remainder_to="FLAT"),
        )
        prove(case, document, banded(inputs["bands_kwh"]))

    def test_agency_price_one_and_a_half_times(self) -> None:
        case = cases()["C14"]
        inputs = case["inputs"]
        rest = {line["code"]: line["price"] for line in case["lines"]}
        components = [
            {"code": "PURCHASE", "price": inputs["agent_price"], "times": inputs["factor"]},
            {"code": "LOSS", "price": rest["LOSS"]},
            {"code": "TD_ENERGY", "price": inputs["td_price"]},
            {"code": "SYSTEM_OP", "price": rest["SYSTEM_OP"]},
            {"code": "FUNDS", "price": rest["FUNDS"]},
        ]
        charge = {
            "form": "energy", "code": "ENERGY", "name": NAME,
            "components": [{**c, "group": "ENERGY", "name": NAME} for c in components],
        }  # fmt: skip
        prove(case, document_of([charge]), account(inputs["kwh"]))


class TestPriceBuild:
    def built(self, components: dict[str, str], floats: list[str], factors: Any) -> ComponentCharge:
        charge = {
            "form": "energy", "code": "ENERGY", "name": NAME, "factors": factors, "components": [
                {"code": code.upper(), "group": "ENERGY", "name": NAME, "price": price,
                 "floats": code in floats}
                for code, price in components.items()
            ],
        }  # fmt: skip
        schedule = with_bands(*factors, remainder_to="FLAT")
        (found,) = document_of([charge], schedule=schedule).schedule("S").charges
        assert isinstance(found, ComponentCharge)
        return found

    @pytest.mark.parametrize("name", ["PB1", "PB2"])
    def test_adds_up_to_the_published_price(self, name: str) -> None:
        case = cases()[name]
        charge = self.built(case["components"], case["float_on"], case["factors"])
        found = {band: str(built_price(charge, band, 6)) for band in case["factors"]}
        assert found == case["expect"]

    def test_meets_the_published_price_within_its_last_decimal(self) -> None:
        case = cases()["PB3"]
        components = {"base": case["floating_base"], "fixed": case["fixed_part"]}
        charge = self.built(components, ["base"], case["factors"])
        for band, price in case["expect"].items():
            off = abs(built_price(charge, band, 6) - Decimal(price))
            assert off <= Decimal(case["tolerance"])


def test_every_case_of_these_forms_is_proved() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    wanted = [f"R{n:02d}" for n in range(1, 15)] + ["C01", "C11", "C12", "C13", "C14"]
    assert [name for name in [*wanted, "PB1", "PB2", "PB3"] if f'"{name}"' not in source] == []
    assert set(wanted) <= set(cases())
