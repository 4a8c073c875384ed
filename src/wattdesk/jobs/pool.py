"""Several processes on runs: each takes chunks from the record until none is left."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

CALCULATE = "calculate"
POST = "post"
WAITING = {CALCULATE: "PENDING", POST: "DRAFTED"}


def work(run_ids: Sequence[int], phase: str, *, workers: int) -> int:
    """Carry out a phase of runs with ``workers`` processes; returns the chunks done.

    With one worker, or one chunk, it happens in this process. Workers share nothing but the
    record: one that dies leaves its chunk to the others.
    """
    from wattdesk.domains.billing import api as billing

    # A process takes seconds to start: no more of them than there are chunks.
    chunks = sum(billing.chunks_left(run_id, WAITING[phase]) for run_id in run_ids)
    workers = min(workers, chunks)
    if workers <= 1:
        return sum(run_phase(run_id, phase) for run_id in run_ids)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        # Each begins at another run, so that they meet late.
        starts = [len(run_ids) * worker // workers for worker in range(workers)]
        futures = [
            pool.submit(_in_new_process, [*run_ids[start:], *run_ids[:start]], phase)
            for start in starts
        ]
        return sum(f.result() for f in futures)


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


def _in_new_process(run_ids: Sequence[int], phase: str) -> int:
    # One thread each: the processes are the parallelism, more threads only fight over the cores.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wattdesk.config.settings")
    django.setup()
    return sum(run_phase(run_id, phase) for run_id in run_ids)
