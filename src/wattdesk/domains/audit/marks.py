"""Digests and keyed marks over records, seals and heads: pure functions of bytes and a key.

Each use has a key of its own, drawn from AUDIT_KEY, so that a mark made for one can never pass as
a mark of another.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from wattdesk.toolkit.errors import InvariantBroken

NO_DIGEST = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


class Stored(NamedTuple):
    """The columns of a record that its mark covers, in the order of the mark.

    ``at_us`` is the moment in microseconds since 1970 (None: no real moment); ``before`` and
    ``after`` hold only what :func:`plain` lets through.
    """

    id: int
    at_us: int | None
    actor_id: int | None
    actor_name: str
    action: str
    reason: str
    subjects: Sequence[str]
    unit_id: int | None
    before: Any
    after: Any


class SealHead(NamedTuple):
    """What a seal says about itself, in the order of its digest."""

    number: int
    at_us: int | None
    records: int
    total: int
    last_record_id: int
    horizon_xid: int


class SealRow(NamedTuple):
    """A seal as it stands in the database."""

    head: SealHead
    previous_digest: bytes
    digest: bytes
    mac: bytes

    @classmethod
    def of(cls, columns: Sequence[Any]) -> "SealRow":
        """From the six columns of a head and the three of digests."""
        previous, digest, mac = (bytes(value) for value in columns[6:9])
        return cls(SealHead._make(columns[:6]), previous, digest, mac)

    @property
    def is_genuine(self) -> bool:
        """True when the program made it: its keyed mark fits its digest."""
        return is_same(self.mac, mark_seal(self.digest))


def plain(value: Any) -> Any:
    """A value as JSON keeps it, so that what is read back has the same canonical form.

    Raises InvariantBroken for floats and for types without one obvious text.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value)]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> str | int | None:
    if isinstance(value, Enum):
        return _plain_scalar(value.value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise InvariantBroken(f"an audit record cannot hold a {type(value).__name__}")


def moment(at_us: int) -> datetime:
    """The aware moment, UTC, of a number of microseconds since 1970."""
    return _EPOCH + at_us * _MICROSECOND


def micros(at: datetime) -> int:
    """An aware moment as microseconds since 1970: the same from whichever time zone it came."""
    return (at - _EPOCH) // _MICROSECOND


def canonical(record: Stored) -> bytes:
    """The bytes that stand for a record: the same when written and when read back."""
    return _encode(list(record)).encode()


@lru_cache(maxsize=32)
def _key(master: str, purpose: str) -> bytes:
    return hmac.digest(master.encode(), f"wattdesk audit {purpose} v1".encode(), "sha256")


def mark_record(content: bytes) -> bytes:
    """The keyed mark of a record's canonical bytes."""
    return hmac.digest(_key(settings.AUDIT_KEY, "record"), content, "sha256")


def digest_record(content: bytes, mac: bytes) -> bytes:
    """What of a record goes into its seal: content and mark."""
    return hashlib.sha256(content + mac).digest()


def digest_seal(seal: SealHead, previous_digest: bytes, digests: Sequence[bytes]) -> bytes:
    """SHA-256 over the previous digest, the seal's own figures and its records in order."""
    head = _encode(list(seal)).encode()
    return hashlib.sha256(b"".join([previous_digest, head, b"\n", *digests])).digest()


def mark_seal(digest: bytes) -> bytes:
    """The keyed mark of a seal's digest."""
    return hmac.digest(_key(settings.AUDIT_KEY, "seal"), digest, "sha256")


def mark_head(entry: Mapping[str, Any]) -> str:
    """The keyed mark of a line in the file of heads, over all its other fields; hex."""
    content = _encode({name: value for name, value in entry.items() if name != "mac"}).encode()
    return hmac.digest(_key(settings.AUDIT_KEY, "head"), content, "sha256").hex()


def is_same(one: bytes | str, other: bytes | str) -> bool:
    """Compare two marks without telling by the time taken where they differ."""
    left = one.encode() if isinstance(one, str) else bytes(one)
    right = other.encode() if isinstance(other, str) else bytes(other)
    return hmac.compare_digest(left, right)
