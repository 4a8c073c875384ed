"""Posting a chunk of reviewed drafts: as the product does it, and by Django's bulk_create."""

import json
import subprocess
import sys

from bench.county import MONTH, County
from bench.report import Report


def measure(report: Report, county: County) -> None:
    """The same bills, lines, transactions and entries, in one transaction each, rolled back."""
    county.make()
    county.fresh()
    done = subprocess.run(
        [sys.executable, "-m", "bench.drive_posting", MONTH],
        env=county.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    report.add(
        "posting",
        f"{found['bills']:,} bills with lines and ledger: by COPY / by bulk_create",
        f"{found['copy_rate']:,.0f} / {found['orm_rate']:,.0f} bills a second",
        f"{found['copy_rate'] / found['orm_rate']:.1f}×",
        "15×",
    )
    county.fresh()
