"""The books on screen: trial balance, statement, postings of a bill, the proof."""

import pytest

from tests.factories.identity import make_staff, make_unit
from tests.web.billing_world import FEBRUARY, Supplier, make_supplier
from tests.web.html import text_of
from wattdesk.domains.audit import api as audit
from wattdesk.domains.customers.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier() -> Supplier:
    return make_supplier()


def number(supplier: Supplier, home: int) -> str:
    return Account.objects.get(pk=supplier.world.accounts[home]).number


class TestTrialBalance:
    def test_is_balanced_by_month_and_unit(self, supplier):
        client = supplier.client("ACCOUNTANT")
        unit = supplier.world.unit
        page = text_of(client.get("/ledger/", {"month": "2026-01", "unit": unit.path}))
        assert "balanced" in page
        assert page.count("201.75") >= 3  # 64.56 + 134.50 + 2.69, debited and credited
        assert "Electricity receivable" in page

    def test_takes_all_months_when_asked(self, supplier):
        assert "201.75" in text_of(supplier.client("ACCOUNTANT").get("/ledger/?month=all"))

    def test_says_when_nothing_was_booked(self, supplier):
        page = text_of(supplier.client("ACCOUNTANT").get("/ledger/?month=2024-01"))
        assert "Nothing was booked in this month" in page

    @pytest.mark.parametrize("month", ["", "nonsense", "0001-01", "9999-12"])
    def test_takes_the_present_month_for_what_is_no_month(self, supplier, month):
        assert supplier.client("ACCOUNTANT").get("/ledger/", {"month": month}).status_code == 200

    def test_shows_another_unit_zeros(self, supplier):
        stranger = supplier.client(make_staff(role="ACCOUNTANT", unit=make_unit()))
        assert "201.75" not in text_of(stranger.get("/ledger/?month=all"))

    def test_is_closed_to_clerks(self, supplier):
        assert supplier.client("CLERK").get("/ledger/").status_code == 403


class TestStatement:
    def test_shows_movements_with_the_balance_after_each(self, supplier):
        supplier.release()
        url = f"/ledger/accounts/{number(supplier, 1)}/?from=2026-01-01&to=2026-12-31"
        page = text_of(supplier.client("ACCOUNTANT").get(url))
        assert "Bill released" in page
        assert "134.50" in page  # 64.56, then 69.94 more
        assert f"/ledger/bills/{supplier.bill_of(1, FEBRUARY)}/" in page
        assert "2 movements" in page

    def test_begins_with_what_was_before(self, supplier):
        supplier.release()
        url = f"/ledger/accounts/{number(supplier, 1)}/?from=2099-01-01&to=2099-12-31"
        page = text_of(supplier.client("ACCOUNTANT").get(url))
        assert "Nothing was booked in these days" in page
        assert "134.50" in page

    @pytest.mark.parametrize("day", ["nonsense", "9999-12-31", "0001-01-01"])
    def test_leaves_out_days_that_are_none(self, supplier, day):
        url = f"/ledger/accounts/{number(supplier, 1)}/"
        answer = supplier.client("ACCOUNTANT").get(url, {"from": day, "to": day})
        assert answer.status_code == 200

    def test_is_not_found_for_another_unit(self, supplier):
        stranger = supplier.client(make_staff(role="ACCOUNTANT", unit=make_unit()))
        assert stranger.get(f"/ledger/accounts/{number(supplier, 1)}/").status_code == 404


class TestBill:
    def test_shows_its_postings_on_both_sides(self, supplier):
        page = text_of(supplier.client("ACCOUNTANT").get(f"/ledger/bills/{supplier.bill_of(2)}/"))
        assert page.count("134.50") >= 3
        assert "Electricity revenue" in page
        assert "unpaid" in page

    def test_of_nothing_stands_in_the_journal_and_moves_nothing(self, supplier):
        supplier.release()
        bill = supplier.bill_of(3, FEBRUARY)
        page = text_of(supplier.client("ACCOUNTANT").get(f"/ledger/bills/{bill}/"))
        assert "A bill of 0.00" in page


class TestProof:
    def test_is_made_on_demand_and_kept(self, supplier):
        client = supplier.client("ACCOUNTANT")
        assert "Not proved yet" in text_of(client.get("/ledger/books/"))
        page = text_of(client.post("/ledger/books/", follow=True))
        assert "The books balance, and bills and ledger agree." in page
        (entry,) = audit.timeline("ledger:books")
        assert (entry.action, (entry.after or {})["problems"]) == ("ledger.verify", 0)
        assert "The books balance" in text_of(client.get("/ledger/"))

    def test_comes_as_a_part_for_a_script(self, supplier):
        client = supplier.client("ACCOUNTANT")
        page = text_of(client.post("/ledger/books/", headers={"HX-Request": "true"}))
        assert 'id="proof"' in page
        assert "<html" not in page

    def test_finds_an_amount_changed_behind_the_programs_back(self, supplier, as_owner):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE side = 'D'")
            cursor.execute("SET session_replication_role = origin")
        page = text_of(supplier.client("ACCOUNTANT").post("/ledger/books/", follow=True))
        assert "wrong with the books" in page
        assert "The debits of a transaction are not its credits." in page

    def test_is_refused_to_those_who_see_a_part_only(self, supplier):
        make_unit()  # somebody else's books
        client = supplier.client("ACCOUNTANT")
        assert "Prove now" not in text_of(client.get("/ledger/books/"))
        assert client.post("/ledger/books/").status_code == 403
        assert audit.timeline("ledger:books") == []
