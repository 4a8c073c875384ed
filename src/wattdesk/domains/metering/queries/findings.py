"""Reads of findings: for a run, for a work list, for a count."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from django.db.models import Count, F, Q, QuerySet, Sum

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering.data import (
    FindingCode,
    FindingCount,
    FindingFilter,
    FindingInfo,
    FindingPage,
)
from wattdesk.domains.metering.models import Finding
from wattdesk.domains.metering.rules import unscaled
from wattdesk.domains.metering.wording import describe, describe_estimate, name_of
from wattdesk.toolkit.errors import InvalidInput
from wattdesk.toolkit.frames import query_frame

LIFTING = ("ACCEPT", "ESTIMATE")
HOLDS = Q(severity="HOLD") & (Q(state="OPEN") | Q(state="DECIDED") & ~Q(decision__in=LIFTING))
FOUND_SCHEMA = {
    "usage_point_id": pl.Int64,
    "id": pl.Int64,
    "code": pl.String,
    "severity": pl.String,
    "state": pl.String,
    "decision": pl.String,
    "evidence": pl.String,
    "holds": pl.Boolean,
}
HELD_SCHEMA = {"usage_point_id": pl.Int64, "code": pl.String, "evidence": pl.String}


def findings_of(segment_id: int, from_date: date, to_date: date) -> pl.DataFrame:
    """Stored findings of a segment and period, with what was decided.

    ``usage_point_id, id, code, severity, state, decision, evidence, holds``; ``holds`` says whether
    the finding keeps its account out of the bill now.
    """
    frame = query_frame(
        "SELECT usage_point_id, id, code, severity, state, decision, evidence::text,"
        " (severity = 'HOLD' AND (state = 'OPEN'"
        "   OR state = 'DECIDED' AND decision NOT IN ('ACCEPT', 'ESTIMATE')))::int"
        " FROM metering_finding"
        " WHERE segment_id = {segment} AND from_date = {first} AND to_date = {last}"
        " ORDER BY usage_point_id, code",
        {**FOUND_SCHEMA, "holds": pl.Int8},
        segment=segment_id,
        first=from_date,
        last=to_date,
    )
    return frame.cast({"holds": pl.Boolean})


def open_holds(
    findings: pl.DataFrame, *, segment_id: int, from_date: date, to_date: date
) -> pl.DataFrame:
    """Those of ``findings`` (as measured just now) that hold an account: ``usage_point_id, code,
    evidence``.

    A finding of severity HOLD is lifted by a stored ACCEPT or ESTIMATE on the same figures.
    """
    held = findings.filter(pl.col("severity") == "HOLD").select(list(HELD_SCHEMA))
    if held.height == 0:
        return held
    lifted = query_frame(
        "SELECT usage_point_id, code, evidence::text FROM metering_finding"
        " WHERE segment_id = {segment} AND from_date = {first} AND to_date = {last}"
        " AND state = 'DECIDED' AND decision IN ('ACCEPT', 'ESTIMATE')",
        HELD_SCHEMA,
        segment=segment_id,
        first=from_date,
        last=to_date,
    )
    both = held.join(lifted, on=["usage_point_id", "code"], suffix="_decided")
    same = [
        _figures(now) == _figures(then)
        for now, then in zip(both["evidence"], both["evidence_decided"], strict=True)
    ]
    free = both.filter(pl.Series(same, dtype=pl.Boolean)).select("usage_point_id", "code")
    return held.join(free, on=["usage_point_id", "code"], how="anti")


def _figures(evidence: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(evidence)
    figures.pop("estimate", None)
    return figures


def list_findings(
    chosen: FindingFilter,
    *,
    scope: Scope | None = None,
    cursor: str = "",
    limit: int = 50,
) -> FindingPage:
    """One page of a work list: the most yuan at risk first, then the most kWh.

    ``cursor`` is the ``next_cursor`` of the page before; it stays right when rows are decided in
    between. Raises InvalidInput for one that is not.
    """
    rows = (
        _chosen(chosen, scope)
        .select_related("segment", "usage_point", "owner", "decided_by")
        .order_by(
            F("at_risk_fen").desc(nulls_last=True), F("at_risk_kwh").desc(nulls_last=True), "id"
        )
    )
    if cursor:
        rows = rows.filter(_after(cursor))
    page = list(rows[: limit + 1])
    more = len(page) > limit
    return FindingPage(
        rows=tuple(finding_info(row) for row in page[:limit]),
        next_cursor=_cursor(page[limit - 1]) if more else "",
    )


def count_findings(chosen: FindingFilter, *, scope: Scope | None = None) -> list[FindingCount]:
    """How many findings of each code, the most first; the filter's ``states`` do not count here."""
    rows = (
        _chosen(chosen, scope, any_state=True)
        .values("code", "severity")
        .annotate(
            open=Count("id", filter=Q(state="OPEN")),
            decided=Count("id", filter=Q(state="DECIDED")),
            gone=Count("id", filter=Q(state="GONE")),
            holding=Count("id", filter=HOLDS),
            at_risk=Sum("at_risk_kwh", filter=~Q(state="GONE")),
        )
        .order_by("-open", "code")
    )
    return [
        FindingCount(
            code=FindingCode(row["code"]),
            name=name_of(row["code"]),
            severity=row["severity"],
            open=row["open"],
            decided=row["decided"],
            gone=row["gone"],
            holding=row["holding"],
            at_risk_kwh=row["at_risk"] or Decimal(0),
        )
        for row in rows
    ]


