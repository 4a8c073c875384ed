"""Posting bills and events, and taking them back."""

import threading
from datetime import UTC, date, datetime

import polars as pl
import pytest
from django.db import connection, transaction

from tests.factories.identity import act, make_staff, make_unit
from tests.factories.ledger import BOOKED, MONTH, bills, chart, make_account, post_bill
from wattdesk.domains.audit import api as audit
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.ledger.models import LedgerEntry, LedgerTransaction
from wattdesk.kernel.posting import Entry, Side


def entries(transaction_id: int) -> list[tuple[str, str, int]]:
    return [
        (entry.ledger_account, str(entry.side), entry.amount_fen)
        for entry in ledger.get_transaction(transaction_id).entries
    ]


@pytest.mark.django_db
class TestPostBills:
    @pytest.fixture(autouse=True)
    def books(self):
        chart()
        self.unit = make_unit()
        self.one, self.two, self.three = (make_account(self.unit) for _ in range(3))

    def test_writes_a_transaction_and_its_entries_for_every_bill(self):
        staff = make_staff(unit=self.unit)
        frame = bills((self.one, 15_582_294, 949_200), (self.two, 16_910, 0))
        assert ledger.post_bills(frame, by=act(staff)) == 2
        posted = ledger.find_transaction(f"bill:{self.one.pk}:2026-11:1")
        assert posted is not None
        assert posted.event == "bill_released"
        assert (posted.receivable_month, posted.booked_date) == (MONTH, BOOKED)
        assert (posted.unit_id, posted.actor_id) == (self.unit.pk, staff.pk)
        assert posted.recorded_at == datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
        bill_id = 1000 + self.one.pk
        assert posted.entries == (
            Entry("RECEIVABLE", Side.DEBIT, 16_531_494, self.one.pk, bill_id),
            Entry("ENERGY_REVENUE", Side.CREDIT, 15_582_294),
            Entry("GOVERNMENT_FUNDS", Side.CREDIT, 949_200),
        )
        assert ledger.balance(self.two.pk).receivable_fen == 16_910

    def test_keeps_each_bills_amounts_with_its_own_account(self):
        frame = bills(*((make_account(self.unit), n * 100, n) for n in range(-40, 40)))
        ledger.post_bills(frame, by=act())
        for row in frame.iter_rows(named=True):
            balance = ledger.balance(row["account_id"])
            assert balance.receivable_fen == row["revenue_fen"] + row["funds_fen"]
        assert ledger.verify().is_sound

    def test_a_bill_of_nothing_is_a_transaction_without_entries(self):
        ledger.post_bills(bills((self.one, 0, 0)), by=act())
        assert ledger.find_transaction(f"bill:{self.one.pk}:2026-11:1").entries == ()

    def test_a_credit_swaps_the_sides(self):
        ledger.post_bills(bills((self.one, -27_720, -100)), by=act())
        posted = ledger.find_transaction(f"bill:{self.one.pk}:2026-11:1")
        assert entries(posted.id) == [
            ("RECEIVABLE", "C", 27_820),
            ("ENERGY_REVENUE", "D", 27_720),
            ("GOVERNMENT_FUNDS", "D", 100),
        ]
        assert ledger.balance(self.one.pk).owed_fen == -27_820

    def test_agrees_with_one_bill_posted_by_itself(self):
        ledger.post_bills(bills((self.one, 500, -20)), by=act())
        many = ledger.find_transaction(ledger.bill_key(self.one.pk, MONTH, 1))
        alone = post_bill(self.two, 500, -20)
        assert entries(many.id) == entries(alone)

    def test_refuses_a_bill_that_is_posted_and_writes_none_of_the_others(self):
        ledger.post_bills(bills((self.one, 100, 0)), by=act())
        with pytest.raises(ledger.AlreadyPosted) as refused:
            ledger.post_bills(bills((self.two, 200, 0), (self.one, 100, 0)), by=act())
        assert refused.value.fields == {"key": f"bill:{self.one.pk}:2026-11:1"}
        assert LedgerTransaction.objects.count() == 1
        assert ledger.balance(self.two.pk).owed_fen == 0

    def test_takes_a_second_bill_of_the_month_under_its_own_sequence(self):
        ledger.post_bills(bills((self.one, 100, 0)), by=act())
        ledger.post_bills(bills((self.one, 50, 0), sequence=2), by=act())
        assert ledger.balance(self.one.pk).receivable_fen == 150

    def test_writes_nothing_for_no_bills(self):
        assert ledger.post_bills(bills(), by=act()) == 0
        assert not LedgerTransaction.objects.exists()

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda f: f.drop("funds_fen"),
            lambda f: f.with_columns(pl.lit(None, dtype=pl.Int64).alias("revenue_fen")),
            lambda f: f.with_columns(pl.lit(None, dtype=pl.Int64).alias("unit_id")),
            lambda f: f.with_columns(pl.lit("much").alias("revenue_fen")),
            lambda f: f.with_columns(pl.lit(10**17).alias("revenue_fen")),
            lambda f: f.with_columns(pl.lit(date(2026, 11, 2)).alias("receivable_month")),
        ],
        ids=["no column", "no amount", "no unit", "words", "absurd", "middle of the month"],
    )
    def test_refuses_what_cannot_be_posted(self, spoil):
        with pytest.raises(ledger.PostingMalformed):
            ledger.post_bills(spoil(bills((self.one, 100, 0))), by=act())
        assert not LedgerTransaction.objects.exists()
        assert not LedgerEntry.objects.exists()

    def test_leaves_one_audit_record_for_the_chunk(self):
        ledger.post_bills(bills((self.one, 100, 5), (self.two, 200, 0)), by=act())
        (record,) = audit.timeline("receivable_month:2026-11")
        assert record.action == "ledger.post_bills"
        assert record.unit_id == self.unit.pk
        assert record.after == {
            "bills": 2,
            "first_bill": 1000 + self.one.pk,
            "revenue_fen": 300,
            "funds_fen": 5,
        }


