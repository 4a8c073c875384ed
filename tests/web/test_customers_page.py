"""An account's page: its figures, what each role sees of it, and how few queries it takes."""

import itertools
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from tests.factories import metering as meters
from tests.factories.identity import act
from tests.web.accounts import FEBRUARY, NOW, billed, browser, number_of, stranger
from tests.web.html import text_of
from wattdesk.domains.billing import api as billing
from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import (
    AccountEntry,
    AgreementEntry,
    CustomerEntry,
    PhoneEntry,
    ProfileEntry,
)
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering.api import Quality
from wattdesk.domains.metering.data import UsagePeriod
from wattdesk.domains.premises.models import UsagePoint
from wattdesk.web import format as fmt
from wattdesk.web.staff.customers import use

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
SECTIONS = ("", "use/", "bills/", "statement/", "points/", "agreement/", "people/", "time-line/")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world():
    """Home 1 with two released bills, 120 and 130 kWh."""
    return billed({1: [120, 130]})


def address(world, section: str = "") -> str:
    return f"/customers/{number_of(world)}/{section}"


def chart_of(page: str) -> dict:
    return json.loads(re.search(r'id="use-data"[^>]*>(.*?)</script>', page, re.S).group(1))


def change_holder(world, name: str, on: date) -> None:
    by = act(at=NOW)
    with transaction.atomic():
        new = customers.register_customer(
            CustomerEntry("PERSON", name, "PASSPORT", "E99999999", "",
                          (PhoneEntry("13900001111"),)),
            by=by,
        )  # fmt: skip
        customers.change_holder(world.accounts[1], new, AgreementEntry(f"HT-{name}"), on=on, by=by)


class TestOverview:
    def test_says_what_was_billed_and_is_owed(self, world):
        page = text_of(browser(world, "CLERK").get(address(world)))
        bills = billing.account_bills(world.accounts[1])
        total = sum(bill.total_fen for bill in bills)
        assert ledger.balance(world.accounts[1]).owed_fen == total
        for part in (
            fmt.grouped(number_of(world)),
            "住*1",
            fmt.yuan(total),
            fmt.yuan(-total),
            fmt.yuan(bills[0].total_fen),
            f"against the one before {fmt.signed_yuan(bills[0].total_fen - bills[1].total_fen)}",
            "2 bills overdue",  # due 2026-02-24 and 2026-01-24
            "overdue 55 days",
            "130 kWh",
            "Used since 2026-01-01",
            "04-01",  # the next reading day
        ):
            assert part in page, part

    def test_says_difference_ratio_and_quantity_of_each_register(self, world):
        page = text_of(browser(world, "CLERK").get(address(world)))
        row = re.search(r"active total</td>(.*?)</tr>", page).group(1)
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in row.split("</td>")]
        assert cells[:4] == ["120", "250", "130", "1"]
        assert "at 00:00 of 2026-01-01 and 2026-02-01" in page  # once, not in each row

    def test_draws_the_months_beside_the_year_before(self, world):
        meters.read(world.registers[1], {date(2026, 3, 1): 400}, quality=Quality.ESTIMATED)
        page = browser(world, "CLERK").get(address(world)).content.decode()
        data = chart_of(page)
        assert data["labels"][-3:] == ["12", "2026-01", "02"]
        before, now = data["series"]
        assert before["values"][-3:] == [None, None, None]
        assert now["values"][-3:] == [120, 130, 150]
        assert now["hatched"] == [11]

    def test_says_so_where_nothing_was_used(self):
        world = billed({1: [0, 0]})
        page = text_of(browser(world, "CLERK").get(address(world)))
        assert "the register has not moved" in page

    def test_links_the_last_bill_for_who_may_see_it(self, world):
        bill = billing.account_bills(world.accounts[1])[0]
        link = f'href="/billing/bills/{bill.bill_id}/"'
        assert link in text_of(browser(world, "CLERK").get(address(world)))
        assert link not in text_of(browser(world, "READER").get(address(world)))

    def test_is_never_kept_by_a_browser(self, world):
        assert browser(world, "CLERK").get(address(world))["Cache-Control"] == "no-store"

    def test_tells_a_change_of_holder_for_three_months(self, world):
        change_holder(world, "新户主", date(2026, 2, 15))
        page = text_of(browser(world, "CLERK").get(address(world)))
        assert "Holder changed 2026-02-15" in page
        assert "former holder" in page
        assert "住*1" in page  # what the former holder did and owed
        assert "新*主" in page

    def test_no_longer_tells_it_after_that(self, world, monkeypatch):
        change_holder(world, "新户主", date(2026, 2, 15))
        later = NOW.replace(month=6)
        monkeypatch.setattr(timezone, "now", lambda: later)
        page = text_of(browser(world, "CLERK").get(address(world)))
        assert "Holder changed 2026-02-15" not in page

    def test_tells_life_support_only_to_those_who_act_on_it(self, world):
        with transaction.atomic():
            customers.set_profile(
                world.accounts[1],
                ProfileEntry("RESIDENTIAL", "HOUSEHOLD", dependence="LIFE_SUPPORT"),
                by=act(at=NOW),
            )
        assert "Life support at home" in text_of(browser(world, "CLERK").get(address(world)))
        for section in ("", "agreement/"):
            page = text_of(browser(world, "ACCOUNTANT").get(address(world, section)))
            assert "Life support" not in page

    def test_shows_what_the_next_colleague_must_know(self, world):
        with transaction.atomic():
            customers.set_care(
                world.accounts[1], manager_id=world.officer.pk, segment_id=world.segment.pk,
                paper_file="", note="独居老人，请慢说", by=act(at=NOW),
            )  # fmt: skip
        page = text_of(browser(world, "CLERK").get(address(world)))
        assert "独居老人，请慢说" in page
        assert (
            "王若溪"
            in browser(world, "CLERK", language="zh-hans").get(address(world)).content.decode()
        )


