"""Row locks of billing, in the order run → chunk."""

from wattdesk.domains.billing import errors
from wattdesk.domains.billing.models import Run, RunChunk


def locked_run(run_id: int, *states: str) -> Run:
    """Lock a run and prove that it is in one of ``states``. Raises WrongRunState."""
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state not in states:
        raise errors.WrongRunState(state=run.state, needed=" / ".join(states))
    return run


def take_chunk(run_id: int, state: str) -> RunChunk | None:
    """Lock one chunk in ``state`` that nobody works on; a killed worker's lock is free at once."""
    return (
        RunChunk.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run")
        .filter(run_id=run_id, state=state)
        .order_by("attempts", "number")
        .first()
    )