def _chosen(
    chosen: FindingFilter, scope: Scope | None, *, any_state: bool = False
) -> QuerySet[Finding]:
    rows = Finding.objects.all()
    if scope is not None:
        rows = identity.within(rows, scope, "segment__unit__path")
    exact = {
        "segment_id": chosen.segment_id,
        "from_date": chosen.from_date,
        "to_date": chosen.to_date,
        "owner_id": chosen.owner_id,
        "severity": chosen.severity or None,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if chosen.codes:
        rows = rows.filter(code__in=chosen.codes)
    if chosen.usage_point_ids:
        rows = rows.filter(usage_point_id__in=chosen.usage_point_ids)
    if chosen.holding:
        rows = rows.filter(HOLDS)
    elif chosen.states and not any_state:
        rows = rows.filter(state__in=chosen.states)
    return rows


def _cursor(row: Finding) -> str:
    fen = "" if row.at_risk_fen is None else row.at_risk_fen
    kwh = "" if row.at_risk_kwh is None else row.at_risk_kwh
    return f"{fen}_{kwh}_{row.pk}"


def _after(cursor: str) -> Q:
    try:
        fen_text, kwh_text, key = cursor.split("_")
        fen = int(fen_text) if fen_text else None
        kwh = Decimal(kwh_text) if kwh_text else None
        last = int(key)
    except (ValueError, ArithmeticError) as fault:
        raise InvalidInput({"cursor": [str(fault)]}) from fault
    same_fen = Q(at_risk_fen__isnull=True) if fen is None else Q(at_risk_fen=fen)
    same_kwh = Q(at_risk_kwh__isnull=True) if kwh is None else Q(at_risk_kwh=kwh)
    after = same_fen & same_kwh & Q(pk__gt=last)
    if kwh is not None:
        after |= same_fen & (Q(at_risk_kwh__lt=kwh) | Q(at_risk_kwh__isnull=True))
    if fen is not None:
        after |= Q(at_risk_fen__lt=fen) | Q(at_risk_fen__isnull=True)
    return after


def finding_info(row: Finding) -> FindingInfo:
    """A row, with its segment, point and people read along, as a work list shows it."""
    estimate = row.evidence.get("estimate")
    lifted = row.state == Finding.State.GONE or (
        row.state == Finding.State.DECIDED and row.decision in LIFTING
    )
    return FindingInfo(
        id=row.pk,
        usage_point_id=row.usage_point_id,
        usage_point_code=row.usage_point.code,
        segment_id=row.segment_id,
        segment_code=row.segment.code,
        from_date=row.from_date,
        to_date=row.to_date,
        code=FindingCode(row.code),
        name=name_of(row.code),
        severity=row.severity,
        state=row.state,
        decision=row.decision,
        holds=row.severity == Finding.Severity.HOLD and not lifted,
        evidence=row.evidence,
        sentence=describe(row.code, row.evidence),
        estimate_kwh=unscaled(estimate["energy_e4"]) if estimate else None,
        estimate_sentence=describe_estimate(row.evidence),
        at_risk_kwh=row.at_risk_kwh,
        at_risk_fen=row.at_risk_fen,
        owner_id=row.owner_id,
        owner_name=row.owner.name if row.owner else "",
        decided_by_name=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        reason=row.reason,
        found_at=row.found_at,
    )
