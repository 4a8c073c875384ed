"""A run by keyboard alone: look through the lists, propose; the second person signs; the end."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PASSWORD, settle, violations
from tests.factories.identity import make_staff
from tests.web.billing_world import Supplier, make_supplier
from wattdesk.domains.billing import api as billing
from wattdesk.domains.identity.models import Staff
from wattdesk.usecases import monthly_billing


@pytest.fixture
def supplier(live_server) -> Supplier:
    return make_supplier()


@pytest.fixture
def proposer(supplier: Supplier) -> Staff:
    return make_staff(
        "wangruoxi", role="BILLING_OFFICER", unit=supplier.world.unit, password=PASSWORD
    )


@pytest.fixture
def releaser(supplier: Supplier) -> Staff:
    return make_staff(
        "zhouqiming", role="BILLING_SUPERVISOR", unit=supplier.world.unit, password=PASSWORD
    )


def press(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for that page."""
    with page.expect_navigation():
        page.keyboard.press(key)
    settle(page)


class TestRun:
    def test_is_reviewed_and_proposed_by_keyboard(self, sign_in, supplier, proposer):
        url = f"/billing/runs/{supplier.in_review}/"
        page = sign_in(proposer, url)
        assert violations(page) == []
        press(page, "Enter")  # the first list
        while "/billing/runs/" in page.url and not page.url.endswith(url):
            assert violations(page) == []
            press(page, "Enter")  # looked through, next
        assert page.locator(".wd-note.is-ok").is_visible()
        press(page, "Control+Enter")  # propose
        assert supplier.state() == "PROPOSED"
        assert page.locator("#release button[disabled]").is_visible()

    def test_is_signed_by_another_and_shows_its_end_by_itself(self, sign_in, supplier, releaser):
        supplier.propose()
        page = sign_in(releaser, f"/billing/runs/{supplier.in_review}/")
        press(page, "Control+Enter")
        assert supplier.state() == "RELEASING"
        assert page.locator("#progress").get_attribute("hx-trigger") == "every 2s"
        monthly_billing.post(supplier.in_review, act_now=supplier.world.by_supervisor)
        page.wait_for_selector("#prints")  # the page came anew, with what a released run offers
        settle(page)
        assert violations(page) == []
        assert billing.get_run(supplier.in_review).state == "RELEASED"

    def test_leads_from_draft_to_draft(self, sign_in, supplier, proposer):
        first, second, *_rest = billing.draft_rows(supplier.in_review, "ALL")["account_id"]
        base = f"/billing/runs/{supplier.in_review}/drafts"
        page = sign_in(proposer, f"{base}/{first}/?list=ALL")
        assert violations(page) == []
        press(page, "ArrowRight")
        assert f"{base}/{second}/" in page.url
        press(page, "ArrowLeft")
        assert f"{base}/{first}/" in page.url


class TestBill:
    def test_opens_and_closes_all_its_lines_with_one_key(self, sign_in, supplier, proposer):
        page = sign_in(proposer, f"/billing/bills/{supplier.bill_of(1)}/")
        lines = page.locator("#charges details")
        page.keyboard.press("e")
        assert page.locator("#charges details[open]").count() == lines.count() > 0
        assert violations(page) == []
        page.keyboard.press("e")
        assert page.locator("#charges details[open]").count() == 0
