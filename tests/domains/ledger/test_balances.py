"""Balances, statements and sums: computed from entries, as of a day and as known at a moment."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.identity import act, make_unit
from tests.factories.ledger import MONTH, bills, chart, make_account, post_bill
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.ledger import api as ledger

OCTOBER = date(2026, 10, 1)
EVERYWHERE = Scope("ledger.view", ("",))


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 4, 0, tzinfo=UTC)


@pytest.fixture
def account(db):
    """Billed 100.00 on 4 October and 50.00 on 4 November; October was taken back on the 10th."""
    chart()
    account = make_account()
    october = post_bill(
        account, 9_000, 1_000, month=OCTOBER, booked_date=date(2026, 10, 4), by=act(at=at(1))
    )
    post_bill(account, 5_000, booked_date=date(2026, 11, 4), by=act(at=at(4)))
    ledger.reverse(october, by=act(at=at(10), reason="表计故障"))
    return account


class TestBalance:
    def test_is_what_was_billed_and_not_taken_back(self, account):
        balance = ledger.balance(account.pk)
        assert (balance.receivable_fen, balance.owed_fen, balance.prepayment_fen) == (
            5_000,
        ) * 2 + (0,)

    @pytest.mark.parametrize(
        ("as_of", "fen"),
        [
            (date(2026, 10, 3), 0),
            (date(2026, 10, 4), 10_000),
            (date(2026, 11, 4), 15_000),
            (date(2026, 11, 9), 15_000),
            (date(2026, 11, 10), 5_000),
        ],
    )
    def test_counts_what_was_booked_by_the_end_of_a_day(self, account, as_of, fen):
        assert ledger.balance(account.pk, as_of=as_of).receivable_fen == fen

    @pytest.mark.parametrize(("day", "fen"), [(1, 10_000), (4, 15_000), (9, 15_000), (10, 5_000)])
    def test_can_be_asked_as_it_was_known(self, account, day, fen):
        assert ledger.balance(account.pk, known_at=at(day)).receivable_fen == fen

    def test_keeps_both_times_apart(self, account):
        # Booked in October, recorded on 1 November: before that nobody knew.
        before = datetime(2026, 10, 31, tzinfo=UTC)
        assert ledger.balance(account.pk, as_of=date(2026, 10, 4), known_at=before).owed_fen == 0

    def test_of_an_account_without_entries_is_nothing(self, db):
        assert ledger.balance(987654321).sums == {}


class TestReceivableByBill:
    def test_lists_open_bills_oldest_month_first(self, db):
        chart()
        one = make_account()
        post_bill(one, 300, month=MONTH)
        ledger.post_bills(bills((one, 100, 0), month=OCTOBER).with_columns(bill_id=7), by=act())
        assert ledger.receivable_by_bill(one.pk) == [
            ledger.BillReceivable(7, OCTOBER, 100),
            ledger.BillReceivable(1000 + one.pk, MONTH, 300),
        ]

    def test_leaves_out_what_was_taken_back_unless_asked(self, db):
        chart()
        one = make_account()
        ledger.reverse(post_bill(one, 300), by=act())
        assert ledger.receivable_by_bill(one.pk) == []
        assert ledger.receivable_by_bill(one.pk, open_only=False) == [
            ledger.BillReceivable(1000 + one.pk, MONTH, 0)
        ]


class TestStatement:
    def test_carries_the_balance_from_row_to_row(self, account):
        november = ledger.statement(
            account.pk, from_date=date(2026, 11, 1), to_date=date(2026, 12, 1)
        )
        assert november.opening_fen == 10_000
        assert [
            (row.event, row.debit_fen, row.credit_fen, row.balance_fen) for row in november.rows
        ] == [("bill_released", 5_000, 0, 15_000), ("bill_reversed", 0, 10_000, 5_000)]
        assert november.rows[1].reason == "表计故障"
        assert november.closing_fen == ledger.balance(account.pk).owed_fen == 5_000

    def test_leaves_out_the_last_day(self, account):
        october = ledger.statement(
            account.pk, from_date=date(2026, 10, 1), to_date=date(2026, 10, 4)
        )
        assert (october.opening_fen, october.rows, october.closing_fen) == (0, (), 0)

    def test_can_be_printed_as_it_was_known(self, account):
        known = ledger.statement(
            account.pk, from_date=date(2026, 11, 1), to_date=date(2026, 12, 1), known_at=at(5)
        )
        assert known.closing_fen == 15_000


@pytest.mark.django_db
class TestTrialBalance:
    @pytest.fixture(autouse=True)
    def books(self):
        chart()
        self.county = make_unit("TB1")
        self.station = make_unit("TB11", parent=self.county)
        self.elsewhere = make_unit("TB2")
        for unit, fen in ((self.county, 100), (self.station, 20), (self.elsewhere, 3)):
            ledger.post_bills(bills((make_account(unit), fen, 1)), by=act())
        ledger.post_bills(bills((make_account(self.station), 7, 0), month=OCTOBER), by=act())

    def receivable(self, trial: ledger.TrialBalance) -> int:
        assert trial.is_balanced
        return {row.code: row.balance_fen for row in trial.rows}["RECEIVABLE"]

    def test_takes_a_units_subtree(self):
        inside = Scope("ledger.view", (self.county.path,))
        assert self.receivable(ledger.trial_balance(inside)) == 101 + 21 + 7
        below = ledger.trial_balance(inside, unit_path=self.station.path)
        assert self.receivable(below) == 21 + 7

    def test_shows_nothing_outside_the_scope(self):
        inside = Scope("ledger.view", (self.station.path,))
        assert self.receivable(ledger.trial_balance(inside, unit_path=self.elsewhere.path)) == 0
        assert self.receivable(ledger.trial_balance(Scope("ledger.view", ()))) == 0

    def test_takes_one_receivable_month(self):
        assert self.receivable(ledger.trial_balance(EVERYWHERE, month=MONTH)) == 101 + 21 + 4
        assert self.receivable(ledger.trial_balance(EVERYWHERE, month=OCTOBER)) == 7

    def test_lists_accounts_without_entries_too(self):
        rows = {row.code: row for row in ledger.trial_balance(EVERYWHERE).rows}
        assert (rows["BANK"].debit_fen, rows["BANK"].credit_fen) == (0, 0)
        assert rows["RECEIVABLE"].name == "应收电费"


class TestPostedBills:
    def test_lists_every_bill_with_what_it_made_receivable(self, db):
        chart()
        one, two = make_account(), make_account()
        ledger.post_bills(bills((one, 90, 10), (two, 0, 0)), by=act())
        ledger.reverse(ledger.find_transaction(ledger.bill_key(one.pk, MONTH, 1)).id, by=act())
        ledger.post_bills(bills((one, -5, 0), sequence=2), by=act())
        frame = ledger.posted_bills(receivable_month=MONTH)
        assert frame.drop("transaction_id").rows() == [
            (f"bill:{one.pk}:2026-11:1", one.pk, MONTH, 1000 + one.pk, 100, True),
            (f"bill:{two.pk}:2026-11:1", two.pk, MONTH, None, 0, False),
            (f"bill:{one.pk}:2026-11:2", one.pk, MONTH, 1000 + one.pk, -5, False),
        ]
        assert ledger.posted_bills(first_account_id=two.pk, last_account_id=two.pk).height == 1
        assert ledger.posted_bills(receivable_month=OCTOBER).is_empty()


amount = st.integers(min_value=-(10**9), max_value=10**9)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("bill"), st.integers(0, 2), amount, amount),
        st.tuples(st.just("chunk"), st.integers(0, 2), amount, amount),
        st.tuples(st.just("reverse"), st.integers(0, 30), st.just(0), st.just(0)),
    ),
    max_size=12,
)


@pytest.mark.django_db
class TestLaws:
    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(steps=steps)
    def test_any_history_keeps_the_books_balanced(self, db, steps):
        with transaction.atomic():
            chart()
            accounts = [make_account() for _ in range(3)]
            posted: list[int] = []
            expected = dict.fromkeys((account.pk for account in accounts), 0)
            worth: dict[int, tuple[int, int]] = {}
            for number, (step, which, revenue, funds) in enumerate(steps, start=1):
                if step == "reverse":
                    if posted:
                        back = posted.pop(which % len(posted))
                        ledger.reverse(back, by=act())
                        owner, fen = worth[back]
                        expected[owner] -= fen
                    continue
                account = accounts[which]
                if step == "bill":
                    one = post_bill(account, revenue, funds, sequence=number)
                else:
                    ledger.post_bills(bills((account, revenue, funds), sequence=number), by=act())
                    one = ledger.find_transaction(ledger.bill_key(account.pk, MONTH, number)).id
                posted.append(one)
                worth[one] = (account.pk, revenue + funds)
                expected[account.pk] += revenue + funds
            trial = ledger.trial_balance(EVERYWHERE)
            assert trial.is_balanced
            for key, fen in expected.items():
                assert ledger.balance(key).receivable_fen == fen
            assert sum(expected.values()) == next(
                row.balance_fen for row in trial.rows if row.code == "RECEIVABLE"
            )
            assert ledger.verify().is_sound
            transaction.set_rollback(True)
