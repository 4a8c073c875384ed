"""What a bill says about itself is true, for every schedule and whatever the account."""

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.kernel.rating.test_laws import document, frame_of, plan, random_rows, shapes
from tests.kernel.rating.test_versions import FAR, LONG_AGO
from wattdesk.kernel.rating.explanation import LineExplanation
from wattdesk.kernel.rating.plan import (
    Plan,
    Rated,
    compile_schedule,
    explain_parts,
    rate_over_versions,
)

SIGNS = {"−": "-", "×": "*", "÷": "/", " kWh": ""}
NUMBER = re.compile(r"\d+(\.\d+)?")


def value(text: str) -> Decimal:
    """What a formula of figures comes to."""
    for sign, plain in SIGNS.items():
        text = text.replace(sign, plain)
    exact = NUMBER.sub(lambda found: f"Decimal('{found.group()}')", text)
    return Decimal(eval(exact, {"Decimal": Decimal, "min": min}))


def assert_true(formula: str) -> None:
    """Each side of an equation is the same; the last of an amount after rounding to fen."""
    for sentence in formula.split("; "):
        if "→" in sentence:
            condition = sentence.split("→", maxsplit=1)[0]
            for sign, holds in (("≤", -1), ("≥", 1), (">", 1)):
                if sign in condition:
                    left, right = (value(side) for side in condition.split(sign))
                    assert (left - right) * holds >= 0, formula
            continue
        sides = [value(side) for side in sentence.split("=")]
        if len(sides) == 2:
            assert abs(sides[0] - sides[1]) <= Decimal("0.005"), formula


def assert_explained(rated: Rated, plans: list[Plan]) -> int:
    """Every account's lines explain themselves; returns how many lines were read."""
    traces = {row["account_id"]: row for row in rated.trace.iter_rows(named=True)}
    read = 0
    for key, lines in rated.lines.group_by("account_id", maintain_order=True):
        rows = lines.to_dicts()
        told: list[LineExplanation] = explain_parts(plans, rows, traces[key[0]])
        for row, line in zip(rows, told, strict=True):
            assert (line.code, line.position) == (row["code"], row["position"])
            assert line.name.zh
            assert line.name.en
            for step in line.steps:
                assert_true(step.formula)
            read += 1
    return read


class TestEveryLine:
    @shapes
    def test_is_explained_by_true_sentences(self, name: str, code: str) -> None:
        compiled = plan(name, code)
        rated = compiled.rate(frame_of(random_rows(60, seed=31), compiled))
        assert assert_explained(rated, [compiled]) > 50

    @pytest.mark.parametrize("month", [2, 9])
    @shapes
    def test_of_a_split_period_too(self, name: str, code: str, month: int) -> None:
        compiled = compile_schedule(document(name), code)
        change = date(2026, month, 9)
        parts = [(compiled, LONG_AGO, change), (compiled, change, FAR)]
        rated = rate_over_versions(parts, frame_of(random_rows(25, seed=month), compiled))
        assert assert_explained(rated, [compiled, compiled]) > 20
