"""Review with a trace: which lists of a run somebody has looked through, on which drafts."""

from dataclasses import dataclass
from datetime import datetime

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing.locks import locked_run
from wattdesk.domains.billing.models import Run
from wattdesk.domains.billing.queries import run_in
from wattdesk.domains.billing.signing import proposal_digest
from wattdesk.domains.identity.data import Scope
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.transactions import require_transaction

ACTION = "billing.run.review"
LATEST = 400  # entries of the run's time line that are looked through


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Who looked through a list, and when."""

    by: str
    at: datetime


def mark_reviewed(run_id: int, review_list: str, *, accounts: int, by: Act) -> None:
    """Note that ``by`` looked through a list of ``accounts`` drafts. Raises WrongRunState."""
    require_transaction()
    run = locked_run(run_id, Run.State.REVIEW, Run.State.PROPOSED)
    audit.record(
        by=by,
        action=ACTION,
        subjects=[f"run:{run.pk}"],
        unit_id=run.unit_id,
        after={"list": review_list, "accounts": accounts, "digest": proposal_digest(run)},
    )


def reviewed_lists(run_id: int, *, scope: Scope | None = None) -> dict[str, Reviewed]:
    """The lists that were looked through, by name; drafts that changed since do not count."""
    run = run_in(run_id, scope)
    digest = proposal_digest(run)
    found: dict[str, Reviewed] = {}
    for entry in audit.timeline(f"run:{run.pk}", limit=LATEST):
        after = entry.after or {}
        if entry.action == ACTION and after.get("digest") == digest:
            found.setdefault(str(after.get("list")), Reviewed(entry.actor_name, entry.at))
    return found
