"""The job queue: procrastinate, jobs in PostgreSQL. Tasks wake workers; state is in our tables."""

from datetime import UTC, datetime
from typing import Any

import procrastinate
from django.db import close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

# Rescue and sealing must not wait behind long runs: their own queue, always served.
KEEPING = "keeping"
BILLING = "billing"
STALLED_SECONDS = 30
MAX_RESCUES = 10


def now() -> datetime:
    """The moment, read here and passed down; nothing below this layer looks at a clock."""
    return datetime.now(tz=UTC)


@app.task(name="calculate_run", queue=BILLING, retry=RetryStrategy(max_attempts=20, wait=2))
def calculate_run(*, run_id: int, **_: Any) -> None:
    """Calculate waiting chunks of a run until none is left."""
    from wattdesk.domains.identity import api as identity
    from wattdesk.usecases import monthly_billing

    close_old_connections()
    monthly_billing.calculate(
        run_id, act_now=lambda: identity.system_act(at=now(), reason="billing run")
    )


@app.task(name="post_run", queue=BILLING, retry=RetryStrategy(max_attempts=20, wait=2))
def post_run(*, run_id: int, **_: Any) -> None:
    """Post the signed chunks of a run; the act is that of the person who signed."""
    from wattdesk.domains.billing import api as billing
    from wattdesk.usecases import monthly_billing

    close_old_connections()
    monthly_billing.post(run_id, act_now=lambda: billing.releasing_act(run_id, at=now()))


@app.task(name="print_run", queue=BILLING, retry=RetryStrategy(max_attempts=5, wait=5))
def print_run(*, run_id: int, language: str, **_: Any) -> None:
    """Print all bills of a released run into one file."""
    from wattdesk.usecases import run_printing

    close_old_connections()
    run_printing.print_run(run_id, language)


def wake_workers(task: procrastinate.tasks.Task[..., Any, Any], run_id: int, count: int) -> None:
    """Queue the same work for several workers; each takes chunks until none is left."""
    for _ in range(count):
        task.defer(run_id=run_id)


@app.periodic(cron="* * * * *")
@app.task(name="seal_audit", queue=KEEPING, queueing_lock="seal_audit")
def seal_audit(timestamp: int, **_: Any) -> None:
    """Seal new audit records into the chain, each minute."""
    from wattdesk.domains.audit import api as audit

    close_old_connections()
    audit.seal_all(datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="* * * * *")
@app.task(name="rescue", queue=KEEPING, queueing_lock="rescue", pass_context=True)
async def rescue(context: JobContext, /, timestamp: int) -> None:
    """Jobs whose worker died go back to the queue; one that kills its workers does not loop."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    for job in stalled:
        if job.attempts < MAX_RESCUES:
            await app.job_manager.retry_job(job)
        else:
            await app.job_manager.finish_job(
                job, status=procrastinate.jobs.Status.FAILED, delete_job=False
            )
