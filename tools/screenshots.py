"""Pictures of pages and an accessibility scan of each: the look that `ui.md` asks for.

    .venv/bin/python tools/screenshots.py out/ --user NAME --password-file FILE / /customers/ …

Opens every address in Chinese and English, light and dark, at 1440, 1280 and 360 px; writes
``<name>-<language>-<theme>-<width>.png`` into the folder and prints, for each picture, what axe
finds (WCAG 2.2 A and AA), what runs over the edge, type under 12 px and errors of scripts. Exit 1
when something was found. The server has to run; Chromium has to be installed.
"""

import argparse
import re
import shutil
import sys
from itertools import product
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
# What runs over the page's edge or out of its box, and type under 12 px.
LOOK = """() => {
  const over = new Set(), small = new Set();
  for (const e of document.querySelectorAll("main *, .wd-top *, .wd-nav *, dialog[open] *")) {
    if (e.closest("svg, .visually-hidden, .wd-scroll")) continue;
    const s = getComputedStyle(e), r = e.getBoundingClientRect();
    if (s.visibility === "hidden" || !e.checkVisibility()) continue;
    if (r.width && r.right > innerWidth + 1) {
      let p = e.parentElement, scrolls = false;
      for (; p; p = p.parentElement) if (getComputedStyle(p).overflowX === "auto") scrolls = true;
      if (!scrolls) over.add("page: " + (e.className || e.tagName));
    }
    if (e.clientWidth && !e.matches("details.wd-menu") && e.scrollWidth > e.clientWidth + 1
        && s.overflowX === "visible" && !["inline", "table-cell"].includes(s.display))
      over.add("box: " + (e.className || e.tagName) + " " + e.textContent.trim().slice(0, 20));
    for (const n of e.childNodes)
      if (n.nodeType === 3 && n.nodeValue.trim() && parseFloat(s.fontSize) < 11.9)
        small.add(s.fontSize + " " + n.nodeValue.trim().slice(0, 20));
  }
  return [...[...over].slice(0, 8), ...[...small].slice(0, 5).map((t) => "small type " + t)];
}"""


def settle(page: Page) -> None:
    """Wait for scripts, fonts, charts and partial updates."""
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("html[data-ready='1']", state="attached")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(250)


def findings(page: Page) -> list[str]:
    """What axe and our own look find on the page as it stands."""
    report: dict[str, Any] = Axe().run(page, options=RULES).response
    found = [
        f"axe {v['id']}×{len(v['nodes'])}: {v['nodes'][0]['html'][:110]}"
        for v in report["violations"]
    ]
    return found + list(page.evaluate(LOOK))


def name_of(address: str) -> str:
    return re.sub(r"[^\w]+", "-", address).strip("-") or "home"


def sign_in(context: BrowserContext, base: str, user: str, password: str) -> None:
    page = context.new_page()
    page.goto(f"{base}/sign-in/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.close()


def shoot(browser: Browser, options: argparse.Namespace) -> int:
    total = 0
    state = None
    if options.user:
        with browser.new_context() as context:
            password = Path(options.password_file).read_text("utf-8").strip()
            sign_in(context, options.base, options.user, password)
            state = context.storage_state()
    looks = product(options.languages, options.themes, options.widths)
    for language, theme, width in looks:
        with browser.new_context(
            viewport={"width": width, "height": 860}, storage_state=state
        ) as context:
            for name, value in (
                ("wd_language", "en" if language == "en" else "zh-hans"),
                ("wd_theme", theme),
                ("wd_type", options.type),
            ):
                context.add_cookies([{"name": name, "value": value, "url": options.base}])
            for address in options.addresses:
                total += picture(context, options, address, f"{language}-{theme}-{width}")
    return total


def picture(context: BrowserContext, options: argparse.Namespace, address: str, look: str) -> int:
    page = context.new_page()
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"script: {error}"))
    page.on(
        "console",
        lambda entry: found.append(f"console: {entry.text}") if entry.type == "error" else None,
    )
    page.goto(options.base + address)
    settle(page)
    for step in options.press:
        page.keyboard.press(step) if len(step) < 12 and "+" in step else page.keyboard.type(step)
        page.wait_for_timeout(400)
    found += findings(page)
    name = f"{name_of(address)}{options.suffix}-{look}"
    page.screenshot(path=Path(options.folder) / f"{name}.png", full_page=not options.press)
    print(f"{name}: {'; '.join(found) if found else 'nothing found'}")
    page.close()
    return len(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="where the pictures go")
    parser.add_argument("addresses", nargs="+", help="paths such as / or /customers/")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="", help="sign-in name; without, nobody is signed in")
    parser.add_argument("--password-file", default="", help="file that holds the password")
    parser.add_argument("--languages", nargs="+", default=["zh", "en"])
    parser.add_argument("--themes", nargs="+", default=["light", "dark"])
    parser.add_argument("--widths", nargs="+", type=int, default=[1440, 1280, 360])
    parser.add_argument("--type", default="normal", choices=["normal", "large"])
    parser.add_argument("--press", nargs="*", default=[], help="keys (Control+k) or text to type")
    parser.add_argument("--suffix", default="", help="added to the pictures' names")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
        return 2
    Path(options.folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        total = shoot(browser, options)
        browser.close()
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
