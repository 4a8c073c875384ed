"""Signing in and finding something with the keyboard alone; nothing that axe objects to."""

import pytest

from tests.browser.conftest import settle, violations
from wattdesk.web import providers
from wattdesk.web.providers import Hit


@pytest.fixture
def accounts(monkeypatch):
    """Two accounts that any search finds."""

    def search(viewer, text, limit):
        return [
            Hit("户", (("澜川", False), ("恒瑞", True)), "/help/#account"),
            Hit("户", (("鸿瑞", True), ("超市", False)), "/help/#segment"),
        ]

    monkeypatch.setattr(providers, "_areas", {})
    providers.register("customers", search=search)


class TestSignIn:
    def test_with_the_keyboard_alone(self, sign_in, officer):
        page = sign_in(officer)
        assert page.locator("h1").inner_text() == "工作台"
        assert "王若溪" in page.locator(".wd-me").inner_text()

    def test_a_wrong_password_is_told_and_the_cursor_stands_in_it(self, screen, officer):
        screen.goto("/sign-in/")
        for word, key in (("wangruoxi", "Tab"), ("wrong-wrong-1", "Enter")):
            screen.keyboard.type(word)
            screen.keyboard.press(key)
        screen.wait_for_selector("[role=alert]")
        assert "登录名与密码不符" in screen.locator("[role=alert]").inner_text()
        assert screen.evaluate("document.activeElement.name") == "password"
        assert violations(screen) == []

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing(self, screen, live_server, language, theme):
        for name, value in (("wd_language", language), ("wd_theme", theme)):
            screen.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        screen.goto("/sign-in/")
        settle(screen)
        assert violations(screen) == []


class TestSearchBox:
    def test_finds_and_opens_with_the_keyboard(self, sign_in, officer, accounts):
        page = sign_in(officer)
        page.keyboard.press("Control+k")
        page.keyboard.type("hr")
        page.wait_for_selector("[role=option].on")
        assert page.locator("[role=option]").count() == 2
        assert page.locator("[role=option].on mark").inner_text() == "恒瑞"
        page.keyboard.press("ArrowDown")
        assert page.locator("[role=option].on mark").inner_text() == "鸿瑞"
        chosen = page.locator("[role=option].on").get_attribute("id")
        assert page.locator("#wd-search input").get_attribute("aria-activedescendant") == chosen
        assert violations(page) == []
        page.keyboard.press("Enter")
        page.wait_for_url("**/help/#segment")

    def test_slash_opens_and_escape_closes(self, sign_in, officer):
        page = sign_in(officer)
        page.keyboard.press("/")
        assert page.locator("#wd-search").evaluate("d => d.open")
        page.keyboard.press("Escape")
        assert not page.locator("#wd-search").evaluate("d => d.open")


class TestFrame:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_axe_finds_nothing_on_the_workbench(
        self, sign_in, officer, live_server, language, theme
    ):
        page = sign_in(officer)
        for name, value in (("wd_language", language), ("wd_theme", theme)):
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page.goto("/")
        settle(page)
        assert violations(page) == []

    def test_help_opens_by_its_key(self, sign_in, officer):
        page = sign_in(officer)
        page.keyboard.press("?")
        assert "快捷键" in page.locator("#wd-help").inner_text()
        assert violations(page) == []

    def test_dark_and_large_type_come_at_once_and_stay(self, sign_in, officer):
        page = sign_in(officer)
        page.click("button[name=theme]")
        page.click("button[name=type]")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        page.reload()
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        assert page.locator("html").get_attribute("data-type") == "large"

    def test_the_language_switches(self, sign_in, officer):
        page = sign_in(officer)
        page.click("button[name=language][value=en]")
        page.wait_for_selector("html[lang=en]")
        assert page.locator("h1").inner_text() == "Workbench"

    def test_works_without_script(self, chromium, live_server, officer):
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
        page = context.new_page()
        page.goto("/sign-in/")
        page.fill("[name=login]", officer.username)
        page.fill("[name=password]", "correct-horse-9-battery")
        page.click("main button[type=submit]")
        assert page.locator("h1").inner_text() == "工作台"
        page.click("button[name=theme]")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        context.close()

    def test_a_phone_has_the_navigation_behind_a_button(self, sign_in, officer):
        page = sign_in(officer)
        page.set_viewport_size({"width": 360, "height": 740})
        assert not page.locator(".wd-nav").is_visible()
        page.click(".wd-burger")
        assert page.locator(".wd-nav").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
