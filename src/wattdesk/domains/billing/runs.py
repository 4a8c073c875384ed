"""Operations on billing runs: start, calculate chunk by chunk, calculate again, rehearse.

Each function demands an open transaction; a chunk is one transaction, so a killed worker leaves
whole chunks or nothing. Locks in order: run, then chunk.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import calculation, drafts, errors
from wattdesk.domains.billing.locks import locked_run, take_chunk
from wattdesk.domains.billing.measures import sum_measures
from wattdesk.domains.billing.models import Bill, Hold, Run, RunChunk
from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.kernel.schedule import billing_dates as calendar
from wattdesk.kernel.schedule.civil import ZONE
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.transactions import require_transaction

ALIVE = ("CALCULATING", "REVIEW", "PROPOSED", "RELEASING")
MAX_ATTEMPTS = 5


def plan_dates(segment: "metering.Segment", month: date) -> calendar.BillingDates:
    """The dates of a segment's run. Raises SegmentNotDue."""
    if not calendar.is_due(segment.cycle, month):
        raise errors.SegmentNotDue(
            segment=segment.code, month=f"{month:%Y-%m}", cycle=segment.cycle
        )
    due_days = rulebook.rule("billing.due_days_after_reading", on=month).integer
    return calendar.billing_dates(
        receivable_month=month,
        reading_day=segment.reading_day,
        cycle=segment.cycle,
        due_days=due_days,
    )


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What a start would begin: the dates, the accounts on the roster, which part of the month."""

    segment: "metering.Segment"
    dates: calendar.BillingDates
    bounds: list[tuple[int, int, int]]  # first and last account id of a chunk, its accounts
    sequence: int
    accounts: int  # on the roster; of a later part only those that were held


def check_start(segment_code: str, month: date, *, today: date) -> StartPlan:
    """Whether the run of a segment and month can start now, and what it would hold; reads only.

    Raises what :func:`start_run` raises.
    """
    segment = metering.get_segment(segment_code)
    dates = plan_dates(segment, month)
    words = _words(segment, month)
    if dates.to_date > today:
        raise errors.PeriodNotOver(**words, day=dates.to_date.isoformat())
    _refuse_open_neighbors(segment, month, words)
    size = rulebook.rule("billing.chunk_accounts", on=month).integer
    bounds = customers.chunk_bounds(segment.id, dates.from_date, dates.to_date, size)
    sequence = (
        Run.objects.filter(segment_id=segment.id, receivable_month=month)
        .exclude(state=Run.State.CANCELLED)
        .aggregate(latest=Max("sequence"))["latest"]
        or 0
    ) + 1
    accounts = sum(count for _first, _last, count in bounds)
    if sequence > 1:
        accounts = _held_without_bill(segment.id, month)
    if not accounts:
        raise errors.NothingToBill(**words)
    return StartPlan(segment, dates, bounds, sequence, accounts)


def _words(segment: "metering.Segment", month: date) -> dict[str, str]:
    return {"segment": segment.code, "month": f"{month:%Y-%m}"}


def start_run(segment_code: str, month: date, *, by: Act, today: date) -> int:
    """Start the run of a segment and receivable month; returns its id.

    Accounts that already have a bill of the month are left out, so a second run after the release
    bills what was held in the first. Raises SegmentNotDue, PeriodNotOver, EarlierMonthOpen,
    RunAlreadyAlive, NothingToBill.
    """
    require_transaction()
    assert by.staff_id is not None, "a run is started by a person"
    plan = check_start(segment_code, month, today=today)
    segment, dates, words = plan.segment, plan.dates, _words(plan.segment, month)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                segment_id=segment.id,
                unit_id=segment.unit_id,
                receivable_month=month,
                reading_date=dates.reading_date,
                from_date=dates.from_date,
                to_date=dates.to_date,
                due_date=dates.due_date,
                state=Run.State.CALCULATING,
                sequence=plan.sequence,
                started_by_id=by.staff_id,
                started_at=by.at,
            )
    except IntegrityError:
        # Two people at the same moment: the database let the other one in.
        _refuse_open_neighbors(segment, month, words)
        raise
    RunChunk.objects.bulk_create(
        RunChunk(
            run=run,
            number=number,
            first_account_id=first,
            last_account_id=last,
            state=RunChunk.State.PENDING,
        )
        for number, (first, last, _accounts) in enumerate(plan.bounds, start=1)
    )
    audit.record(
        by=by,
        action="billing.run.start",
        subjects=[f"run:{run.pk}", f"segment:{segment.id}"],
        unit_id=run.unit_id,
        after={
            "month": f"{month:%Y-%m}",
            "sequence": plan.sequence,
            "chunks": len(plan.bounds),
        },
    )
    return run.pk


def _refuse_open_neighbors(segment: "metering.Segment", month: date, words: dict[str, str]) -> None:
    alive = (
        Run.objects.filter(segment_id=segment.id, state__in=ALIVE, receivable_month__lte=month)
        .select_related("started_by")
        .order_by("receivable_month")
        .first()
    )
    if alive is None:
        return
    if alive.receivable_month == month:
        raise errors.RunAlreadyAlive(
            **words,
            person=alive.started_by.name,
            at=f"{alive.started_at.astimezone(ZONE):%Y-%m-%d %H:%M}",
        )
    raise errors.EarlierMonthOpen(segment=segment.code, earlier=f"{alive.receivable_month:%Y-%m}")


def _held_without_bill(segment_id: int, month: date) -> int:
    """Accounts that the month's runs hold and that no later part has billed."""
    billed = Bill.objects.filter(account_id=OuterRef("account_id"), receivable_month=month)
    holds = Hold.objects.filter(
        run__segment_id=segment_id, run__receivable_month=month, ended_at__isnull=True
    )
    return holds.filter(~Exists(billed)).values("account_id").distinct().count()


