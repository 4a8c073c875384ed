"""The system's Chromium, a page of it that remembers its faults, and people to sign in.

Without Chromium these tests skip and say so; with WATTDESK_REQUIRE_BROWSER=1 (CI) they fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories.identity import make_staff, make_unit
from wattdesk.domains.identity.models import Staff, Unit

PASSWORD = "correct-horse-9-battery"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder need a browser and one process of pytest between them."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for this folder; its loop and its variable end before any other test."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        sentence = "Chromium is not installed (apt-get install chromium fonts-noto-cjk)"
        if os.environ.get("WATTDESK_REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    # Playwright runs a loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def screen(chromium: Browser, live_server) -> Iterator[Page]:
    """A page at 1440 px on the live server; the test fails on any error of a script."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="zh-CN"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def station(live_server) -> Unit:
    return make_unit("370101", parent=make_unit("3701", name="澜川供电公司"), name="澜西供电所")


@pytest.fixture
def officer(station: Unit) -> Staff:
    """A billing officer who can sign in with PASSWORD."""
    return make_staff(
        "wangruoxi", role="BILLING_OFFICER", unit=station, name="王若溪", password=PASSWORD
    )


@pytest.fixture
def sign_in(screen: Page) -> Callable[..., Page]:
    """Sign a person in by hand and come to ``address``."""

    def go(person: Staff, address: str = "/") -> Page:
        screen.goto(f"/sign-in/?next={address}")
        screen.keyboard.type(person.username)
        screen.keyboard.press("Tab")
        screen.keyboard.type(PASSWORD)
        screen.keyboard.press("Enter")
        screen.wait_for_url(lambda url: "/sign-in/" not in url)
        settle(screen)
        return screen

    return go


def settle(page: Page) -> None:
    """Wait for scripts, fonts and partial updates."""
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("html[data-ready='1']", state="attached")
    page.evaluate("document.fonts.ready")


def violations(page: Page) -> list[str]:
    """What axe (WCAG 2.2 A and AA) finds on the page as it stands."""
    report = Axe().run(page, options=RULES).response
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in report["violations"]]