@pytest.mark.django_db
class TestPost:
    @pytest.fixture(autouse=True)
    def books(self):
        chart()
        self.account = make_account()

    def test_posts_the_same_event_once_and_gives_the_first_ones_id(self):
        first = post_bill(self.account, 100)
        assert post_bill(self.account, 100) == first
        assert LedgerTransaction.objects.count() == 1
        assert len(audit.timeline(f"account:{self.account.pk}")) == 1

    @pytest.mark.parametrize(
        "other", [{"revenue": 101}, {"revenue": 100, "booked_date": date(2026, 11, 5)}]
    )
    def test_refuses_another_event_under_the_same_key(self, other):
        post_bill(self.account, 100)
        with pytest.raises(ledger.AlreadyPosted):
            post_bill(self.account, **other)
        assert ledger.balance(self.account.pk).owed_fen == 100

    @pytest.mark.parametrize(
        "changes",
        [
            {"template": "gift"},
            {"amounts": {"revenue_fen": 1}},
            {"amounts": {"revenue_fen": 1, "funds_fen": None}},
            {"key": ""},
            {"key": "k" * 61},
            {"receivable_month": date(2026, 11, 30)},
        ],
    )
    def test_refuses_what_cannot_be_posted(self, changes):
        event = {
            "template": "bill_released",
            "key": "k",
            "amounts": {"revenue_fen": 1, "funds_fen": 0},
            "account_id": self.account.pk,
            "unit_id": self.account.unit_id,
            "receivable_month": MONTH,
            "booked_date": BOOKED,
            **changes,
        }
        with pytest.raises(ledger.PostingMalformed):
            ledger.post(
                event.pop("template"), event.pop("key"), event.pop("amounts"), **event, by=act()
            )
        assert not LedgerTransaction.objects.exists()


