"""Reads on runs, their progress and their holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from django.db.models import Count, F, Q, QuerySet, Sum

from wattdesk.domains.billing import drafts
from wattdesk.domains.billing.models import Hold, Run, RunChunk
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import NotFound

DONE = (RunChunk.State.DRAFTED, RunChunk.State.RELEASED)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How a run stands. Counts are of accounts; ``energy_kwh`` and ``amount_fen`` of the billed."""

    run_id: int
    segment_id: int
    segment_code: str
    segment_name: str
    unit_id: int
    unit_name: str
    receivable_month: date
    sequence: int
    state: str
    reading_date: date
    from_date: date
    to_date: date
    due_date: date
    accounts: int
    billed: int
    billed_zero: int
    held: int
    not_due: int
    energy_kwh: Decimal
    amount_fen: int
    chunks: int
    chunks_done: int
    chunks_released: int
    chunks_failed: int
    error: str
    held_by_code: tuple[tuple[str, int], ...]
    listed_by_code: tuple[tuple[str, int], ...]
    seconds: dict[str, float]
    started_by_id: int
    started_by: str
    started_at: datetime
    proposed_by_id: int | None
    proposed_by: str
    proposed_at: datetime | None
    released_by: str
    released_at: datetime | None
    released_by_id: int | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One row of the list of runs."""

    run_id: int
    segment_code: str
    segment_name: str
    unit_name: str
    receivable_month: date
    sequence: int
    state: str
    from_date: date
    to_date: date
    reading_date: date
    due_date: date
    accounts: int
    billed: int
    held: int
    amount_fen: int
    chunks: int
    chunks_done: int
    started_by: str
    started_at: datetime
    segment_id: int
    unit_id: int
    not_due: int
    energy_kwh: Decimal
    chunks_released: int
    chunks_failed: int
    started_by_id: int
    proposed_by_id: int | None


@dataclass(frozen=True, slots=True)
class HoldRow:
    """An account kept out of a run, for the work list."""

    hold_id: int
    account_id: int
    code: str
    evidence: dict[str, Any]
    amount_fen: int | None
    since: datetime
    owner: str
    ended_at: datetime | None
    ended_reason: str


def _runs(scope: Scope | None) -> QuerySet[Run]:
    runs = Run.objects.all()
    return runs if scope is None else identity.within(runs, scope)


def list_runs(
    *, scope: Scope | None, segment_code: str | None = None, month: date | None = None,
    states: Sequence[str] = (), limit: int = 200,
) -> list[RunRow]:  # fmt: skip
    """Runs, newest month first; ``scope`` None is the system's view (command line)."""
    runs = _runs(scope)
    if states:
        runs = runs.filter(state__in=list(states))
    if segment_code:
        runs = runs.filter(segment__code=segment_code)
    if month:
        runs = runs.filter(receivable_month=month)
    rows = (
        runs.annotate(
            s_accounts=Sum("chunks__accounts"),
            s_billed=Sum("chunks__billed"),
            s_held=Sum("chunks__held"),
            s_not_due=Sum("chunks__not_due"),
            s_energy=Sum("chunks__energy_kwh"),
            s_fen=Sum("chunks__amount_fen"),
            n_chunks=Count("chunks"),
            n_done=Count("chunks", filter=Q(chunks__state__in=DONE)),
            n_released=Count("chunks", filter=Q(chunks__state=RunChunk.State.RELEASED)),
            n_failed=Count("chunks", filter=Q(chunks__state=RunChunk.State.FAILED)),
        )
        .select_related("segment", "unit", "started_by")
        .order_by("-receivable_month", "segment__code", "-sequence", "-id")[:limit]
    )
    return [
        RunRow(
            run_id=r.pk,
            segment_code=r.segment.code,
            segment_name=r.segment.name,
            unit_name=r.unit.name,
            receivable_month=r.receivable_month,
            sequence=r.sequence,
            state=r.state,
            from_date=r.from_date,
            to_date=r.to_date,
            reading_date=r.reading_date,
            due_date=r.due_date,
            accounts=r.s_accounts or 0,
            billed=r.s_billed or 0,
            held=r.s_held or 0,
            amount_fen=r.s_fen or 0,
            chunks=r.n_chunks,
            chunks_done=r.n_done,
            started_by=r.started_by.name,
            started_at=r.started_at,
            segment_id=r.segment_id,
            unit_id=r.unit_id,
            not_due=r.s_not_due or 0,
            energy_kwh=r.s_energy or Decimal(0),
            chunks_released=r.n_released,
            chunks_failed=r.n_failed,
            started_by_id=r.started_by_id,
            proposed_by_id=r.proposed_by_id,
        )
        for r in rows
    ]


