"""The proof that the books are sound, from the rows alone.

It trusts no trigger and no constraint of the database: a superuser may have gone around them.
"""

from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.ledger.data import LedgerReport, MonthSum, Problem

# code, sentence, rows that show it. Each query names its columns: they become the evidence.
CHECKS: tuple[tuple[str, str | Promise, str], ...] = (
    (
        "ledger.transaction_unbalanced",
        _("The debits of a transaction are not its credits."),
        "SELECT e.transaction_id, t.key, sum(amount_fen) FILTER (WHERE side = 'D') AS debit_fen,"
        " sum(amount_fen) FILTER (WHERE side = 'C') AS credit_fen FROM ledger_entry e"
        " LEFT JOIN ledger_transaction t ON t.id = e.transaction_id"
        " GROUP BY 1, 2"
        " HAVING sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) <> 0",
    ),
    (
        "ledger.entry_without_transaction",
        _("An entry belongs to no transaction."),
        "SELECT e.transaction_id, e.position, e.amount_fen FROM ledger_entry e"
        " LEFT JOIN ledger_transaction t ON t.id = e.transaction_id WHERE t.id IS NULL",
    ),
    (
        "ledger.entry_without_ledger_account",
        _("An entry stands on a ledger account that does not exist."),
        "SELECT e.transaction_id, e.position, e.ledger_account_id, e.amount_fen"
        " FROM ledger_entry e LEFT JOIN ledger_account a ON a.id = e.ledger_account_id"
        " WHERE a.id IS NULL",
    ),
    (
        "ledger.entry_without_customer",
        _("An entry of a customers' ledger account names no account of a customer."),
        "SELECT e.transaction_id, e.position, a.code, e.amount_fen FROM ledger_entry e"
        " JOIN ledger_account a ON a.id = e.ledger_account_id"
        " LEFT JOIN customers_account c ON c.id = e.account_id"
        " WHERE a.by_customer AND c.id IS NULL",
    ),
    (
        "ledger.entry_impossible",
        _("An entry has no positive amount, or stands on neither side."),
        "SELECT transaction_id, position, side, amount_fen FROM ledger_entry"
        " WHERE amount_fen <= 0 OR side NOT IN ('D', 'C')",
    ),
    (
        "ledger.transaction_without_unit",
        _("A transaction belongs to a unit that does not exist."),
        "SELECT t.id AS transaction_id, t.key, t.unit_id FROM ledger_transaction t"
        " LEFT JOIN identity_unit u ON u.id = t.unit_id WHERE u.id IS NULL",
    ),
    (
        "ledger.key_twice",
        _("The same event was posted twice."),
        "SELECT key, count(*) AS transactions FROM ledger_transaction"
        " GROUP BY key HAVING count(*) > 1",
    ),
    (
        "ledger.reversed_twice",
        _("A transaction was taken back more than once."),
        "SELECT reverses_id AS transaction_id, count(*) AS reversals FROM ledger_transaction"
        " WHERE reverses_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    ),
    (
        "ledger.reversal_differs",
        _("A reversal is not the mirror of what it takes back."),
        "SELECT r.id AS transaction_id, r.reverses_id FROM ledger_transaction r"
        " LEFT JOIN ledger_transaction o ON o.id = r.reverses_id"
        " WHERE r.reverses_id IS NOT NULL AND (o.id IS NULL OR o.reverses_id IS NOT NULL"
        "  OR EXISTS (SELECT FROM ("
        "   SELECT ledger_account_id, account_id, bill_id,"
        "    sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) AS fen"
        "   FROM ledger_entry WHERE transaction_id IN (r.id, o.id) GROUP BY 1, 2, 3) s"
        "   WHERE s.fen <> 0))",
    ),
)


def verify() -> LedgerReport:
    """Read all books and return their sums and what is wrong with them.

    Every transaction balances, no entry hangs loose, every reversal mirrors what it takes back,
    and debits equal credits in total and in each receivable month of each unit.
    """
    problems: list[Problem] = []
    for code, sentence, query in CHECKS:
        problems.extend(
            Problem(code, str(sentence), row)
            for row in _named(f"{query} ORDER BY 1, 2 LIMIT {LedgerReport.KEPT}")
        )
    (totals,) = _named(
        "SELECT (SELECT count(*) FROM ledger_transaction) AS transactions, count(*) AS entries,"
        " coalesce(sum(amount_fen) FILTER (WHERE side = 'D'), 0)::bigint AS debit_fen,"
        " coalesce(sum(amount_fen) FILTER (WHERE side = 'C'), 0)::bigint AS credit_fen"
        " FROM ledger_entry"
    )
    if totals["debit_fen"] != totals["credit_fen"]:
        problems.append(
            Problem(
                "ledger.books_unbalanced",
                str(_("All debits together are not all credits.")),
                {name: totals[name] for name in ("debit_fen", "credit_fen")},
            )
        )
    sums = _month_sums()
    problems.extend(
        Problem(
            "ledger.month_unbalanced",
            str(_("The debits of a month in a unit are not its credits.")),
            {
                "month": f"{row.month:%Y-%m}",
                "unit": row.unit_code,
                "debit_fen": row.debit_fen,
                "credit_fen": row.credit_fen,
            },
        )
        for row in sums
        if row.debit_fen != row.credit_fen
    )
    return LedgerReport(sums=sums, problems=tuple(problems), **totals)


def _month_sums() -> tuple[MonthSum, ...]:
    rows = _named(
        "SELECT t.receivable_month AS month, coalesce(u.code, '') AS unit_code,"
        " coalesce(u.name, '') AS unit_name, count(*)::bigint AS transactions,"
        " coalesce(sum(s.entries), 0)::bigint AS entries,"
        " coalesce(sum(s.debit), 0)::bigint AS debit_fen,"
        " coalesce(sum(s.credit), 0)::bigint AS credit_fen"
        " FROM ledger_transaction t LEFT JOIN ("
        "  SELECT transaction_id, count(*) AS entries,"
        "   sum(amount_fen) FILTER (WHERE side = 'D') AS debit,"
        "   sum(amount_fen) FILTER (WHERE side = 'C') AS credit FROM ledger_entry GROUP BY 1"
        " ) s ON s.transaction_id = t.id LEFT JOIN identity_unit u ON u.id = t.unit_id"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2"
    )
    return tuple(MonthSum(**row) for row in rows)


def _named(query: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
