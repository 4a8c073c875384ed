"""How figures, money, dates and numbers are written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from wattdesk.web import format as fmt


class TestYuan:
    @pytest.mark.parametrize(
        ("fen", "text"),
        [
            (0, "0.00"),
            (5, "0.05"),
            (123456, "1,234.56"),
            (-5, "\u22120.05"),
            (-2164800, "\u221221,648.00"),
            (9223372036854775807, "92,233,720,368,547,758.07"),
            (None, "\u2014"),
        ],
    )
    def test_writes_fen_with_two_decimals_and_a_real_minus(self, fen, text):
        assert fmt.yuan(fen) == text

    @pytest.mark.parametrize("wrong", [1.5, Decimal("1"), "100", True])
    def test_refuses_what_is_not_an_int_of_fen(self, wrong):
        with pytest.raises(TypeError):
            fmt.yuan(wrong)

    def test_signs_amounts_above_zero_on_demand(self):
        assert [fmt.signed_yuan(v) for v in (100, 0, -100)] == ["+1.00", "0.00", "\u22121.00"]


class TestQuantity:
    @pytest.mark.parametrize(
        ("value", "places", "text"),
        [
            (Decimal("210000.0000"), None, "210,000"),
            (Decimal("0.3710"), None, "0.371"),
            (Decimal("-12.5000"), None, "\u221212.5"),
            (Decimal("-0.00001"), None, "0"),
            (7, 2, "7.00"),
            (1000000, None, "1,000,000"),
        ],
    )
    def test_shows_the_decimals_it_needs(self, value, places, text):
        assert fmt.quantity(value, places) == text

    def test_refuses_float(self):
        with pytest.raises(TypeError):
            fmt.quantity(1.5)


class TestPrice:
    @pytest.mark.parametrize(
        ("value", "text"),
        [("0.56800000", "0.568"), ("26.3", "26.30"), ("-0.00750000", "\u22120.0075")],
    )
    def test_keeps_published_decimals(self, value, text):
        assert fmt.price(Decimal(value)) == text


class TestGrouped:
    def test_groups_digits_by_four_and_leaves_other_numbers_alone(self):
        assert fmt.grouped("370100428816") == "3701 0042 8816"
        assert fmt.grouped("JB-2026-0052") == "JB-2026-0052"


class TestDates:
    def test_period_names_the_second_year_only_where_it_differs(self):
        assert fmt.period(date(2026, 10, 1), date(2026, 11, 1)) == "2026-10-01 \u2013 11-01"
        assert fmt.period(date(2026, 12, 1), date(2027, 1, 1)) == "2026-12-01 \u2013 2027-01-01"

    def test_day_of_a_moment_is_the_day_in_shanghai(self):
        assert fmt.day(datetime(2026, 11, 21, 16, 30, tzinfo=UTC)) == "2026-11-22"

    @pytest.mark.parametrize(
        ("at", "text"),
        [
            (datetime(2026, 11, 22, 2, 26, tzinfo=UTC), "10:26"),
            (datetime(2026, 11, 21, 15, 59, tzinfo=UTC), "昨天"),
            (datetime(2026, 11, 18, 16, 0, tzinfo=UTC), "11-19"),
            (datetime(2025, 11, 18, 16, 0, tzinfo=UTC), "2025-11-19"),
        ],
    )
    def test_when_is_as_short_as_it_can_be(self, at, text):
        with translation.override("zh-hans"):
            assert fmt.when(at, datetime(2026, 11, 22, 4, 0, tzinfo=UTC)) == text


class TestSpan:
    @pytest.mark.parametrize(
        ("length", "chinese", "english"),
        [
            (timedelta(minutes=94), "1:34", "1:34"),
            (timedelta(minutes=-94), "1:34", "1:34"),
            (timedelta(days=2, hours=5), "2 天 5 时", "2 d 5 h"),
            (timedelta(days=6, hours=5), "6 天", "6 days"),
            (timedelta(days=1), "1 天", "1 day"),
        ],
    )
    def test_tells_hours_below_four_days(self, length, chinese, english):
        with translation.override("zh-hans"):
            assert fmt.span(length) == chinese
        with translation.override("en"):
            assert fmt.span(length) == english
