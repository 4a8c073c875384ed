"""Daily energy: sums, gaps, the point's own life, history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.kernel.readings.builders import BEGIN, END, Site, codes, evidence, rules, total_kwh
from wattdesk.kernel.readings.windows import Window


class TestDays:
    def test_are_added_up(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, ["1.25"] * 31)
        measured = site.assess()
        assert total_kwh(measured, point) == Decimal("38.75")
        assert codes(measured, point) == set()

    def test_outside_the_period_do_not_count(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN - timedelta(days=2), [9, 9] + [1] * 31 + [9])
        assert total_kwh(site.assess(), point) == 31

    @pytest.mark.parametrize(
        ("gaps", "code", "energy"),
        [(1, "GAP", "62"), (3, "GAP", "62"), (4, "GAPS_TOO_MANY", None), (31, "MISSING", None)],
    )
    def test_missing_are_filled_by_the_mean_while_few(
        self, gaps: int, code: str, energy: str | None
    ) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [*[None] * gaps, *[2] * (31 - gaps)])
        measured = site.assess()
        assert codes(measured, point) == {code}
        assert total_kwh(measured, point) == (None if energy is None else Decimal(energy))
        marks = measured.usage["marks"].to_list()
        assert marks == [["ESTIMATED"] if energy else []]

    def test_missing_are_rounded_half_up_once(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [None, "0.01", *[0] * 29])
        measured = site.assess()
        assert evidence(measured.findings, point, "GAP")["filled_e4"] == 3  # 0.01 ÷ 30 = 0.00033

    def test_without_a_column_are_missing_for_everybody(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [1] * 20)
        measured = site.assess()
        assert evidence(measured.findings, point, "GAPS_TOO_MANY")["missing_days"] == 11

    def test_before_and_after_the_points_life_are_not_missing(self) -> None:
        site = Site()
        point = site.point(since=date(2026, 1, 10), until=date(2026, 1, 20))
        site.daily(point, BEGIN, [7] * 31)
        measured = site.assess()
        assert total_kwh(measured, point) == 70
        assert codes(measured, point) == set()

    def test_no_row_at_all_is_no_meter(self) -> None:
        site = Site()
        point = site.point()
        site.daily(site.point(), BEGIN, [1] * 31)
        assert codes(site.assess(), point) == {"NO_METER"}

    def test_all_zero_is_zero(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [0] * 31)
        measured = site.assess()
        assert codes(measured, point) == {"ZERO"}
        assert total_kwh(measured, point) == 0

    def test_one_absurd_day_is_found_although_the_mean_is_not(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [5000, *[1] * 30])
        assert codes(site.assess(), point) == {"ABSURD"}


class TestHistory:
    def test_is_compared_like_that_of_registers(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, date(2025, 12, 1), [10] * 31 + [100] * 31)
        measured = site.assess()
        assert codes(measured, point) == {"SUDDEN_CHANGE"}

    def test_with_gaps_is_none(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, date(2025, 12, 1), [None] + [10] * 30 + [100] * 31)
        assert "NO_HISTORY" in site.assess().findings["code"].to_list()


class TestDecidedEnergy:
    def test_takes_the_place_of_what_cannot_be_told(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [None] * 31)
        measured = site.assess(decided={point: 620_000})
        assert total_kwh(measured, point) == 62
        assert measured.usage["marks"].to_list() == [["ESTIMATED"]]
        assert measured.registers["estimated"].to_list() == [True]

    def test_gives_way_once_the_days_are_there(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [1] * 31)
        measured = site.assess(decided={point: 620_000})
        assert total_kwh(measured, point) == 31


class TestGapShare:
    def test_is_a_rule(self) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [None, *[1] * 9])
        window = Window(BEGIN, date(2026, 1, 11))
        assert codes(site.assess(window), point) == {"GAP"}
        strict = rules(gap_share_pct=9)
        assert codes(site.assess(window, strict), point) == {"GAPS_TOO_MANY"}
        assert END
