"""The worked examples on the pages of docs/domain are what the program does."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import yaml

from tests.kernel.rating.samples import ROOT, shipped
from wattdesk.kernel.checking import engine
from wattdesk.kernel.rating.document_reader import read_given
from wattdesk.kernel.rating.plan import (
    Rated,
    compile_schedule,
    rate_over_readings,
    rate_over_versions,
)

PAGES = (
    "billed-energy",
    "blocks-annual",
    "blocks-monthly",
    "component-prices",
    "flat-energy",
    "free-allowance",
    "price-change",
    "surcharges",
    "time-of-use",
)
FAR = date(2099, 1, 1)
BLOCK = re.compile(r"```yaml worked-example\n(.*?)```", re.DOTALL)


def examples() -> list[Any]:
    """(page, example) of every page; numbers keep their text."""
    found = []
    for page in PAGES:
        text = (ROOT / "docs" / "domain" / f"{page}.md").read_text(encoding="utf-8")
        blocks = [yaml.load(block, Loader=_Exact) for block in BLOCK.findall(text)]
        found += [pytest.param(b, id=f"{page}-{n}") for n, b in enumerate(blocks, 1)]
    return found


class _Exact(yaml.SafeLoader):
    """Numbers as they are written."""


_Exact.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Decimal(str(loader.construct_scalar(node)))
)


def frame_of(given: Any) -> pl.DataFrame:
    return pl.DataFrame({"account_id": [1], **{k: [v] for k, v in read_given(given).items()}})


def rate(example: dict[str, Any]) -> Rated:
    """Rate as the example says, and prove it by the check engine."""
    code = example["schedule"]
    names = example.get("tariffs") or [example["tariff"]]
    documents = [shipped(name) for name in names]
    plans = [compile_schedule(document, code) for document in documents]
    if "readings" in example:
        frames = [frame_of(part) for part in example["readings"]]
        rated = rate_over_readings(list(zip(plans, frames, strict=True)))
        parts = list(zip(documents, frames, strict=True))
        assert engine.check_readings(parts, code, rated).rows() == []
        return rated
    frame = frame_of(example["given"])
    begins = [document.effective_from for document in documents]
    spans = list(zip(begins, [*begins[1:], FAR], strict=True))
    rated = rate_over_versions([(p, *s) for p, s in zip(plans, spans, strict=True)], frame)
    versions = [(d, *s) for d, s in zip(documents, spans, strict=True)]
    assert engine.check_versions(versions, code, frame, rated).rows() == []
    return rated


@pytest.mark.parametrize("example", examples())
def test_worked_example_is_right(example: dict[str, Any]) -> None:
    rated = rate(example)
    assert rated.refused.rows() == []
    found = [
        (
            row["code"],
            Decimal(row["quantity_e4"]).scaleb(-4),
            Decimal(row["price_e8"]).scaleb(-8),
            Decimal(row["amount_fen"]).scaleb(-2),
        )
        for row in rated.lines.iter_rows(named=True)
    ]
    assert found == [tuple(line.values()) for line in example["lines"]]
    assert Decimal(rated.bills["total_fen"].item()).scaleb(-2) == example["total"]


def test_every_page_has_rule_source_formula_and_example() -> None:
    for page in PAGES:
        text = (ROOT / "docs" / "domain" / f"{page}.md").read_text(encoding="utf-8")
        for word in ("**Rule.**", "**Source.**", "**Formula.**", "**Worked example"):
            assert word in text, f"{page}: {word}"
        assert BLOCK.search(text), page
