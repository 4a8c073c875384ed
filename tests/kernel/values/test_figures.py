"""Figures in digits."""

from decimal import Decimal

import pytest

from wattdesk.kernel.values.figures import (
    grouped,
    price,
    quantity,
    signed_quantity,
    signed_yuan,
    yuan,
)


class TestYuan:
    @pytest.mark.parametrize(
        ("fen", "text"),
        [
            (16_531_494, "165,314.94"),
            (0, "0.00"),
            (5, "0.05"),
            (-5, "\u22120.05"),
            (-123_456, "\u22121,234.56"),
            (10**17 + 1, "1,000,000,000,000,000.01"),
            (None, "\u2014"),
        ],
    )
    def test_writes_every_fen(self, fen: int | None, text: str) -> None:
        assert yuan(fen) == text

    def test_signs_what_is_above_zero_when_asked(self) -> None:
        assert (signed_yuan(1), signed_yuan(0), signed_yuan(-1)) == ("+0.01", "0.00", "\u22120.01")

    @pytest.mark.parametrize("value", ["1", True, Decimal(1)])
    def test_refuses_what_is_not_whole_fen(self, value: object) -> None:
        with pytest.raises(TypeError):
            yuan(value)  # type: ignore[arg-type]


class TestQuantity:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (Decimal("210000.0000"), "210,000"),
            (Decimal("4812.3600"), "4,812.36"),
            (Decimal("-0.00001"), "0"),
            (Decimal("-3.5"), "\u22123.5"),
            (12, "12"),
            (None, "\u2014"),
        ],
    )
    def test_shows_the_decimals_it_needs(self, value: Decimal | None, text: str) -> None:
        assert quantity(value) == text

    def test_can_be_told_the_decimals(self) -> None:
        assert quantity(Decimal("4812.3"), 2) == "4,812.30"
        assert signed_quantity(Decimal("4812.3"), 2) == "+4,812.30"
        assert signed_quantity(None) == "\u2014"

    def test_refuses_words(self) -> None:
        with pytest.raises(TypeError):
            quantity("12")  # type: ignore[arg-type]


class TestPrice:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (Decimal("0.38447000"), "0.38447"),
            (Decimal("26.30000000"), "26.30"),
            (Decimal("0.1263"), "0.1263"),
            (Decimal("-0.05"), "\u22120.05"),
            (None, "\u2014"),
        ],
    )
    def test_shows_it_as_published(self, value: Decimal | None, text: str) -> None:
        assert price(value) == text


class TestGrouped:
    @pytest.mark.parametrize(
        ("number", "text"),
        [("370100428816", "3701 0042 8816"), ("12345", "1234 5"), ("A-7", "A-7"), ("", "\u2014")],
    )
    def test_sets_digits_in_fours(self, number: str, text: str) -> None:
        assert grouped(number) == text
