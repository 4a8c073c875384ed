"""What accounts owe, many at a time."""

import pytest

from tests.factories.identity import act
from tests.factories.ledger import MONTH, chart, make_account, post_bill
from wattdesk.domains.customers.models import Account
from wattdesk.domains.ledger import api as ledger

pytestmark = pytest.mark.django_db


class TestArrears:
    @pytest.fixture(autouse=True)
    def books(self, db):
        chart()
        self.owing, self.credited, self.settled, self.never = (make_account() for _ in range(4))
        post_bill(self.owing, 90, 10)
        post_bill(self.owing, 5, sequence=2)
        post_bill(self.credited, -30)
        ledger.reverse(post_bill(self.settled, 70), by=act())

    def test_gives_the_open_receivable_of_each_account_that_ever_had_one(self):
        ids = [a.pk for a in (self.owing, self.credited, self.settled, self.never)]
        assert ledger.receivables_of(ids) == {
            self.owing.pk: 105,
            self.credited.pk: -30,
            self.settled.pk: 0,
        }
        assert ledger.receivables_of([]) == {}

    def test_gives_the_same_as_an_expression_on_a_row(self):
        rows = Account.objects.alias(open_fen=ledger.receivable_of_row()).filter(open_fen__gt=0)
        assert list(rows.values_list("pk", flat=True)) == [self.owing.pk]

    def test_agrees_with_balance_and_bills(self):
        for account in (self.owing, self.credited, self.settled, self.never):
            standing = ledger.standing(account.pk)
            assert standing.owed_fen == ledger.balance(account.pk).owed_fen
            assert list(standing.open_bills) == ledger.receivable_by_bill(account.pk)
        assert ledger.standing(self.owing.pk).open_bills == (
            ledger.BillReceivable(1000 + self.owing.pk, MONTH, 105),
        )
