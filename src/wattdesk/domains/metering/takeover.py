"""Taking over many rows at once: from another system, or from the synthetic supplier."""

from collections.abc import Mapping

import polars as pl

from wattdesk.domains.audit import api as audit
from wattdesk.domains.metering.data import Rows
from wattdesk.toolkit import frames
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.transactions import require_transaction


def reserve(rows: Rows, count: int) -> pl.Series:
    """Take ``count`` ids for rows that a take-over will write."""
    return frames.reserve_ids(rows.value, count)


def take_over(parts: Mapping[Rows, pl.DataFrame], *, by: Act) -> dict[str, int]:
    """Append frames to the meter tables, parents before children; returns rows by table.

    Columns are those of the table; ``period`` columns hold texts such as ``[2024-01-01,)``, values
    and multipliers decimals or texts. What a constraint refuses ends the transaction: a take-over
    comes whole or not at all. The rows are trusted otherwise: what is doubtful about a reading
    (before the installation, more digits than the register has) shows when it is measured.
    """
    require_transaction()
    written = {
        table.value: frames.copy_frame(table.value, parts[table])
        for table in Rows
        if table in parts
    }
    audit.record(by=by, action="metering.take_over", subjects=["take_over:metering"], after=written)
    return written