class TestOddAccounts:
    def test_a_closed_one_shows_when_and_what_it_left(self, world):
        with transaction.atomic():
            customers.close_account(world.accounts[1], on=date(2026, 3, 1), by=act(at=NOW))
        for section in SECTIONS:
            page = text_of(browser(world, "CLERK").get(address(world, section)))
            assert "Closed 2026-03-01" in page
            assert "account closed" in page
            assert "Assign another" not in page

    def test_one_without_point_price_and_bill_has_every_section(self, world):
        by = act(at=NOW)
        with transaction.atomic():
            holder = customers.register_customer(
                CustomerEntry("PERSON", "空户", "PASSPORT", "E12345678", "",
                              (PhoneEntry("13900002222"),)),
                by=by,
            )  # fmt: skip
            customers.open_account(
                AccountEntry(
                    unit_id=world.unit.pk, opened_date=date(2026, 3, 1), holder_id=holder,
                    agreement=AgreementEntry("HT-LEER"), number="990100999999",
                ),
                by=by,
            )  # fmt: skip
        client = browser(world, "CLERK")
        for section in SECTIONS:
            answer = client.get(f"/customers/990100999999/{section}")
            assert answer.status_code == 200, section
        page = text_of(client.get("/customers/990100999999/"))
        for part in ("No price class", "no segment", "No bill yet", "No use is known yet"):
            assert part in page

    def test_one_that_is_not_there_is_not_found(self, world):
        assert browser(world, "CLERK").get("/customers/123/").status_code == 404


class TestRoles:
    def test_a_stranger_finds_none_of_the_sections(self, world):
        client = stranger("CLERK")
        for section in SECTIONS:
            assert client.get(address(world, section)).status_code == 404, section

    def test_a_reader_sees_no_money(self, world):
        page = text_of(browser(world, "READER").get(address(world)))
        total = sum(bill.total_fen for bill in billing.account_bills(world.accounts[1]))
        assert fmt.yuan(total) not in page
        for word in ("Arrears", "Balance", "Bills", "Statement", "Last bill"):
            assert f">{word}" not in page, word
        assert "Use of 24 months" in page

    def test_an_accountant_sees_no_meters(self, world):
        page = text_of(browser(world, "ACCOUNTANT").get(address(world)))
        assert "Use of 24 months" not in page
        assert "/points/" not in page
        assert "Bills and arrears" in page

    def test_only_a_clerk_is_offered_changes(self, world):
        assert "Change contact" in text_of(browser(world, "CLERK").get(address(world)))
        assert "Change contact" not in text_of(browser(world, "SUPERVISOR").get(address(world)))

    def test_only_those_who_may_unmask_get_the_eye(self, world):
        assert "/unmask/?what=name:" in text_of(browser(world, "CLERK").get(address(world)))
        assert "/unmask/" not in text_of(browser(world, "READER").get(address(world)))


