"""Taking over many rows at once: from another system, or from the synthetic supplier.

Rows come as frames whose columns are the table's; they go in by COPY under the same constraints
as any other write, and one audit row says how many of which.
"""

from collections.abc import Mapping

import polars as pl

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.data import Act
from wattdesk.domains.premises.data import Rows
from wattdesk.toolkit import frames
from wattdesk.toolkit.transactions import require_transaction


def reserve(rows: Rows, count: int) -> pl.Series:
    """Take ``count`` ids for rows that a take-over will write."""
    return frames.reserve_ids(rows.value, count)


def take_over(parts: Mapping[Rows, pl.DataFrame], *, by: Act) -> dict[str, int]:
    """Append frames to the archive's tables, parents before children; returns rows by table.

    ``period`` columns hold texts such as ``[2024-01-01,)``. What a constraint refuses ends the
    transaction: a take-over comes whole or not at all.
    """
    require_transaction()
    written = {
        table.value: frames.copy_frame(table.value, parts[table])
        for table in Rows
        if table in parts
    }
    audit.record(by=by, action="premises.take_over", subjects=["take_over:premises"], after=written)
    return written
