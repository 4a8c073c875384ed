"""A synthetic county of a size, made once and kept under var/bench."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from wattdesk.toolkit import localdb

PROJECT = Path(__file__).resolve().parents[1]
MONTH = "2026-10"
SEGMENT_ACCOUNTS = 50_000


class County:
    """Its folder, server and environment. ``fresh`` makes its bills of the month disappear."""

    def __init__(self, customers: int) -> None:
        self.customers = customers
        self.folder = PROJECT / "var" / "bench" / str(customers)
        self.environment = {
            **{k: v for k, v in os.environ.items() if k != "DATABASE_URL"},
            "WATTDESK_VAR": str(self.folder),
            "WATTDESK_AS_OWNER": "0",
            "DJANGO_SETTINGS_MODULE": "wattdesk.config.settings",
        }

    def make(self) -> None:
        """Make the county's archive and two months of readings, unless it is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        static = self.folder / "static"
        if not static.exists() and (PROJECT / "var" / "static").exists():
            static.symlink_to(PROJECT / "var" / "static")
        if (self.folder / "made").exists():
            localdb.LocalServer(self.folder / "pg").start()
            self.run("database", "migrate")
            return
        began = time.perf_counter()
        self.run("database", "migrate")
        self.run(
            "demo", "--customers", str(self.customers), "--no-bill", "--months", "2",
            "--segment-accounts", str(SEGMENT_ACCOUNTS),
        )  # fmt: skip
        (self.folder / "made").write_text(f"{time.perf_counter() - began:.0f} s\n")

    def run(self, *args: str) -> str:
        """A command of the product on this county."""
        done = subprocess.run(
            [sys.executable, "-m", "wattdesk", *args],
            env=self.environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-4000:])
        return done.stdout

    def connect(self) -> psycopg.Connection:
        """As the owner of the database."""
        server = localdb.LocalServer(self.folder / "pg")
        return psycopg.connect(server.dsn("wattdesk"), autocommit=True)

    def fresh(self) -> None:
        """Remove all runs, bills and postings, as the owner may between two measurements."""
        tables = (
            "billing_bill_line", "billing_bill", "billing_hold", "billing_run_chunk", "billing_run",
            "ledger_entry", "ledger_transaction", "metering_finding",
        )  # fmt: skip
        with self.connect() as owner:
            owner.execute(
                sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
                    sql.SQL(", ").join(sql.Identifier(t) for t in tables)
                )
            )
            owner.execute("VACUUM ANALYZE")
            owner.execute("CHECKPOINT")
