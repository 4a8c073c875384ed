"""Reads: single transactions, balances, statements, sums. Balances are computed, never stored."""

from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import connection

from wattdesk.domains.identity.data import Scope
from wattdesk.domains.ledger.data import (
    RECEIVABLE,
    Balance,
    BillReceivable,
    PostedTransaction,
    Statement,
    StatementRow,
    TrialBalance,
    TrialRow,
)
from wattdesk.domains.ledger.errors import TransactionNotFound
from wattdesk.kernel.posting import BILL_RELEASED, Entry, Side
from wattdesk.toolkit.frames import query_frame

# What queries below name in braces. An empty limit counts as none; the casts tell the server the
# type of a parameter that may be NULL.
PARTS = {
    "signed": "CASE e.side WHEN 'D' THEN e.amount_fen ELSE -e.amount_fen END",
    "customer_entries": (
        "ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id"
        " JOIN ledger_account a ON a.id = e.ledger_account_id"
        " WHERE e.account_id = %(account_id)s AND a.by_customer"
        " AND (%(as_of)s::date IS NULL OR t.booked_date <= %(as_of)s::date)"
        " AND (%(known_at)s::timestamptz IS NULL OR t.recorded_at <= %(known_at)s::timestamptz)"
    ),
}


def get_transaction(transaction_id: int) -> PostedTransaction:
    """One transaction with its entries. Raises TransactionNotFound."""
    found = _transaction(transaction_id=transaction_id, key=None)
    if found is None:
        raise TransactionNotFound
    return found


def find_transaction(key: str) -> PostedTransaction | None:
    """The transaction posted under a key, or None."""
    return _transaction(transaction_id=None, key=key)


def _transaction(*, transaction_id: int | None, key: str | None) -> PostedTransaction | None:
    heads = _rows(
        "SELECT t.id, t.template, t.key, t.account_id, t.unit_id, t.receivable_month,"
        " t.booked_date, t.recorded_at, t.actor_id, t.reason, t.reverses_id, r.id"
        " FROM ledger_transaction t LEFT JOIN ledger_transaction r ON r.reverses_id = t.id"
        " WHERE t.id = %(transaction_id)s OR t.key = %(key)s",
        transaction_id=transaction_id,
        key=key,
    )
    if not heads:
        return None
    entries = _rows(
        "SELECT a.code, e.side, e.amount_fen, e.account_id, e.bill_id FROM ledger_entry e"
        " JOIN ledger_account a ON a.id = e.ledger_account_id"
        " WHERE e.transaction_id = %(found)s ORDER BY e.position",
        found=heads[0][0],
    )
    posted = tuple(
        Entry(code, Side(side), fen, account_id, bill_id)
        for code, side, fen, account_id, bill_id in entries
    )
    return PostedTransaction(*(*heads[0], posted))


def balance(
    account_id: int, *, as_of: date | None = None, known_at: datetime | None = None
) -> Balance:
    """What the account owes: booked up to and including ``as_of``, as recorded by ``known_at``."""
    rows = _rows(
        "SELECT a.code, sum({signed})::bigint FROM {customer_entries}"
        " GROUP BY a.code ORDER BY a.code",
        account_id=account_id,
        as_of=as_of,
        known_at=known_at,
    )
    return Balance(account_id, as_of, known_at, {code: fen for code, fen in rows if fen})


def receivable_by_bill(
    account_id: int,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    open_only: bool = True,
) -> list[BillReceivable]:
    """What is open of each bill, oldest receivable month first; all bills unless ``open_only``."""
    rows = _rows(
        "SELECT e.bill_id, min(t.receivable_month), sum({signed})::bigint"
        " FROM {customer_entries} AND a.code = %(code)s"
        " GROUP BY e.bill_id HAVING %(all)s OR sum({signed}) <> 0"
        " ORDER BY 2, 1 NULLS LAST",
        account_id=account_id,
        code=RECEIVABLE,
        as_of=as_of,
        known_at=known_at,
        all=not open_only,
    )
    return [BillReceivable(*row) for row in rows]


