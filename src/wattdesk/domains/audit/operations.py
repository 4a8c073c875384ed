"""Writing audit records."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import marks, rows, waiting
from wattdesk.domains.audit.data import NewRecord
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, InvariantBroken
from wattdesk.toolkit.transactions import require_transaction

REASON_LENGTH = 400
TEXT_LENGTH = 60
ROWS_PER_STATEMENT = 500
_COLUMNS = "id, at, actor_id, actor_name, action, reason, subjects, unit_id, before, after, mac"
_PLACES = "(%s, %s, %s, %s, %s, %s, %s::varchar[], %s, %s::jsonb, %s::jsonb, %s)"


class ReasonTooLong(InvalidInput):
    """The reason of an act does not fit into an audit record."""

    code = "audit.reason_too_long"
    message = _("The reason may have %(limit)s characters at most.")


def record(
    *,
    by: Act,
    action: str,
    subjects: Sequence[str],
    unit_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int:
    """Write one audit record in the open transaction and return its id.

    Raises ReasonTooLong; InvariantBroken outside a transaction or for values that no record holds.
    """
    return record_many([NewRecord(action, tuple(subjects), unit_id, before, after)], by=by)[0]


def record_many(records: Sequence[NewRecord], *, by: Act) -> list[int]:
    """Write many audit records of one act; returns their ids in order.

    The id is part of what the mark covers, so ids are taken from the sequence first.
    """
    require_transaction()
    if not records:
        return []
    if len(by.reason) > REASON_LENGTH:
        raise ReasonTooLong(limit=REASON_LENGTH)
    server, ids = _take_ids(len(records))
    values = [_row(key, new, by) for key, new in zip(ids, records, strict=True)]
    noted: list[waiting.Waiting] = []
    with connection.cursor() as cursor:
        for start in range(0, len(values), ROWS_PER_STATEMENT):
            part = values[start : start + ROWS_PER_STATEMENT]
            cursor.execute(
                f"INSERT INTO audit_record ({_COLUMNS}) VALUES "  # noqa: S608 - constants only
                + ", ".join([_PLACES] * len(part))
                + " RETURNING id, xid, xmin::text::bigint",
                [column for row in part for column in row],
            )
            noted.extend(
                waiting.Waiting(key, _full_number(top, short)) for key, top, short in cursor
            )
    waiting.note(server, noted)
    return ids


def _take_ids(count: int) -> tuple[str, list[int]]:
    """So many new ids, and the identity of the server that gave them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {rows.SERVER}, nextval(pg_get_serial_sequence('audit_record', 'id'))"  # noqa: S608
            " FROM generate_series(1, %s)",
            [count],
        )
        taken = cursor.fetchall()
    return taken[0][0], [key for _server, key in taken]


def _row(key: int, new: NewRecord, by: Act) -> tuple[Any, ...]:
    if by.at.tzinfo is None:
        raise InvariantBroken("the moment of an act must be aware")
    if not new.subjects:
        raise InvariantBroken(f"the audit record of {new.action} names no subject")
    for text in (new.action, *new.subjects):
        if not 0 < len(text) <= TEXT_LENGTH:
            raise InvariantBroken(f"an audit record cannot hold {text!r}: empty or too long")
    stored = marks.Stored(
        id=key,
        at_us=marks.micros(by.at),
        actor_id=by.staff_id,
        actor_name=by.name[:TEXT_LENGTH],
        action=new.action,
        reason=by.reason,
        subjects=list(new.subjects),
        unit_id=new.unit_id,
        before=marks.plain(new.before),
        after=marks.plain(new.after),
    )
    return (
        key,
        by.at,
        *stored[2:8],
        _json(stored.before),
        _json(stored.after),
        marks.mark_record(marks.canonical(stored)),
    )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _full_number(top: int, short: int) -> int:
    """The 64-bit number of the (sub)transaction that wrote a row.

    ``top`` is the 64-bit number of the outermost transaction, ``short`` the low 32 bits of the
    writing one, which is never the older of the two.
    """
    full = (top >> 32 << 32) | short
    return full if full >= top else full + (1 << 32)
