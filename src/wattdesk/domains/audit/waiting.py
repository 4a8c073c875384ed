"""The waiting list: records written and not yet sealed, noted outside the database.

One line ``record-id transaction`` each. It shows a record that was committed and then removed
before the sealing job came by: the database still knows for some weeks how a transaction ended.
Transactions have numbers within one server only, so each server has a list of its own.
It is a help, not a proof: lines are not forced to the disk one by one, because every write of the
program waits here, and a crash of the machine may lose the last of them.
"""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wattdesk.domains.audit import outside


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record, and the full number of the transaction (or savepoint) that wrote it."""

    record_id: int
    xid: int


def _list(server: str) -> Path:
    return outside.folder() / f"waiting-{server}.log"


def _taken(server: str) -> Path:
    return outside.folder() / f"waiting-{server}.taken"


def note(server: str, waiting: Iterable[Waiting]) -> None:
    """Remember records just written, before their transaction ends.

    ``server`` is the identity that the database server got when it was made (rows.server()).
    """
    lines = "".join(f"{item.record_id} {item.xid}\n" for item in waiting).encode()
    path = _list(server)
    while True:
        with outside.open_private(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            # Between opening and locking the sealer may have taken the file away.
            if _is_still(path, file.fileno()):
                file.write(lines)
                return


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def take(server: str) -> tuple[Waiting, ...]:
    """All remembered records, set aside until :func:`put_back`. The caller is the one sealer.

    What a killed sealer had set aside comes first; the rest then waits for the next time.
    """
    if not _taken(server).exists():
        if not _list(server).exists():
            return ()
        with outside.open_private(_list(server)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _list(server).rename(_taken(server))
    return _read(_taken(server))


def put_back(server: str, still_waiting: Iterable[Waiting]) -> None:
    """End a :func:`take`: what still waits goes back on the list."""
    remaining = tuple(still_waiting)
    if remaining:
        note(server, remaining)
    _taken(server).unlink(missing_ok=True)


def peek(server: str) -> tuple[Waiting, ...]:
    """All remembered records. The caller keeps sealers out."""
    return _read(_taken(server)) + _read(_list(server))


def set_aside(server: str, at: datetime) -> None:
    """Keep the list under another name: it belongs to a history that was replaced."""
    for path in (_taken(server), _list(server)):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.{at:%Y%m%dT%H%M%S%f}"))


def _read(path: Path) -> tuple[Waiting, ...]:
    if not path.exists():
        return ()
    found = []
    for line in path.read_bytes().split(b"\n")[
        :-1
    ]:  # behind the last end of line: nothing, or torn
        record_id, _, xid = line.partition(b" ")
        if record_id.isdigit() and xid.isdigit():
            found.append(Waiting(int(record_id), int(xid)))
    return tuple(found)
