"""What the database itself refuses, whoever asks."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.factories.ledger import MONTH, chart, make_account, post_bill
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.ledger.chart import account_keys
from wattdesk.domains.ledger.models import LedgerEntry, LedgerTransaction
from wattdesk.toolkit.errors import InvariantBroken


def run(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def head(key: str, unit_id: int, account_id: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transaction (template, key, account_id, unit_id, receivable_month,"
            " booked_date, recorded_at, reason) VALUES ('x', %s, %s, %s, %s, %s, now(), '')"
            " RETURNING id",
            [key, account_id, unit_id, MONTH, MONTH],
        )
        return int(cursor.fetchone()[0])


def insert_entries(*rows: tuple[int, int, str, str, int, int | None]) -> None:
    """(transaction, position, code, side, fen, account) by one statement."""
    keys = account_keys()
    values = [
        (one, position, keys.get(code, -1), side, fen, account)
        for one, position, code, side, fen, account in rows
    ]
    run(
        "INSERT INTO ledger_entry (transaction_id, position, ledger_account_id, side, amount_fen,"
        " account_id) VALUES " + ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(values)),
        *[value for row in values for value in row],
    )


@pytest.mark.django_db
class TestBalance:
    @pytest.fixture(autouse=True)
    def books(self):
        chart()
        self.account = make_account()
        self.head = head("k", self.account.unit_id)

    def test_takes_equal_sides(self):
        insert_entries(
            (self.head, 1, "BANK", "D", 5, None), (self.head, 2, "SUSPENSE", "C", 5, None)
        )
        assert LedgerEntry.objects.count() == 2

    def test_refuses_unequal_sides(self):
        with pytest.raises(IntegrityError, match="not balanced"):
            insert_entries(
                (self.head, 1, "BANK", "D", 5, None), (self.head, 2, "SUSPENSE", "C", 4, None)
            )
        assert not LedgerEntry.objects.exists()

    def test_refuses_two_wrong_transactions_that_balance_together(self):
        other = head("k2", self.account.unit_id)
        with pytest.raises(IntegrityError, match="not balanced"):
            insert_entries(
                (self.head, 1, "BANK", "D", 5, None), (other, 1, "SUSPENSE", "C", 5, None)
            )

    def test_refuses_an_entry_added_later(self):
        insert_entries(
            (self.head, 1, "BANK", "D", 5, None), (self.head, 2, "SUSPENSE", "C", 5, None)
        )
        with pytest.raises(IntegrityError, match="not balanced"):
            insert_entries((self.head, 3, "BANK", "D", 5, None))

    @pytest.mark.parametrize("fen", [0, -5])
    def test_refuses_amounts_that_are_not_positive(self, fen):
        with pytest.raises(IntegrityError, match="ledger_entry_positive"):
            insert_entries(
                (self.head, 1, "BANK", "D", fen, None), (self.head, 2, "SUSPENSE", "C", fen, None)
            )

    def test_refuses_a_third_side(self):
        with pytest.raises(IntegrityError, match="ledger_entry_side"):
            insert_entries((self.head, 1, "BANK", "X", 5, None))


@pytest.mark.django_db
class TestReferences:
    @pytest.fixture(autouse=True)
    def books(self):
        chart()
        self.account = make_account()

    def pair(self, one: int, code: str = "BANK", account: int | None = None) -> None:
        insert_entries((one, 1, code, "D", 5, account), (one, 2, "SUSPENSE", "C", 5, None))

    def test_entries_need_their_transaction(self):
        with pytest.raises(IntegrityError, match="without its transaction"):
            self.pair(987654321)

    def test_entries_need_a_ledger_account(self):
        one = head("k", self.account.unit_id)
        with pytest.raises(IntegrityError, match="without ledger account"):
            self.pair(one, code="NOWHERE")

    def test_entries_of_a_sub_ledger_need_a_customer(self):
        one = head("k", self.account.unit_id)
        with pytest.raises(IntegrityError, match="names no customer"):
            self.pair(one, code="RECEIVABLE")
        with pytest.raises(IntegrityError, match="unknown account"):
            self.pair(one, code="RECEIVABLE", account=987654321)
        self.pair(one, code="RECEIVABLE", account=self.account.pk)

    def test_transactions_need_a_unit_and_a_known_account(self):
        with pytest.raises(IntegrityError, match="of no unit"), transaction.atomic():
            head("k", 987654321)
        with pytest.raises(IntegrityError, match="unknown account"), transaction.atomic():
            head("k", self.account.unit_id, 987654321)
        assert not LedgerTransaction.objects.exists()

    def test_transactions_need_a_known_person(self):
        with pytest.raises(IntegrityError, match="unknown person"):
            run(
                "INSERT INTO ledger_transaction (template, key, unit_id, receivable_month,"
                " booked_date, recorded_at, reason, actor_id)"
                " VALUES ('x', 'k', %s, %s, %s, now(), '', 987654321)",
                self.account.unit_id, MONTH, MONTH,
            )  # fmt: skip

    def test_a_receivable_month_begins_with_its_first_day(self):
        with pytest.raises(IntegrityError, match="month_begins"):
            run(
                "INSERT INTO ledger_transaction (template, key, unit_id, receivable_month,"
                " booked_date, recorded_at, reason) VALUES ('x', 'k', %s, '2026-11-02', %s,"
                " now(), '')",
                self.account.unit_id, MONTH,
            )  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestClosedTransaction:
    def test_takes_no_balanced_entries_once_it_is_committed(self):
        with transaction.atomic():
            chart()
            account = make_account()
            one = post_bill(account, 100)
        with pytest.raises(IntegrityError, match="is closed"):
            insert_entries((one, 8, "BANK", "D", 5, None), (one, 9, "SUSPENSE", "C", 5, None))
        assert LedgerEntry.objects.count() == 2

    def test_cannot_be_made_in_the_name_of_another_database_transaction(self):
        account = make_account()
        with pytest.raises(IntegrityError, match="foreign xid"):
            run(
                "INSERT INTO ledger_transaction (template, key, unit_id, receivable_month,"
                " booked_date, recorded_at, reason, xid)"
                " VALUES ('x', 'k', %s, %s, %s, now(), '', 999999999)",
                account.unit_id, MONTH, MONTH,
            )  # fmt: skip


STATEMENTS = [
    "UPDATE ledger_entry SET amount_fen = amount_fen + 1",
    "UPDATE ledger_transaction SET booked_date = booked_date + 1",
    "DELETE FROM ledger_entry",
    "DELETE FROM ledger_transaction",
]


@pytest.mark.django_db
class TestFinalRows:
    @pytest.fixture(autouse=True)
    def books(self, db):
        chart()
        post_bill(make_account(), 100)

    @pytest.mark.parametrize("statement", [*STATEMENTS, "TRUNCATE ledger_entry"])
    def test_the_application_may_not_change_or_remove_them(self, statement):
        with pytest.raises(DatabaseError, match="permission denied"):
            run(statement)
        assert LedgerEntry.objects.count() == 2

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_nor_does_the_owner_by_mistake(self, as_owner, statement):
        with pytest.raises(IntegrityError, match="are final"):
            run(statement)
        assert LedgerEntry.objects.count() == 2

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_rules",
            "SET session_replication_role = replica",
        ],
    )
    def test_the_application_may_not_switch_the_guards_off(self, statement):
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
            run(statement)


@pytest.mark.django_db(transaction=True)
class TestWriting:
    def test_needs_a_transaction_of_the_callers(self):
        account = make_account()
        with pytest.raises(InvariantBroken):
            post_bill(account, 100)
        assert not LedgerTransaction.objects.exists()

    def test_leaves_nothing_when_the_caller_gives_up(self):
        with transaction.atomic():
            chart()
            account = make_account()
        with pytest.raises(RuntimeError), transaction.atomic():
            post_bill(account, 100)
            raise RuntimeError
        assert not LedgerTransaction.objects.exists()
        assert not LedgerEntry.objects.exists()
        assert ledger.balance(account.pk).owed_fen == 0