def calculate_next_chunk(run_id: int, *, by: Act) -> bool:
    """Take one waiting chunk, calculate and store its draft; False when none waits.

    ``by`` is the system's act. A chunk that fails is marked with its error and tried again up to
    five times; the others go on.
    """
    require_transaction()
    chunk = take_chunk(run_id, RunChunk.State.PENDING)
    if chunk is None:
        return False
    try:
        _calculate(chunk, by=by)
    except Exception as error:
        # Which chunk it was is known only here; the caller notes it in a transaction of its own.
        raise ChunkFailure(chunk.number) from error
    _finish_calculation_when_done(chunk.run_id, by=by)
    return True


class ChunkFailure(Exception):
    """The calculation of one chunk raised; ``__cause__`` is what it raised."""

    def __init__(self, chunk_number: int) -> None:
        self.chunk_number = chunk_number
        super().__init__(chunk_number)


def _calculate(chunk: RunChunk, *, by: Act) -> None:
    run = chunk.run
    result = calculation.calculate(chunk_spec(run, chunk))
    with result.stages.stage("findings"):
        metering.store_findings(
            segment_id=run.segment_id,
            from_date=run.from_date,
            to_date=run.to_date,
            findings=result.findings,
            checked=result.points,
            by=by,
        )
    with result.stages.stage("writing"):
        chunk.draft_path, chunk.draft_sha256 = drafts.write(run.pk, chunk.number, result.draft)
        _count(chunk, result.draft)
        _keep_holds(run, result.draft, by)
    chunk.state = RunChunk.State.DRAFTED
    chunk.error = ""
    chunk.measures = result.stages.rounded()
    chunk.save()


def chunk_spec(run: Run, chunk: RunChunk) -> calculation.ChunkSpec:
    """What to calculate for a chunk of a run."""
    months = (run.to_date.year - run.from_date.year) * 12 + run.to_date.month - run.from_date.month
    return calculation.ChunkSpec(
        segment_id=run.segment_id,
        receivable_month=run.receivable_month,
        from_date=run.from_date,
        to_date=run.to_date,
        months=months,
        first_account_id=chunk.first_account_id,
        last_account_id=chunk.last_account_id,
    )


def mark_failed(run_id: int, chunk_number: int, error: str, *, by: Act) -> None:
    """Note that a chunk's calculation raised ``error``; after five attempts it stays FAILED."""
    require_transaction()
    chunk = RunChunk.objects.select_for_update().get(run_id=run_id, number=chunk_number)
    chunk.attempts += 1
    chunk.error = error[:2000]
    if chunk.attempts >= MAX_ATTEMPTS:
        chunk.state = RunChunk.State.FAILED
    chunk.save(update_fields=["attempts", "error", "state"])


