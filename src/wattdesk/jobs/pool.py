"""Several processes on runs: each takes chunks from the record until none is left."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

CALCULATE = "calculate"
POST = "post"
WAITING = {CALCULATE: "PENDING", POST: "DRAFTED"}


class Pool:
    """This process and its helpers. Helpers share nothing but the record: one that dies leaves its
    chunk to the others."""

    def __init__(self, helpers: ProcessPoolExecutor | None, workers: int) -> None:
        self._helpers = helpers
        self._workers = workers

    def work(self, run_ids: Sequence[int], phase: str) -> int:
        """Carry out a phase of runs; returns the chunks done."""
        from wattdesk.domains.billing import api as billing

        # No more processes than there are chunks.
        chunks = sum(billing.chunks_left(run_id, WAITING[phase]) for run_id in run_ids)
        workers = min(self._workers, chunks)
        if self._helpers is None or workers <= 1:
            return sum(run_phase(run_id, phase) for run_id in run_ids)
        # Each begins at another run, so that they meet late.
        starts = [len(run_ids) * worker // workers for worker in range(workers)]
        orders = [[*run_ids[start:], *run_ids[:start]] for start in starts]
        futures = [self._helpers.submit(_in_helper, order, phase) for order in orders[1:]]
        done = sum(run_phase(run_id, phase) for run_id in orders[0])
        return done + sum(f.result() for f in futures)


@contextmanager
def pool(workers: int) -> Iterator[Pool]:
    """``workers`` processes for several phases. This one is the first and begins at once; the
    others take seconds to start, so they are started now and kept till the end."""
    if workers <= 1:
        yield Pool(None, workers)
        return
    # spawn: a process that has used Polars or a database connection cannot be forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers - 1, mp_context=context, initializer=_ready) as helpers:
        for _ in range(workers - 1):
            helpers.submit(os.getpid)  # a process starts when it is given work
        yield Pool(helpers, workers)


def work(run_ids: Sequence[int], phase: str, *, workers: int) -> int:
    """Carry out one phase of runs with ``workers`` processes; returns the chunks done."""
    with pool(workers) as processes:
        return processes.work(run_ids, phase)


def run_phase(run_id: int, phase: str) -> int:
    """One worker's share of a phase, in this process."""
    from wattdesk.domains.billing import api as billing
    from wattdesk.domains.identity import api as identity
    from wattdesk.usecases import monthly_billing

    def now() -> datetime:
        return datetime.now(tz=UTC)

    if phase == CALCULATE:
        return monthly_billing.calculate(
            run_id, act_now=lambda: identity.system_act(at=now(), reason="billing run")
        )
    return monthly_billing.post(run_id, act_now=lambda: billing.releasing_act(run_id, at=now()))


def _ready() -> None:
    # One thread each: the processes are the parallelism, more threads only fight over the cores.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wattdesk.config.settings")
    django.setup()
    import wattdesk.usecases.monthly_billing  # noqa: F401  what takes long to import


def _in_helper(run_ids: Sequence[int], phase: str) -> int:
    return sum(run_phase(run_id, phase) for run_id in run_ids)
