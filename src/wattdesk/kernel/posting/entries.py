"""The algebra of entries (分录): a positive amount on one side of one ledger account."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

# 10^16 fen are a hundred million million yuan; nine hundred such amounts still fit into 64 bits,
# so sums of the few legs of one event cannot wrap.
LARGEST_FEN = 10**16


class EntryInvalid(ValueError):
    """An entry that no book may hold: no amount, a negative one, or one beyond all reason."""


class Unbalanced(ValueError):
    """The debits of a transaction are not its credits."""


class Side(StrEnum):
    """借 debit, 贷 credit; the value is what the tables store."""

    DEBIT = "D"
    CREDIT = "C"

    @property
    def other(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT

    @property
    def sign(self) -> int:
        """+1 for a debit, −1 for a credit."""
        return 1 if self is Side.DEBIT else -1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``account_id`` names the customer's account where the ledger account has a
    sub-ledger by customer, ``bill_id`` the bill that the amount belongs to.

    Raises EntryInvalid unless 0 < ``amount_fen`` ≤ LARGEST_FEN.
    """

    ledger_account: str
    side: Side
    amount_fen: int
    account_id: int | None = None
    bill_id: int | None = None

    def __post_init__(self) -> None:
        if type(self.amount_fen) is not int:
            raise EntryInvalid(f"an amount is whole fen, not {self.amount_fen!r}")
        if not 0 < self.amount_fen <= LARGEST_FEN:
            raise EntryInvalid(f"{self.amount_fen} fen cannot stand in the books")

    @property
    def signed_fen(self) -> int:
        """Debit positive, credit negative."""
        return self.side.sign * self.amount_fen


def check_balanced(entries: Iterable[Entry]) -> None:
    """Raise Unbalanced unless debits and credits are equal; no entries at all are balanced."""
    difference = sum(entry.signed_fen for entry in entries)
    if difference:
        raise Unbalanced(f"debits exceed credits by {difference} fen")


def reverse(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The mirror of recorded entries (红冲): same accounts and amounts, sides swapped.

    Works on what was recorded, never on the template: a template may have changed since.
    """
    mirrored = tuple(replace(entry, side=entry.side.other) for entry in entries)
    check_balanced(mirrored)
    return mirrored


def sums_by_account(entries: Iterable[Entry]) -> dict[str, int]:
    """Debits minus credits by ledger account, in fen; what comes to nothing is left out."""
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.ledger_account] = sums.get(entry.ledger_account, 0) + entry.signed_fen
    return {code: fen for code, fen in sums.items() if fen}
