"""What accounts owe, many at a time: for lists that filter by it and for the pages that show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, F, OuterRef, Subquery, Sum, When

from wattdesk.domains.ledger.data import RECEIVABLE, BillReceivable
from wattdesk.domains.ledger.models import LedgerEntry

SUMS = """
SELECT e.account_id, sum(CASE e.side WHEN 'D' THEN e.amount_fen ELSE -e.amount_fen END)::bigint
FROM ledger_entry e JOIN ledger_account a ON a.id = e.ledger_account_id
WHERE e.account_id = ANY(%s) AND a.code = %s GROUP BY 1
"""

STANDING = """
SELECT a.code, e.bill_id, min(t.receivable_month),
       sum(CASE e.side WHEN 'D' THEN e.amount_fen ELSE -e.amount_fen END)::bigint
FROM ledger_entry e
JOIN ledger_account a ON a.id = e.ledger_account_id AND a.by_customer
JOIN ledger_transaction t ON t.id = e.transaction_id
WHERE e.account_id = %s GROUP BY 1, 2 ORDER BY 3, 2 NULLS LAST
"""


def receivables_of(account_ids: Sequence[int]) -> dict[int, int]:
    """The open receivable in fen of each account that ever had one; one query."""
    if not account_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, [list(account_ids), RECEIVABLE])
        return dict(cursor.fetchall())


def receivable_of_row(account_field: str = "pk") -> Subquery:
    """The same as an expression on a row whose ``account_field`` is the account; NULL: never."""
    signed = Case(When(side=LedgerEntry.Side.DEBIT, then=F("amount_fen")), default=-F("amount_fen"))
    return Subquery(
        LedgerEntry.objects.filter(
            account_id=OuterRef(account_field), ledger_account__code=RECEIVABLE
        )
        .order_by()
        .values("account_id")
        .annotate(open_fen=Sum(signed))
        .values("open_fen")
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account owes and for which bills: ``open_bills`` oldest receivable month first."""

    owed_fen: int  # all sub-ledgers: positive is owed, negative is to the customer's credit
    open_bills: tuple[BillReceivable, ...]

    @property
    def receivable_fen(self) -> int:
        return sum(bill.receivable_fen for bill in self.open_bills)


def standing(account_id: int) -> Standing:
    """The balance of an account and its open bills as known now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [account_id])
        rows = cursor.fetchall()
    return Standing(
        owed_fen=sum(row[3] for row in rows),
        open_bills=tuple(
            BillReceivable(bill_id, month, fen)
            for code, bill_id, month, fen in rows
            if code == RECEIVABLE and fen
        ),
    )
