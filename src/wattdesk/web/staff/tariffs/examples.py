"""The worked examples of a document beside what both engines make of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wattdesk.domains.identity.data import in_language
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.data import DocumentReport, ExampleResult, TariffDocument
from wattdesk.kernel.rating.document_types import Example
from wattdesk.kernel.values.scaled import from_scaled
from wattdesk.web import format as fmt
from wattdesk.web.staff.tariffs import words

KEPT_REPORTS = 32


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example: what is given in words, the expected lines, and what the engines found."""

    id: str
    title: str
    schedule: str
    period: tuple[date, date]
    given: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, Decimal, Decimal, Decimal]]
    total: Decimal
    line: int
    passed: bool
    differences: Sequence[str]


def report_of(text: str) -> DocumentReport:
    """The check of a text, kept for as long as the text is looked at.

    Its sentences are in the reader's language, so each language has its own.
    """
    return _report(text, get_language() or "")


@lru_cache(maxsize=KEPT_REPORTS)
def _report(text: str, _language: str) -> DocumentReport:
    return tariffs.check_document(text)


def shown(document: TariffDocument, results: Sequence[ExampleResult]) -> list[ShownExample]:
    """The document's examples with their results."""
    by_id = {result.id: result for result in results}
    return [_shown(example, by_id[example.id]) for example in document.examples]


def _shown(example: Example, result: ExampleResult) -> ShownExample:
    begin, end = example.given["from_date"], example.given["to_date"]
    assert isinstance(begin, date) and isinstance(end, date)
    return ShownExample(
        id=example.id,
        title=in_language(result.title, result.title_en),
        schedule=example.schedule,
        period=(begin, end),
        given=[
            (words.word(words.GIVEN, name), _figure(name, value))
            for name, value in example.given.items()
            if isinstance(value, int) and (name != "months" or value != 1)
        ],
        lines=[(line.code, line.quantity, line.price, line.amount) for line in example.lines],
        total=example.total,
        line=example.line,
        passed=result.passed,
        differences=result.differences,
    )


def _figure(name: str, value: int) -> str:
    for suffix, decimals in (("_e4", 4), ("_e2", 2)):
        if name.endswith(suffix):
            kwh = fmt.quantity(from_scaled(value, decimals))
            return _("%(kwh)s kWh") % {"kwh": kwh}
    return fmt.quantity(value)
