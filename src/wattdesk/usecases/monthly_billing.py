"""The journey of a month: start a segment's run, calculate it, review, release it.

Only orders calls and opens transactions: one for each step, one for each chunk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import structlog
from django.db import OperationalError, transaction

from wattdesk.domains.billing import api as billing
from wattdesk.toolkit.acts import Act

log = structlog.get_logger()
# Who a worker is at this moment: jobs read the clock, the record gets the moment.
ActNow = Callable[[], Act]


def start(segment_code: str, month: date, *, by: Act, today: date) -> int:
    """Start a run; see ``billing.start_run`` for what is refused."""
    with transaction.atomic():
        return billing.start_run(segment_code, month, by=by, today=today)


def calculate(run_id: int, *, act_now: ActNow) -> int:
    """Calculate waiting chunks until none is left for this worker; returns how many it did.

    A chunk that fails is noted and the next is tried; a broken connection is left to the caller,
    who calls again: nothing of the broken chunk was written.
    """
    done = 0
    while True:
        try:
            with transaction.atomic():
                if not billing.calculate_next_chunk(run_id, by=act_now()):
                    return done
            done += 1
        except billing.ChunkFailure as failure:
            if isinstance(failure.__cause__, OperationalError):
                raise failure.__cause__ from None
            log.exception(
                "chunk failed",
                run=run_id,
                chunk=failure.chunk_number,
                exc_info=failure.__cause__,
            )
            with transaction.atomic():
                billing.mark_failed(
                    run_id, failure.chunk_number, repr(failure.__cause__), by=act_now()
                )


def propose(run_id: int, *, by: Act) -> str:
    """Propose the release of a reviewed run."""
    with transaction.atomic():
        return billing.propose_release(run_id, by=by)


def sign(run_id: int, *, by: Act) -> None:
    """The second person's signature; posting follows by ``post``."""
    with transaction.atomic():
        billing.sign_release(run_id, by=by)


def post(run_id: int, *, act_now: ActNow) -> int:
    """Post signed chunks until none is left for this worker; returns how many it did."""
    done = 0
    while True:
        with transaction.atomic():
            if not billing.release_next_chunk(run_id, by=act_now()):
                return done
        done += 1


def bill_segment(
    segment_code: str, month: date, *, by: Act, release_by: Act | None, today: date
) -> int:
    """A whole run in this process: started and proposed by one person, released by another.

    ``release_by`` None leaves the run in review. Returns the run's id.
    """
    run_id = start(segment_code, month, by=by, today=today)
    calculate(run_id, act_now=lambda: by)
    if release_by is not None:
        propose(run_id, by=by)
        sign(run_id, by=release_by)
        post(run_id, act_now=lambda: release_by)
    return run_id


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a run would give, with nothing written."""

    accounts: pl.DataFrame
    seconds: dict[str, float] = field(default_factory=dict)


def rehearse(segment_code: str, month: date) -> Rehearsal:
    """Calculate a segment's month without writing anything (``--dry-run``)."""
    parts: list[pl.DataFrame] = []
    seconds: dict[str, float] = {}
    for result in billing.rehearse_chunks(segment_code, month):
        parts.append(result.draft.accounts)
        for name, value in result.stages.seconds.items():
            seconds[name] = seconds.get(name, 0) + value
    return Rehearsal(accounts=pl.concat(parts) if parts else pl.DataFrame(), seconds=seconds)
