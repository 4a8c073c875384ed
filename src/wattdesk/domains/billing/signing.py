"""The end of a run: propose, sign, post, withdraw, cancel. Two people, one digest.

Each function demands an open transaction. Locks in order: run, then chunk.
"""

import hashlib

from django.db.models import Sum

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import errors, release
from wattdesk.domains.billing.locks import locked_run, take_chunk
from wattdesk.domains.billing.measures import sum_measures
from wattdesk.domains.billing.models import Hold, Run, RunChunk
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.transactions import require_transaction


def propose_release(run_id: int, *, by: Act) -> str:
    """Say that the drafts are right; returns the digest over all that is proposed.

    Raises WrongRunState, ChunksFailed.
    """
    require_transaction()
    run = locked_run(run_id, Run.State.REVIEW)
    digest = proposal_digest(run)
    run.state = Run.State.PROPOSED
    run.proposed_by_id = by.staff_id
    run.proposed_at = by.at
    run.proposed_digest = digest
    run.save(update_fields=["state", "proposed_by_id", "proposed_at", "proposed_digest"])
    audit.record(
        by=by,
        action="billing.run.propose",
        subjects=[f"run:{run.pk}"],
        unit_id=run.unit_id,
        after={"digest": digest, **_totals(run)},
    )
    return digest


def proposal_digest(run: Run) -> str:
    """One digest over the draft digests of all chunks, in order."""
    parts = run.chunks.order_by("number").values_list("number", "draft_sha256")
    return hashlib.sha256("\n".join(f"{n} {d}" for n, d in parts).encode()).hexdigest()


def withdraw_proposal(run_id: int, *, by: Act) -> None:
    """Take a proposal back: by its proposer, or refused by the second person, with a reason."""
    require_transaction()
    if not by.reason.strip():
        raise errors.ReasonNeeded
    run = locked_run(run_id, Run.State.PROPOSED)
    run.state = Run.State.REVIEW
    run.proposed_by = run.proposed_at = None
    run.proposed_digest = ""
    run.save(update_fields=["state", "proposed_by", "proposed_at", "proposed_digest"])
    audit.record(
        by=by, action="billing.run.withdraw", subjects=[f"run:{run.pk}"], unit_id=run.unit_id
    )


def sign_release(run_id: int, *, by: Act) -> None:
    """The second person's signature: the run goes to RELEASING, workers then post its chunks.

    Raises WrongRunState, SamePerson, DraftsChangedSinceProposal.
    """
    require_transaction()
    run = locked_run(run_id, Run.State.PROPOSED)
    if by.staff_id in {run.started_by_id, run.proposed_by_id}:
        raise errors.SamePerson
    if proposal_digest(run) != run.proposed_digest:
        raise errors.DraftsChangedSinceProposal
    run.state = Run.State.RELEASING
    run.released_by_id = by.staff_id
    run.released_at = by.at
    run.save(update_fields=["state", "released_by_id", "released_at"])
    audit.record(
        by=by,
        action="billing.run.release",
        subjects=[f"run:{run.pk}"],
        unit_id=run.unit_id,
        after={"digest": run.proposed_digest, **_totals(run)},
    )


def release_next_chunk(run_id: int, *, by: Act) -> bool:
    """Post one reviewed chunk: bills, lines and ledger by COPY; False when none is left."""
    require_transaction()
    chunk = take_chunk(run_id, RunChunk.State.DRAFTED)
    if chunk is None or chunk.run.state != Run.State.RELEASING:
        return False
    measures = release.post_chunk(chunk, by=by)
    chunk.state = RunChunk.State.RELEASED
    chunk.measures = {**chunk.measures, **measures}
    chunk.save(update_fields=["state", "measures"])
    run = Run.objects.select_for_update().get(pk=run_id)
    if not run.chunks.exclude(state=RunChunk.State.RELEASED).exists():
        run.state = Run.State.RELEASED
        run.measures = {**run.measures, "all": sum_measures(run)}
        run.save(update_fields=["state", "measures"])
    return True


def cancel_run(run_id: int, *, by: Act) -> None:
    """Give up a run that is not being released; its drafts are forgotten, its month is free."""
    require_transaction()
    if not by.reason.strip():
        raise errors.ReasonNeeded
    run = locked_run(run_id, Run.State.CALCULATING, Run.State.REVIEW, Run.State.PROPOSED)
    run.state = Run.State.CANCELLED
    run.save(update_fields=["state"])
    Hold.objects.filter(run=run, ended_at__isnull=True).update(
        ended_at=by.at, ended_by_id=by.staff_id, ended_reason="run cancelled"
    )
    audit.record(
        by=by, action="billing.run.cancel", subjects=[f"run:{run.pk}"], unit_id=run.unit_id
    )


def _totals(run: Run) -> dict[str, int | str]:
    sums = run.chunks.aggregate(
        accounts=Sum("accounts"),
        billed=Sum("billed"),
        held=Sum("held"),
        not_due=Sum("not_due"),
        amount_fen=Sum("amount_fen"),
        energy_kwh=Sum("energy_kwh"),
    )
    return {
        name: str(value) if name == "energy_kwh" else int(value or 0)
        for name, value in sums.items()
    }