def statement(
    account_id: int, *, from_date: date, to_date: date, known_at: datetime | None = None
) -> Statement:
    """The account's movements booked in ``[from_date, to_date)``, with the balance after each."""
    limits: dict[str, Any] = {
        "account_id": account_id,
        "from_date": from_date,
        "to_date": to_date,
        "as_of": None,
        "known_at": known_at,
    }
    ((opening,),) = _rows(
        "SELECT coalesce(sum({signed}), 0)::bigint FROM {customer_entries}"
        " AND t.booked_date < %(from_date)s",
        **limits,
    )
    rows = _rows(
        "SELECT t.id, t.template, t.key, t.booked_date, t.recorded_at, t.receivable_month,"
        " e.bill_id, a.code, CASE e.side WHEN 'D' THEN e.amount_fen ELSE 0 END,"
        " CASE e.side WHEN 'C' THEN e.amount_fen ELSE 0 END,"
        " (%(opening)s + sum({signed}) OVER (ORDER BY t.booked_date, t.id, e.position))::bigint,"
        " t.reason, t.reverses_id FROM {customer_entries}"
        " AND t.booked_date >= %(from_date)s AND t.booked_date < %(to_date)s"
        " ORDER BY t.booked_date, t.id, e.position",
        opening=opening,
        **limits,
    )
    movements = tuple(StatementRow(*row) for row in rows)
    closing = movements[-1].balance_fen if movements else opening
    return Statement(account_id, from_date, to_date, opening, movements, closing)


def trial_balance(scope: Scope, *, unit_path: str = "", month: date | None = None) -> TrialBalance:
    """Turnover of every ledger account, over the units of a scope and below ``unit_path``.

    ``month`` is a receivable month; None takes all. Accounts without entries show zeros.
    """
    rows = _rows(
        "SELECT a.code, a.name, a.name_en, a.kind, coalesce(s.debit, 0)::bigint,"
        " coalesce(s.credit, 0)::bigint FROM ledger_account a LEFT JOIN ("
        "  SELECT e.ledger_account_id,"
        "   sum(e.amount_fen) FILTER (WHERE e.side = 'D') AS debit,"
        "   sum(e.amount_fen) FILTER (WHERE e.side = 'C') AS credit"
        "  FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id"
        "  JOIN identity_unit u ON u.id = t.unit_id"
        "  WHERE (%(month)s::date IS NULL OR t.receivable_month = %(month)s::date)"
        "   AND starts_with(u.path, %(unit_path)s)"
        "   AND EXISTS (SELECT FROM unnest(%(paths)s::text[]) p WHERE starts_with(u.path, p))"
        "  GROUP BY 1) s ON s.ledger_account_id = a.id ORDER BY a.id",
        month=month,
        unit_path=unit_path,
        paths=list(scope.paths),
    )
    return TrialBalance(month, tuple(TrialRow(*row) for row in rows))


POSTED_SCHEMA = {
    "transaction_id": pl.Int64,
    "key": pl.String,
    "account_id": pl.Int64,
    "receivable_month": pl.Date,
    "bill_id": pl.Int64,
    "receivable_fen": pl.Int64,
    "is_reversed": pl.Boolean,
}


def posted_bills(
    *,
    receivable_month: date | None = None,
    first_account_id: int | None = None,
    last_account_id: int | None = None,
) -> pl.DataFrame:
    """Every bill in the ledger, for the proof that bills and ledger agree.

    Columns of POSTED_SCHEMA: ``key`` as in :func:`bill_key`; ``receivable_fen`` as released, zero
    and ``bill_id`` null for a bill of nothing; ``is_reversed`` when it was taken back since.
    """
    return query_frame(
        "SELECT t.id, t.key, t.account_id, t.receivable_month, min(e.bill_id),"
        " coalesce(sum(CASE e.side WHEN 'D' THEN e.amount_fen ELSE -e.amount_fen END)"
        "  FILTER (WHERE a.code = {code}), 0)::bigint,"
        " EXISTS (SELECT FROM ledger_transaction r WHERE r.reverses_id = t.id)::text"
        " FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id"
        " LEFT JOIN ledger_account a ON a.id = e.ledger_account_id"
        " WHERE t.template = {template}"
        " AND ({month}::date IS NULL OR t.receivable_month = {month}::date)"
        " AND ({first}::bigint IS NULL OR t.account_id >= {first}::bigint)"
        " AND ({last}::bigint IS NULL OR t.account_id <= {last}::bigint)"
        " GROUP BY t.id ORDER BY t.id",
        POSTED_SCHEMA,
        code=RECEIVABLE,
        template=BILL_RELEASED.name,
        month=receivable_month,
        first=first_account_id,
        last=last_account_id,
    )


def _rows(query: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(**PARTS), params)
        return list(cursor.fetchall())
