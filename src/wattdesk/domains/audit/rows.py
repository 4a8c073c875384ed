"""Rows of audit tables as the marks see them: one reading for sealing and verifying.

A row that was tampered with may hold anything the column takes, an infinite moment or a number of
ten thousand digits; reading it must not fail, it must come out as what it is: not genuine.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from wattdesk.domains.audit import marks

_AT_US = "CASE WHEN isfinite({0}.at) THEN (extract(epoch FROM {0}.at) * 1000000)::bigint END"

# The columns of marks.Stored, and the mark itself, of audit_record AS r.
COLUMNS = (
    f"r.id, {_AT_US.format('r')}, r.actor_id, r.actor_name, r.action, r.reason, r.subjects,"
    " r.unit_id, r.before::text, r.after::text, r.mac"
)
WIDTH = 11

_SEALS = (
    "a.number, " + _AT_US.format("a") + ", a.records, a.total, a.last_record_id, a.horizon_xid,"
    " a.previous_digest, a.digest, a.mac"
)
SEALS_AT_ONCE = 5000

_decode = json.JSONDecoder(parse_float=str).decode


def content_of(row: Sequence[Any]) -> bytes:
    """The canonical bytes of a row that starts with :data:`COLUMNS`.

    Empty, hence fitting no mark, where the row holds what no program of ours wrote.
    """
    try:
        changes = [None if text is None else _decode(text) for text in row[8:10]]
    except (ValueError, RecursionError):
        return b""
    return marks.canonical(marks.Stored._make([*row[:8], *changes]))


def latest_seal() -> marks.SealRow | None:
    """The newest seal, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SEALS} FROM audit_seal a ORDER BY a.number DESC LIMIT 1"  # noqa: S608
        )
        row = cursor.fetchone()
    return marks.SealRow.of(row) if row else None


def all_seals() -> Iterator[marks.SealRow]:
    """All seals by number, read in parts."""
    after = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {_SEALS} FROM audit_seal a WHERE a.number > %s"  # noqa: S608 - constants
                " ORDER BY a.number LIMIT %s",
                [after, SEALS_AT_ONCE],
            )
            part = cursor.fetchall()
        yield from (marks.SealRow.of(row) for row in part)
        if len(part) < SEALS_AT_ONCE:
            return
        after = part[-1][0]


def horizon() -> int:
    """The oldest transaction still under way: all below it have ended, one way or the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


# In one query with others: the identity that a database server gets when it is made.
SERVER = "(SELECT system_identifier::text FROM pg_control_system())"


def server() -> str:
    """The identity of the database server; a copy restored into another one has another."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SERVER}")
        return str(cursor.fetchone()[0])
