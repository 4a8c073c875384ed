"""The documents that come with the program are right, by their own examples, in both engines."""

import json

import pytest

from tests.kernel.rating.samples import FOLDER, NAMES, ROOT, shipped
from wattdesk.kernel.checking.examples import play_examples
from wattdesk.kernel.rating.components import price_differences
from wattdesk.kernel.rating.document_schema import SCHEMA

EXPECTED = {
    "zhejiang-residential": {"R01", "R02", "R03", "R04", "R09", "R10"},
    "guangzhou-residential": {"R05", "R06"},
    "beijing-residential": {"R07", "R08"},
    "shandong-residential": {"R11"},
    "sichuan-residential": {"R12"},
    "hubei-commercial-2026-01": {"C01"},
}


class TestExamples:
    @pytest.mark.parametrize("name", NAMES)
    def test_give_their_bills_in_both_engines(self, name: str) -> None:
        outcomes = play_examples(shipped(name))
        assert [(o.example.id, o.mismatches) for o in outcomes if not o.passed] == []
        assert len(outcomes) == len(shipped(name).examples) > 0

    def test_hold_the_worked_examples_of_the_rules(self) -> None:
        for name, ids in EXPECTED.items():
            assert ids <= {example.id for example in shipped(name).examples}


class TestLanchuan:
    def test_says_that_its_prices_are_invented(self) -> None:
        for name in NAMES:
            assert shipped(name).invented == name.startswith("lanchuan")

    def test_has_two_versions_of_one_tariff(self) -> None:
        first, second = shipped("lanchuan-2025-01"), shipped("lanchuan-2026-07")
        assert first.code == second.code == "LC-2026"
        assert [s.code for s in first.schedules] == [s.code for s in second.schedules]
        assert first.effective_from < second.effective_from


class TestPublishedPrices:
    def test_that_differ_from_their_components_are_told(self) -> None:
        found = {(d.schedule, d.band): str(d.difference) for d in
                 price_differences(shipped("hubei-commercial-2026-01"))}  # fmt: skip
        assert found == {
            (f"HB-COM-{voltage}{suffix}", band): "-0.000200"
            for voltage in ("1KV", "10KV", "35KV")
            for suffix, band in (("-TOU", "FLAT"), ("", "TOTAL"))
        }


class TestSchema:
    def test_file_for_editors_is_the_schema_of_the_program(self) -> None:
        text = (ROOT / "src/wattdesk/rulebook/tariff.schema.json").read_text(encoding="utf-8")
        assert json.loads(text) == SCHEMA, "write it anew: wattdesk tariff schema"

    def test_is_a_json_schema(self) -> None:
        from jsonschema import Draft202012Validator

        Draft202012Validator.check_schema(SCHEMA)


def test_no_document_is_forgotten() -> None:
    assert len(list(FOLDER.iterdir())) == len(NAMES)