def _count(chunk: RunChunk, draft: drafts.Draft) -> None:
    outcome = draft.accounts["outcome"]
    chunk.accounts = draft.accounts.height
    chunk.billed = int((outcome == drafts.BILLED).sum())
    chunk.held = int((outcome == drafts.HELD).sum())
    chunk.not_due = int((outcome == drafts.NOT_DUE).sum())
    billed = draft.accounts.filter(outcome == drafts.BILLED)
    chunk.energy_kwh = Decimal(int(billed["energy_e2"].sum())) / 100
    chunk.amount_fen = int(billed["total_fen"].sum())


def _keep_holds(run: Run, draft: drafts.Draft, by: Act) -> None:
    """Make the hold rows of this chunk what the draft says; ended ones keep their row."""
    rows = draft.accounts
    wanted = {
        row["account_id"]: row
        for row in rows.filter(rows["outcome"] == drafts.HELD).iter_rows(named=True)
    }
    known = Hold.objects.filter(
        run=run,
        ended_at__isnull=True,
        account_id__gte=rows["account_id"].min() or 0,
        account_id__lte=rows["account_id"].max() or 0,
    )
    for hold in known:
        row = wanted.get(hold.account_id)
        if row is not None and row["hold_code"] == hold.code:
            del wanted[hold.account_id]
            continue
        hold.ended_at, hold.ended_by_id, hold.ended_reason = by.at, by.staff_id, "recalculated"
        hold.save(update_fields=["ended_at", "ended_by_id", "ended_reason"])
    Hold.objects.bulk_create(
        [
            Hold(
                run=run,
                account_id=account_id,
                code=row["hold_code"],
                evidence=json.loads(row["hold_evidence"] or "{}"),
                amount_fen=row["total_fen"]
                if row["total_fen"] is not None
                else row["last_total_fen"],
                since=by.at,
            )
            for account_id, row in wanted.items()
        ],
        batch_size=1000,
    )


def _finish_calculation_when_done(run_id: int, *, by: Act) -> None:
    run = Run.objects.select_for_update().get(pk=run_id)
    waiting = run.chunks.exclude(state=RunChunk.State.DRAFTED).exists()
    if waiting or run.state != Run.State.CALCULATING:
        return
    run.state = Run.State.REVIEW
    run.finished_at = by.at
    run.measures = {**run.measures, "calculation": sum_measures(run)}
    run.save(update_fields=["state", "finished_at", "measures"])


def recalculate(run_id: int, *, account_ids: Sequence[int] | None = None, by: Act) -> int:
    """Calculate again, after decisions or corrections: the chunks of these accounts, or all.

    Returns the number of chunks. A proposal is taken back by this. Raises WrongRunState.
    """
    require_transaction()
    run = locked_run(run_id, Run.State.REVIEW, Run.State.PROPOSED, Run.State.CALCULATING)
    chunks = run.chunks.all()
    if account_ids is not None:
        touched = Q(pk__in=[])
        for account_id in account_ids:
            touched |= Q(first_account_id__lte=account_id, last_account_id__gte=account_id)
        chunks = chunks.filter(touched)
    count = chunks.update(state=RunChunk.State.PENDING, attempts=0, error="")
    run.state = Run.State.CALCULATING
    run.proposed_by = run.proposed_at = None
    run.proposed_digest = ""
    run.save(update_fields=["state", "proposed_by", "proposed_at", "proposed_digest"])
    audit.record(
        by=by,
        action="billing.run.recalculate",
        subjects=[f"run:{run.pk}"],
        unit_id=run.unit_id,
        after={"chunks": count, "accounts": len(account_ids) if account_ids else None},
    )
    return count


def rehearse_chunks(segment_code: str, month: date) -> Iterator[calculation.ChunkResult]:
    """Calculate a segment's month chunk by chunk and write nothing. Raises SegmentNotDue."""
    segment = metering.get_segment(segment_code)
    dates = plan_dates(segment, month)
    size = rulebook.rule("billing.chunk_accounts", on=month).integer
    bounds = customers.chunk_bounds(segment.id, dates.from_date, dates.to_date, size)
    for first, last, _accounts in bounds:
        yield calculation.calculate(
            calculation.ChunkSpec(
                segment_id=segment.id,
                receivable_month=month,
                from_date=dates.from_date,
                to_date=dates.to_date,
                months=dates.months,
                first_account_id=first,
                last_account_id=last,
            )
        )
