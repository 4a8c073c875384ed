"""The list of accounts: whose rows, masked how, filtered how, exported exactly so."""

import io
import re
from datetime import date

import openpyxl
import pytest
from django.db import transaction
from django.utils import timezone

from tests.factories import billing as supplier
from tests.factories.identity import act
from tests.web import accounts
from tests.web.accounts import NOW, billed, browser, number_of, stranger
from wattdesk.domains.customers import api as customers
from wattdesk.domains.ledger import api as ledger

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world():
    """Home 1 owes two bills, home 2 used nothing, home 3 has no price class."""
    made = billed({1: [120, 130], 2: [0, 0]}, months=(accounts.JANUARY, accounts.FEBRUARY))
    supplier.add_home(made, 3, schedule=None)
    with transaction.atomic():
        customers.rebuild_search()
    return made


def numbers(page: str) -> list[str]:
    """Account numbers in the rows of the page, in order."""
    return re.findall(r'<a href="/customers/(\d+)/">', page)


def listed(client, query: str = "") -> list[str]:
    return numbers(client.get(f"/customers/{query}").content.decode())


class TestRows:
    def test_are_those_of_the_own_units(self, world):
        mine = {number_of(world, home) for home in (1, 2, 3)}
        assert set(listed(browser(world, "CLERK"))) == mine
        assert listed(stranger("CLERK")) == []

    def test_mask_names_and_addresses_and_show_what_is_owed(self, world):
        page = browser(world, "CLERK").get("/customers/").content.decode()
        assert "住*1" in page
        assert "住户1" not in page
        assert "宝华路*号" in page
        assert re.search(r"宝华路\d+号", page) is None
        owed = owed_by_home_1(world)
        assert f"{owed // 100:,}.{owed % 100:02d}" in page

    def test_tell_an_account_without_a_price(self, world):
        assert "no price class" in browser(world, "CLERK").get("/customers/").content.decode()

    def test_take_few_queries_however_many(self, world, django_assert_max_num_queries):
        client = browser(world, "CLERK")
        client.get("/customers/")
        with django_assert_max_num_queries(14):
            client.get("/customers/")


def owed_by_home_1(world) -> int:
    return ledger.balance(world.accounts[1]).owed_fen


class TestFilters:
    def test_by_segment_state_and_unit(self, world):
        client = browser(world, "CLERK")
        everybody = sorted(number_of(world, home) for home in (1, 2, 3))
        assert listed(client, f"?segment={world.segment.code}") == everybody
        assert listed(client, "?segment=NONE") == []
        assert listed(client, "?state=CLOSED") == []
        assert listed(client, "?state=ACTIVE") == everybody
        assert listed(client, f"?unit={world.unit.code}") == everybody

    def test_by_arrears(self, world):
        client = browser(world, "CLERK")
        assert listed(client, "?arrears=yes") == [number_of(world, 1)]
        without = sorted(number_of(world, home) for home in (2, 3))
        assert listed(client, "?arrears=no") == without
        assert len(listed(client, "?arrears=no&arrears=yes")) == 3

    def test_by_price_class_and_by_none(self, world):
        client = browser(world, "CLERK")
        priced = sorted(number_of(world, home) for home in (1, 2))
        assert listed(client, "?price=LC-RES") == priced
        assert listed(client, "?price=NONE") == [number_of(world, 3)]
        assert len(listed(client, "?price=NONE&price=LC-RES")) == 3

    def test_by_what_the_search_finds(self, world):
        client = browser(world, "CLERK")
        assert listed(client, f"?q={number_of(world, 2)}") == [number_of(world, 2)]
        assert listed(client, f"?q={number_of(world, 2)[:6]}") == sorted(
            number_of(world, home) for home in (1, 2, 3)
        )
        assert listed(client, "?q=zhuhu") == sorted(number_of(world, home) for home in (1, 2, 3))
        assert listed(client, "?q=nobody") == []

    def test_leave_out_what_they_do_not_understand_and_say_so(self, world):
        page = browser(world, "CLERK").get("/customers/?price=XXX").content.decode()
        assert len(numbers(page)) == 3
        assert "This condition was left out." in page

    def test_say_which_condition_stands_in_the_way(self, world):
        page = browser(world, "CLERK").get("/customers/?arrears=yes&price=NONE").content.decode()
        assert "Drop one of these and there are results" in page


class TestExport:
    def test_holds_exactly_the_filtered_rows_and_columns(self, world):
        client = browser(world, "CLERK")
        answer = client.get(
            "/customers/?arrears=yes&columns=number&columns=arrears&columns=state&export=xlsx"
        )
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        assert rows[0] == ("Account no.", "Arrears (CNY)", "State")
        owed = owed_by_home_1(world)
        assert [(r[0], round(r[1] * 100), r[2]) for r in rows[1:]] == [
            (number_of(world, 1), owed, "In supply")
        ]


class TestSearchBox:
    def test_finds_accounts_of_the_own_units_with_what_they_owe(self, world):
        page = browser(world, "CLERK").get(f"/search/?q={number_of(world, 1)}").content.decode()
        assert f'href="/customers/{number_of(world, 1)}/"' in page
        assert "owes" in page
        page = stranger("CLERK").get(f"/search/?q={number_of(world, 1)}").content.decode()
        assert f'href="/customers/{number_of(world, 1)}/"' not in page

    def test_tells_a_reader_no_debts(self, world):
        page = browser(world, "READER").get(f"/search/?q={number_of(world, 1)}").content.decode()
        assert f'href="/customers/{number_of(world, 1)}/"' in page
        assert "owes" not in page

    def test_tells_the_state_of_a_closed_account(self, world):
        with transaction.atomic():
            customers.close_account(world.accounts[2], on=MARCH, by=act(at=NOW))
        page = browser(world, "CLERK").get(f"/search/?q={number_of(world, 2)}").content.decode()
        assert "Closed" in page
