"""The folder AUDIT_HEAD, where audit keeps what must not lie in the database.

Whoever can edit the database cannot edit this folder unless they also have the machine. All
processes that write or seal must see the same folder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings


def folder() -> Path:
    """The folder, made at its first use; only its owner may look in."""
    path = Path(settings.AUDIT_HEAD)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def open_private(path: Path) -> IO[bytes]:
    """Open for reading and appending, unbuffered; made with mode 0600 if missing."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(handle, "r+b", buffering=0)


def flush_folder() -> None:
    """Wait until a file just made is on the disk by name too."""
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def one_sealer() -> Iterator[None]:
    """Wait until no other process seals, and keep others out. Ends with the process, if killed."""
    with open_private(folder() / "lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
