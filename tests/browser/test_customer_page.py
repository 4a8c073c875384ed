"""The account page in the browser: found, walked through and unmasked with the keyboard alone."""

import pytest
from django.db import transaction
from django.utils import timezone

from tests.browser.conftest import PASSWORD, settle, violations
from tests.factories.identity import make_staff
from tests.web.accounts import NOW, billed, number_of
from wattdesk.domains.audit import api as audit
from wattdesk.domains.customers import api as customers

SECTIONS = ("", "use/", "bills/", "statement/", "points/", "agreement/", "people/", "time-line/")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world(live_server):
    """Two homes with readings and two released bills each."""
    made = billed({1: [120, 130], 2: [90, 95]})
    with transaction.atomic():
        customers.rebuild_search()
    return made


@pytest.fixture
def officer(world):
    """Sees bills and the ledger too, and may unmask."""
    return make_staff(
        "wangruoxi2", role="BILLING_OFFICER", unit=world.unit, name="王若溪", password=PASSWORD
    )


@pytest.fixture
def clerk(world):
    return make_staff("suwanqing", role="CLERK", unit=world.unit, name="苏晚晴", password=PASSWORD)


def focus_on(page, selector: str) -> None:
    """Press Tab until the element has the focus; a keyboard user's only way to it."""
    for _press in range(150):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


class TestAccountPage:
    def test_is_found_and_opened_from_the_search_box(self, sign_in, officer, world):
        number = number_of(world)
        page = sign_in(officer)
        page.keyboard.press("Control+k")
        page.keyboard.type(number)
        page.wait_for_selector("[role=option].on")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/customers/{number}/")
        assert "住*1" in page.locator("h1").inner_text()

    def test_draws_two_years_of_use_with_a_table_beside(self, sign_in, officer, world):
        page = sign_in(officer, f"/customers/{number_of(world)}/")
        page.wait_for_selector(".wd-chart canvas, .wd-chart svg")
        page.click(".wd-as-table summary")
        assert page.locator(".wd-as-table tbody tr").count() == 12

    def test_every_section_has_its_address_and_its_tab(self, sign_in, officer, world):
        base = f"/customers/{number_of(world)}/"
        page = sign_in(officer, base)
        links = page.locator("nav.wd-tabs a").evaluate_all("a => a.map(x => x.pathname)")
        assert links == [base + section for section in SECTIONS]

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("section", SECTIONS)
    def test_axe_finds_nothing(self, sign_in, officer, world, live_server, section, theme):
        page = sign_in(officer)
        page.context.add_cookies([{"name": "wd_theme", "value": theme, "url": live_server.url}])
        page.goto(f"/customers/{number_of(world)}/{section}")
        settle(page)
        assert violations(page) == []

    def test_fits_a_phone(self, sign_in, officer, world):
        page = sign_in(officer)
        page.set_viewport_size({"width": 360, "height": 740})
        for section in SECTIONS:
            page.goto(f"/customers/{number_of(world)}/{section}")
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, section


class TestUnmasking:
    def test_shows_a_phone_once_for_a_reason_with_the_keyboard_alone(self, sign_in, clerk, world):
        page = sign_in(clerk, f"/customers/{number_of(world)}/people/")
        assert "13800000001" not in page.content()
        focus_on(page, ".wd-masked [href*='phone%3A'], .wd-masked [href*='phone:']")
        page.keyboard.press("Enter")
        page.wait_for_selector("form.wd-unmask-f")
        assert page.evaluate("document.activeElement.name") == "reason"
        assert violations(page) == []
        page.keyboard.type("回访停电")
        page.keyboard.press("Enter")
        page.wait_for_selector(".wd-masked.is-shown")
        assert page.locator(".wd-masked.is-shown").inner_text() == "13800000001"
        page.reload()
        assert "13800000001" not in page.content()
        (entry,) = audit.list_entries(actions=["customers.unmask"])
        assert entry.reason == "回访停电"


class TestEdits:
    def test_a_phone_is_added_with_the_keyboard_alone(self, sign_in, clerk, world):
        number = number_of(world)
        page = sign_in(clerk, f"/customers/{number}/people/")
        focus_on(page, "a[href*='phones/']")
        page.keyboard.press("Enter")
        page.wait_for_selector("#id_phone")
        settle(page)
        assert violations(page) == []
        focus_on(page, "#id_phone")
        page.keyboard.type("12345")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#id_phone_error")
        settle(page)
        assert page.evaluate("document.activeElement.id") == "id_phone"
        assert violations(page) == []
        page.fill("#id_phone", "13912345678")
        page.fill("#id_reason", "窗口登记")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(f"**/customers/{number}/people/")
        assert "139****5678" in page.content()

    def test_the_rule_of_a_price_class_shows_while_one_chooses(self, sign_in, clerk, world):
        page = sign_in(clerk, f"/customers/{number_of(world)}/agreement/price/")
        page.select_option("#id_schedule", "LC-RES-TOU")
        page.wait_for_function(
            "() => document.querySelector('#price-fields').innerText.includes('谷')"
        )
        settle(page)
        assert violations(page) == []


class TestList:
    def test_is_opened_with_the_keyboard_and_axe_finds_nothing(self, sign_in, officer, world):
        page = sign_in(officer, "/customers/")
        assert violations(page) == []
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/customers/1*/")
