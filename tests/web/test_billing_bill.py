"""The bill's page, its parts from hand-built documents, its PDF; drafts; the list of bills."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import translation

from tests.factories import bill_documents as papers
from tests.factories.identity import make_staff, make_unit
from tests.web.billing_world import FEBRUARY, Supplier, make_supplier
from tests.web.html import text_of
from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Bill
from wattdesk.web.staff.billing import bill_facts, bill_lines


@pytest.fixture
def supplier(db) -> Supplier:
    return make_supplier()


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


class TestLines:
    def test_stand_in_groups_that_add_up_to_the_total(self):
        bill = papers.firm_bill()
        groups = bill_lines.groups(bill, None)
        assert [g.name for g in groups][:2] == ["Energy", "Network losses"]
        assert sum(g.amount_fen for g in groups) == bill.total_fen
        assert all(g.last_fen is None and g.change_fen is None for g in groups)

    def test_have_last_months_amounts_beside(self):
        bill = papers.firm_bill()
        line = bill.lines[0]
        last = papers.firm_bill(lines=(replace(line, amount_fen=line.amount_fen - 100_00),))
        (first, *_), *_ = [g.lines for g in bill_lines.groups(bill, last)]
        assert (first.last_fen, first.change_fen) == (line.amount_fen - 100_00, 100_00)

    def test_that_are_gone_are_shown_so_that_the_sums_agree(self):
        bill, last = papers.firm_bill(), papers.firm_bill()
        fewer = replace(bill, lines=bill.lines[1:])
        group = bill_lines.groups(fewer, last)[0]
        gone = group.lines[-1]
        assert (gone.amount_fen, gone.last_fen) == (None, last.lines[0].amount_fen)
        assert group.change_fen == -last.lines[0].amount_fen

    def test_of_two_prices_in_one_period_are_compared_in_the_sum_only(self):
        bill = papers.firm_bill()
        twice = (bill.lines[0], replace(bill.lines[0], position=101))
        (group,) = bill_lines.groups(replace(bill, lines=twice), replace(bill, lines=twice[:1]))
        assert [line.change_fen for line in group.lines] == [None, None]
        assert group.change_fen == bill.lines[0].amount_fen

    def test_on_money_show_a_rate(self):
        (line,) = [ln for ln in papers.firm_bill().lines if ln.code == "PF_ADJ"]
        assert bill_lines.line_quantity(line) == "157,000.44"
        assert bill_lines.line_price(line) == "−0.75%"

    def test_leave_the_period_of_the_day_to_its_letter(self):
        from wattdesk.domains.billing.data import Text

        line = replace(
            papers.firm_bill().lines[1], name=Text("代理购电电费（高峰）", "Purchased energy, peak")
        )
        assert bill_lines.plain_name(line) == "Purchased energy"
        with translation.override("zh-hans"):
            assert bill_lines.plain_name(line) == "代理购电电费"


class TestReadings:
    def test_say_difference_ratio_and_quantity(self):
        (meter, *_) = bill_lines.meters(papers.firm_bill().readings)
        total = meter.rows[0]
        assert (total.last, total.this, total.difference, total.ratio, total.quantity) == (
            "4,812.36", "4,917.36", "105.00", "2,000", "210,000",
        )  # fmt: skip

    def test_past_zero_show_what_was_billed(self):
        row = replace(
            papers.firm_bill().readings[0],
            last=Decimal("999990"), this=Decimal("15"), multiplier=Decimal(1),
            quantity=Decimal(25), marks=("ROLLOVER",),
        )  # fmt: skip
        (reading,) = bill_lines.meters([row])[0].rows
        assert reading.difference == "25"
        assert reading.marks == ["rolled over"]

    def test_of_daily_energy_have_no_register(self):
        row = replace(papers.firm_bill().readings[0], meter_number="", last=None, this=None)
        (meter,) = bill_lines.meters([row])
        assert (meter.meter, meter.rows[0].last, meter.rows[0].difference) == ("", "—", "—")


class TestFacts:
    def test_set_the_last_bill_beside_without_inventing_effects(self):
        bill = papers.firm_bill()
        last = billing.BillRow(
            bill_id=1, account_id=bill.account_id, receivable_month=date(2026, 10, 1),
            from_date=date(2026, 9, 1), to_date=date(2026, 10, 1),
            released_at=datetime(2026, 10, 4, tzinfo=UTC), due_date=date(2026, 10, 20),
            energy_kwh=Decimal(192_000), total_fen=151_346_56, marks=(), schedule_code="X",
        )  # fmt: skip
        found = bill_facts.comparison(bill, last)
        assert found is not None
        assert found.change_fen == 13_968_38
        assert [(f.last, f.this, f.change) for f in found.facts] == [
            ("30", "31", "+1"),
            ("192,000", "210,000", "+18,000"),
            ("6,400.0", "6,774.2", "+374.2"),
            ("0.7883", "0.7872", "−0.0011"),
        ]

    def test_of_a_first_bill_compare_nothing(self):
        assert bill_facts.comparison(papers.firm_bill(), None) is None

    def test_place_the_account_in_its_blocks(self):
        bill = replace(
            papers.firm_bill(), energy_kwh=Decimal(243), block_used_kwh=Decimal(3130),
            block_limits_kwh=(Decimal(2760), Decimal(4800)), block_year_start=date(2026, 1, 1),
        )  # fmt: skip
        found = bill_facts.blocks(bill)
        assert found is not None
        assert found.sentence == (
            "3,130 kWh used, 243 of them in this bill: block 2, 1,670 kWh left in it"
        )
        assert found.resets == date(2027, 1, 1)
        assert [mark.at for mark in found.limits] == ["50.00", "86.96"]

    def test_without_blocks_have_no_bar(self):
        assert bill_facts.blocks(papers.firm_bill()) is None

    def test_say_what_is_not_plain(self):
        texts = [t.text for t in bill_facts.trust(papers.firm_bill(marks=("ESTIMATED",)))]
        assert "Estimated: the next reading sets it right" in texts
        draft = papers.firm_bill(is_draft=True, bill_id=None, released_at=None)
        assert "Not released: nobody owes this yet" in [t.text for t in bill_facts.trust(draft)]

    def test_write_the_amount_in_words(self):
        assert bill_facts.in_words(165_314_94).startswith("One hundred sixty-five thousand")
        with translation.override("zh-hans"):
            assert bill_facts.in_words(165_314_94) == "壹拾陆万伍仟叁佰壹拾肆元玖角肆分"


class TestPage:
    def test_shows_all_from_reads_to_the_ledger(self, supplier):
        supplier.release()
        bill_id = supplier.bill_of(1, FEBRUARY)
        page = text_of(supplier.officer().get(f"/billing/bills/{bill_id}/"))
        total = Bill.objects.get(pk=bill_id).total_fen
        assert f"{total // 100}.{total % 100:02d}" in page
        assert "5.38 CNY more than the last bill" in page  # 10 kWh more at 0.538
        assert "Independent check agrees" in page
        assert "Calculated: 王若溪" in page
        assert "Released: 周启明" in page
        assert "130 × 0.538 = 69.94" in page
        assert f"/billing/bills/{bill_id}/en.pdf" in page
        assert f"/ledger/bills/{bill_id}/" in page
        assert "This is a draft." not in page

    def test_speaks_chinese(self, supplier):
        page = text_of(supplier.officer("zh-hans").get(f"/billing/bills/{supplier.bill_of(1)}/"))
        assert "陆拾肆元伍角陆分" in page
        assert "本户在这里的第一张账单" in page

    def test_masks_names_for_those_who_may_not_see_them(self, supplier):
        url = f"/billing/bills/{supplier.bill_of(1)}/"
        assert "住户1" in text_of(supplier.officer().get(url))
        page = text_of(supplier.client("TARIFF_OFFICER").get(url))
        assert "住户1" not in page
        assert "住*1" in page

    def test_is_not_found_for_another_unit(self, supplier):
        stranger = supplier.client(make_staff(role="BILLING_OFFICER", unit=make_unit()))
        assert stranger.get(f"/billing/bills/{supplier.bill_of(1)}/").status_code == 404

    def test_of_nothing_used_says_so(self, supplier):
        supplier.release()
        page = text_of(supplier.officer().get(f"/billing/bills/{supplier.bill_of(3, FEBRUARY)}/"))
        assert "No charges: nothing was used in this period." in page


class TestPdf:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_comes_in_both_languages(self, supplier, language):
        answer = supplier.officer().get(f"/billing/bills/{supplier.bill_of(1)}/{language}.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("inline")
        assert answer.content.startswith(b"%PDF-")

    def test_is_made_for_a_release_at_any_moment(self, supplier):
        from wattdesk.domains.billing.printing.bill_pdf import render_bill

        odd = papers.firm_bill(released_at=datetime(2026, 11, 4, 1, 5, 7, 123456, tzinfo=UTC))
        assert render_bill(odd, language="en").startswith(b"%PDF-")

    def test_knows_no_other_language(self, supplier):
        answer = supplier.officer().get(f"/billing/bills/{supplier.bill_of(1)}/fr.pdf")
        assert answer.status_code == 404


class TestDraft:
    def test_says_that_it_is_one_everywhere(self, supplier):
        account = supplier.world.accounts[1]
        page = text_of(
            supplier.officer().get(f"/billing/runs/{supplier.in_review}/drafts/{account}/?list=ALL")
        )
        for words in ("Draft bill 2026-02", "This is a draft.", "Amount, drafted",
                      "Not released: nobody owes this yet"):  # fmt: skip
            assert words in page
        assert ".pdf" not in page

    def test_leads_to_the_next_of_its_list(self, supplier):
        first, second, _third = billing.draft_rows(supplier.in_review, "ALL")["account_id"]
        base = f"/billing/runs/{supplier.in_review}/drafts"
        page = supplier.officer().get(f"{base}/{first}/?list=ALL")
        assert page.context["next_url"] == f"{base}/{second}/?list=ALL&page=1"
        assert page.context["previous_url"] == ""

    def test_of_a_held_account_is_not_there(self, supplier):
        url = f"/billing/runs/{supplier.in_review}/drafts/{supplier.world.accounts[4]}/"
        assert supplier.officer().get(url).status_code == 404


class TestList:
    def test_shows_the_latest_first(self, supplier):
        supplier.release()
        page = supplier.officer().get("/billing/bills/")
        assert [row.key for row in page.context["rows"]] == list(
            Bill.objects.order_by("-pk").values_list("pk", flat=True)
        )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("month=2026-01", 3),
            ("month=2026-02", 3),
            ("month=2026-01&month=2026-02", 6),
            ("amount_min=100", 2),
            ("energy_max=0", 1),
            ("marks=ESTIMATED", 0),
            ("class=LC-RES", 6),
            ("segment=nowhere", 0),
            ("run=nonsense", 0),
            ("q=9", 0),
        ],
    )
    def test_filters(self, supplier, query, found):
        supplier.release()
        page = supplier.officer().get(f"/billing/bills/?{query}")
        assert len(page.context["rows"]) == found

    def test_finds_by_run_segment_and_account(self, supplier):
        client = supplier.officer()
        bill = Bill.objects.select_related("account").get(pk=supplier.bill_of(2))
        for query, found in (
            (f"run={supplier.released}", 3),
            (f"segment={supplier.code}", 3),
            (f"q={bill.account.number}", 1),
        ):
            page = client.get(f"/billing/bills/?{query}")
            assert len(page.context["rows"]) == found, query

    def test_shows_another_units_people_nothing(self, supplier):
        stranger = supplier.client(make_staff(role="BILLING_OFFICER", unit=make_unit()))
        assert stranger.get("/billing/bills/").context["rows"] == []

    def test_goes_to_excel_with_money_as_numbers(self, supplier):
        answer = supplier.officer().get("/billing/bills/?month=2026-01&export=xlsx")
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        rows = list(book.active.iter_rows(values_only=True))
        amounts = sorted(row[rows[0].index("Amount (CNY)")] for row in rows[1:])
        assert [round(amount * 100) for amount in amounts] == [269, 6456, 13450]


class TestMoney:
    def test_is_open_until_paid_and_late_after_the_due_date(self, supplier):
        bill = billing.get_bill_document(supplier.bill_of(1))
        on_the_day = bill_facts.open_of(bill, bill.due_date)
        assert on_the_day is not None
        assert (on_the_day.open_fen, on_the_day.paid_fen, on_the_day.overdue_days) == (6456, 0, 0)
        later = bill_facts.open_of(bill, bill.due_date + timedelta(days=4))
        assert later is not None
        assert later.overdue_days == 4

    def test_of_a_draft_is_in_no_ledger(self, supplier):
        draft = billing.get_draft_document(supplier.in_review, supplier.world.accounts[1])
        assert bill_facts.open_of(draft, date(2026, 12, 1)) is None
