"""Findings in words: every code has a name and a sentence in both languages."""

import json
from datetime import date

import polars as pl
import pytest
from django.utils import translation

from tests.factories import metering as make
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import Kind
from wattdesk.kernel.readings.codes import FindingCode

pytestmark = pytest.mark.django_db

# One evidence of each code, with the keys that the kernel gives.
REGISTER = {
    "meter_number": "M1", "kind": "ACTIVE_TOTAL", "edge": "END", "part": 1,
    "part_from": "2026-01-01", "part_to": "2026-02-01", "last_e4": 1_000_000,
    "this_e4": 900_000, "last_date": "2026-01-01", "this_date": "2026-02-02", "digits": 6,
    "last_estimated": False, "would_roll_e4": 9_999_900_000, "multiplier_e4": 10_000,
    "energy_e4": 5_000, "in_a_row": 2, "limit": 2, "reading_date": "2026-01-01",
    "installed": "2026-01-05", "removed": None,
}  # fmt: skip
FIGURES = {
    "energy_e4": 1_234_567_800, "days": 31, "previous_e4": 3_100_000, "previous_days": 31,
    "last_year_e4": None, "last_year_days": None, "direction": "UP", "rise_pct": 300,
    "fall_pct": 20, "capacity_e4": 80_000, "limit_e4": 59_520_000, "multiplier_e4": None,
    "highest_day_e4": None, "limit_day_e4": 3_168_000, "rated_current": "5(60)",
    "missing_days": 2, "known_e4": 10_000, "limit_pct": 10, "filled_e4": 700,
    "unmetered_days": 3, "difference_e4": -20_000, "allowed_e4": 10_000,
    "check": "SUDDEN_CHANGE", "previous_from": "2025-12-01", "previous_to": "2026-01-01",
    "last_year_from": "2025-01-01", "last_year_to": "2025-02-01",
}  # fmt: skip
BY_REGISTER = frozenset(
    {"MISSING", "NEGATIVE", "ROLLOVER", "EXCHANGED", "ESTIMATED_TWICE", "BEFORE_INSTALLATION",
     "OFF_DAY"}
)  # fmt: skip


class TestWords:
    @pytest.mark.parametrize("code", list(FindingCode))
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_every_code_has_a_name_and_a_sentence(self, code: FindingCode, language: str) -> None:
        evidence = {"registers": [REGISTER, REGISTER]} if code in BY_REGISTER else FIGURES
        with translation.override(language):
            sentence = api.describe(code, evidence)
            assert api.name_of(code)
        assert len(sentence) > 10
        assert "%(" not in sentence
        assert "_e4" not in sentence

    def test_quantities_are_written_as_people_write_them(self) -> None:
        with translation.override("en"):
            sentence = api.describe("ABOVE_CAPACITY", FIGURES)
        assert "123,456.78 kWh in 31 days" in sentence
        assert "8 kVA" in sentence

    def test_evidence_of_all_that_a_check_finds_can_be_said(self, unit: Unit) -> None:
        """Not sample figures: what measuring gives for a bag of odd points."""
        days = (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
        points = [make.make_point(unit) for _ in range(5)]
        for point, this in zip(points, (310, 311, 90_000, 0, None), strict=True):
            register = make.hang(point)[Kind.ACTIVE_TOTAL]
            values = {days[0]: 0, days[1]: 310}
            make.read(register, values if this is None else {**values, days[2]: this + 310})
        ids = pl.Series("usage_point_id", points, dtype=pl.Int64)
        findings = api.measure(ids, *days[1:]).findings
        assert findings["code"].n_unique() > 5
        for row in findings.iter_rows(named=True):
            evidence = json.loads(row["evidence"])
            assert api.describe(row["code"], evidence)
            assert bool(api.describe_estimate(evidence)) == ("estimate" in evidence)
