"""M01–M04 of billing-rules 11, to the digit."""

from datetime import date
from decimal import Decimal

from tests.kernel.readings.builders import BEGIN, END, JANUARY, Site, codes, total_kwh
from wattdesk.kernel.readings.windows import Window


class TestWorkedExamples:
    def test_m01_a_five_digit_register_rolls_over(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=5), "99876", "00231")
        measured = site.assess()
        assert total_kwh(measured, point) == Decimal("355")
        assert codes(measured, point) == {"ROLLOVER"}
        assert measured.usage["marks"].to_list() == [["ROLLOVER"]]
        assert measured.registers["rolled_over"].to_list() == [True]

    def test_m02_an_exchange_adds_the_parts_of_both_meters(self) -> None:
        site = Site()
        point = site.point()
        day = date(2026, 1, 17)
        old = site.total(point, removed=day)
        new = site.total(point, installed=day)
        site.read(old, BEGIN, "4521.30")
        site.read(old, day, "4630.85")
        site.read(new, day, "0.00")
        site.read(new, END, "86.12")
        measured = site.assess()
        assert total_kwh(measured, point) == Decimal("195.67")
        assert measured.registers["part"].to_list() == [1, 2]
        assert measured.registers["energy_e4"].to_list() == [1_095_500, 861_200]
        assert measured.usage["marks"].to_list() == [["EXCHANGED"]]

    def test_m03_the_multiplier_counts_once(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=4, multiplier=2000), "0152.36", "0176.92")
        assert total_kwh(site.assess(), point) == Decimal("49120.00")

    def test_m04_the_next_actual_reading_trues_an_estimate_up(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        site.read(register, date(2026, 3, 1), 5200)
        site.read(register, date(2026, 4, 1), 5390, "ESTIMATED")
        site.read(register, date(2026, 5, 1), 5510)
        march = site.assess(Window(date(2026, 3, 1), date(2026, 4, 1)))
        april = site.assess(Window(date(2026, 4, 1), date(2026, 5, 1)))
        assert total_kwh(march, point) == Decimal("190")
        assert march.usage["marks"].to_list() == [["ESTIMATED"]]
        assert total_kwh(april, point) == Decimal("120")
        assert april.usage["marks"].to_list() == [[]]
        both = site.assess(Window(date(2026, 3, 1), date(2026, 5, 1)))
        assert total_kwh(both, point) == Decimal("310")


class TestTheWindow:
    def test_is_january_in_these_tests(self) -> None:
        assert JANUARY.days == 31
