"""All bills of a released run in one file under ``var/prints``: made once, then only fetched.

Released bills never change, so neither does the file. It grows under another name and appears
whole; beside it a small file says how many bills are set, for those who wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from wattdesk.domains.billing import api as billing


@dataclass(frozen=True, slots=True)
class Printed:
    """How far the file is: ``done`` bills are set, ``size`` bytes once it is there."""

    is_there: bool
    done: int
    size: int


def path_of(run_id: int, language: str) -> Path:
    """Where the file of a run in a language stands, whether it is there or not."""
    folder: Path = settings.VAR / "prints"
    return folder / f"run-{run_id}-{language}.pdf"


def state(run_id: int, language: str) -> Printed:
    """How far the printing of a run is."""
    path = path_of(run_id, language)
    if path.exists():
        return Printed(True, 0, path.stat().st_size)
    try:
        done = int(_counter(path).read_text("ascii"))
    except (FileNotFoundError, ValueError):
        done = 0
    return Printed(False, done, 0)


def print_run(run_id: int, language: str, *, workers: int = 1) -> int:
    """Print all bills of a released run into its file; returns the pages, 0 when it is there."""
    path = path_of(run_id, language)
    if path.exists():
        return 0
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    growing = path.with_suffix(".part")
    pages = billing.render_run(
        run_id, growing, language=language, workers=workers, told=_telling(_counter(path))
    )
    growing.replace(path)
    _counter(path).unlink(missing_ok=True)
    return pages


def _counter(path: Path) -> Path:
    return path.with_suffix(".count")


def _telling(counter: Path, every: int = 50) -> Callable[[int], None]:
    def told(done: int) -> None:
        if done % every == 0:
            counter.write_text(str(done), "ascii")

    return told
