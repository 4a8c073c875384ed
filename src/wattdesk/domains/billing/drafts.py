"""The draft store: what a chunk's calculation found, as immutable Parquet files.

A draft is the result of a pure function of the record; it becomes part of the record only by
release. Its files carry their digest in their name and the digest stands in the chunk's row, so
what is released is byte for byte what was reviewed; a file that a killed worker left behind is
never read. See ADR 0070.
"""

import hashlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from wattdesk.toolkit.errors import StateConflict

BILLED = "BILLED"
HELD = "HELD"
NOT_DUE = "NOT_DUE"

# One row per account of the chunk.
ACCOUNT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "account_id": pl.Int64,
    "number": pl.String,
    "unit_id": pl.Int64,
    "outcome": pl.String,
    "hold_code": pl.String,
    "hold_evidence": pl.String,
    "from_date": pl.Date,
    "to_date": pl.Date,
    "schedule_id": pl.Int64,
    "schedule_code": pl.String,
    "version_id": pl.Int64,
    "energy_e2": pl.Int64,
    "carry_out_e4": pl.Int64,
    "total_fen": pl.Int64,
    "funds_fen": pl.Int64,
    "marks": pl.List(pl.String),
    "listed": pl.List(pl.String),
    "last_energy_e2": pl.Int64,
    "last_total_fen": pl.Int64,
    "trace": pl.String,
}
LINE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "account_id": pl.Int64,
    "position": pl.Int16,
    "code": pl.String,
    "group": pl.String,
    "quantity_e4": pl.Int64,
    "unit": pl.String,
    "price_e8": pl.Int64,
    "amount_fen": pl.Int64,
}


class DraftChanged(StateConflict):
    """A draft file is missing or not the one that was reviewed."""

    code = "billing.draft_changed"
    message = _(
        "The drafts of chunk %(chunk)s are not the ones that were reviewed (%(path)s)."
        " Calculate the run again, review it and propose it anew."
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """The frames of one chunk: ``accounts`` by ACCOUNT_SCHEMA, ``lines`` by LINE_SCHEMA."""

    accounts: pl.DataFrame
    lines: pl.DataFrame


def write(run_id: int, chunk_number: int, draft: Draft) -> tuple[str, str]:
    """Store a draft; returns its path (relative to the draft folder) and its digest.

    Both frames go into one folder named by the digest; the folder appears whole or not at all.
    """
    parts = {"accounts": draft.accounts, "lines": draft.lines}
    contents: dict[str, bytes] = {}
    for name, frame in parts.items():
        buffer = io.BytesIO()
        # lz4: drafts live for days, speed counts more than space.
        frame.write_parquet(buffer, compression="lz4", statistics=False)
        contents[name] = buffer.getvalue()
    digest = _digest(contents)
    path = Path(f"{run_id}") / f"{chunk_number:05d}-{digest[:16]}"
    target = settings.DRAFTS / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
        for name, content in contents.items():
            (folder / f"{name}.parquet").write_bytes(content)
        try:
            folder.replace(target)
        except OSError:
            # Another worker stored the same draft a moment ago; ours is not needed.
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()
            if not target.exists():
                raise
    return str(path), digest


def read(path: str, sha256: str, *, chunk: int) -> Draft:
    """Read a draft and prove it is the one of ``sha256``. Raises DraftChanged."""
    folder = settings.DRAFTS / path
    try:
        contents = {
            name: (folder / f"{name}.parquet").read_bytes() for name in ("accounts", "lines")
        }
    except FileNotFoundError:
        raise DraftChanged(chunk=chunk, path=path) from None
    if _digest(contents) != sha256:
        raise DraftChanged(chunk=chunk, path=path)
    return Draft(
        accounts=pl.read_parquet(io.BytesIO(contents["accounts"])),
        lines=pl.read_parquet(io.BytesIO(contents["lines"])),
    )


def scan_accounts(paths: list[str]) -> pl.LazyFrame:
    """The account rows of several chunks, for review lists; empty when there are none."""
    files = [settings.DRAFTS / path / "accounts.parquet" for path in paths]
    if not files:
        return pl.LazyFrame(schema=ACCOUNT_SCHEMA)
    return pl.scan_parquet(files)


def scan_lines(paths: list[str]) -> pl.LazyFrame:
    """The charge lines of several chunks."""
    files = [settings.DRAFTS / path / "lines.parquet" for path in paths]
    if not files:
        return pl.LazyFrame(schema=LINE_SCHEMA)
    return pl.scan_parquet(files)


def _digest(contents: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name in ("accounts", "lines"):
        whole.update(hashlib.sha256(contents[name]).digest())
    return whole.hexdigest()
