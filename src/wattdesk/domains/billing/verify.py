"""The proof that bills and ledger agree (wattdesk ledger verify)."""

import polars as pl
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.ledger import api as ledger
from wattdesk.toolkit.frames import query_frame


def verify_against_ledger() -> list["ledger.Problem"]:
    """Every released bill is posted once with its own total; nothing is posted without a bill.

    Also: lines add up to bills, and the bills of each released run to the run's sums.
    """
    problems: list[ledger.Problem] = []
    for code, sentence, query in _CHECKS:
        rows = query_frame(
            query.replace("POSTED", f"({_POSTED})") + " LIMIT 20",
            {"what": pl.String, "expected": pl.String, "found": pl.String},
        )
        problems.extend(
            ledger.Problem(code=code, sentence=str(sentence), evidence=row)
            for row in rows.iter_rows(named=True)
        )
    return problems


_POSTED = """
    SELECT e.bill_id,
           sum(CASE e.side WHEN 'D' THEN e.amount_fen ELSE -e.amount_fen END) AS fen
    FROM ledger_entry e
    JOIN ledger_account a ON a.id = e.ledger_account_id AND a.code = 'RECEIVABLE'
    JOIN ledger_transaction t ON t.id = e.transaction_id AND t.template = 'bill_released'
    WHERE e.bill_id IS NOT NULL GROUP BY e.bill_id
"""

_CHECKS = (
    (
        "ledger.bill_not_posted",
        _("A released bill is not in the ledger, or with another amount."),
        "SELECT 'bill ' || b.id, b.total_fen::text, coalesce(p.fen, 0)::text"
        " FROM billing_bill b LEFT JOIN POSTED p ON p.bill_id = b.id"
        " WHERE coalesce(p.fen, 0) <> b.total_fen",
    ),
    (
        "ledger.posted_without_bill",
        _("The ledger holds a receivable of a bill that does not exist."),
        "SELECT 'bill ' || p.bill_id, '0', p.fen::text FROM POSTED p"
        " LEFT JOIN billing_bill b ON b.id = p.bill_id WHERE b.id IS NULL",
    ),
    (
        "ledger.transactions_and_bills",
        _("A run's bills and its ledger transactions differ in number."),
        "SELECT 'month ' || month, bills::text, transactions::text FROM ("
        " SELECT receivable_month AS month, count(*) AS bills FROM billing_bill GROUP BY 1) b"
        " FULL JOIN (SELECT receivable_month AS month, count(*) AS transactions"
        " FROM ledger_transaction WHERE template = 'bill_released' GROUP BY 1) t USING (month)"
        " WHERE bills IS DISTINCT FROM transactions",
    ),
    (
        "billing.lines_and_bill",
        _("The lines of a bill do not add up to its total."),
        "SELECT 'bill ' || b.id, b.total_fen::text, coalesce(l.fen, 0)::text FROM billing_bill b"
        " LEFT JOIN (SELECT bill_id, sum(amount_fen) AS fen FROM billing_bill_line GROUP BY 1) l"
        " ON l.bill_id = b.id WHERE coalesce(l.fen, 0) <> b.total_fen",
    ),
    (
        "billing.run_and_bills",
        _("The bills of a released run are not what was reviewed and signed."),
        "SELECT 'run ' || c.run_id, c.fen || ' fen in ' || c.billed,"
        " coalesce(b.fen, 0) || ' fen in ' || coalesce(b.bills, 0) FROM"
        " (SELECT run_id, sum(amount_fen) AS fen, sum(billed) AS billed FROM billing_run_chunk"
        "  WHERE state = 'RELEASED' GROUP BY 1) c"
        " LEFT JOIN (SELECT run_id, sum(total_fen) AS fen, count(*) AS bills FROM billing_bill"
        "  GROUP BY 1) b ON b.run_id = c.run_id"
        " WHERE c.fen <> coalesce(b.fen, 0) OR c.billed <> coalesce(b.bills, 0)",
    ),
)
