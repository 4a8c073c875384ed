"""Checks of the whole energy: zero, sudden, above capacity, absurd, estimated, without history."""

from datetime import date

import pytest

from tests.kernel.readings.builders import (
    BEGIN,
    END,
    JANUARY,
    RULES,
    Site,
    codes,
    evidence,
    rules,
    total_kwh,
)
from wattdesk.kernel.readings.codes import FindingCode
from wattdesk.kernel.readings.windows import Window, previous, shift_months, year_before

DECEMBER, YEAR_AGO = date(2025, 12, 1), date(2025, 1, 1)


def with_history(
    this: int, *, before: int | None = None, year: int | None = None, **meter: object
) -> tuple[Site, int]:
    """A point with energies of this January, of December, and of last January."""
    site = Site()
    point = site.point()
    register = site.total(point, **meter)
    site.read(register, BEGIN, 10_000)
    site.read(register, END, 10_000 + this)
    if before is not None:
        site.read(register, DECEMBER, 10_000 - before)
    if year is not None:
        site.read(register, YEAR_AGO, 1000)
        site.read(register, date(2025, 2, 1), 1000 + year)
    return site, point


class TestSuddenChange:
    @pytest.mark.parametrize(
        ("this", "before", "year", "direction"),
        [
            (930, 310, 310, "UP"),
            (929, 310, 310, ""),
            (930, 310, 600, ""),  # last winter was as high
            (930, 310, None, "UP"),
            (930, None, 310, "UP"),
            (80, 500, 400, "DOWN"),
            (81, 400, 400, ""),  # more than a fifth
            (20, 200, 200, ""),  # a fifth, but a small difference
            (2000, 0, None, "UP"),  # empty before
            (0, 500, 500, ""),  # zero has a finding of its own
        ],
    )
    def test_is_told_against_every_known_period(
        self, this: int, before: int | None, year: int | None, direction: str
    ) -> None:
        site, point = with_history(this, before=before, year=year)
        measured = site.assess()
        assert ("SUDDEN_CHANGE" in codes(measured, point)) == bool(direction)
        if direction:
            assert evidence(measured.findings, point, "SUDDEN_CHANGE")["direction"] == direction

    def test_compares_mean_use_a_day(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        # 30 days before, 60 days now at the same pace.
        for day, value in {date(2025, 11, 2): 0, date(2026, 1, 1): 6000}.items():
            site.read(register, day, value)
        site.read(register, date(2026, 3, 2), 12_000)
        measured = site.assess(Window(date(2026, 1, 1), date(2026, 3, 2)))
        assert codes(measured, point) == set()

    def test_a_short_first_period_is_no_history(self) -> None:
        site = Site()
        point = site.point(since=date(2025, 12, 24))
        register = site.total(point, installed=date(2025, 12, 24))
        for day, value in {date(2025, 12, 24): 0, BEGIN: 2, END: 900}.items():
            site.read(register, day, value)
        found = site.assess().findings
        assert "NO_HISTORY" in found["code"].to_list()
        assert "SUDDEN_CHANGE" not in found["code"].to_list()

    def test_history_counts_across_an_exchange(self) -> None:
        site = Site()
        point = site.point()
        middle = date(2025, 12, 11)
        old = site.total(point, removed=middle)
        new = site.total(point, installed=middle)
        for register, day, value in (
            (old, DECEMBER, 0), (old, middle, 100), (new, middle, 0), (new, BEGIN, 210),
            (new, END, 210 + 3100),
        ):  # fmt: skip
            site.read(register, day, value)
        found = evidence(site.assess().findings, point, "SUDDEN_CHANGE")
        assert (found["previous_e4"], found["previous_days"]) == (3_100_000, 31)


class TestZero:
    def test_of_an_empty_home_is_zero_alone(self) -> None:
        site, point = with_history(0, before=0)
        assert codes(site.assess(), point) == {"ZERO"}

    def test_after_use_is_also_the_same_reading_as_last_time(self) -> None:
        site, point = with_history(0, before=500)
        assert codes(site.assess(), point) == {"ZERO", "SAME_AS_LAST"}


class TestCapacityAndPlate:
    def test_more_than_the_capacity_can_carry(self) -> None:
        site = Site()
        at, above = site.point(capacity_kva="1"), site.point(capacity_kva="1")
        site.month(site.total(at), 0, 744)
        site.month(site.total(above), 0, "744.01")
        measured = site.assess()
        assert codes(measured, at) == set()
        assert codes(measured, above) == {"ABOVE_CAPACITY"}

    @pytest.mark.parametrize(
        ("plate", "phases", "multiplier", "kwh"),
        [
            ("5(60)", 1, 1, "9820.80"),  # 60 A × 220 V × 24 h × 31
            ("10 A", 1, 1, "1636.80"),
            ("1.5(6)", 3, 20, "58924.80"),  # 6 A × 220 V × 3 × 20
        ],
    )
    def test_more_than_the_plate_lets_the_meter_count(
        self, plate: str, phases: int, multiplier: int, kwh: str
    ) -> None:
        from decimal import Decimal

        site = Site()
        at, above = site.point(capacity_kva="100000"), site.point(capacity_kva="100000")
        units = Decimal(kwh) / multiplier
        for point, value in ((at, units), (above, units + Decimal("0.01"))):
            register = site.total(point, plate=plate, phases=phases, multiplier=multiplier)
            site.month(register, 0, str(value))
        measured = site.assess()
        assert codes(measured, at) == set()
        assert codes(measured, above) == {"ABSURD"}

    def test_without_plate_capacity_and_history_a_home_is_the_limit(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point), 0, "9820.81")
        assert codes(site.assess(), point) == {"ABSURD"}

    def test_an_unreadable_plate_counts_as_none(self) -> None:
        site = Site()
        point = site.point(capacity_kva="20")
        site.month(site.total(point, plate="sixty"), 0, "9820.81")
        assert codes(site.assess(), point) == set()


