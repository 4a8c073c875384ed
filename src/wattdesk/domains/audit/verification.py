"""Verification: reads every audit record and seal and says what does not fit.

Nothing is trusted but the key: a record's own mark shows that it was written by the program and
not changed, the chain shows that none was removed or slipped in, the file of heads shows that the
chain was not cut or made anew. Memory does not grow with the number of records.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from wattdesk.domains.audit import heads, marks, outside, rows, sealing, waiting
from wattdesk.domains.audit.data import Acceptance, Fault, FaultCode, VerifyReport
from wattdesk.domains.audit.models import Seal

ROWS_AT_ONCE = 20_000


@dataclass
class _Findings:
    """Faults as they come: all counted, the first of each kind kept."""

    kept: list[Fault] = field(default_factory=list)
    counts: Counter[FaultCode] = field(default_factory=Counter)

    def add(self, code: FaultCode, key: int) -> None:
        self.counts[code] += 1
        if self.counts[code] <= VerifyReport.KEPT:
            self.kept.append(Fault(code, key))

    def add_all(self, code: FaultCode, keys: range) -> None:
        """One fault for each key; the range may be as wide as a forged number makes it."""
        if keys.stop <= keys.start:
            return
        room = max(0, VerifyReport.KEPT - self.counts[code])
        self.kept.extend(Fault(code, key) for key in keys[:room])
        self.counts[code] += keys.stop - keys.start


@dataclass
class _Expected:
    """What the file of heads says about the chain: digests by seal number, and the newest seal."""

    digests: dict[int, str] = field(default_factory=dict)
    tip: int = 0
    acceptances: list[Acceptance] = field(default_factory=list)


def verify() -> VerifyReport:
    """Check everything; reads one consistent state and waits for nobody but a running sealer."""
    found = _Findings()
    with ExitStack() as held:
        # With sealers kept out until the moment is fixed, file and database tell of the same state.
        with outside.one_sealer():
            lines = heads.read_heads()
            lost, _remaining = sealing.waiting_state(waiting.peek(rows.server()))
            held.enter_context(_one_state())
        for key in lost:
            found.add(FaultCode.RECORD_LOST, key)
        expected = _read_expected(lines, found)
        last = _check_chain(expected, found)
        behind = _check_heads(expected, last, found)
        _check_links(found)
        waiting_count, oldest = _check_unsealed(last, found)
        seals = Seal.objects.count()
        sealed, numbers = _figures()
    return VerifyReport(
        problems=tuple(found.kept),
        counts=dict(found.counts),
        sealed=sealed,
        waiting=waiting_count,
        oldest_waiting_at=oldest,
        seals=seals,
        heads=len(expected.digests),
        skipped=max(0, numbers - sealed - waiting_count),
        acceptances=tuple(expected.acceptances),
        torn_head=lines.torn,
        head_behind=behind,
    )


@contextmanager
def _one_state() -> Iterator[None]:
    """All reads see the same moment, whatever is written meanwhile.

    Inside somebody's transaction (tests) the moments differ a little, which only matters while
    others write.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT 1")  # the first query fixes the moment
        yield


def _read_expected(lines: heads.HeadLines, found: _Findings) -> _Expected:
    """Follow the lines of the file of heads; what they say must itself be without gaps."""
    expected = _Expected()
    for number in lines.edited:
        found.add(FaultCode.HEAD_EDITED, number)
    for entry in lines.entries:
        if entry["kind"] == "lost":
            for key in entry["records"]:
                found.add(FaultCode.RECORD_LOST, key)
            continue
        seal_number = entry["number"]
        if entry["kind"] == "accepted":
            # What the file says of later seals belongs to a state that was replaced.
            expected.digests = {n: d for n, d in expected.digests.items() if n <= seal_number}
            expected.acceptances.append(
                Acceptance(
                    seal_number=seal_number,
                    at=datetime.fromisoformat(entry["at"]),
                    name=entry["name"],
                    reason=entry["reason"],
                )
            )
            if seal_number:
                expected.digests.setdefault(seal_number, entry["digest"])
        else:
            found.add_all(FaultCode.HEADS_MISSING, range(expected.tip + 1, seal_number))
            if seal_number <= expected.tip:
                found.add(FaultCode.CHAIN_REWRITTEN, seal_number)
            expected.digests.setdefault(seal_number, entry["digest"])
            seal_number = max(seal_number, expected.tip)
        expected.tip = seal_number
    return expected


def _check_chain(expected: _Expected, found: _Findings) -> marks.SealRow | None:
    """Walk all seals and their records in order; returns the last seal."""
    previous: marks.SealRow | None = None
    batch: list[marks.SealRow] = []
    weight = 0
    for seal in rows.all_seals():
        batch.append(seal)
        weight += max(1, seal.head.records)
        if weight >= ROWS_AT_ONCE:
            previous = _check_seals(batch, previous, expected, found)
            batch, weight = [], 0
    return _check_seals(batch, previous, expected, found)


