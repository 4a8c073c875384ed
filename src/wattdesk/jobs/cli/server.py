"""wattdesk serve, wattdesk worker: the web server and the processes that carry out queued jobs."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from wattdesk.jobs.cli.start import command

THREADS = 4  # of each web process: one slow page does not hold up the others
WAITING = 256  # requests that a web process takes before it refuses
HEARTBEAT_SECONDS = 5
STOP_SECONDS = 20  # for requests and jobs under way, before they are killed
RESTARTS = 5  # of one process within a minute; then something is wrong with it
JOBS_WAIT_SECONDS = 10


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--web", type=int, help="Web processes (default: the setting WORKERS).")
@click.option("--jobs", type=int, help="Job processes (default: the setting WORKERS).")
@command
def serve(host: str, port: int, web: int | None, jobs: int | None) -> None:
    """Start the database, the web server and the workers; Ctrl C ends them all."""
    from django.conf import settings

    require_ready()
    require_free(host, port)
    count = settings.WORKERS if jobs is None else jobs
    children = [
        Child("web", web_command(host, port, web or settings.WORKERS)),
        Child("keeper", worker_command("keeping", 2)),
        *(Child(f"worker {n + 1}", worker_command("billing", 1)) for n in range(count)),
    ]
    sys.exit(supervise(children, host, port))


@click.command()
@click.option("--queues", default="", help="Only these queues, with commas between.")
@click.option("--concurrency", default=2, show_default=True, help="Jobs at the same time.")
@command
def worker(queues: str, concurrency: int) -> None:
    """Carry out queued jobs until stopped; a stop waits a few seconds for jobs under way."""
    from procrastinate.contrib.django import app

    from wattdesk.jobs import queue

    require_ready()
    connected = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    options: dict[str, Any] = {
        "concurrency": concurrency,
        "update_heartbeat_interval": HEARTBEAT_SECONDS,
        "stalled_worker_timeout": queue.STALLED_SECONDS,
        "shutdown_graceful_timeout": JOBS_WAIT_SECONDS,
        "delete_jobs": "successful",
    }
    if queues:
        options["queues"] = [name.strip() for name in queues.split(",")]
    with connected.replace_connector(connected.connector):
        connected.run_worker(**options)


def require_ready() -> None:
    """End with one sentence when the tables are missing or old, or the front end is not built."""
    from django.conf import settings
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as problem:
        raise click.ClickException(
            f"The database cannot be reached ({str(problem).splitlines()[0]}).\n"
            "Make it with: wattdesk database migrate"
        ) from problem
    if waiting:
        raise click.ClickException(
            f"The database lacks {len(waiting)} migrations. Run: wattdesk database migrate"
        )
    if not (settings.STATIC_ROOT / "manifest.json").exists():
        raise click.ClickException("The front end is not built. Run: make static")


def require_free(host: str, port: int) -> None:
    """End with one sentence when something else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise click.ClickException(
                f"Port {port} of {host} is in use: stop what runs there, or choose --port."
            ) from problem


def web_command(host: str, port: int, processes: int) -> list[str]:
    return [
        sys.executable, "-m", "granian",
        "--interface", "wsgi",
        "--host", host,
        "--port", str(port),
        "--workers", str(processes),
        "--blocking-threads", str(THREADS),
        "--backpressure", str(WAITING),
        "--respawn-failed-workers",
        "--no-ws",
        "--log-level", "warning",
        "wattdesk.config.wsgi:application",
    ]  # fmt: skip


def worker_command(queues: str, concurrency: int) -> list[str]:
    options = ["--queues", queues, "--concurrency", str(concurrency)]
    return [sys.executable, "-m", "wattdesk", "worker", *options]


@dataclass(slots=True)
class Child:
    """One process of ours, started anew when it dies."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start in a session of its own, so that Ctrl C reaches only us and we end it in order."""
        self.starts = [t for t in self.starts if t > time.monotonic() - 60] + [time.monotonic()]
        self.process = subprocess.Popen(
            self.command, start_new_session=True, stdin=subprocess.DEVNULL
        )

    def keep_up(self) -> bool:
        """Start anew if it has died; False when it dies again and again."""
        if self.process is not None and self.process.poll() is None:
            return True
        if len(self.starts) > RESTARTS:
            click.echo(f"{self.name} keeps ending; see the lines above.", err=True)
            return False
        if self.process is not None:
            click.echo(f"{self.name} ended with {self.process.returncode}: starting it anew.")
        self.start()
        return True

    def end(self, number: int) -> None:
        """Send a signal to the process and everything it has started."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def supervise(children: list[Child], host: str, port: int) -> int:
    """Keep the processes up until a signal comes; returns the exit code."""
    with stop_signals() as stopped:
        is_announced = False
        try:
            while not stopped:
                if not all(child.keep_up() for child in children):
                    return 1
                if not is_announced and answers(host, port):
                    announce(host, port)
                    is_announced = True
                time.sleep(0.3)
        finally:
            end_all(children)
    return 0


@contextlib.contextmanager
def stop_signals() -> Iterator[list[int]]:
    """A list that is empty until SIGINT or SIGTERM comes."""
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _frame: received.append(got))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_all(children: list[Child]) -> None:
    """Ask all to end, wait, and kill what has not."""
    click.echo("stopping …")
    for child in children:
        child.end(signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.end(signal.SIGKILL)
            child.process.wait()


def answers(host: str, port: int) -> bool:
    reachable = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
    with contextlib.suppress(OSError), socket.create_connection((reachable, port), timeout=1):
        return True
    return False


def announce(host: str, port: int) -> None:
    """Say where it is, and who can sign in when the demonstration has left their names."""
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"\nWattdesk is at http://{shown}:{port}   (Ctrl C ends it)\n")
    for line in demo_people():
        click.echo(f"  {line}")


def demo_people() -> list[str]:
    """Lines of var/demo.json: ``{"password", "people": [{"username", "name", "role"}]}``."""
    from django.conf import settings

    path = settings.VAR / "demo.json"
    if not path.exists():
        return []
    notes = json.loads(path.read_text(encoding="utf-8"))
    # One password of everybody stands beside the people; a person may have another.
    return [
        f"{p['username']:<20} {p.get('password', notes.get('password', '')):<18}"
        f" {p.get('role', '')}  {p.get('name', '')}".rstrip()
        for p in notes.get("people", [])
    ]