class TestEstimatedTwice:
    def site(self, *qualities: str) -> tuple[Site, int]:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day, value, quality in zip(
            (DECEMBER, BEGIN, END), (0, 50, 100), qualities, strict=True
        ):
            site.read(register, day, value, quality)
        return site, point

    @pytest.mark.parametrize(
        ("qualities", "limit", "found"),
        [
            (("ACTUAL", "ESTIMATED", "ESTIMATED"), 2, True),
            (("ACTUAL", "ACTUAL", "ESTIMATED"), 2, False),
            (("ACTUAL", "ESTIMATED", "ACTUAL"), 2, False),
            (("ACTUAL", "ESTIMATED", "ESTIMATED"), 3, False),
            (("ESTIMATED", "ESTIMATED", "ESTIMATED"), 3, True),
            (("ACTUAL", "ACTUAL", "ESTIMATED"), 1, True),
        ],
    )
    def test_follows_the_limit(
        self, qualities: tuple[str, str, str], limit: int, found: bool
    ) -> None:
        site, point = self.site(*qualities)
        measured = site.assess(limits=rules(estimates_in_a_row=limit))
        assert ("ESTIMATED_TWICE" in codes(measured, point)) == found


class TestNoHistory:
    def test_is_told_for_each_point_it_concerns(self) -> None:
        site, point = with_history(100)
        other = site.point()
        register = site.total(other)
        for day, value in {DECEMBER: 0, BEGIN: 100, END: 200}.items():
            site.read(register, day, value)
        found = site.assess().findings.filter(code="NO_HISTORY")
        assert found["usage_point_id"].to_list() == [point]


class TestSeverity:
    def test_comes_from_the_rules(self) -> None:
        site, point = with_history(0, before=500)
        listed = dict.fromkeys(FindingCode, "HOLD") | {FindingCode.ZERO: "LIST"}
        findings = site.assess(limits=rules(severity=listed)).findings
        severities = dict(findings.select("code", "severity").iter_rows())
        assert severities == {"ZERO": "LIST", "SAME_AS_LAST": "HOLD"}
        assert point


class TestWindows:
    def test_the_previous_period_has_as_many_months(self) -> None:
        assert previous(JANUARY) == Window(DECEMBER, BEGIN)
        two = Window(date(2026, 1, 15), date(2026, 3, 15))
        assert previous(two) == Window(date(2025, 11, 15), date(2026, 1, 15))

    def test_a_period_of_odd_length_moves_by_its_days(self) -> None:
        odd = Window(date(2014, 1, 1), date(2014, 1, 27))
        assert previous(odd) == Window(date(2013, 12, 6), date(2014, 1, 1))

    def test_the_year_before_a_leap_day_is_the_28th(self) -> None:
        leap = Window(date(2024, 2, 28), date(2024, 2, 29))
        assert year_before(leap) == Window(date(2023, 2, 28), date(2023, 3, 1))
        assert shift_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
        assert shift_months(date(2024, 1, 31), 1) == date(2024, 2, 29)

    def test_an_empty_period_is_refused(self) -> None:
        with pytest.raises(ValueError, match="empty period"):
            Window(BEGIN, BEGIN)


class TestAllPoints:
    def test_have_a_row_of_use_each(self) -> None:
        site = Site()
        points = [site.point() for _ in range(4)]
        site.month(site.total(points[0]), 0, 10)
        site.daily(points[1], BEGIN, [1] * 31)
        site.total(points[2])
        measured = site.assess()
        assert sorted(measured.usage["usage_point_id"]) == points
        sources = dict(measured.usage.select("usage_point_id", "source").iter_rows())
        assert [sources[p] for p in points] == ["REGISTER", "INTERVAL", "REGISTER", None]
        assert total_kwh(measured, points[3]) is None

    def test_none_at_all_give_empty_frames(self) -> None:
        measured = Site().assess(limits=RULES)
        assert measured.usage.height == measured.findings.height == measured.registers.height == 0
