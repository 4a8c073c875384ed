"""wattdesk ledger: the proof on the command line, with its exit code."""

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.factories.identity import act, make_unit
from tests.factories.ledger import bills, chart, make_account
from wattdesk.domains.ledger import api as ledger
from wattdesk.jobs.cli.ledger import ledger as command

pytestmark = pytest.mark.django_db


class TestVerify:
    def test_says_that_empty_books_are_sound(self):
        done = CliRunner().invoke(command, ["verify"])
        assert done.exit_code == 0, done.output
        assert "The books balance, and bills and ledger agree." in done.output

    def test_fails_on_a_posting_that_no_bill_stands_behind(self):
        chart()
        unit = make_unit("C1", name="澜西供电所")
        ledger.post_bills(bills((make_account(unit), 12_345, 10)), by=act())
        done = CliRunner().invoke(command, ["verify"])
        assert done.exit_code == 1
        assert "debits           123.55 yuan" in done.output
        assert "2026-11  C1    澜西供电所" in done.output
        assert "ledger.posted_without_bill" in done.output

    def test_names_what_is_wrong_with_the_books(self, as_owner):
        chart()
        ledger.post_bills(bills((make_account(), 100, 0)), by=act())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
            cursor.execute("UPDATE ledger_entry SET amount_fen = 1 WHERE side = 'C'")
            cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ALL")
        done = CliRunner().invoke(command, ["verify"])
        assert done.exit_code == 1
        assert "[ledger.transaction_unbalanced]" in done.output
        assert "debit_fen 100, credit_fen 1" in done.output


class TestTrialBalance:
    def test_lists_every_ledger_account_and_the_sums(self):
        chart()
        ledger.post_bills(bills((make_account(), 12_345, 10)), by=act())
        done = CliRunner().invoke(command, ["trial-balance", "--month", "2026-11"])
        assert done.exit_code == 0, done.output
        assert "RECEIVABLE        应收电费              123.55  0.00    123.55" in done.output
        assert done.output.rstrip().endswith("123.55  123.55  0.00")

    def test_refuses_a_month_that_is_none(self):
        assert CliRunner().invoke(command, ["trial-balance", "--month", "Nov"]).exit_code == 2
