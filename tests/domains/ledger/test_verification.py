"""The proof that the books are sound, and what it says after somebody tampered with them."""

import pytest
from django.db import connection

from tests.factories.identity import act, make_unit
from tests.factories.ledger import MONTH, bills, chart, make_account, post_bill
from wattdesk.domains.ledger import api as ledger

GUARDED = ("ledger_entry", "ledger_transaction", "ledger_account")


@pytest.mark.django_db
class TestSoundBooks:
    def test_empty_ones_are_sound(self):
        report = ledger.verify()
        assert report.is_sound
        assert (report.transactions, report.entries, report.debit_fen) == (0, 0, 0)

    def test_sums_by_receivable_month_and_unit(self):
        chart()
        unit = make_unit("V1", name="澜西供电所")
        ledger.post_bills(bills((make_account(unit), 90, 10), (make_account(unit), 0, 0)), by=act())
        report = ledger.verify()
        assert report.is_sound
        assert report.sums == (ledger.MonthSum(MONTH, "V1", "澜西供电所", 2, 3, 100, 100),)
        assert (report.debit_fen, report.credit_fen) == (100, 100)


@pytest.mark.django_db
class TestTampering:
    """A superuser goes around triggers and constraints; the report names what was done."""

    @pytest.fixture(autouse=True)
    def books(self, db, as_owner):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        chart()
        self.account = make_account()
        self.posted = post_bill(self.account, 90, 10)

    def tamper(self, *statements: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            for statement in statements:
                cursor.execute(statement.format(posted=self.posted))
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")

    def found(self) -> dict[str, dict[str, object]]:
        first: dict[str, dict[str, object]] = {}
        for problem in ledger.verify().problems:
            first.setdefault(problem.code, dict(problem.evidence))
        return first

    def test_a_changed_amount_shows(self):
        self.tamper(
            "UPDATE ledger_entry SET amount_fen = 50 WHERE transaction_id = {posted}"
            " AND position = 1"
        )
        found = self.found()
        assert found["ledger.transaction_unbalanced"] == {
            "transaction_id": self.posted,
            "key": ledger.bill_key(self.account.pk, MONTH, 1),
            "debit_fen": 50,
            "credit_fen": 100,
        }
        assert found["ledger.books_unbalanced"] == {"debit_fen": 50, "credit_fen": 100}
        assert found["ledger.month_unbalanced"]["month"] == "2026-11"

    def test_a_removed_head_shows(self):
        self.tamper("DELETE FROM ledger_transaction WHERE id = {posted}")
        assert self.found()["ledger.entry_without_transaction"]["transaction_id"] == self.posted

    def test_a_removed_ledger_account_shows(self):
        self.tamper("DELETE FROM ledger_account WHERE code = 'ENERGY_REVENUE'")
        assert self.found()["ledger.entry_without_ledger_account"]["amount_fen"] == 90

    def test_a_sub_ledger_entry_without_its_customer_shows(self):
        self.tamper("UPDATE ledger_entry SET account_id = NULL WHERE transaction_id = {posted}")
        assert self.found()["ledger.entry_without_customer"]["code"] == "RECEIVABLE"

    def test_a_unit_that_is_gone_shows(self):
        self.tamper("UPDATE ledger_transaction SET unit_id = 987654321 WHERE id = {posted}")
        assert self.found()["ledger.transaction_without_unit"]["unit_id"] == 987654321

    def test_amounts_that_cannot_be_show(self):
        self.tamper(
            "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_positive",
            "UPDATE ledger_entry SET amount_fen = -amount_fen WHERE transaction_id = {posted}",
        )
        assert self.found()["ledger.entry_impossible"]["position"] == 1

    def test_a_repeated_key_shows(self):
        self.tamper(
            "ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_key",
            "INSERT INTO ledger_transaction (template, key, unit_id, receivable_month,"
            " booked_date, recorded_at, reason) SELECT template, key, unit_id, receivable_month,"
            " booked_date, recorded_at, reason FROM ledger_transaction WHERE id = {posted}",
        )
        assert self.found()["ledger.key_twice"]["transactions"] == 2

    def test_a_second_reversal_shows(self):
        ledger.reverse(self.posted, by=act())
        self.tamper(
            "DROP INDEX ledger_transaction_reversed_once",
            "INSERT INTO ledger_transaction (template, key, unit_id, receivable_month,"
            " booked_date, recorded_at, reason, reverses_id) SELECT template, 'again', unit_id,"
            " receivable_month, booked_date, recorded_at, reason, {posted}"
            " FROM ledger_transaction WHERE id = {posted}",
        )
        found = self.found()
        assert found["ledger.reversed_twice"] == {"transaction_id": self.posted, "reversals": 2}
        assert "ledger.reversal_differs" in found

    def test_a_reversal_that_is_no_mirror_shows(self):
        mirror = ledger.reverse(self.posted, by=act())
        self.tamper(
            f"UPDATE ledger_entry SET amount_fen = amount_fen - 1 WHERE transaction_id = {mirror}"
            " AND position IN (1, 2)"
        )
        assert self.found() == {
            "ledger.reversal_differs": {"transaction_id": mirror, "reverses_id": self.posted}
        }

    def test_at_most_twenty_of_a_kind_are_listed(self):
        for sequence in range(2, 27):
            post_bill(self.account, 5, sequence=sequence)
        self.tamper("UPDATE ledger_entry SET amount_fen = 7 WHERE position = 1")
        codes = [problem.code for problem in ledger.verify().problems]
        assert codes.count("ledger.transaction_unbalanced") == 20