class TestQueries:
    def test_of_the_page_are_few(self, world, django_assert_max_num_queries):
        client, page = browser(world, "BILLING_SUPERVISOR"), address(world)
        client.get(page)
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(page)

    def test_do_not_grow_with_points_parties_phones_and_bills(self, django_assert_max_num_queries):
        months = tuple(date(2026, month, 1) for month in (1, 2, 3))
        world = billed({1: [120, 130, 90]}, months=months)
        account, by = world.accounts[1], act(at=NOW)
        for order in range(3):
            point = meters.make_point(world.unit)
            meters.hang(point, since=FEBRUARY)
            with transaction.atomic():
                customers.attach_point(account, point, from_date=FEBRUARY, by=by)
                payer = customers.register_customer(
                    CustomerEntry("PERSON", f"付款{order}", "PASSPORT", f"E7777777{order}", "",
                                  (PhoneEntry("13900003333"), PhoneEntry("13900004444"))),
                    by=by,
                )  # fmt: skip
                role = ("PAYER", "INVOICE_TITLE", "PRESENT_USER")[order]
                customers.set_party(account, role, payer, from_date=FEBRUARY, by=by)
        client, page = browser(world, "BILLING_SUPERVISOR"), address(world)
        client.get(page)
        with django_assert_max_num_queries(MOST_QUERIES):
            answer = client.get(page)
        assert text_of(answer).count("付*") >= 3


