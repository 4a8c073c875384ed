"""``make bench``: measure everything, print a table, keep it in docs/performance.md."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import county, pages, posting, rating, whole_run
from bench.report import Report

PROJECT = Path(__file__).resolve().parents[1]
PARTS = ["rating", "small", "posting", "large", "pages"]


def machine() -> str:
    """Processor, cores, memory and versions in one line."""
    import django
    import polars

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB; Python {platform.python_version()},"
        f" Polars {polars.__version__}, Django {django.__version__}, embedded PostgreSQL"
    )


def main() -> None:
    """Run the parts named on the command line, or all; sizes come from the environment."""
    wanted = sys.argv[1:] or PARTS
    small = int(os.environ.get("BENCH_SMALL", "100000"))
    large = int(os.environ.get("BENCH_LARGE", "1000000"))
    report = Report(machine=machine(), day=datetime.now(tz=UTC).date())
    if "rating" in wanted:
        rating.measure(report)
    if "small" in wanted:
        whole_run.measure(report, county.County(small), "small")
    if "posting" in wanted:
        posting.measure(report, county.County(small))
    if "large" in wanted:
        whole_run.measure(report, county.County(large), "large")
    if "pages" in wanted:
        pages.measure(report, county.County(large))
    report.update(PROJECT / "docs" / "performance.md", PARTS)


main()
