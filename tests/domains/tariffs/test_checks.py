"""Reports on documents, in the reader's language, without a database."""

import pytest
from django.utils import translation

from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs import sentences
from wattdesk.kernel.rating import charge_schemas, document_errors, document_schema, document_shape

ZHEJIANG = tariffs.shipped_text("zhejiang-residential")


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


class TestReport:
    @pytest.mark.parametrize("name", tariffs.shipped_names())
    def test_of_a_shipped_document_is_good(self, name: str) -> None:
        report = tariffs.check_document(tariffs.shipped_text(name))
        assert report.ok
        assert report.faults == ()
        assert report.document is not None
        assert report.digest == report.document.digest
        assert all(example.passed for example in report.examples)

    def test_of_a_faulty_document_has_places_and_sentences(self) -> None:
        report = tariffs.check_document(ZHEJIANG.replace("basis: price", "basis: prices", 1))
        assert not report.ok
        assert report.document is None
        (fault,) = report.faults
        line = ZHEJIANG.splitlines().index("        basis: price") + 1
        assert (fault.line, fault.column, fault.code) == (line, 16, "not_one_of")
        assert str(fault) == (
            f"{line}:16: schedules[0].charges[0].basis: “prices” is not one of: price, increment,"
            " band_price."
        )

    def test_of_a_wrong_example_names_both_engines(self) -> None:
        report = tariffs.check_document(ZHEJIANG.replace("amount: 111.72", "amount: 111.71"))
        assert not report.ok
        assert report.faults == ()
        (wrong,) = [example for example in report.examples if not example.passed]
        assert wrong.id == "R02"
        assert [text.split(":")[0] for text in wrong.differences] == ["plan", "check"]

    def test_tells_published_prices_that_do_not_add_up(self) -> None:
        report = tariffs.check_document(tariffs.shipped_text("hubei-commercial-2026-01"))
        assert report.ok
        assert len(report.warnings) == 6
        assert report.warnings[0].sentence == (
            "HB-COM-1KV-TOU FLAT: the published price 0.735686 is billed, its components add up to"
            " 0.735886 (difference -0.000200)."
        )

    def test_of_text_that_is_no_text_still_reports(self) -> None:
        report = tariffs.check_document("a: \ud800")
        assert [fault.code for fault in report.faults] == ["not_yaml"]


class TestSentences:
    def test_are_those_of_the_kernel(self) -> None:
        assert {k: str(v) for k, v in sentences.SENTENCES.items()} == document_errors.SENTENCES

    def test_have_all_the_parts_that_the_kernel_puts_into_them(self) -> None:
        titles = set(_titles(document_schema.SCHEMA)) - {"Wattdesk tariff document"}
        needed = {
            *titles,
            *document_shape.KINDS.values(),
            *document_errors.REASONS.values(),
            *document_errors.NOUNS,
        }
        assert needed - sentences.PARTS == set()

    def test_translate_the_parts_as_well(self) -> None:
        error = document_errors.DocumentError(
            1, 1, "", "wrong_kind", {"value": "x", "wanted": "a list"}
        )
        assert sentences.in_words(error) == "x stands here, but a list is wanted."


def _titles(schema: object) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["title"]] if isinstance(schema.get("title"), str) else []
        return own + [title for part in schema.values() for title in _titles(part)]
    if isinstance(schema, list):
        return [title for part in schema for title in _titles(part)]
    return []


def test_every_form_of_the_document_is_described() -> None:
    assert set(charge_schemas.FORMS) >= {"energy", "capacity", "demand", "power_factor", "losses"}
