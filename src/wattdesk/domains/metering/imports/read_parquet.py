"""Parquet: columns with types become texts like everything else, exactly."""

from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.faults import Faults, Unreadable
from wattdesk.domains.metering.imports.sheet import Sheet
from wattdesk.domains.metering.imports.upload import cut_off

PLAIN = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Decimal, pl.Categorical, pl.Enum)


def read_parquet(path: Path, *, faults: Faults, largest_rows: int) -> Sheet:
    """Read a Parquet file; a column that is no plain value becomes a fault. Raises Unreadable."""
    try:
        scanned = pl.scan_parquet(path)
        schema = scanned.collect_schema()
        count = int(scanned.select(pl.len()).collect().item())
        if count > largest_rows:
            raise Unreadable(
                "too_many_rows",
                _("The file has more than %(limit)s rows.") % {"limit": f"{largest_rows:,}"},
                _("Split it, for instance by segment or month."),
            )
        texts = []
        for place, (name, dtype) in enumerate(schema.items()):
            if not (dtype.is_numeric() or isinstance(dtype, PLAIN)):
                faults.add(
                    "type",
                    _("The column %(column)s holds %(dtype)s, not plain values.")
                    % {"column": name, "dtype": dtype},
                    _("Write numbers, texts and dates only."),
                    header=name,
                )
                continue
            texts.append(pl.col(name).cast(pl.String).alias(f"c{place}"))
        frame = scanned.select(texts).collect().with_row_index("row", offset=1)
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise cut_off() from fault
    if count == 0:
        raise Unreadable(
            "empty_file", _("The file has no rows."), _("Export it again and look into it.")
        )
    faults.cells = False
    return Sheet(
        headers=list(enumerate(schema)),
        header_row=0,
        frame=frame.cast({"row": pl.Int64}),
        notes=[],
        cells=False,
    )
