"""The sealing job: chains audit records in batches and writes each head outside the database.

Sealing runs beside all writers and slows none of them. A batch holds committed records in the order
of their transactions; those that commit later, even if they began earlier, come into a later seal.
The order of a seal is: rows in one transaction, commit, then the line in the file of heads. A
process killed between the two leaves the file one seal behind; the next seal adds that line,
provided the seal carries a right mark. Two or more missing lines are no crash, and nothing adds
them.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import heads, marks, outside, rows, waiting
from wattdesk.domains.audit.models import Seal
from wattdesk.domains.audit.operations import record
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, InvariantBroken, StateConflict
from wattdesk.toolkit.rulebook import rule

# Any number that nothing else in the program locks on.
ADVISORY_LOCK = 7_023_001


class AcceptanceNeedsReason(InvalidInput):
    """Accepting the present state of the chain asks for a person's words."""

    code = "audit.acceptance_needs_reason"
    message = _("Say why the present state is right, and where the records before it are kept.")


class ChainCut(StateConflict):
    """The file of heads knows newer or other seals than the database: no seal goes on top of that.

    Either the tables were restored from a backup, which a person then accepts by name, or somebody
    cut the chain.
    """

    code = "audit.chain_cut"
    message = _(
        "The database ends at seal %(seal)s, the file of heads at %(head)s, or they differ there."
        " Verify; if a backup was restored, accept its state."
    )


def seal_all(at: datetime) -> int:
    """Seal everything that can be sealed now; returns how many records were."""
    sealed = 0
    while count := seal(at):
        sealed += count
    return sealed


def seal(at: datetime) -> int:
    """Seal one batch and return its size; 0 when nothing waits that can be sealed.

    Opens and commits its own transaction, because the head is written after the commit: raises
    InvariantBroken inside another one. Safe to kill at any point, and to start twice. Raises
    ChainCut.
    """
    if connection.in_atomic_block:
        raise InvariantBroken("sealing commits by itself and was called inside a transaction")
    with outside.one_sealer():
        _agree_with_heads()
        with transaction.atomic(durable=True):
            made = _seal_batch(at)
        if made is not None:
            heads.append_head("seal", _head_fields(made))
            return made.head.records
        _tidy_waiting(at)  # once, after the last batch: the list may be long
    return 0


def _agree_with_heads() -> None:
    """Write the line that a killed sealer did not come to write; refuse to build on a cut chain."""
    tip, last = heads.read_tip(), rows.latest_seal()
    if tip is None:
        return  # the last line is not good: the verification says so, and newer lines follow it
    number, digest = (last.head.number, last.digest) if last else (0, marks.NO_DIGEST)
    if number < tip.number or (number == tip.number and digest != tip.digest):
        raise ChainCut(seal=number, head=tip.number)
    is_next = last is not None and number == tip.number + 1
    if last and is_next and last.is_genuine and last.previous_digest == tip.digest:
        heads.append_head("seal", _head_fields(last))


def _head_fields(seal: marks.SealRow) -> dict[str, Any]:
    """What the file of heads says about a seal."""
    head = seal.head
    return {
        "number": head.number,
        "digest": seal.digest.hex(),
        "records": head.records,
        "total": head.total,
        "last_record_id": head.last_record_id,
        "at": None if head.at_us is None else marks.moment(head.at_us).isoformat(),
    }


def _seal_batch(at: datetime) -> marks.SealRow | None:
    with connection.cursor() as cursor:
        # Machines with folders of their own would not see each other's file lock.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    last = rows.latest_seal()
    limit = rule("audit.seal_records", on=civil_date(at)).integer
    horizon = rows.horizon()
    batch = _unsealed(last, horizon, limit)
    if not batch:
        return None
    digests = [marks.digest_record(rows.content_of(row), bytes(row[10])) for row in batch]
    head = marks.SealHead(
        number=last.head.number + 1 if last else 1,
        at_us=marks.micros(at),
        records=len(batch),
        total=(last.head.total if last else 0) + len(batch),
        last_record_id=batch[-1][0],
        horizon_xid=_reached(last, horizon, batch, is_full=len(batch) == limit),
    )
    previous = last.digest if last else marks.NO_DIGEST
    digest = marks.digest_seal(head, previous, digests)
    made = marks.SealRow(head, previous, digest, marks.mark_seal(digest))
    _store(made, at, [row[0] for row in batch], digests)
    return made


