"""Lists in the browser: typing filters, ticking, dry run, paging, all without losing the place."""

import pytest

from tests.browser.conftest import PASSWORD, settle, violations
from tests.factories.identity import make_staff, make_unit
from wattdesk.domains.identity.models import Unit

pytestmark = pytest.mark.urls("tests.web.pages")


@pytest.fixture
def clerk(station):
    """May see and change the rows of the test list; 60 teams below the station."""
    for n in range(60):
        make_unit(f"T{n:03d}", parent=station, name=f"班组{n:03d}")
    return make_staff("suwanqing", role="CLERK", unit=station, password=PASSWORD)


class TestList:
    def test_filters_while_one_types_and_keeps_the_cursor(self, sign_in, clerk):
        page = sign_in(clerk, "/units/")
        page.keyboard.press("/")
        page.keyboard.type("班组01")
        page.wait_for_url("**/units/?q=*")
        page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 10")
        assert page.evaluate("document.activeElement.id") == "list-q"
        page.keyboard.type("5")
        page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 1")
        assert violations(page) == []

    def test_pages_with_the_arrow_keys_and_goes_back_in_history(self, sign_in, clerk):
        page = sign_in(clerk, "/units/")
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/units/?after=*")
        page.wait_for_selector("text=T059")
        page.go_back()
        settle(page)
        assert page.locator("tbody tr").count() == 50

    def test_shows_what_would_happen_and_then_does_it(self, sign_in, clerk):
        page = sign_in(clerk, "/units/?kind=TEAM")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        assert "已选 2 行" in page.locator("[data-selected]").inner_text()
        page.click("button[name=bulk]")
        page.wait_for_selector("aside.wd-dry")
        assert violations(page) == []
        assert not Unit.objects.filter(name="new").exists()
        page.fill("aside [name=name]", "new")
        page.fill("aside [name=reason]", "merged")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".wd-note.is-ok")
        assert Unit.objects.filter(name="new").count() == 2

    def test_lets_go_of_the_selection_with_escape(self, sign_in, clerk):
        page = sign_in(clerk, "/units/")
        page.check("input[data-all]")
        assert page.locator("input[name=row]:checked").count() == 50
        page.keyboard.press("Escape")
        assert page.locator("input[name=row]:checked").count() == 0
        assert not page.locator("[data-selection]").is_visible()