class TestUse:
    def test_lists_every_period_with_its_use_a_day(self, world):
        page = text_of(browser(world, "READER").get(address(world, "use/")))
        assert "2026-01-01 – 2026-02-01" in page
        assert ">4.19<" in page  # 130 kWh in 31 days

    def test_says_where_a_period_cannot_be_told(self, world):
        meters.read(world.registers[1], {date(2026, 3, 1): 10})
        page = text_of(browser(world, "READER").get(address(world, "use/")))
        assert "cannot be told" in page

    @pytest.mark.parametrize(
        ("from_date", "to_date", "month"),
        [
            (date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 1)),
            (date(2026, 1, 22), date(2026, 2, 22), date(2026, 2, 1)),
            (date(2025, 12, 9), date(2026, 2, 9), date(2026, 1, 1)),
        ],
    )
    def test_counts_a_period_to_the_month_of_its_middle(self, from_date, to_date, month):
        assert use.month_of(UsagePeriod(from_date, to_date, Decimal(1), (), "")) == month

    @pytest.mark.parametrize("day", [1, 2, 14, 15, 16, 17, 28])
    def test_every_monthly_period_has_a_month_of_its_own(self, day):
        begins = [date(2025 + n // 12, n % 12 + 1, day) for n in range(24)]
        periods = [UsagePeriod(a, b, Decimal(1), (), "") for a, b in itertools.pairwise(begins)]
        assert len({use.month_of(period) for period in periods}) == len(periods)

    def test_adds_points_and_leaves_a_month_unknown_when_a_part_is(self):
        january = (date(2026, 1, 1), date(2026, 2, 1))
        february = (date(2026, 2, 1), date(2026, 3, 1))
        histories = {
            1: [UsagePeriod(*january, Decimal(10), (), ""), UsagePeriod(*february, None, (), "")],
            2: [UsagePeriod(*january, Decimal(5), ("ESTIMATED",), ""),
                UsagePeriod(*february, Decimal(7), (), "")],
        }  # fmt: skip
        months = use.months_of(histories, date(2026, 3, 20))
        assert [m.energy_kwh for m in months[-2:]] == [Decimal(15), None]
        assert [m.is_estimated for m in months[-2:]] == [True, False]
        assert months[-1].month == date(2026, 2, 1)


class TestMoney:
    def test_bills_are_summed_and_what_is_open_stands_beside(self, world):
        page = text_of(browser(world, "CLERK").get(address(world, "bills/")))
        bills = billing.account_bills(world.accounts[1])
        total = fmt.yuan(sum(bill.total_fen for bill in bills))
        foot = re.search(r"<tfoot>(.*?)</tfoot>", page).group(1)
        assert foot.count(total) == 2
        assert ">250<" in foot

    def test_the_statement_closes_with_the_balance(self, world):
        page = text_of(browser(world, "CLERK").get(address(world, "statement/")))
        owed = fmt.yuan(ledger.balance(world.accounts[1]).owed_fen)
        assert re.search(rf"Closing balance on 2026-03-20.*{owed}", page)
        assert page.count("Bill 2026-0") >= 2

    def test_the_statement_of_other_days_begins_with_what_was_owed_then(self, world):
        asked = "statement/?from=2026-02-10&to=2026-02-01"  # the wrong way round is turned
        page = text_of(browser(world, "CLERK").get(address(world, asked)))
        assert "Opening balance on 2026-02-01" in page
        assert "Closing balance on 2026-02-10" in page


class TestTimeLine:
    def test_tells_bills_and_acts_and_never_the_personal_data(self, world):
        holder = customers.get_account_view(
            number_of(world), scope=_everywhere(world), on=date(2026, 3, 20)
        ).holder
        with transaction.atomic():
            customers.add_phone(
                holder.id, PhoneEntry("13712345678"), by=act(at=NOW, reason="来电登记")
            )
        page = text_of(browser(world, "CLERK").get(address(world, "time-line/")))
        for part in ("Phone added", "来电登记", "Bill 2026-02 released", "Account opened"):
            assert part in page, part
        assert "13712345678" not in page

    def test_can_be_narrowed_to_a_kind(self, world):
        page = text_of(browser(world, "CLERK").get(address(world, "time-line/?kind=money")))
        assert "Bill 2026-02 released" in page
        assert "Account opened" not in page

    def test_goes_on_to_older_records(self, world):
        number, by = number_of(world), act(at=NOW, reason="编号")
        with transaction.atomic():
            for order in range(60):
                customers.set_care(
                    world.accounts[1], manager_id=None, segment_id=world.segment.pk,
                    paper_file=str(order), note="", by=by,
                )  # fmt: skip
        client = browser(world, "CLERK")
        first = text_of(client.get(f"/customers/{number}/time-line/"))
        older = re.search(r'href="(\?before=\d+)"', first).group(1)
        second = text_of(client.get(f"/customers/{number}/time-line/{older}"))
        words = "Segment, manager or note changed"
        assert (first.count(words), second.count(words)) == (50, 10)
        assert "This is the beginning of the records." in second

    def test_takes_no_nonsense_for_a_place(self, world):
        for asked in ("?before=x", "?before=" + "9" * 40, "?kind=nonsense"):
            answer = browser(world, "CLERK").get(address(world, f"time-line/{asked}"))
            assert answer.status_code == 200


def _everywhere(world) -> Scope:
    return Scope("customers.view", (world.unit.path,))


class TestNeighbors:
    def test_other_accounts_at_the_address_are_shown(self, world):
        view = customers.get_account_view(
            number_of(world), scope=_everywhere(world), on=date(2026, 3, 20)
        )
        point = meters.make_point(world.unit)
        place = view.usage_points[0].service_location_id
        UsagePoint.objects.filter(pk=point).update(service_location=place)
        with transaction.atomic():
            customers.open_account(
                AccountEntry(
                    unit_id=world.unit.pk, opened_date=date(2026, 1, 1),
                    holder_id=view.holder.id, agreement=AgreementEntry("HT-NEBEN"),
                    number="990100888888", usage_point_ids=(point,),
                ),
                by=act(at=NOW),
            )  # fmt: skip
        page = text_of(browser(world, "CLERK").get(address(world)))
        assert "same address" in page
        assert 'href="/customers/990100888888/"' in page
        assert "1 more account" in page
