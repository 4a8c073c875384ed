"""The edge opens a transaction; operations demand one and never commit."""

from django.db import connection

from wattdesk.toolkit.errors import InvariantBroken


def require_transaction() -> None:
    """Refuse to write outside a transaction that the edge opened.

    Raises InvariantBroken: forgetting it is a bug, not a condition.
    """
    if not connection.in_atomic_block:
        raise InvariantBroken("a write was called outside a transaction")
