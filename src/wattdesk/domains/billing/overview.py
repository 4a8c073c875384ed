"""Reads around a run: what it is compared with, what waits, what failed, who is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Count, Min, Q, Sum

from wattdesk.domains.billing import drafts
from wattdesk.domains.billing.models import Hold, Run, RunChunk
from wattdesk.domains.billing.queries import account_rows, run_in
from wattdesk.domains.identity.data import Scope
from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.kernel.schedule.civil import ZONE
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.frames import query_frame


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Sums of a segment's released runs of one period."""

    accounts: int
    billed: int
    held: int
    energy_kwh: Decimal
    amount_fen: int


@dataclass(frozen=True, slots=True)
class EarlierFigures:
    """What a run is compared with; None where there is no released run."""

    last: RunFigures | None
    last_year: RunFigures | None


@dataclass(frozen=True, slots=True)
class FailedChunk:
    """A part of a run whose calculation raised; tried again until ``is_given_up``."""

    number: int
    first_account_id: int
    last_account_id: int
    attempts: int
    error: str
    is_given_up: bool


@dataclass(frozen=True, slots=True)
class HoldSum:
    """Open holds of one code in a run."""

    code: str
    accounts: int
    amount_fen: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class WaitingHolds:
    """Accounts of a run that are held and have no bill of the month yet."""

    run_id: int
    segment_code: str
    segment_name: str
    unit_id: int
    receivable_month: date
    reading_date: date
    state: str
    accounts: int
    amount_fen: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class MissingAccount:
    """An account with a bill of the period before and none in this run."""

    account_id: int
    outcome: str  # HELD, NOT_DUE, or "" when the run does not know the account
    hold_code: str
    last_energy_kwh: Decimal
    last_total_fen: int


def release_deadline(reading_date: date) -> datetime:
    """Until when the run of a segment read on that day should be released (发行截止)."""
    days = rulebook.rule("billing.release_days_after_reading", on=reading_date).integer
    text = rulebook.rule("billing.release_hour", on=reading_date).text
    hour = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  a time of day has no zone
    return datetime.combine(reading_date + timedelta(days=days), hour, tzinfo=ZONE)


def segment_accounts(segment_ids: Iterable[int]) -> dict[int, int]:
    """Accounts of segments that are not closed, by segment id."""
    rows = query_frame(
        "SELECT segment_id, count(*) FROM customers_account"
        " WHERE segment_id = ANY({ids}::bigint[]) AND state <> 'CLOSED' GROUP BY 1",
        {"segment_id": pl.Int64, "accounts": pl.Int64},
        ids=list(segment_ids),
    )
    return dict(rows.iter_rows())


def earlier_figures(run_id: int, *, scope: Scope | None = None) -> EarlierFigures:
    """Sums of the same segment's released runs: the period before, and a year before."""
    run = run_in(run_id, scope)
    year_before = add_months(run.receivable_month, -12)
    rows = (
        RunChunk.objects.filter(
            Q(run__to_date=run.from_date) | Q(run__receivable_month=year_before),
            run__segment_id=run.segment_id,
            run__state=Run.State.RELEASED,
        )
        .values("run_id", "run__sequence", "run__to_date", "run__receivable_month")
        .annotate(
            n=Sum("accounts"),
            n_billed=Sum("billed"),
            n_held=Sum("held"),
            kwh=Sum("energy_kwh"),
            fen=Sum("amount_fen"),
        )
    )
    parts: list[Mapping[str, Any]] = [*rows]
    return EarlierFigures(
        last=_added([r for r in parts if r["run__to_date"] == run.from_date]),
        last_year=_added([r for r in parts if r["run__receivable_month"] == year_before]),
    )


def _added(rows: list[Mapping[str, Any]]) -> RunFigures | None:
    """The parts of one month as one: a later part bills what the first one held."""
    if not rows:
        return None
    return RunFigures(
        accounts=max(r["n"] for r in rows),
        billed=sum(r["n_billed"] for r in rows),
        held=max(rows, key=lambda r: r["run__sequence"])["n_held"],
        energy_kwh=sum((Decimal(r["kwh"]) for r in rows), Decimal(0)),
        amount_fen=sum(r["fen"] for r in rows),
    )


