"""Tables of the ledger domain."""

from wattdesk.domains.ledger.models.journal import LedgerAccount, LedgerEntry, LedgerTransaction

__all__ = ["LedgerAccount", "LedgerEntry", "LedgerTransaction"]