@pytest.mark.django_db
class TestReverse:
    @pytest.fixture(autouse=True)
    def books(self):
        chart()
        self.account = make_account()
        self.posted = post_bill(self.account, 16_000, 910)

    def test_mirrors_what_was_recorded(self):
        taken_back = ledger.reverse(self.posted, by=act(reason="读数抄错"))
        mirror = ledger.get_transaction(taken_back)
        assert mirror.event == "bill_reversed"
        assert mirror.reverses_id == self.posted
        assert mirror.receivable_month == MONTH
        assert mirror.booked_date == date(2026, 11, 22)
        assert mirror.reason == "读数抄错"
        assert entries(taken_back) == [
            ("RECEIVABLE", "C", 16_910),
            ("ENERGY_REVENUE", "D", 16_000),
            ("GOVERNMENT_FUNDS", "D", 910),
        ]
        assert ledger.get_transaction(self.posted).reversed_by_id == taken_back
        assert ledger.balance(self.account.pk).sums == {}
        assert ledger.verify().is_sound

    def test_books_on_another_day_when_told_so(self):
        taken_back = ledger.reverse(self.posted, by=act(), booked_date=date(2026, 11, 30))
        assert ledger.get_transaction(taken_back).booked_date == date(2026, 11, 30)

    def test_happens_once(self):
        ledger.reverse(self.posted, by=act())
        with pytest.raises(ledger.AlreadyReversed):
            ledger.reverse(self.posted, by=act())
        assert LedgerTransaction.objects.count() == 2

    def test_is_not_taken_back_itself(self):
        taken_back = ledger.reverse(self.posted, by=act())
        with pytest.raises(ledger.CannotReverse):
            ledger.reverse(taken_back, by=act())
        assert LedgerTransaction.objects.count() == 2

    def test_wants_a_reason(self):
        with pytest.raises(ledger.ReasonMissing):
            ledger.reverse(self.posted, by=act(reason="  "))
        assert LedgerTransaction.objects.count() == 1

    def test_finds_only_what_is_there(self):
        with pytest.raises(ledger.TransactionNotFound):
            ledger.reverse(987654321, by=act())

    def test_stands_on_the_accounts_time_line(self):
        ledger.reverse(self.posted, by=act(reason="读数抄错"))
        newest = audit.timeline(f"account:{self.account.pk}")[0]
        assert (newest.action, newest.reason) == ("ledger.reverse", "读数抄错")

    def test_a_bill_of_nothing_can_be_taken_back_too(self):
        nothing = post_bill(self.account, 0, sequence=2)
        assert entries(ledger.reverse(nothing, by=act())) == []


@pytest.mark.django_db(transaction=True)
class TestRace:
    def race(self, work) -> list[object]:
        """Two people do the same at once; what each got back, or the refusal."""
        barrier, results = threading.Barrier(2), []

        def one() -> None:
            try:
                with transaction.atomic():
                    barrier.wait()
                    results.append(work())
            except (ledger.AlreadyPosted, ledger.AlreadyReversed) as refused:
                results.append(type(refused))
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_the_same_event_is_posted_once(self):
        with transaction.atomic():
            chart()
            account = make_account()
        first, second = self.race(lambda: post_bill(account, 100))
        assert first == second
        assert ledger.balance(account.pk).owed_fen == 100

    def test_a_transaction_is_taken_back_once(self):
        with transaction.atomic():
            chart()
            account = make_account()
            posted = post_bill(account, 100)
        results = self.race(lambda: ledger.reverse(posted, by=act()))
        assert ledger.AlreadyReversed in results
        assert ledger.balance(account.pk).owed_fen == 0
        assert LedgerTransaction.objects.count() == 2

    def test_the_same_chunk_is_posted_once(self):
        with transaction.atomic():
            chart()
            frame = bills(*((make_account(), 100, 1) for _ in range(50)))
        results = self.race(lambda: ledger.post_bills(frame, by=act()))
        assert sorted(map(str, results)) == sorted(["50", str(ledger.AlreadyPosted)])
        assert LedgerEntry.objects.count() == 150
