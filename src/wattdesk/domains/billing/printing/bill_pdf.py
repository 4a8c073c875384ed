"""From a bill to its paper: one for its customer, or many in one file for the printing house."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from wattdesk.domains.billing.data import BillDocument
from wattdesk.domains.billing.printing.bill_view import LANGUAGES, labels, view
from wattdesk.domains.identity import api as identity
from wattdesk.kernel.schedule.civil import ZONE
from wattdesk.toolkit import typesetting

TEMPLATE = Path(__file__).with_name("bill.typ")
# More bills in one document cost more memory than they save time: measured in ADR 0062.
BILLS_PER_PART = 25
REGIONS = {"zh-hans": "CN", "en": "GB"}


def render_bill(document: BillDocument, *, language: str, masked: bool = False) -> bytes:
    """One bill as a PDF with tags for screen readers, in ``zh-hans`` or ``en``.

    The customer's own copy is not masked; ``masked`` hides names and address as the screens do.
    The same bill gives the same bytes. Raises TypesettingFailed.
    """
    return typesetting.compile_pdf(
        TEMPLATE,
        _data([document], language=language, masked=masked),
        at=_moment(document),
    )


def render_batch(
    documents: Iterable[BillDocument],
    path: Path,
    *,
    language: str,
    workers: int = 1,
    masked: bool = False,
) -> int:
    """Many bills in one file at ``path``, each with its own page numbers; returns the pages.

    Bills are taken from ``documents`` as they are needed. Without tags, which would make the file
    six times as large. Raises TypesettingFailed; ValueError when there is no bill.
    """
    waiting = iter(documents)
    first = list(islice(waiting, BILLS_PER_PART))
    if not first:
        raise ValueError("there is no bill to print")
    parts = (_data(part, language=language, masked=masked) for part in _parts(first, waiting))
    return typesetting.compile_parts(
        TEMPLATE, parts, Path(path), at=_moment(first[0]), workers=workers
    )


def _parts(
    first: list[BillDocument], rest: Iterator[BillDocument]
) -> Iterator[Sequence[BillDocument]]:
    part = first
    while part:
        yield part
        part = list(islice(rest, BILLS_PER_PART))


def _data(documents: Sequence[BillDocument], *, language: str, masked: bool) -> dict[str, Any]:
    words = labels(language)
    shown = [_masked(document) if masked else document for document in documents]
    bills = [view(document, language=language) for document in shown]
    title = words["title"]
    if len(bills) == 1:
        title = f"{title} {bills[0]['month']} {bills[0]['account']}"
    return {
        "lang": LANGUAGES[language],
        "region": REGIONS[language],
        "labels": words,
        "title": title,
        "author": bills[0]["supplier"],
        "bills": bills,
    }


def _masked(document: BillDocument) -> BillDocument:
    return replace(
        document,
        holder=identity.mask_name(document.holder),
        payer=identity.mask_name(document.payer),
        invoice_title=identity.mask_name(document.invoice_title),
        present_user=identity.mask_name(document.present_user),
        address=identity.mask_address(document.address),
    )


def _moment(document: BillDocument) -> datetime:
    """When the paper was made, for the file: the release; of a draft, the end of its period."""
    moment = document.released_at or datetime.combine(document.to_date, time(), tzinfo=ZONE)
    return moment.replace(microsecond=0)  # the file's date knows whole seconds only
