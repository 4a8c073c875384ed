"""Writes of findings (异常): storing what a check found, and deciding it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db import connection
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.api import NewRecord
from wattdesk.domains.metering import locks
from wattdesk.domains.metering.data import Decision, Origin, Quality
from wattdesk.domains.metering.models import Finding
from wattdesk.domains.metering.operations.readings import (
    WRITTEN,
    existing,
    supersede,
    write_readings,
)
from wattdesk.kernel.readings.codes import FindingCode
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.frames import copy_frame
from wattdesk.toolkit.transactions import require_transaction

# Without a quantity there is nothing to accept.
NOTHING_TO_ACCEPT = frozenset(
    {FindingCode.MISSING, FindingCode.NO_METER, FindingCode.GAPS_TOO_MANY}
)
# The key matters: nothing is known about a table made a moment ago, and a plan without an index
# compares every finding with every other.
STAGED = """
CREATE TEMP TABLE IF NOT EXISTS metering_finding_staged (
  usage_point_id bigint, code varchar(30), severity varchar(4), evidence jsonb,
  at_risk_kwh numeric(18,4), at_risk_fen bigint, PRIMARY KEY (usage_point_id, code)
) ON COMMIT DELETE ROWS
"""
# What decides whether a decision still stands is the figures; the estimate that was offered beside
# them depends on which points were measured together.
UPSERT = """
INSERT INTO metering_finding AS f (usage_point_id, segment_id, from_date, to_date, code, severity,
  evidence, state, decision, reason, found_at, at_risk_kwh, at_risk_fen)
SELECT usage_point_id, %(segment)s, %(first)s, %(last)s, code, severity, evidence, 'OPEN', '', '',
  %(at)s, at_risk_kwh, at_risk_fen
FROM metering_finding_staged
ON CONFLICT (usage_point_id, from_date, to_date, code) DO UPDATE SET
  segment_id = excluded.segment_id, severity = excluded.severity, evidence = excluded.evidence,
  at_risk_kwh = excluded.at_risk_kwh, at_risk_fen = excluded.at_risk_fen,
  state = 'OPEN', decision = '', reason = '', decided_by_id = NULL, decided_at = NULL,
  found_at = CASE WHEN f.state = 'OPEN' THEN f.found_at ELSE excluded.found_at END
WHERE f.state = 'GONE'
  OR f.evidence - 'estimate' <> excluded.evidence - 'estimate'
  OR f.state = 'OPEN' AND (f.evidence, f.severity, f.at_risk_kwh, f.at_risk_fen)
     IS DISTINCT FROM
     (excluded.evidence, excluded.severity, excluded.at_risk_kwh, excluded.at_risk_fen)
"""
GONE = """
UPDATE metering_finding f SET state = 'GONE'
WHERE f.segment_id = %(segment)s AND f.from_date = %(first)s AND f.to_date = %(last)s
  AND f.state = 'OPEN' AND f.usage_point_id = ANY(%(checked)s)
  AND NOT EXISTS (SELECT 1 FROM metering_finding_staged s
                  WHERE s.usage_point_id = f.usage_point_id AND s.code = f.code)
"""


class FindingNotFound(NotFound):
    """One of the findings does not exist or lies outside the caller's units."""

    code = "metering.finding_not_found"
    message = _("One of the findings does not exist or is not yours.")


class DecisionNeedsReason(InvalidInput):
    """A decision without a reason."""

    code = "metering.decision_needs_reason"
    message = _("Say why you decide so.")


class DecisionUnknown(InvalidInput):
    """Not one of the decisions."""

    code = "metering.decision_unknown"
    message = _("Decide to accept, to estimate, to read again, or to send to inspection.")


class FindingClosed(StateConflict):
    """The finding is decided for good, or gone."""

    code = "metering.finding_closed"
    message = _("Finding %(finding)s is no longer open. Load the list again.")


class NothingToAccept(StateConflict):
    """The finding has no quantity that could be billed."""

    code = "metering.nothing_to_accept"
    message = _(
        "Finding %(finding)s has no quantity to bill: correct the reading, or decide an estimate."
    )


class NoEstimate(StateConflict):
    """No method could estimate the quantity."""

    code = "metering.no_estimate"
    message = _(
        "Finding %(finding)s cannot be estimated: no earlier period tells the use. Read again or"
        " enter the reading."
    )


def store_findings(
    *,
    segment_id: int,
    from_date: date,
    to_date: date,
    findings: pl.DataFrame,
    by: Act,
    checked: pl.Series | None = None,
) -> None:
    """Store what a check of a segment's period found; the same again changes nothing.

    ``findings`` as of Measured, with an optional column ``at_risk_fen``. ``checked``: the usage
    points that were looked at; open findings of theirs that are no longer found become GONE.
    Without it only points that still have a finding are tidied. A decided finding stays decided
    while its figures are the same, else it opens again.
    """
    require_transaction()
    rows = findings.unique(["usage_point_id", "code"], keep="first", maintain_order=True)
    fen = pl.col("at_risk_fen") if "at_risk_fen" in rows.columns else pl.lit(None)
    risk = pl.col("at_risk_e4")
    sign = pl.when(risk < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, part = risk.abs() // 10_000, (risk.abs() % 10_000).cast(pl.String).str.zfill(4)
    with connection.cursor() as cursor:
        cursor.execute(STAGED)
        cursor.execute("DELETE FROM metering_finding_staged")
    copy_frame(
        "metering_finding_staged",
        rows.select(
            "usage_point_id",
            "code",
            "severity",
            "evidence",
            pl.when(risk.is_not_null())
            .then(pl.format("{}{}.{}", sign, whole, part))
            .alias("at_risk_kwh"),
            fen.cast(pl.Int64).alias("at_risk_fen"),
        ),
    )
    points = rows["usage_point_id"] if checked is None else checked
    given: dict[str, Any] = {
        "segment": segment_id,
        "first": from_date,
        "last": to_date,
        "at": by.at,
        "checked": points.drop_nulls().unique().to_list(),
    }
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, given)
        stored = cursor.rowcount
        cursor.execute(GONE, given)
        gone = cursor.rowcount
    if stored or gone:
        audit.record(
            by=by,
            action="metering.finding.store",
            subjects=[f"segment:{segment_id}"],
            after={
                "from": from_date.isoformat(),
                "to": to_date.isoformat(),
                "found": rows.height,
                "new_or_changed": stored,
                "gone": gone,
            },
        )


