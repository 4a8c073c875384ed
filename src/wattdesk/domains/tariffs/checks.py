"""Checking a document's text: faults, prices that do not add up, worked examples."""

from django.utils.translation import gettext as _

from wattdesk.domains.tariffs import sentences
from wattdesk.domains.tariffs.data import (
    DocumentFault,
    DocumentReport,
    ExampleResult,
    PriceWarning,
)
from wattdesk.kernel.checking.examples import ExampleOutcome, play_examples
from wattdesk.kernel.rating.components import PriceDifference, price_differences
from wattdesk.kernel.rating.document_types import TariffDocument
from wattdesk.kernel.rating.documents import DocumentErrors, digest_of, parse


def check_document(text: str) -> DocumentReport:
    """Check a tariff document: YAML, shape, rules, then its examples through both engines.

    Never raises for a faulty text: the report says what is wrong and where.
    """
    try:
        document = parse(text)
    except DocumentErrors as errors:
        return DocumentReport(
            digest=_digest(text),
            faults=tuple(
                DocumentFault(e.line, e.column, e.path, e.code, sentences.in_words(e))
                for e in errors.errors
            ),
        )
    return DocumentReport(
        digest=document.digest,
        warnings=tuple(_warning(found) for found in price_differences(document)),
        examples=tuple(_result(outcome) for outcome in play_examples(document)),
        document=document,
        unchecked=document.unchecked,
    )


def _digest(text: str) -> str:
    return digest_of(text.encode(errors="replace").decode())


def _warning(found: PriceDifference) -> PriceWarning:
    sentence = _(
        "%(schedule)s %(band)s: the published price %(published)s is billed, its components add up"
        " to %(built)s (difference %(difference)s)."
    ) % {
        "schedule": found.schedule,
        "band": found.band,
        "published": found.published,
        "built": found.built,
        "difference": found.difference,
    }
    return PriceWarning(found.schedule, found.band, found.published, found.built, sentence)


def _result(outcome: ExampleOutcome) -> ExampleResult:
    example = outcome.example
    return ExampleResult(
        id=example.id,
        title=example.title.zh,
        title_en=example.title.en,
        schedule_code=example.schedule,
        line=example.line,
        total=example.total,
        differences=tuple(
            _("%(engine)s: expected %(expected)s, found %(found)s")
            % {"engine": m.engine, "expected": m.expected, "found": m.found}
            for m in outcome.mismatches
        ),
    )


def schedules_of(document: TariffDocument) -> tuple[str, ...]:
    """The codes of a document's schedules."""
    return tuple(schedule.code for schedule in document.schedules)
