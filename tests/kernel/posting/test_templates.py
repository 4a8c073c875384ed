"""Posting templates: balanced by their form, the same for one event and for many."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdesk.kernel.posting import (
    BILL_RELEASED,
    LARGEST_FEN,
    TEMPLATES,
    EntryInvalid,
    Leg,
    Side,
    Template,
    TemplateInvalid,
    entries_frame,
    entries_of,
    sums_by_account,
)

amounts = st.integers(min_value=-(10**12), max_value=10**12)

# How events of later steps fit the form: money in the bank that pays a bill, a late charge and
# leaves a prepayment.
PAYMENT = Template(
    name="payment.received",
    reversal="payment.reversed",
    legs=(
        Leg("BANK", Side.DEBIT, ("bill_fen", "late_fen", "rest_fen")),
        Leg("RECEIVABLE", Side.CREDIT, ("bill_fen",), by_customer=True),
        Leg("LATE_CHARGE", Side.CREDIT, ("late_fen",)),
        Leg("PREPAYMENT", Side.CREDIT, ("rest_fen",), by_customer=True),
    ),
)


def bill(revenue: int, funds: int) -> list[tuple[str, str, int, int | None]]:
    entries = entries_of(
        BILL_RELEASED, {"revenue_fen": revenue, "funds_fen": funds}, account_id=7, bill_id=9
    )
    return [(e.ledger_account, str(e.side), e.amount_fen, e.account_id) for e in entries]


class TestTemplate:
    def test_refuses_a_part_on_one_side_only(self) -> None:
        with pytest.raises(TemplateInvalid, match="does not balance: fee_fen"):
            Template("x", "y", (Leg("BANK", Side.DEBIT, ("fee_fen",)),))

    def test_refuses_a_part_that_stands_twice_on_one_side(self) -> None:
        with pytest.raises(TemplateInvalid, match="does not balance"):
            Template(
                "x",
                "y",
                (Leg("BANK", Side.DEBIT, ("a", "a")), Leg("SUSPENSE", Side.CREDIT, ("a",))),
            )

    def test_refuses_an_empty_one(self) -> None:
        with pytest.raises(TemplateInvalid, match="empty"):
            Template("x", "y", ())
        with pytest.raises(TemplateInvalid, match="takes no part"):
            Template("x", "y", (Leg("BANK", Side.DEBIT, ()),))

    def test_is_found_by_its_name(self) -> None:
        assert TEMPLATES["bill_released"] is BILL_RELEASED


class TestBillReleased:
    def test_owes_the_bill_and_keeps_funds_apart_from_revenue(self) -> None:
        # C02 of the worked examples: 165,314.94 yuan, of which 9,492.00 are funds.
        assert bill(15_582_294, 949_200) == [
            ("RECEIVABLE", "D", 16_531_494, 7),
            ("ENERGY_REVENUE", "C", 15_582_294, None),
            ("GOVERNMENT_FUNDS", "C", 949_200, None),
        ]

    def test_makes_no_entry_of_nothing(self) -> None:
        assert bill(0, 0) == []
        assert bill(13_450, 0) == [
            ("RECEIVABLE", "D", 13_450, 7),
            ("ENERGY_REVENUE", "C", 13_450, None),
        ]

    def test_swaps_the_sides_of_a_credit(self) -> None:
        assert bill(-27_720, 0) == [
            ("RECEIVABLE", "C", 27_720, 7),
            ("ENERGY_REVENUE", "D", 27_720, None),
        ]

    def test_keeps_mixed_signs_balanced(self) -> None:
        assert bill(-100, 30) == [
            ("RECEIVABLE", "C", 70, 7),
            ("ENERGY_REVENUE", "D", 100, None),
            ("GOVERNMENT_FUNDS", "C", 30, None),
        ]
        assert bill(-30, 30) == [
            ("ENERGY_REVENUE", "D", 30, None),
            ("GOVERNMENT_FUNDS", "C", 30, None),
        ]


class TestEntriesOf:
    @pytest.mark.parametrize(
        "given_amounts",
        [
            {"revenue_fen": 1},
            {"revenue_fen": 1, "funds_fen": 1, "other_fen": 1},
            {"revenue_fen": 1, "funds_fen": None},
            {"revenue_fen": 1, "funds_fen": "2"},
            {"revenue_fen": 1, "funds_fen": LARGEST_FEN + 1},
            {"revenue_fen": LARGEST_FEN, "funds_fen": LARGEST_FEN},
        ],
    )
    def test_refuses_amounts_that_are_not_the_templates(
        self, given_amounts: dict[str, int]
    ) -> None:
        with pytest.raises(EntryInvalid):
            entries_of(BILL_RELEASED, given_amounts)

    def test_serves_events_of_more_parts(self) -> None:
        paid = entries_of(PAYMENT, {"bill_fen": 16_910, "late_fen": 100, "rest_fen": 2_990})
        assert sums_by_account(paid) == {
            "BANK": 20_000,
            "RECEIVABLE": -16_910,
            "LATE_CHARGE": -100,
            "PREPAYMENT": -2_990,
        }


class TestEntriesFrame:
    @given(st.lists(st.tuples(amounts, amounts), max_size=20))
    def test_does_for_many_what_is_done_for_one(self, bills: list[tuple[int, int]]) -> None:
        frame = pl.DataFrame(
            bills, schema={"revenue_fen": pl.Int64, "funds_fen": pl.Int64}, orient="row"
        )
        many = entries_frame(BILL_RELEASED, frame)
        for row, (revenue, funds) in enumerate(bills):
            own = many.filter(pl.col("row") == row)
            assert [
                (e["ledger_account"], e["side"], e["amount_fen"], 7 if e["has_customer"] else None)
                for e in own.iter_rows(named=True)
            ] == bill(revenue, funds)
            signed = own.select(
                pl.when(pl.col("side") == "D")
                .then("amount_fen")
                .otherwise(-pl.col("amount_fen"))
                .sum()
            ).item()
            assert signed == 0

    @pytest.mark.parametrize("missing", [None, LARGEST_FEN + 1, -LARGEST_FEN - 1])
    def test_refuses_a_gap_and_the_absurd_naming_the_row(self, missing: int | None) -> None:
        frame = pl.DataFrame(
            {"revenue_fen": [1, missing], "funds_fen": [0, 0]},
            schema={"revenue_fen": pl.Int64, "funds_fen": pl.Int64},
        )
        with pytest.raises(EntryInvalid, match="'row': 1"):
            entries_frame(BILL_RELEASED, frame)
