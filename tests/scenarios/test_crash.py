"""kill -9 at random moments: of workers and of PostgreSQL, in calculation and in release.

A small county is billed twice from the same record: once undisturbed, once while processes are
killed at least twenty times. The bills are the same to the fen, none twice, none lost.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest

from wattdesk.toolkit import localdb

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]
KILLS = 20
SEED = 20261122
CUSTOMERS = 600
CHUNK_ACCOUNTS = 3


class County:
    """A demo supplier in a folder of its own, with its own server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = localdb.LocalServer(folder / "pg")
        rules = folder / "rules"
        rules.mkdir(parents=True, exist_ok=True)
        (rules / "billing.yaml").write_text(
            f"- {{name: billing.chunk_accounts, value: {CHUNK_ACCOUNTS},"
            " effective_from: 2001-01-01, source: many small chunks for the crash test}\n"
        )
        kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        self.environment = {
            **kept,
            "WATTDESK_VAR": str(folder),
            "WATTDESK_AS_OWNER": "0",
            "WATTDESK_RULEBOOK_EXTRA": str(rules),
            "POLARS_MAX_THREADS": "1",
        }

    def start(self, *args: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "wattdesk", *args],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that all its workers can be killed with it
        )

    def run(self, *args: str) -> str:
        process = self.start(*args)
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output
        return output

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server.dsn("wattdesk")) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def segment_and_month(self) -> tuple[str, str]:
        """The largest segment that has readings and no bill."""
        ((code, month),) = self.query(
            "SELECT s.code, to_char(max(r.reading_date), 'YYYY-MM') FROM metering_reading r"
            " JOIN metering_register g ON g.id = r.register_id"
            " JOIN metering_installation i ON i.meter_id = g.meter_id"
            " JOIN customers_account_usage_point p ON p.usage_point_id = i.usage_point_id"
            " JOIN customers_account a ON a.id = p.account_id"
            " JOIN metering_reading_segment s ON s.id = a.segment_id AND s.cycle = 'MONTHLY'"
            " WHERE extract(day FROM r.reading_date) = s.reading_day"
            " GROUP BY s.code ORDER BY count(*) DESC LIMIT 1"
        )
        return str(code), str(month)


@pytest.fixture
def county() -> Iterator[County]:
    # Not pytest's own temporary folder: other runs of pytest close that to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="wattdesk-crash-"))
    folder.chmod(0o711)
    county = County(folder)
    county.run("database", "migrate")
    county.run("demo", "--customers", str(CUSTOMERS), "--seed", "11", "--no-bill", "--months", "2")
    yield county
    county.server.stop()
    shutil.rmtree(folder)


def kill_worker(process: "subprocess.Popen[str]") -> None:
    """Kill the command and its worker processes as one."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def disturbed(county: County, draw: random.Random, args: list[str], kills: int) -> int:
    """Run a command again and again, killing it or the server at random moments; returns kills."""
    done = 0
    while True:
        process = county.start(*args)
        if done < kills:
            # Starting takes a good second; the work itself some more: hit both.
            time.sleep(draw.uniform(0.8, 3.5))
            if process.poll() is None:
                if draw.random() < 0.3:
                    county.server.kill()
                    process.communicate(timeout=120)
                else:
                    kill_worker(process)
                county.server.start()
                done += 1
                continue
        output, _ = process.communicate(timeout=300)
        if process.returncode == 0:
            return done
        county.server.start()
        assert "Traceback" not in output or "OperationalError" in output, output[-3000:]


class TestKilledRun:
    def test_gives_the_same_bills_none_twice_none_lost(self, county: County) -> None:
        code, month = county.segment_and_month()
        one_run = ["--segment", code, "--month", month]
        draw = random.Random(SEED)
        # What an undisturbed calculation of the same record gives, account by account.
        expected_file = county.folder / "expected.parquet"
        county.run("bill", "run", *one_run, "--dry-run", "--out", str(expected_file))
        expected = pl.read_parquet(expected_file)

        kills = disturbed(
            county,
            draw,
            ["bill", "run", *one_run, "--as", "billing.officer", "--workers", "2"],
            KILLS // 2,
        )
        county.run("bill", "propose", *one_run, "--as", "billing.officer")
        kills += disturbed(
            county,
            draw,
            ["bill", "release", *one_run, "--as", "billing.supervisor", "--workers", "2"],
            KILLS - kills,
        )
        assert kills == KILLS

        wanted = expected.filter(pl.col("outcome") == "BILLED").sort("account_id")
        found = county.query(
            "SELECT account_id, (energy_kwh * 100)::bigint, total_fen FROM billing_bill"
            " ORDER BY account_id"
        )
        assert found == wanted.select("account_id", "energy_e2", "total_fen").rows()
        ((lines_fen,),) = county.query("SELECT sum(amount_fen)::bigint FROM billing_bill_line")
        assert lines_fen == wanted["total_fen"].sum()
        ((held,),) = county.query("SELECT count(*) FROM billing_hold WHERE ended_at IS NULL")
        assert held == expected.filter(pl.col("outcome") == "HELD").height
        county.run("ledger", "verify")
        county.run("audit", "verify")
