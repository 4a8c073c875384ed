"""The door of the ledger domain: everything others may call."""

from wattdesk.domains.ledger.arrears import (
    Standing,
    receivable_of_row,
    receivables_of,
    standing,
)
from wattdesk.domains.ledger.chart import AccountChangesMeaning, ChartMalformed, ensure_chart
from wattdesk.domains.ledger.data import (
    Balance,
    BillReceivable,
    LedgerReport,
    MonthSum,
    PostedTransaction,
    Problem,
    Statement,
    StatementRow,
    TrialBalance,
    TrialRow,
)
from wattdesk.domains.ledger.errors import (
    AlreadyPosted,
    AlreadyReversed,
    CannotReverse,
    PostingMalformed,
    ReasonMissing,
    TransactionNotFound,
)
from wattdesk.domains.ledger.operations import bill_key, post, post_bills, reverse
from wattdesk.domains.ledger.queries import (
    balance,
    find_transaction,
    get_transaction,
    posted_bills,
    receivable_by_bill,
    statement,
    trial_balance,
)
from wattdesk.domains.ledger.verification import verify

__all__ = [
    "AccountChangesMeaning",
    "AlreadyPosted",
    "AlreadyReversed",
    "Balance",
    "BillReceivable",
    "CannotReverse",
    "ChartMalformed",
    "LedgerReport",
    "MonthSum",
    "PostedTransaction",
    "PostingMalformed",
    "Problem",
    "ReasonMissing",
    "Standing",
    "Statement",
    "StatementRow",
    "TransactionNotFound",
    "TrialBalance",
    "TrialRow",
    "balance",
    "bill_key",
    "ensure_chart",
    "find_transaction",
    "get_transaction",
    "post",
    "post_bills",
    "posted_bills",
    "receivable_by_bill",
    "receivable_of_row",
    "receivables_of",
    "reverse",
    "standing",
    "statement",
    "trial_balance",
    "verify",
]
