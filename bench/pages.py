"""The customer page under load, with a county's accounts and a month of bills in the database."""

import http.cookiejar
import json
import os
import random
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from bench.county import MONTH, PROJECT, County
from bench.load import drive
from bench.report import Report

PORT = 8197
RATE = 50
SECONDS = 20


def measure(report: Report, county: County) -> None:
    """p50 and p99 at fifty requests a second, and the highest rate."""
    county.make()
    with county.connect() as owner:
        ((bills,),) = owner.execute("SELECT count(*) FROM billing_bill").fetchall()
        if not bills:
            subprocess.run(
                [sys.executable, "-m", "bench.drive", MONTH, "2"],
                env=county.environment, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        ((accounts,),) = owner.execute("SELECT count(*) FROM customers_account").fetchall()
        numbers = [
            row[0]
            for row in owner.execute(
                "SELECT number FROM customers_account TABLESAMPLE SYSTEM (5) LIMIT 2000"
            ).fetchall()
        ]
    random.Random(7).shuffle(numbers)
    with _server(county):
        cookie = _sign_in(county)
        paths = [f"/customers/{n}/" for n in numbers]
        drive(PORT, paths[:300], cookie, seconds=5, rate=0, clients=4)
        steady = drive(PORT, paths, cookie, seconds=SECONDS, rate=RATE, clients=8)
        most = drive(PORT, paths, cookie, seconds=10, rate=0, clients=8)
    with _server(county, settings="bench.plain_settings"):
        cookie = _sign_in(county)
        paths = [f"/plain/{n}/" for n in numbers]
        drive(PORT, paths[:300], cookie, seconds=5, rate=0, clients=4)
        plain = drive(PORT, paths, cookie, seconds=10, rate=0, clients=8)
    report.add(
        "pages",
        f"customer page, {RATE} requests a second, {accounts:,} accounts, {bills or 'a month of'}"
        " bills",
        f"p50 {steady.percentile(0.5):.0f} ms, p99 {steady.percentile(0.99):.0f} ms,"
        f" {steady.failures} failed",
        "",
        "p99 ≤ 100 ms",
    )
    report.add(
        "pages",
        "customer page, most requests a second / the same data through a plain ORM view",
        f"{most.rate:.0f}/s, p99 {most.percentile(0.99):.0f} ms, {most.failures} failed"
        f" / {plain.rate:.0f}/s, p99 {plain.percentile(0.99):.0f} ms, {plain.failures} failed",
        f"{most.rate / plain.rate:.1f}×",
        "1.5×",
    )


@contextmanager
def _server(county: County, settings: str = "wattdesk.config.settings") -> Iterator[None]:
    """The product's web server with two processes, until the block ends."""
    server = subprocess.Popen(
        [sys.executable, "-m", "wattdesk", "serve", "--port", str(PORT), "--web", "2",
         "--jobs", "0"],
        env={
            **county.environment,
            "WATTDESK_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": str(PROJECT),
        },
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait()
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def _sign_in(county: County) -> str:
    """Sign in as a person of the county; returns the session's cookie."""
    notes = json.loads((county.folder / "demo.json").read_text(encoding="utf-8"))
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{PORT}/sign-in/"
    browser.open(address).read()
    token = next(c.value for c in jar if c.name == "csrftoken")
    form = {"login": "supervisor", "password": notes["password"], "csrfmiddlewaretoken": token}
    request = urllib.request.Request(
        address, urllib.parse.urlencode(form).encode(), {"Referer": address}
    )
    browser.open(request).read()
    return "; ".join(f"{c.name}={c.value}" for c in jar)


def _wait() -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/sign-in/", timeout=5)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server on port {PORT} does not answer (pid {os.getpid()})")