def _check_seals(
    batch: list[marks.SealRow],
    previous: marks.SealRow | None,
    expected: _Expected,
    found: _Findings,
) -> marks.SealRow | None:
    digests = _check_records(batch, found)
    for seal in batch:
        number = seal.head.number
        follows = previous.head.number + 1 if previous else 1
        found.add_all(FaultCode.SEAL_REMOVED, range(follows, number))
        if not seal.is_genuine:
            found.add(FaultCode.SEAL_FORGED, number)
        elif not _fits(seal, previous, digests.get(number, [])):
            found.add(FaultCode.SEAL_CHANGED, number)
        head = expected.digests.get(number)
        if head is not None and head != seal.digest.hex():
            found.add(FaultCode.CHAIN_REWRITTEN, number)
        previous = seal
    return previous


def _fits(seal: marks.SealRow, previous: marks.SealRow | None, digests: list[bytes]) -> bool:
    """True when a seal's figures and digest follow from its records and the seal before it."""
    head = seal.head
    if len(digests) != head.records:
        return False
    if marks.digest_seal(head, seal.previous_digest, digests) != seal.digest:
        return False
    if previous is None:
        return head.number != 1 or seal.previous_digest == marks.NO_DIGEST
    if head.number != previous.head.number + 1:
        return True  # the missing ones between are reported as removed
    is_linked = seal.previous_digest == previous.digest
    return is_linked and head.total == previous.head.total + head.records


def _check_records(batch: list[marks.SealRow], found: _Findings) -> dict[int, list[bytes]]:
    """Check the records of some seals; returns the listed digests by seal, in order."""
    digests: dict[int, list[bytes]] = {}
    if not batch:
        return digests
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {rows.COLUMNS}, s.record_id, s.digest, s.seal_id"  # noqa: S608 - constants
            " FROM audit_sealed_record s LEFT JOIN audit_record r ON r.id = s.record_id"
            " WHERE s.seal_id BETWEEN %s AND %s ORDER BY s.seal_id, s.position",
            [batch[0].head.number, batch[-1].head.number],
        )
        for row in cursor:
            key, digest, number = row[rows.WIDTH :]
            digests.setdefault(number, []).append(bytes(digest))
            if row[0] is None:
                found.add(FaultCode.RECORD_REMOVED, key)
            elif not _is_genuine(row, digest):
                found.add(FaultCode.RECORD_CHANGED, key)
    return digests


def _is_genuine(row: tuple[Any, ...], digest: bytes | None) -> bool:
    """True when the record carries a right mark, and is the one that was sealed."""
    content, mac = rows.content_of(row), bytes(row[10])
    if not marks.is_same(mac, marks.mark_record(content)):
        return False
    return digest is None or marks.digest_record(content, mac) == bytes(digest)


def _check_heads(expected: _Expected, last: marks.SealRow | None, found: _Findings) -> bool:
    """Compare the ends of chain and file; True when the file lacks just the newest seal."""
    newest = last.head.number if last else 0
    found.add_all(FaultCode.TAIL_CUT, range(newest + 1, expected.tip + 1))
    ahead = newest - expected.tip
    if ahead > 1:
        found.add_all(FaultCode.HEADS_MISSING, range(expected.tip + 1, newest + 1))
    return ahead == 1


def _check_links(found: _Findings) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.record_id FROM audit_sealed_record s"
            " WHERE NOT EXISTS (SELECT 1 FROM audit_seal a WHERE a.number = s.seal_id)"
        )
        for (key,) in cursor:
            found.add(FaultCode.LINK_ORPHANED, key)


def _check_unsealed(last: marks.SealRow | None, found: _Findings) -> tuple[int, datetime | None]:
    """Check the records that no seal holds; returns how many they are and the oldest moment.

    A record older than the horizon of the last seal should be sealed. The horizon says nothing
    while the tables are fresh from another server, whose transactions had other numbers.
    """
    horizon = last.head.horizon_xid if last and last.head.horizon_xid <= rows.horizon() else 0
    count, after = 0, -(2**63)
    oldest: datetime | None = None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {rows.COLUMNS}, r.xid FROM audit_record r WHERE r.id > %s AND"  # noqa: S608
                " NOT EXISTS (SELECT 1 FROM audit_sealed_record s WHERE s.record_id = r.id)"
                " ORDER BY r.id LIMIT %s",
                [after, ROWS_AT_ONCE],
            )
            part = cursor.fetchall()
        for row in part:
            if not _is_genuine(row, None):
                found.add(FaultCode.RECORD_FORGED, row[0])
            elif row[rows.WIDTH] < horizon:
                found.add(FaultCode.RECORD_BEHIND, row[0])
            else:
                at = marks.moment(row[1])
                oldest = at if oldest is None else min(oldest, at)
        count += len(part)
        if len(part) < ROWS_AT_ONCE:
            return count, oldest
        after = part[-1][0]


def _figures() -> tuple[int, int]:
    """How many records stand in seals, and how many numbers lie between the first and the last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_record r"
            " WHERE EXISTS (SELECT 1 FROM audit_sealed_record s WHERE s.record_id = r.id)"
        )
        sealed = int(cursor.fetchone()[0])
        cursor.execute("SELECT coalesce(max(id) - min(id) + 1, 0) FROM audit_record")
        return sealed, int(cursor.fetchone()[0])
