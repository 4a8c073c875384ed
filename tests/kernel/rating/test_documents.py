"""Faulty documents are refused with line, column, path and a sentence."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.kernel.rating.samples import (
    FOLDER,
    NAME,
    annual_blocks,
    document_of,
    energy,
    monthly_blocks,
    shipped,
    text_of,
    time_of_use,
    with_bands,
)
from wattdesk.kernel.rating.charge_schemas import FORMS
from wattdesk.kernel.rating.document_charge_rules import READY
from wattdesk.kernel.rating.documents import DocumentErrors, digest_of, parse

ZHEJIANG = (FOLDER / "zhejiang-residential.yaml").read_text(encoding="utf-8")


def faults(text: str) -> list[str]:
    """``line:column: path: sentence`` of each fault."""
    with pytest.raises(DocumentErrors) as refused:
        parse(text)
    return [str(error) for error in refused.value.errors]


def codes(charges: list[dict[str, Any]], **parts: Any) -> list[tuple[str, str]]:
    """(path, code) of each fault of a document with these charges."""
    with pytest.raises(DocumentErrors) as refused:
        document_of(charges, **parts)
    return [(error.path, error.code) for error in refused.value.errors]


def changed(old: str, new: str) -> str:
    """The Zhejiang document with one piece of text changed."""
    assert ZHEJIANG.count(old) >= 1, old
    return ZHEJIANG.replace(old, new, 1)


class TestReading:
    def test_takes_numbers_from_their_text(self) -> None:
        blocks: Any = shipped("zhejiang-residential").schedule("ZJ-RES").charges[0]
        assert [str(p) for p in blocks.seasons[0].prices] == ["0.538", "0.588", "0.838"]
        assert all(isinstance(p, Decimal) for p in blocks.seasons[0].prices)

    def test_knows_what_is_not_checked_with_its_source(self) -> None:
        assert shipped("zhejiang-residential").unchecked == (
            "",
            "sources.PRACTICE",
            "rounding",
            "schedules[0].household.extra_persons",
            "schedules[1].time_of_use.tolerance",
            "schedules[1].household.extra_persons",
        )

    def test_has_the_digest_of_its_text(self) -> None:
        assert parse(ZHEJIANG).digest == digest_of(ZHEJIANG)
        assert digest_of(ZHEJIANG) != digest_of(ZHEJIANG + "\n")

    def test_knows_its_dates_and_schedules(self) -> None:
        document = shipped("hubei-commercial-2026-01")
        assert (document.effective_from, document.effective_to) == (
            date(2026, 1, 1),
            date(2026, 2, 1),
        )
        with pytest.raises(KeyError, match="HB-COM has no schedule NOPE"):
            document.schedule("NOPE")


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("", "1:1: There is no document in the text."),
            ("# nothing\n", "1:1: There is no document in the text."),
            ("a: 1\n---\nb: 2\n", "2:1: The text holds more than one document."),
            ("a: [1, 2\n", "2:1: This cannot be read as YAML: expected ',' or ']', but got "
                           "'<stream end>'."),
            ("a: 1\na: 2\n", "2:1: a: “a” stands here twice."),
            ("a: &x 1\nb: *x\n", "1:4: a: Anchors, aliases and tags are not used in tariff "
                                 "documents: write the value out."),
            ("a: !!python/object:os.system x\n", "1:4: a: Anchors, aliases and tags are not used "
                                                 "in tariff documents: write the value out."),
            ("? [1]\n: 2\n", "1:3: None: A name must be plain text."),
            ("a: 2026-02-30\n", "1:4: a: “2026-02-30” is not a day of the calendar."),
            ("a: 1e3\n", "1:4: a: “1e3” is not a plain decimal number such as 0.538."),
            ("a: 0123\n", "1:4: a: “0123” is not a plain decimal number such as 0.538."),
            ("a: .inf\n", "1:4: a: “.inf” is not a plain decimal number such as 0.538."),
            ("a: " + "[" * 40 + "]" * 40, "1:19: a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: "
                                          "Parts are nested more than 16 deep."),
            ("a: \x00\n", "1:1: This cannot be read as YAML: unacceptable character #x0000: "
                          "special characters are not allowed."),
        ],
    )  # fmt: skip
    def test_refuses(self, text: str, fault: str) -> None:
        assert faults(text)[0] == fault

    def test_finds_months_that_stand_twice(self) -> None:
        charge = seasons(monthly_blocks([10], PRICES), [10])
        charge["seasons"][0]["months"] = [1, 1]
        (fault,) = faults(text_of([charge]))
        assert fault.endswith("seasons[0].months: The same entry stands here twice.")

    @pytest.mark.parametrize(
        "text", ["a: &x {b: 1}\n", "&x [1]\n", "a: !t [1]\n", "&a b: 1\n", "a: *x\n"]
    )
    def test_refuses_anchors_and_tags_anywhere(self, text: str) -> None:
        assert "Anchors, aliases and tags" in faults(text)[0]

    def test_refuses_a_text_of_any_length(self) -> None:
        assert faults("a" * 400_001) == ["1:1: The text is longer than 400000 characters."]


class TestShape:
    def test_names_line_column_and_path(self) -> None:
        text = changed("prices: [0.538, 0.588, 0.838]", "prices: [0.538, cheap, 0.838]")
        line = text.splitlines().index("        prices: [0.538, cheap, 0.838]") + 1
        assert faults(text) == [
            f"{line}:25: schedules[0].charges[0].prices[1]: “cheap” does not have the form of"
            " a price in yuan such as 0.538."
        ]

    def test_finds_all_faults_at_once(self) -> None:
        text = changed("kwh: floor_carry", "kwh: bankers").replace("effective_from: ", "from: ", 1)
        found = faults(text)
        assert [fault.split(": ", 1)[1] for fault in found] == [
            "“effective_from” is missing here.",
            "from: “from” is not known here. Known: wattdesk, code, title, region,"
            " effective_from, effective_to, invented, mark, note, sources, windows, tables,"
            " rounding, schedules, examples.",
            "rounding.kwh: “bankers” is not one of: floor_carry, half_up, decimals2.",
        ]

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ("wattdesk: tariff/1", "wattdesk: tariff/2", "“tariff/2” is not one of: tariff/1."),
            ("cycle: annual", "cycle: weekly", "“weekly” is not one of: annual, monthly."),
            ("form: blocks", "form: block", "“block” is not one of: " + ", ".join(FORMS) + "."),
            ("upper_limits: [2760, 4800]", "upper_limits: 2760",
             "“2760” stands here, but a list is wanted."),
            ("prices: [0.538, 0.588, 0.838]", "prices: []", "At least 1 are needed here."),
            ("energy: 250", "energi: 250", "“energy” is missing here."),
            ("months_in_block_year: 4", "months_in_block_year: 13",
             "13 is outside the range: ≤ 12."),
            ("id: R01", "id: " + "R" * 41, "At most 40 fit here."),
            ("prices: [0.538, 0.588, 0.838]", "prices: {a: 1}",
             "a group of named parts stands here, but a list is wanted."),
            ("price: 0.558", "price: [0.558]",
             "a list stands here, but a price in yuan such as 0.538 is wanted."),
            ("price: 0.558", "price: ~",
             "nothing stands here, but a price in yuan such as 0.538 is wanted."),
            ("persons_from: 5", "persons_from: five",
             "“five” stands here, but a whole number is wanted."),
            ("S14: {title: 浙江居民电价表", "S14: {title: {zh: x}",
             "a group of named parts stands here, but a text is wanted."),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, old: str, new: str, sentence: str) -> None:
        assert any(fault.endswith(sentence) for fault in faults(changed(old, new))), faults(
            changed(old, new)
        )


PRICES = ["0.5", "0.6"]


def without(charge: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in charge.items() if key != name}


def seasons(charge: dict[str, Any], *limits: list[int]) -> dict[str, Any]:
    """The charge with a season for each list of limits, the first for January alone."""
    months = [[1], list(range(2, 13))]
    parts = [
        {"months": months[n], "upper_limits": part, "prices": PRICES[: len(part) + 1]}
        for n, part in enumerate(limits)
    ]
    return {**charge, "season_of": "last_day", "seasons": parts}


def with_season_feature() -> dict[str, Any]:
    charge = seasons(monthly_blocks([10], PRICES), [10])
    charge["seasons"][0]["band_increments"] = [{"PEAK": "1"}]
    return charge


def components(
    *_why: str, floats: bool = False, component: dict[str, Any] | None = None, **parts: Any
) -> dict[str, Any]:
    component = {
        "code": "P", "name": NAME, "group": "ENERGY", "price": "1", "floats": floats,
        **(component or {}),
    }  # fmt: skip
    return {"form": "energy", "code": "E", "name": NAME, "components": [component], **parts}


class TestRules:
    def test_refuse_forms_that_cannot_be_calculated_yet(self) -> None:
        charge = {"form": "capacity", "code": "CAPACITY", "name": NAME, "price": "26.3"}
        text = text_of([energy("0.5"), charge])
        (fault,) = faults(text)
        assert fault.endswith(
            "schedules[0].charges[1].form: The charge form “capacity” is part of the document form"
            " but cannot be calculated yet; a document with it is refused rather than billed"
            " without it."
        )

    @pytest.mark.parametrize(
        "charge",
        [
            {"form": "demand", "code": "D", "price": "42.0", "basis": "contract",
             "over_percent": 105, "over_times": 2, "floor_percent": 40, "lines": "each",
             "discount": {"kwh_per_kva_from": 260, "percent": 90}},
            {"form": "power_factor", "code": "PF", "standard": "0.90", "base_groups": ["ENERGY"],
             "table": "215", "decimals": 2, "reactive": "absolute_sum", "exports_deducted": False},
            {"form": "losses", "method": "formula", "load_shape": "1.8", "line_percent": 3,
             "split": "by_kwh"},
            {"form": "minimum", "code": "MIN", "amount": "5", "per": "month"},
            {"form": "fixed", "code": "FIX", "amount": "5", "per": "month", "proration": "days"},
            {"form": "discount", "code": "DIS", "percent": 10, "sector": "锰锌"},
        ],
    )  # fmt: skip
    def test_know_the_shape_of_all_the_others(self, charge: dict[str, Any]) -> None:
        named = {**charge, "name": NAME} if charge["form"] != "losses" else charge
        assert codes([named]) == [("schedules[0].charges[0].form", "form_not_ready")]
        assert charge["form"] in FORMS
        assert charge["form"] not in READY

    @pytest.mark.parametrize(
        ("charge", "place"),
        [
            (annual_blocks([10], PRICES, basis="band_price"), "basis"),
            (annual_blocks([10], PRICES, year_starts="anniversary"), "year_starts"),
            (monthly_blocks([10], PRICES, season_of="days"), "season_of"),
            ({**time_of_use({"PEAK": "1"}), "season_of": "days"}, "season_of"),
            ({"form": "energy", "code": "E", "name": NAME, "price_table": "AGENT"}, "price_table"),
            ({"form": "allowance", "code": "F", "name": NAME, "price_by": "band_average"},
             "price_by"),
            ({"form": "surcharge", "items": [{"code": "F", "name": NAME, "price_table": "T"}]},
             "items[0].price_table"),
            ({"form": "energy", "code": "E", "name": NAME, "components": [
                {"code": "P", "name": NAME, "group": "ENERGY", "price_table": "AGENT"}]},
             "components[0].price_table"),
        ],
    )  # fmt: skip
    def test_refuse_features_that_cannot_be_calculated_yet(
        self, charge: dict[str, Any], place: str
    ) -> None:
        assert codes([charge]) == [(f"schedules[0].charges[0].{place}", "feature_not_ready")]

    @pytest.mark.parametrize(
        ("charge", "place", "code"),
        [
            (annual_blocks([10, 10], ["1", "2", "3"]), ".upper_limits", "limits_not_rising"),
            (annual_blocks([10], ["1"]), ".prices", "count_differs"),
            (annual_blocks(["10.555"], PRICES), ".upper_limits[0]", "too_many_decimals"),
            (annual_blocks([-10], PRICES), ".upper_limits[0]", "out_of_range"),
            (annual_blocks([10], PRICES, proration="days"), ".proration", "not_possible"),
            (annual_blocks([10], ["1", "1000"]), ".prices[1]", "out_of_range"),
            (energy("0.5", factors={"PEAK": 1}), ".factors", "not_possible"),
            (energy("0.123456789"), ".price", "not_in_form"),
            (monthly_blocks([10], PRICES, year_starts="01-01"), ".year_starts", "not_possible"),
            ({"form": "energy", "code": "E", "name": NAME}, "", "missing"),
            ({"form": "allowance", "code": "F", "name": NAME, "proration": "none"}, "",
             "not_possible"),
            ({"form": "allowance", "code": "F", "name": NAME, "proration": "none",
              "price_of": "ENERGY_T1"}, ".price_of", "unknown_reference"),
            ({**time_of_use({"PEAK": "1"}), "seasons": []}, ".seasons", "too_few"),
            (time_of_use({"PEAK": "1", "VALLEY": "2"}), ".prices", "bands_needed"),
            (annual_blocks([10], PRICES, source="NOWHERE"), ".source", "unknown_reference"),
            (annual_blocks([20_000_000], PRICES), ".upper_limits[0]", "out_of_range"),
            (annual_blocks([10], PRICES, increments=["1"]), ".increments", "not_possible"),
            (without(annual_blocks([10], PRICES), "prices"), "", "missing"),
            (without(annual_blocks([10], PRICES), "upper_limits"), "", "missing"),
            (without(annual_blocks([10], PRICES), "year_starts"), "", "missing"),
            (seasons(annual_blocks([10], PRICES), [10]), ".seasons", "not_possible"),
            (seasons(monthly_blocks([10], PRICES), [10]), ".prices", "not_possible"),
            (seasons(monthly_blocks([10], PRICES), [10], []), ".seasons", "not_possible"),
            (without(seasons(monthly_blocks([10], PRICES), [10]), "season_of"), "", "missing"),
            (with_season_feature(), ".seasons[0].band_increments", "feature_not_ready"),
            ({"form": "allowance", "code": "F", "name": NAME, "price": "1"}, "", "missing"),
            (components("price", price="1"), ".price", "not_possible"),
            (components("times", component={"times": "1000"}), ".components[0]", "out_of_range"),
            (components("factors", bill_by="published"), "", "missing"),
            (components(floats=True), "", "missing"),
            (components(published={"PEAK": "1"}), ".published", "bands_differ"),
            ({"form": "surcharge", "items": [{"code": "F", "name": NAME}]}, ".items[0]", "missing"),
            ({**time_of_use({"PEAK": "1"}), "seasons": [
                {"months": [1], "prices": {"PEAK": "1"}}]}, "", "not_possible"),
        ],
    )  # fmt: skip
    def test_refuse_charges_that_make_no_sense(
        self, charge: dict[str, Any], place: str, code: str
    ) -> None:
        assert (f"schedules[0].charges[0]{place}", code) in codes([charge])

    def test_want_each_month_once(self) -> None:
        charge = monthly_blocks([], [], season_of="last_day", seasons=[
            {"months": [1, 2, 3, 4, 5, 6], "upper_limits": [10], "prices": PRICES},
            {"months": [6, 7, 8, 9, 10, 11], "upper_limits": [10], "prices": PRICES},
        ])  # fmt: skip
        del charge["upper_limits"], charge["prices"]
        (fault,) = faults(text_of([charge]))
        assert fault.endswith("Each month must stand in exactly one season; wrong: 6, 12.")

    def test_want_the_bands_of_the_schedule(self) -> None:
        (fault,) = faults(
            text_of([time_of_use({"PEAK": "1"})], schedule=with_bands("PEAK", "VALLEY"))
        )
        assert fault.endswith("The bands here (PEAK) must be those of time_of_use (PEAK, VALLEY).")

    def test_want_each_code_once(self) -> None:
        twice = [("schedules[0].charges[1]", "code_twice")]
        assert codes([energy("1"), energy("2")]) == twice
        assert codes([energy("1"), annual_blocks([10], PRICES)]) == twice
        fund = {"form": "surcharge", "items": [{"code": "ENERGY", "name": NAME, "price": "1"}]}
        assert codes([energy("1"), fund]) == twice

    def test_want_fewer_than_a_hundred_lines(self) -> None:
        items = [{"code": f"F{n}", "name": NAME, "price": "1"} for n in range(100)]
        assert codes([{"form": "surcharge", "items": items}]) == [
            ("schedules[0].charges", "too_many_lines")
        ]

    def test_want_ratios_of_plain_ratios_that_are_not_below_zero(self) -> None:
        factors = {"PEAK": {"of": "VALLEY", "times": "2"}, "VALLEY": {"of": "PEAK", "times": "-1"}}
        found = codes([components(factors=factors)], schedule=with_bands("PEAK", "VALLEY"))
        where = "schedules[0].charges[0].factors"
        assert found == [
            (f"{where}.PEAK.of", "unknown_reference"),
            (f"{where}.VALLEY", "out_of_range"),
            (f"{where}.VALLEY.of", "unknown_reference"),
        ]

    def test_want_each_band_once(self) -> None:
        part = with_bands("PEAK", "PEAK")
        found = codes([time_of_use({"PEAK": "1"})], schedule=part)
        assert found == [("schedules[0].time_of_use.bands", "repeated")]

    def test_want_known_windows_and_a_band_for_the_remainder(self) -> None:
        part = with_bands("PEAK", "VALLEY", remainder_to="FLAT")
        part["time_of_use"]["windows"] = "NONE"
        found = codes([time_of_use({"PEAK": "1", "VALLEY": "1"})], schedule=part)
        assert found == [
            ("schedules[0].time_of_use.windows", "unknown_reference"),
            ("schedules[0].time_of_use.remainder_to", "not_one_of"),
        ]

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ("effective_from: 2012-07-01", "effective_from: 2012-07-01\neffective_to: 2012-07-01",
             "effective_to must lie after effective_from."),
            ("schedule: ZJ-RES-SHARED", "schedule: ZJ-RES",
             "The schedule “ZJ-RES-SHARED” has no worked example in this document."),
            ("schedule: ZJ-RES-SHARED", "schedule: NOPE",
             "There is no schedule “NOPE” in this document."),
            ("id: R02", "id: R01", "The code “R01” is used twice."),
            ("code: ZJ-RES-SHARED", "code: ZJ-RES", "The code “ZJ-RES” is used twice."),
            ("energy: 250,", "energy: 250.12345,", "250.12345 has more than 4 decimals."),
            ("energy: 250,", "energy: -1,", "-1 is outside the range: 0 … 10000000000."),
            ("energy: 250,", "energy: 100000000000,",
             "100000000000 is outside the range: 0 … 10000000000."),
            ("energy: 250, block_used: 1000", "energy: 250", "“block_used” is missing here."),
            ("      energy_peak: 210\n", "", "“energy_peak” is missing here."),
            ("percent: 0.5", "percent: 0.555", "0.555 has more than 2 decimals."),
            ("kwh_per_band: 1", "kwh_per_band: 0.12345", "0.12345 has more than 4 decimals."),
            ("price: 0.558", "price: 0.558123456", "0.558123456 has more than 8 decimals."),
            ("to_date: 2026-06-01, energy: 250", "to_date: 2026-05-01, energy: 250",
             "to_date must lie after from_date."),
            ('to_date: 2026-06-01, energy: 250', 'to_date: "2026-06-01", energy: 250',
             "“2026-06-01” stands here, but a plain day is wanted."),
            ("effective_from: 2012-07-01", 'effective_from: "2012-07-01"',
             "“2012-07-01” stands here, but a plain day is wanted."),
            ('hours: ["22:00-08:00"]', 'hours: ["21:00-08:00"]',
             "PEAK and VALLEY hold at the same time (month 1, 21:00)."),
            ('hours: ["22:00-08:00"]', 'hours: ["23:30-08:00"]',
             "No band holds in month 1 at 22:00, and there is no “rest”."),
        ],
    )  # fmt: skip
    def test_say_what_is_wrong(self, old: str, new: str, sentence: str) -> None:
        assert any(fault.endswith(sentence) for fault in faults(changed(old, new))), faults(
            changed(old, new)
        )