def decide_findings(ids: Sequence[int], decision: str, *, by: Act) -> int:
    """Decide findings with a reason; returns how many. All of them or none.

    ACCEPT: the figure is right and is billed; of a register that fell back it says that it rolled
    over. ESTIMATE: the estimate in the evidence takes its place, for registers as readings of
    quality ESTIMATED, so that the next actual reading trues it up. REREAD and INSPECT keep the
    account out of the bill. What was sent to be read again or inspected can be decided anew.

    Raises DecisionNeedsReason, DecisionUnknown, FindingNotFound, FindingClosed, NothingToAccept,
    NoEstimate.
    """
    require_transaction()
    if not by.reason.strip():
        raise DecisionNeedsReason
    if decision not in Finding.Decision.values:
        raise DecisionUnknown
    found = locks.lock_findings(ids)
    if len(found) != len(set(ids)):
        raise FindingNotFound
    for finding in found:
        _require_open(finding)
        if decision == Decision.ACCEPT:
            _require_quantity(finding)
    if decision == Decision.ESTIMATE:
        _write_estimates(found, by=by)
    before = {finding.pk: finding.decision for finding in found}
    Finding.objects.filter(pk__in=[finding.pk for finding in found]).update(
        state=Finding.State.DECIDED,
        decision=decision,
        decided_by_id=by.staff_id,
        decided_at=by.at,
        reason=by.reason[:400],
    )
    audit.record_many(
        [
            NewRecord(
                "metering.finding.decide",
                (f"finding:{finding.pk}", f"usage_point:{finding.usage_point_id}"),
                None,
                {"decision": before[finding.pk]},
                {"code": finding.code, "decision": str(decision), "evidence": finding.evidence},
            )
            for finding in found
        ],
        by=by,
    )
    return len(found)


def assign_findings(ids: Sequence[int], owner_id: int | None, *, by: Act) -> int:
    """Give findings to a person, or to nobody; returns how many. Raises FindingNotFound."""
    require_transaction()
    found = locks.lock_findings(ids)
    if len(found) != len(set(ids)):
        raise FindingNotFound
    Finding.objects.filter(pk__in=ids).update(owner_id=owner_id)
    audit.record(
        by=by,
        action="metering.finding.assign",
        subjects=[f"finding:{finding.pk}" for finding in found[:50]],
        after={"owner_id": owner_id, "count": len(found)},
    )
    return len(found)


def obstacle_to(finding: Finding, decision: str) -> StateConflict | None:
    """Why the finding cannot be decided so; None when it can. For dry runs: nothing is locked."""
    try:
        _require_open(finding)
        if decision == Decision.ACCEPT:
            _require_quantity(finding)
        if decision == Decision.ESTIMATE and not finding.evidence.get("estimate"):
            raise NoEstimate(finding=finding.pk)
    except StateConflict as refused:
        return refused
    return None


def _require_open(finding: Finding) -> None:
    waiting = finding.state == Finding.State.DECIDED and finding.decision in (
        Decision.REREAD,
        Decision.INSPECT,
    )
    if finding.state != Finding.State.OPEN and not waiting:
        raise FindingClosed(finding=finding.pk)


def _require_quantity(finding: Finding) -> None:
    """A quantity that can be billed, or NothingToAccept."""
    too_high_estimate = finding.code == FindingCode.NEGATIVE and any(
        row["last_estimated"] or row["would_roll_e4"] is None
        for row in finding.evidence["registers"]
    )
    # A reading that is there but not counted: the kernel could not hold the quantity.
    uncounted = finding.code == FindingCode.ABSURD and "registers" in finding.evidence
    if finding.code in NOTHING_TO_ACCEPT or too_high_estimate or uncounted:
        raise NothingToAccept(finding=finding.pk)


def _write_estimates(found: Sequence[Finding], *, by: Act) -> None:
    """Record the estimated readings that the evidence offers; daily energy needs none.

    Several findings of one point offer the same estimate: it is written once.
    """
    rows: dict[tuple[int, date], tuple[Any, ...]] = {}
    for finding in found:
        estimate: Mapping[str, Any] | None = finding.evidence.get("estimate")
        if not estimate:
            raise NoEstimate(finding=finding.pk)
        day = date.fromisoformat(estimate["to_date"])
        for register in estimate["registers"] or ():
            rows[(register["register_id"], day)] = (
                register["register_id"],
                day,
                register["reading_e4"],
                Quality.ESTIMATED.value,
                Origin.SYSTEM.value,
                estimate["method"],
            )
    if not rows:
        return
    frame = pl.DataFrame(list(rows.values()), schema=WRITTEN, orient="row")
    replaced = existing(frame)
    supersede(replaced["reading_id"].to_list(), at=by.at)
    ids = write_readings(frame, batch_id=None, recorded_at=by.at)
    audit.record(
        by=by,
        action="metering.reading.estimate",
        subjects=[f"finding:{finding.pk}" for finding in found[:50]],
        before={"readings": replaced["reading_id"].to_list()[:1000]},
        after={"readings": ids.to_list()[:1000], "count": len(ids)},
    )
