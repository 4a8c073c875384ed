"""A whole month: reads in the database → released bills in the database."""

import io
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg

from bench.county import MONTH, County
from bench.report import Report

RELEASED = ("billing_bill", "billing_bill_line", "ledger_transaction", "ledger_entry")


def measure(report: Report, county: County, part: str) -> None:
    """With one worker and with two; against a bare COPY of the same rows."""
    county.make()
    size = f"{county.customers:,} accounts"
    seconds: dict[int, float] = {}
    for workers in (1, 2):
        county.fresh()
        done = _run(county, workers)
        seconds[workers] = done["seconds"]
        stages = ", ".join(f"{n} {s:.1f}" for n, s in done["stages"].items() if s >= 0.05)
        report.add(
            part,
            f"{size}, {workers} worker(s): {done['bills']:,} bills released,"
            f" held {done['held']:,}",
            f"{done['seconds']:.1f} s, peak {done['peak_gib']:.2f} GiB",
        )  # fmt: skip
        report.add(part, f"{size}, {workers} worker(s): seconds of work by stage", stages)
    report.add(
        part, f"{size}: two workers against one", f"{seconds[1]:.1f} s / {seconds[2]:.1f} s",
        f"{seconds[1] / seconds[2]:.2f}×", "1.6×",
    )  # fmt: skip
    for workers in (1, 2):
        bare, rows = _bare_copy(county, workers)
        report.add(
            part, f"{size}: bare COPY of the same {rows:,} rows, {workers} connection(s)",
            f"{bare:.1f} s", f"{bare / seconds[workers]:.2f}", "0.45",
        )  # fmt: skip


def _run(county: County, workers: int) -> dict:
    """Drive the run in a process of its own and watch the memory of all its processes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.drive", MONTH, str(workers)],
        env=county.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    peak = 0
    stop = threading.Event()

    def watch() -> None:
        nonlocal peak
        top = psutil.Process(process.pid)
        while not stop.wait(0.2):
            try:
                family = [top, *top.children(recursive=True)]
                peak = max(peak, sum(p.memory_info().rss for p in family if p.is_running()))
            except psutil.Error:
                continue

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    output, _ = process.communicate()
    stop.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(output)
    return {**json.loads(output.splitlines()[-1]), "peak_gib": peak / 2**30}


def _bare_copy(county: County, connections: int) -> tuple[float, int]:
    """COPY the released rows into empty tables with the same columns, keys and indexes."""
    parts: list[tuple[str, bytes]] = []
    rows = 0
    with county.connect() as owner:
        for table in RELEASED:
            owner.execute(f"DROP TABLE IF EXISTS bare_{table}")
            owner.execute(
                f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING DEFAULTS"
                " INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING IDENTITY)"
            )
            buffer = io.BytesIO()
            with owner.cursor().copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
                for chunk in copy:
                    buffer.write(chunk)
            lines = buffer.getvalue().splitlines(keepends=True)
            rows += len(lines)
            cut = len(lines) // connections
            for n in range(connections):
                end = len(lines) if n == connections - 1 else (n + 1) * cut
                parts.append((table, b"".join(lines[n * cut : end])))
        owner.execute("CHECKPOINT")

    def load(part: tuple[str, bytes]) -> None:
        table, content = part
        with (
            psycopg.connect(owner_dsn) as connection,
            connection.cursor().copy(f"COPY bare_{table} FROM STDIN (FORMAT csv)") as copy,
        ):
            for at in range(0, len(content), 8_000_000):
                copy.write(content[at : at + 8_000_000])

    from wattdesk.toolkit import localdb

    owner_dsn = localdb.LocalServer(county.folder / "pg").dsn("wattdesk")
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(load, parts))
    seconds = time.perf_counter() - began
    with county.connect() as owner:
        for table in RELEASED:
            owner.execute(f"DROP TABLE bare_{table}")
    return seconds, rows
