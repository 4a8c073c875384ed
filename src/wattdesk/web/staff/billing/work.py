"""Waking the workers: a run's state is in the record, a queued job only says that there is work.

The web knows the jobs by name: they belong to another layer, which registers them.
"""

from dataclasses import dataclass

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

CALCULATE = "calculate_run"
POST = "post_run"
PRINT = "print_run"


@dataclass(frozen=True, slots=True)
class Queued:
    """How many jobs of a run wait for a worker and how many are being done."""

    waiting: int
    doing: int

    @property
    def is_nobody(self) -> bool:
        """Neither queued nor in work: a worker ended without a trace, or never was told."""
        return not (self.waiting or self.doing)


def wake(task: str, run_id: int, *, chunks: int) -> None:
    """Queue the work of a run for as many workers as it can use; part of the transaction."""
    for _number in range(max(1, min(settings.WORKERS, chunks))):
        app.configure_task(task, allow_unknown=False).defer(run_id=run_id)


def wake_printer(run_id: int, language: str) -> None:
    """Queue the printing of a run's bills into one file."""
    task = app.configure_task(PRINT, allow_unknown=False, lock=f"print-{run_id}-{language}")
    task.defer(run_id=run_id, language=language)


def queued(task: str, run_id: int, **arguments: str) -> Queued:
    """The jobs of a run that are not finished."""
    found = ProcrastinateJob.objects.filter(
        task_name=task, args__run_id=run_id, status__in=("todo", "doing")
    )
    for name, value in arguments.items():
        found = found.filter(**{f"args__{name}": value})
    states = list(found.values_list("status", flat=True))
    return Queued(states.count("todo"), states.count("doing"))
