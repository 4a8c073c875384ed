"""Public types of the ledger domain. Money is whole fen; debits are positive, credits negative."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wattdesk.kernel.posting import Entry

RECEIVABLE = "RECEIVABLE"
PREPAYMENT = "PREPAYMENT"


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owes: the sums of its sub-ledgers (明细账余额).

    ``as_of`` is the last booked day that counts, ``known_at`` the last moment of recording; None
    sets no limit. ``sums`` maps the ledger account's code to debits minus credits.
    """

    account_id: int
    as_of: date | None
    known_at: datetime | None
    sums: Mapping[str, int]

    @property
    def receivable_fen(self) -> int:
        """应收电费 still open; negative when more was credited than billed."""
        return self.sums.get(RECEIVABLE, 0)

    @property
    def prepayment_fen(self) -> int:
        """预收电费 the customer has with the supplier, positive."""
        return -self.sums.get(PREPAYMENT, 0)

    @property
    def owed_fen(self) -> int:
        """All sub-ledgers together: positive is owed, negative is to the customer's credit."""
        return sum(self.sums.values())


@dataclass(frozen=True, slots=True)
class BillReceivable:
    """What is open of one bill. ``bill_id`` is None for what belongs to no bill."""

    bill_id: int | None
    receivable_month: date
    receivable_fen: int


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry in the account's sub-ledgers, with the balance after it."""

    transaction_id: int
    event: str  # the template's name: bill_released, bill_reversed …
    key: str
    booked_date: date
    recorded_at: datetime
    receivable_month: date
    bill_id: int | None
    ledger_account: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    reason: str
    reverses_id: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """对账单 of one account for booked days ``[from_date, to_date)``."""

    account_id: int
    from_date: date
    to_date: date
    opening_fen: int
    rows: tuple[StatementRow, ...]
    closing_fen: int


@dataclass(frozen=True, slots=True)
class PostedTransaction:
    """One transaction of the journal with its entries, in order of their position."""

    id: int
    event: str
    key: str
    account_id: int | None
    unit_id: int
    receivable_month: date
    booked_date: date
    recorded_at: datetime
    actor_id: int | None
    reason: str
    reverses_id: int | None
    reversed_by_id: int | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One ledger account in a trial balance."""

    code: str
    name: str
    name_en: str
    kind: str
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """Debits minus credits."""
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """试算平衡: the turnover of every ledger account; both sums are equal in sound books."""

    month: date | None
    rows: tuple[TrialRow, ...]

    @property
    def debit_fen(self) -> int:
        return sum(row.debit_fen for row in self.rows)

    @property
    def credit_fen(self) -> int:
        return sum(row.credit_fen for row in self.rows)

    @property
    def is_balanced(self) -> bool:
        return self.debit_fen == self.credit_fen


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the books: a stable code, a sentence, and the figures that show it."""

    code: str
    sentence: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MonthSum:
    """The turnover of one receivable month in one unit."""

    month: date
    unit_code: str
    unit_name: str
    transactions: int
    entries: int
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What a verification read and found. ``problems`` holds at most KEPT of each code."""

    transactions: int
    entries: int
    debit_fen: int
    credit_fen: int
    sums: tuple[MonthSum, ...]
    problems: tuple[Problem, ...]

    KEPT = 20

    @property
    def is_sound(self) -> bool:
        return not self.problems
