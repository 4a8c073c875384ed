"""Seconds per stage of a run, added up over its chunks."""

from wattdesk.domains.billing.models import Run


def sum_measures(run: Run) -> dict[str, float]:
    """Seconds per stage over all chunks; with several workers more than the clock showed."""
    total: dict[str, float] = {}
    for measures in run.chunks.values_list("measures", flat=True):
        for name, seconds in measures.items():
            total[name] = round(total.get(name, 0) + seconds, 3)
    return total