def failed_chunks(run_id: int, *, scope: Scope | None = None) -> list[FailedChunk]:
    """Parts of a run that could not be calculated, with what was said."""
    run = run_in(run_id, scope)
    return [
        FailedChunk(
            number=chunk.number,
            first_account_id=chunk.first_account_id,
            last_account_id=chunk.last_account_id,
            attempts=chunk.attempts,
            error=chunk.error,
            is_given_up=chunk.state == RunChunk.State.FAILED,
        )
        for chunk in run.chunks.exclude(error="").order_by("number")
    ]


def hold_sums(run_id: int, *, scope: Scope | None = None) -> list[HoldSum]:
    """Open holds of a run by code, most accounts first."""
    run = run_in(run_id, scope)
    rows = (
        Hold.objects.filter(run=run, ended_at__isnull=True)
        .values("code")
        .annotate(oldest=Min("since"), fen=Sum("amount_fen"), n=Count("account_id", distinct=True))
        .order_by("-n", "code")
    )
    return [HoldSum(row["code"], row["n"], row["fen"] or 0, row["oldest"]) for row in rows]


def held_accounts(run_id: int, *, scope: Scope | None = None) -> list[int]:
    """The accounts that a run holds."""
    run = run_in(run_id, scope)
    held = Hold.objects.filter(run=run, ended_at__isnull=True).order_by("account_id")
    return list(held.values_list("account_id", flat=True).distinct())


def waiting_holds(scope: Scope) -> list[WaitingHolds]:
    """Runs in scope with held accounts that have no bill of the run's month, oldest month first."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"paths": list(scope.paths)})
        return [WaitingHolds(*row) for row in cursor.fetchall()]


# A hold of a released run stays open until a later part of the month has billed its account.
_WAITING = """
SELECT r.id, s.code, s.name, u.id, r.receivable_month, r.reading_date, r.state,
       count(DISTINCT h.account_id), coalesce(sum(h.amount_fen), 0)::bigint, min(h.since)
FROM billing_hold h
JOIN billing_run r ON r.id = h.run_id
JOIN metering_reading_segment s ON s.id = r.segment_id
JOIN identity_unit u ON u.id = r.unit_id
WHERE h.ended_at IS NULL AND r.state <> 'CANCELLED'
  AND EXISTS (SELECT FROM unnest(%(paths)s::text[]) p WHERE starts_with(u.path, p))
  AND NOT EXISTS (SELECT FROM billing_bill b
    WHERE b.account_id = h.account_id AND b.receivable_month = r.receivable_month)
GROUP BY r.id, s.code, s.name, u.id ORDER BY r.receivable_month, s.code
"""


def missing_accounts(
    run_id: int, *, scope: Scope | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[MissingAccount], int]:
    """Accounts of the segment with a bill of the period before and none now, dearest first.

    Returns one page of them and how many there are.
    """
    run = run_in(run_id, scope)
    before = query_frame(
        "SELECT b.account_id, (b.energy_kwh * 100)::bigint, b.total_fen FROM billing_bill b"
        " JOIN billing_run r ON r.id = b.run_id"
        " WHERE r.segment_id = {segment} AND r.to_date = {day} AND b.to_date = {day}"
        "  AND NOT EXISTS (SELECT FROM billing_bill n"
        "   WHERE n.account_id = b.account_id AND n.receivable_month = {month})",
        {"account_id": pl.Int64, "last_energy_e2": pl.Int64, "last_fen": pl.Int64},
        segment=run.segment_id,
        day=run.from_date,
        month=run.receivable_month,
    )
    now = account_rows(run).select("account_id", "outcome", "hold_code").collect()
    found = (
        before.join(now, on="account_id", how="left")
        .filter(pl.col("outcome").fill_null("") != drafts.BILLED)
        .sort(["last_fen", "account_id"], descending=[True, False])
    )
    rows = [
        MissingAccount(
            account_id=row["account_id"],
            outcome=row["outcome"] or "",
            hold_code=row["hold_code"] or "",
            last_energy_kwh=Decimal(row["last_energy_e2"]).scaleb(-2),
            last_total_fen=row["last_fen"],
        )
        for row in found.slice(offset, limit).iter_rows(named=True)
    ]
    return rows, found.height
