"""Dated rules from YAML: exact values, the day's row, faults in words."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from wattdesk.toolkit import rulebook
from wattdesk.toolkit.rulebook import RulebookMalformed, RuleMissing

ROW = '- {name: area.limit, value: 3, effective_from: 2020-01-01, source: "a letter"}\n'


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are asserted in English."""
    with translation.override("en"):
        yield


class TestReadingAFile:
    def test_keeps_numbers_exact(self) -> None:
        text = (
            "- {name: area.share, value: 0.10, effective_from: 2020-01-01, source: s}\n"
            "- {name: area.count, value: 7, effective_from: 2020-01-01, source: s}\n"
            "- {name: area.words, value: [a, b], effective_from: 2020-01-01, source: s}\n"
            '- {name: area.text, value: "0.10", effective_from: 2020-01-01, source: s, mark: mem}\n'
        )
        share, number, words, plain = rulebook.read_rules(text, file="area.yaml")
        assert str(share.value) == "0.10"
        assert share.decimal == Decimal("0.10")
        assert number.integer == 7
        assert number.decimal == Decimal(7)
        assert words.texts == ("a", "b")
        assert (plain.text, plain.mark, plain.line) == ("0.10", "mem", 4)

    def test_leaves_files_of_another_form_alone(self) -> None:
        assert rulebook.read_rules("roles: {A: 1}", file="area.yaml") == ()

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            (ROW + "- {name: area.b, value: 1, effective_from: 2020-01-01}", "source is missing"),
            (ROW + "- just a word", "a rule has the parts"),
            (ROW + ROW, "twice for this day"),
            (ROW + ROW.replace("area.limit", "other.limit"), "start with area"),
            (ROW + ROW.replace("source", "because"), "source is missing"),
            (ROW + ROW[:-2] + ", colour: red}\n", "unknown part colour"),
            (ROW + ROW.replace("2020-01-01", "soon"), "effective_from must be a day"),
            (ROW + ROW.replace("3", "{a: 1}", 1), "a value is a number, a text or a list"),
            (ROW + ROW.replace("3", ".inf", 1), "not a number"),
            (ROW + "- {name: [", "while parsing"),
        ],
    )
    def test_a_fault_names_file_line_and_rule(self, text: str, fault: str) -> None:
        with pytest.raises(RulebookMalformed) as refusal:
            rulebook.read_rules(text, file="area.yaml")
        assert refusal.value.fields["file"] == "area.yaml"
        assert refusal.value.fields["line"] >= 2
        assert fault in str(refusal.value)

    @pytest.mark.parametrize("kind", ["integer", "decimal", "texts"])
    def test_a_value_of_another_type_is_refused_where_it_is_used(self, kind: str) -> None:
        text = "- {name: area.t, value: word, effective_from: 2020-01-01, source: s}"
        (row,) = rulebook.read_rules(text, file="area.yaml")
        with pytest.raises(RulebookMalformed, match="is needed"):
            getattr(row, kind)
        assert row.text == "word"


class TestRuleInForce:
    @pytest.fixture
    def own(self, tmp_path: Path, settings: Settings) -> Path:
        settings.RULEBOOK_EXTRA = str(tmp_path)
        return tmp_path

    def test_is_the_latest_that_has_begun(self, own: Path) -> None:
        later = ROW.replace("3", "4", 1).replace("2020", "2024")
        (own / "area.yaml").write_text(later + ROW)
        assert rulebook.rule("area.limit", on=date(2023, 12, 31)).integer == 3
        assert rulebook.rule("area.limit", on=date(2024, 1, 1)).integer == 4

    def test_is_missing_before_the_first_day(self, own: Path) -> None:
        (own / "area.yaml").write_text(ROW)
        with pytest.raises(RuleMissing, match=r"area\.limit in force on 2019-12-31"):
            rulebook.rule("area.limit", on=date(2019, 12, 31))

    def test_of_the_supplier_wins_over_the_shipped_one_from_its_day(self, own: Path) -> None:
        name = "readings.estimate.in_a_row"
        shipped = rulebook.rule(name, on=date(2025, 1, 1))
        (own / "readings.yaml").write_text(
            f"- {{name: {name}, value: 3, effective_from: 2026-01-01, source: own letter 7}}"
        )
        assert rulebook.rule(name, on=date(2025, 12, 31)) == shipped
        assert rulebook.rule(name, on=date(2026, 1, 1)).source == "own letter 7"

    def test_follows_a_changed_file(self, own: Path) -> None:
        path = own / "area.yaml"
        path.write_text(ROW)
        assert rulebook.rule("area.limit", on=date(2024, 1, 1)).integer == 3
        path.write_text(ROW.replace("3", "12345", 1))
        assert rulebook.rule("area.limit", on=date(2024, 1, 1)).integer == 12345


class TestAllRules:
    def test_lists_every_shipped_row_with_its_source(self) -> None:
        rows = rulebook.all_rules()
        assert {row.name for row in rows} >= {"readings.severity.MISSING"}
        assert all(row.source and row.line for row in rows)
