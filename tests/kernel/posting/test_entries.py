"""Entries: positive amount and side, balance, reversal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdesk.kernel.posting import (
    BILL_RELEASED,
    LARGEST_FEN,
    Entry,
    EntryInvalid,
    Side,
    Unbalanced,
    check_balanced,
    entries_of,
    reverse,
    sums_by_account,
)

amounts = st.integers(min_value=-(10**12), max_value=10**12)


class TestEntry:
    @pytest.mark.parametrize("fen", [0, -1, LARGEST_FEN + 1])
    def test_refuses_what_no_book_may_hold(self, fen: int) -> None:
        with pytest.raises(EntryInvalid):
            Entry("BANK", Side.DEBIT, fen)

    @pytest.mark.parametrize("amount", ["100", None, True])
    def test_refuses_what_is_not_whole_fen(self, amount: object) -> None:
        with pytest.raises(EntryInvalid, match="whole fen"):
            Entry("BANK", Side.DEBIT, amount)  # type: ignore[arg-type]

    def test_signs_a_debit_plus_and_a_credit_minus(self) -> None:
        assert Entry("BANK", Side.DEBIT, 7).signed_fen == 7
        assert Entry("BANK", Side.CREDIT, 7).signed_fen == -7


class TestCheckBalanced:
    def test_takes_nothing_and_equal_sides(self) -> None:
        check_balanced([])
        check_balanced([Entry("BANK", Side.DEBIT, 5), Entry("SUSPENSE", Side.CREDIT, 5)])

    def test_names_the_difference(self) -> None:
        with pytest.raises(Unbalanced, match="by 2 fen"):
            check_balanced([Entry("BANK", Side.DEBIT, 5), Entry("SUSPENSE", Side.CREDIT, 3)])


class TestReverse:
    @given(revenue=amounts, funds=amounts)
    def test_undoes_any_bill(self, revenue: int, funds: int) -> None:
        bill = entries_of(
            BILL_RELEASED,
            {"revenue_fen": revenue, "funds_fen": funds},
            account_id=1,
            bill_id=2,
        )
        check_balanced(bill)
        assert sums_by_account([*bill, *reverse(bill)]) == {}
        assert reverse(reverse(bill)) == bill

    def test_refuses_entries_that_never_balanced(self) -> None:
        with pytest.raises(Unbalanced):
            reverse([Entry("BANK", Side.DEBIT, 5)])