def get_run(run_id: int, *, scope: Scope | None = None) -> RunStatus:
    """One run in full. Raises NotFound outside the scope."""
    run = (
        _runs(scope)
        .select_related("segment", "unit", "started_by", "proposed_by", "released_by")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        raise NotFound
    sums = _sums(run)
    drawn = account_rows(run)
    outcomes = drawn.select(
        ((pl.col("outcome") == drafts.BILLED) & (pl.col("energy_e2") == 0)).sum().alias("zero")
    ).collect()
    failed = run.chunks.exclude(error="").order_by("number").first()
    return RunStatus(
        run_id=run.pk,
        segment_id=run.segment_id,
        segment_code=run.segment.code,
        segment_name=run.segment.name,
        unit_id=run.unit_id,
        unit_name=run.unit.name,
        receivable_month=run.receivable_month,
        sequence=run.sequence,
        state=run.state,
        reading_date=run.reading_date,
        from_date=run.from_date,
        to_date=run.to_date,
        due_date=run.due_date,
        accounts=sums["accounts"] or 0,
        billed=sums["billed"] or 0,
        billed_zero=int(outcomes["zero"][0] or 0),
        held=sums["held"] or 0,
        not_due=sums["not_due"] or 0,
        energy_kwh=sums["energy"] or Decimal(0),
        amount_fen=sums["fen"] or 0,
        chunks=sums["n"],
        chunks_done=sums["done"],
        chunks_released=sums["released"],
        chunks_failed=sums["failed"],
        error=failed.error if failed else "",
        held_by_code=_counts(drawn, "hold_code"),
        listed_by_code=_counts(
            drawn.filter(pl.col("outcome") == drafts.BILLED)
            .select("listed")
            .explode("listed", empty_as_null=False),
            "listed",
        ),
        seconds=run.measures.get("all") or run.measures.get("calculation") or {},
        started_by_id=run.started_by_id,
        started_by=run.started_by.name,
        started_at=run.started_at,
        proposed_by_id=run.proposed_by_id,
        proposed_by=run.proposed_by.name if run.proposed_by else "",
        proposed_at=run.proposed_at,
        released_by=run.released_by.name if run.released_by else "",
        released_at=run.released_at,
        released_by_id=run.released_by_id,
    )


def _sums(run: Run) -> dict[str, Any]:
    return run.chunks.aggregate(
        accounts=Sum("accounts"),
        billed=Sum("billed"),
        held=Sum("held"),
        not_due=Sum("not_due"),
        energy=Sum("energy_kwh"),
        fen=Sum("amount_fen"),
        n=Count("id"),
        done=Count("id", filter=Q(state__in=DONE)),
        released=Count("id", filter=Q(state=RunChunk.State.RELEASED)),
        failed=Count("id", filter=Q(state=RunChunk.State.FAILED)),
    )


def _counts(rows: pl.LazyFrame, column: str) -> tuple[tuple[str, int], ...]:
    counted = (
        rows.filter(pl.col(column).is_not_null())
        .group_by(column)
        .agg(pl.len().alias("accounts"))
        .sort(["accounts", column], descending=[True, False])
        .collect()
    )
    return tuple((code, int(count)) for code, count in counted.iter_rows())


def _draft_paths(run: Run) -> list[str]:
    return list(
        run.chunks.filter(state__in=DONE).order_by("number").values_list("draft_path", flat=True)
    )


def account_rows(run: Run) -> pl.LazyFrame:
    """The draft rows of a run's accounts (``drafts.ACCOUNT_SCHEMA``), not yet collected."""
    return drafts.scan_accounts(_draft_paths(run))


def run_in_calculation(segment_code: str, month: date) -> int | None:
    """The run of a segment and month that is still being calculated, if there is one."""
    return (
        Run.objects.filter(
            segment__code=segment_code, receivable_month=month, state=Run.State.CALCULATING
        )
        .values_list("pk", flat=True)
        .first()
    )


def chunks_left(run_id: int, state: str) -> int:
    """Chunks of a run in ``state``: PENDING waits for calculation, DRAFTED for posting."""
    return RunChunk.objects.filter(run_id=run_id, state=state).count()


def latest_run(segment_code: str, month: date) -> int:
    """The latest run of a segment and month that was not cancelled. Raises NotFound."""
    found = (
        Run.objects.filter(segment__code=segment_code, receivable_month=month)
        .exclude(state=Run.State.CANCELLED)
        .order_by("-sequence")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def releasing_act(run_id: int, *, at: datetime) -> Act:
    """The act under which a signed run is posted: that of the person who signed."""
    run = Run.objects.select_related("released_by").get(pk=run_id)
    if run.released_by is None:
        raise NotFound
    return identity.act_of(run.released_by, at=at, reason=f"release of run {run_id}")


def holds_of(
    run_id: int, *, scope: Scope | None = None, codes: Sequence[str] = (), offset: int = 0,
    limit: int = 500,
) -> list[HoldRow]:  # fmt: skip
    """Open holds of a run, largest amount first; only those of ``codes`` where there are any."""
    get = _runs(scope).filter(pk=run_id)
    open_holds = Hold.objects.filter(run__in=get, ended_at__isnull=True)
    if codes:
        open_holds = open_holds.filter(code__in=list(codes))
    holds = open_holds.select_related("owner").order_by(
        F("amount_fen").desc(nulls_last=True), "pk"
    )[offset : offset + limit]
    return [
        HoldRow(
            hold_id=h.pk,
            account_id=h.account_id,
            code=h.code,
            evidence=h.evidence,
            amount_fen=h.amount_fen,
            since=h.since,
            owner=h.owner.name if h.owner else "",
            ended_at=h.ended_at,
            ended_reason=h.ended_reason,
        )
        for h in holds
    ]


def run_in(run_id: int, scope: Scope | None) -> Run:
    """The run, or NotFound when it is outside the scope."""
    run = _runs(scope).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run
