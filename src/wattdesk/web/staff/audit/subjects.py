"""What a record is about: names of its subjects, and the pages of those that have one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl
from django.urls import NoReverseMatch, reverse

from wattdesk.domains.customers import api as customers
from wattdesk.web import format as fmt
from wattdesk.web.staff.audit import words

# kind → address; of objects that are addressed by their id. Others are only named.
PAGES = {
    "staff": "identity:person",
    "run": "billing:run",
    "tariff_version": "tariffs:version",
    "import": "metering:import_batch",
    "batch": "metering:import_batch",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: ``account:12`` as kind in words and key, its page, and its own trail."""

    code: str
    kind: str
    key: str
    url: str
    trail_url: str


def account_numbers(codes: Iterable[str]) -> dict[str, str]:
    """The numbers of the accounts among some subjects, by subject; one query for all."""
    ids = [int(key) for kind, _colon, key in (code.partition(":") for code in codes)
           if kind == "account" and key.isdigit()]  # fmt: skip
    if not ids:
        return {}
    frame = customers.numbers_of(pl.Series(ids, dtype=pl.Int64))
    rows = frame.select("account_id", "number").iter_rows()
    return {f"account:{account_id}": number for account_id, number in rows}


def read(codes: Iterable[str], numbers: Mapping[str, str] | None = None) -> list[Subject]:
    """The subjects of a record in its order; ``numbers`` as :func:`account_numbers` gives them."""
    listed = list(codes)
    known = account_numbers(listed) if numbers is None else numbers
    return [_read(code, known) for code in listed]


def in_words(codes: Iterable[str], numbers: Mapping[str, str]) -> str:
    """Subjects in one line: kind and number."""
    return "\u3000".join(f"{one.kind} {one.key}" for one in read(codes, numbers))


def _read(code: str, numbers: Mapping[str, str]) -> Subject:
    kind, _colon, key = code.partition(":")
    number = numbers.get(code)
    return Subject(
        code,
        str(words.KINDS.get(kind, kind)),
        fmt.grouped(number) if number else key,
        reverse("customers:account", args=[number]) if number else _page(kind, key),
        f"{reverse('audit:trail')}?subject={code}",
    )


def _page(kind: str, key: str) -> str:
    if kind not in PAGES or not key.isdigit():
        return ""
    try:
        return reverse(PAGES[kind], args=[int(key)])
    except NoReverseMatch:
        return ""