def _unsealed(last: marks.SealRow | None, horizon: int, limit: int) -> list[tuple[Any, ...]]:
    """Committed records that no seal holds, in the order of their transactions.

    Everything below the last seal's horizon is sealed, so the search starts there. A last horizon
    ahead of the present one means that the tables were restored into another server, where
    transactions are numbered anew: then all records are looked at.
    """
    start = last.head.horizon_xid if last and last.head.horizon_xid <= horizon else 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {rows.COLUMNS}, r.xid FROM audit_record r WHERE r.xid >= %s AND"  # noqa: S608
            " NOT EXISTS (SELECT 1 FROM audit_sealed_record s WHERE s.record_id = r.id)"
            " ORDER BY r.xid, r.id LIMIT %s",
            [start, limit],
        )
        return list(cursor.fetchall())


def _reached(
    last: marks.SealRow | None, horizon: int, batch: list[tuple[Any, ...]], *, is_full: bool
) -> int:
    """Below which transaction every record is sealed, with this batch."""
    if not is_full:
        return horizon
    if last and last.head.horizon_xid > horizon:
        return last.head.horizon_xid  # restored, and not through yet: look at all again
    return min(horizon, int(batch[-1][rows.WIDTH]))


def _store(made: marks.SealRow, at: datetime, ids: list[int], digests: list[bytes]) -> None:
    head = made.head
    Seal.objects.create(
        number=head.number,
        at=at,
        records=head.records,
        total=head.total,
        last_record_id=head.last_record_id,
        horizon_xid=head.horizon_xid,
        previous_digest=made.previous_digest,
        digest=made.digest,
        mac=made.mac,
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY audit_sealed_record (record_id, seal_id, position, digest) FROM STDIN"
        ) as copy,
    ):
        for position, (key, digest) in enumerate(zip(ids, digests, strict=True), start=1):
            copy.write_row((key, head.number, position, digest))


def _tidy_waiting(at: datetime) -> None:
    """Strike sealed records off the waiting list; name in the file of heads those that are gone."""
    server = rows.server()
    noted = waiting.take(server)
    if not noted:
        return
    lost, remaining = waiting_state(noted)
    if lost:
        heads.append_head("lost", {"records": lost, "at": at.isoformat()})
    waiting.put_back(server, remaining)


def waiting_state(
    noted: tuple[waiting.Waiting, ...],
) -> tuple[list[int], list[waiting.Waiting]]:
    """Which noted records are gone although they were committed, and which still wait.

    Outcomes are asked before the rows: a transaction that commits in between is then still
    under way here, and never committed-but-missing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        newest = cursor.fetchone()[0]
        known = sorted({item.xid for item in noted if item.xid < newest})
        cursor.execute(
            "SELECT x, pg_xact_status(x::text::xid8) FROM unnest(%s::bigint[]) AS x", [known]
        )
        outcomes = dict(cursor.fetchall())
        ids = sorted({item.record_id for item in noted})
        cursor.execute(
            "SELECT r.id, s.record_id IS NOT NULL FROM audit_record r"
            " LEFT JOIN audit_sealed_record s ON s.record_id = r.id WHERE r.id = ANY(%s)",
            [ids],
        )
        is_sealed = dict(cursor.fetchall())
        cursor.execute("SELECT record_id FROM audit_sealed_record WHERE record_id = ANY(%s)", [ids])
        listed = {key for (key,) in cursor.fetchall()}
    lost, remaining = [], []
    for item in noted:
        if item.record_id in listed:
            continue  # the chain watches over it now
        outcome = outcomes.get(item.xid)
        if item.record_id in is_sealed or outcome == "in progress":
            remaining.append(item)
        elif outcome == "committed":
            lost.append(item.record_id)
    return sorted(set(lost)), remaining


def accept_state(*, by: Act) -> int:
    """Declare, by name and with a reason, that the chain as it stands in the database is right.

    For a restore from a backup, or after the folder outside the database was lost. The file of
    heads keeps all it said before; every later verification shows the acceptance. Returns the
    number of the last seal accepted (0: none).
    """
    if connection.in_atomic_block:
        raise InvariantBroken("accepting commits by itself and was called inside a transaction")
    if not by.reason.strip():
        raise AcceptanceNeedsReason
    with outside.one_sealer():
        waiting.set_aside(rows.server(), by.at)
        last = rows.latest_seal()
        number = last.head.number if last else 0
        with transaction.atomic(durable=True):
            record(by=by, action="audit.state_accepted", subjects=[f"seal:{number}"])
        heads.append_head(
            "accepted",
            {
                "number": number,
                "digest": (last.digest if last else marks.NO_DIGEST).hex(),
                "at": by.at.isoformat(),
                "name": by.name,
                "reason": by.reason,
            },
        )
    return number
