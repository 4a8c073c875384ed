"""Scaled integers and the one way of rounding."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdesk.kernel.values.columns import half_up, line_amount, needs_wide
from wattdesk.kernel.values.scaled import (
    E8,
    LARGEST_ENERGY_E4,
    LARGEST_INT64,
    LARGEST_PRICE_E8,
    from_fen,
    from_scaled,
    round_half_up,
    to_scaled,
)
from wattdesk.kernel.values.texts import figure, money

pairs = st.tuples(
    st.integers(min_value=-(10**15), max_value=10**15), st.integers(min_value=1, max_value=10**9)
)


def decimal_quotient(numerator: int, denominator: int) -> int:
    exact = Decimal(numerator) / Decimal(denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


class TestHalfUp:
    def test_goes_away_from_zero_at_the_half(self) -> None:
        frame = pl.DataFrame({"n": [5, -5, 15, -15, 4, -4, 0, 482_625, -482_625]})
        rounded = frame.select(half_up(pl.col("n"), 10))["n"].to_list()
        assert rounded == [1, -1, 2, -2, 0, 0, 0, 48_263, -48_263]

    @given(rows=st.lists(pairs, min_size=1, max_size=50))
    def test_equals_decimal(self, rows: list[tuple[int, int]]) -> None:
        frame = pl.DataFrame(rows, schema={"n": pl.Int64, "d": pl.Int64}, orient="row")
        found = frame.select(half_up(pl.col("n"), pl.col("d")).alias("q"))["q"].to_list()
        assert found == [decimal_quotient(n, d) for n, d in rows]


class TestLineAmount:
    @given(
        quantity_e2=st.integers(min_value=-(10**9), max_value=10**9),
        price_e8=st.integers(min_value=0, max_value=4 * 10**8),
    )
    def test_is_the_same_in_64_and_in_128_bits(self, quantity_e2: int, price_e8: int) -> None:
        assert not needs_wide(abs(quantity_e2), price_e8)
        frame = pl.DataFrame({"q": [quantity_e2], "p": [price_e8]})
        found = frame.select(
            line_amount(pl.col("q"), pl.col("p"), wide=False).alias("narrow"),
            line_amount(pl.col("q"), pl.col("p"), wide=True).alias("wide"),
        ).row(0)
        expected = from_scaled(quantity_e2, 2) * from_scaled(price_e8, 8)
        assert found == (int(round_half_up(expected, 2) * 100),) * 2

    def test_is_right_at_the_bounds_of_what_is_billed(self) -> None:
        largest = LARGEST_ENERGY_E4 // 100
        assert needs_wide(largest, LARGEST_PRICE_E8)
        frame = pl.DataFrame({"q": [largest], "p": [LARGEST_PRICE_E8]})
        found = frame.select(line_amount(pl.col("q"), pl.col("p"), wide=True)).item()
        assert found == 10**10 * 1_000 * 100

    def test_narrow_is_chosen_only_where_nothing_can_wrap(self) -> None:
        price = 2 * E8
        largest = (LARGEST_INT64 - E8) // (2 * price)
        assert not needs_wide(largest, price)
        assert needs_wide(largest + 1, price)


class TestScaling:
    def test_keeps_a_value_exactly(self) -> None:
        assert to_scaled(Decimal("0.423625"), 8) == 42_362_500
        assert to_scaled(3, 4) == 30_000
        assert from_scaled(42_362_500, 8) == Decimal("0.423625")
        assert from_fen(-732) == Decimal("-7.32")

    def test_refuses_to_lose_decimals(self) -> None:
        with pytest.raises(ValueError, match="more than 2 decimals"):
            to_scaled(Decimal("0.005"), 2)

    def test_refuses_what_is_no_exact_number(self) -> None:
        with pytest.raises(TypeError, match="no exact number"):
            to_scaled(float("0.5"), 2)  # type: ignore[arg-type]


class TestFigure:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (Decimal("190.00"), "190"),
            (Decimal("0.5880"), "0.588"),
            (Decimal("-15.00"), "−15"),
            (Decimal("-0.00"), "0"),
            (2650, "2650"),
            (Decimal("1E+3"), "1000"),
        ],
    )
    def test_has_no_needless_zeros(self, value: Decimal | int, text: str) -> None:
        assert figure(value) == text

    def test_money_has_two_decimals(self) -> None:
        assert (money(Decimal("111.72")), money(Decimal("-7.3"))) == ("111.72", "−7.30")
