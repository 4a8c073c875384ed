"""Writes: posting events, one or a million, and taking them back."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from django.db import transaction
from psycopg import errors as pg

from wattdesk.domains.audit import api as audit
from wattdesk.domains.ledger import queries
from wattdesk.domains.ledger.chart import account_keys
from wattdesk.domains.ledger.data import PostedTransaction
from wattdesk.domains.ledger.errors import (
    AlreadyPosted,
    AlreadyReversed,
    CannotReverse,
    PostingMalformed,
    ReasonMissing,
)
from wattdesk.domains.ledger.models import LedgerTransaction
from wattdesk.kernel.posting import (
    BILL_RELEASED,
    TEMPLATES,
    Entry,
    EntryInvalid,
    Template,
    entries_frame,
    entries_of,
)
from wattdesk.kernel.posting import reverse as mirror
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.frames import copy_frame, reserve_ids
from wattdesk.toolkit.transactions import require_transaction

BILL_COLUMNS = {
    "bill_id": pl.Int64,
    "account_id": pl.Int64,
    "unit_id": pl.Int64,
    "receivable_month": pl.Date,
    "booked_date": pl.Date,
    "sequence": pl.Int64,
    "revenue_fen": pl.Int64,
    "funds_fen": pl.Int64,
}
KEY_LENGTH = 60
MONTH_FAULT = "a receivable month begins with its first day"
KEY_CONSTRAINT = "ledger_transaction_key"
REVERSED_CONSTRAINT = "ledger_transaction_reversed_once"


def bill_key(account_id: int, receivable_month: date, sequence: int) -> str:
    """The key under which a released bill stands in the ledger."""
    return f"bill:{account_id}:{receivable_month:%Y-%m}:{sequence}"


def post_bills(frame: pl.DataFrame, *, by: Act) -> int:
    """Post released bills: one COPY of transactions, one of entries. Returns the transactions.

    ``frame`` has the columns of BILL_COLUMNS, one row a bill; amounts in signed fen. A bill of
    nothing becomes a transaction without entries, so that every bill is found in the ledger.

    Raises PostingMalformed for a gap or an impossible amount, AlreadyPosted when one of the bills
    is in the ledger; then none is written.
    """
    require_transaction()
    bills = _checked_bills(frame)
    if bills.is_empty():
        return 0
    try:
        entries = entries_frame(BILL_RELEASED, bills)
    except EntryInvalid as fault:
        raise PostingMalformed(fault=str(fault)) from fault
    ids = reserve_ids("ledger_transaction", bills.height)
    heads = bills.select(
        ids.alias("id"),
        pl.lit(BILL_RELEASED.name).alias("template"),
        pl.format(
            "bill:{}:{}:{}",
            "account_id",
            pl.col("receivable_month").dt.strftime("%Y-%m"),
            "sequence",
        ).alias("key"),
        "account_id",
        "unit_id",
        "receivable_month",
        "booked_date",
    )
    # Row n of the entries' events is the n-th bill.
    rows = entries.with_columns(
        ids.gather(entries["row"]).alias("transaction_id"),
        bills["account_id"].gather(entries["row"]),
        bills["bill_id"].gather(entries["row"]),
    ).select(
        "transaction_id",
        "position",
        pl.col("ledger_account")
        .replace_strict(account_keys(), return_dtype=pl.Int64)
        .alias("ledger_account_id"),
        "side",
        "amount_fen",
        pl.when("has_customer").then("account_id").alias("account_id"),
        pl.when("has_customer").then("bill_id").alias("bill_id"),
    )
    _write(heads, rows, by=by)
    _record_bills(bills, by=by)
    return bills.height


def post(
    template: str,
    key: str,
    amounts: Mapping[str, int],
    *,
    account_id: int | None,
    unit_id: int,
    receivable_month: date,
    booked_date: date,
    bill_id: int | None = None,
    by: Act,
) -> int:
    """Post one event by its template; returns the transaction's id.

    ``amounts`` names the template's parts in signed fen. The same event under the same key is
    posted once: a repetition returns the first transaction's id.

    Raises PostingMalformed; AlreadyPosted when the key holds something else.
    """
    require_transaction()
    chosen = TEMPLATES.get(template)
    if chosen is None:
        raise PostingMalformed(fault=f"no template {template!r}")
    if not 0 < len(key) <= KEY_LENGTH:
        raise PostingMalformed(fault=f"a key has 1 to {KEY_LENGTH} characters")
    if receivable_month.day != 1:
        raise PostingMalformed(fault=MONTH_FAULT)
    entries = _entries(chosen, amounts, account_id=account_id, bill_id=bill_id)
    head = {
        "template": template,
        "key": key,
        "account_id": account_id,
        "unit_id": unit_id,
        "receivable_month": receivable_month,
        "booked_date": booked_date,
    }
    present = queries.find_transaction(key)
    if present is None:
        try:
            return _write_one(head, entries, by=by, action="ledger.post")
        except AlreadyPosted:
            present = queries.find_transaction(key)
    # Somebody posted it before us, a moment ago or long since: right if it is the same.
    if present is None or not _is_same(present, head, entries):
        raise AlreadyPosted(key=key)
    return present.id


def reverse(transaction_id: int, *, by: Act, booked_date: date | None = None) -> int:
    """Take a transaction back (红冲): a new one that mirrors its recorded entries.

    It belongs to the same receivable month, so the month's receivables come out right, and to the
    day of the act unless ``booked_date`` says another. Returns the new transaction's id.

    Raises ReasonMissing, TransactionNotFound, AlreadyReversed, CannotReverse.
    """
    require_transaction()
    if not by.reason.strip():
        raise ReasonMissing
    original = queries.get_transaction(transaction_id)
    if original.reverses_id is not None:
        raise CannotReverse(key=original.key)
    if original.reversed_by_id is not None:
        _refuse_second(original)
    head = {
        "template": TEMPLATES[original.event].reversal,
        "key": f"reverse:{original.id}",
        "account_id": original.account_id,
        "unit_id": original.unit_id,
        "receivable_month": original.receivable_month,
        "booked_date": booked_date or civil_date(by.at),
        "reverses_id": original.id,
    }
    try:
        return _write_one(head, mirror(original.entries), by=by, action="ledger.reverse")
    except AlreadyPosted:
        _refuse_second(original)
        raise


def _refuse_second(original: PostedTransaction) -> None:
    first = LedgerTransaction.objects.filter(reverses_id=original.id).first()
    if first is not None:
        raise AlreadyReversed(key=original.key, day=first.booked_date.isoformat())


def _checked_bills(frame: pl.DataFrame) -> pl.DataFrame:
    missing = sorted(BILL_COLUMNS.keys() - set(frame.columns))
    if missing:
        raise PostingMalformed(fault=f"no column {', '.join(missing)}")
    try:
        bills = frame.select(
            pl.col(name).cast(kind, strict=True) for name, kind in BILL_COLUMNS.items()
        )
    except pl.exceptions.PolarsError as fault:
        raise PostingMalformed(fault=str(fault)) from fault
    gaps = [name for name in bills.columns if bills[name].null_count()]
    if gaps:
        raise PostingMalformed(fault=f"empty {', '.join(gaps)}")
    if not bills.select((pl.col("receivable_month").dt.day() == 1).all()).item():
        raise PostingMalformed(fault=MONTH_FAULT)
    return bills


def _entries(
    template: Template,
    amounts: Mapping[str, int],
    *,
    account_id: int | None,
    bill_id: int | None,
) -> tuple[Entry, ...]:
    try:
        return entries_of(template, amounts, account_id=account_id, bill_id=bill_id)
    except EntryInvalid as fault:
        raise PostingMalformed(fault=str(fault)) from fault


def _write_one(
    head: Mapping[str, object], entries: Sequence[Entry], *, by: Act, action: str
) -> int:
    (transaction_id,) = reserve_ids("ledger_transaction", 1)
    keys = account_keys()
    rows = pl.DataFrame(
        [
            (
                transaction_id,
                position,
                keys[entry.ledger_account],
                str(entry.side),
                entry.amount_fen,
                entry.account_id,
                entry.bill_id,
            )
            for position, entry in enumerate(entries, start=1)
        ],
        schema={
            "transaction_id": pl.Int64,
            "position": pl.Int16,
            "ledger_account_id": pl.Int64,
            "side": pl.String,
            "amount_fen": pl.Int64,
            "account_id": pl.Int64,
            "bill_id": pl.Int64,
        },
        orient="row",
    )
    _write(pl.DataFrame([{"id": transaction_id, **head}]), rows, by=by)
    subjects = [f"ledger_transaction:{transaction_id}"]
    if head["account_id"] is not None:
        subjects.append(f"account:{head['account_id']}")
    audit.record(
        by=by,
        action=action,
        subjects=subjects,
        unit_id=_whole(head["unit_id"]),
        after={
            "key": head["key"],
            "booked_date": head["booked_date"],
            "entries": [
                f"{entry.side} {entry.ledger_account} {entry.amount_fen}" for entry in entries
            ],
        },
    )
    return int(transaction_id)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _write(heads: pl.DataFrame, rows: pl.DataFrame, *, by: Act) -> None:
    """Transactions, then all their entries in one statement: the database judges them as a set."""
    heads = heads.with_columns(
        pl.lit(by.at.isoformat()).alias("recorded_at"),
        pl.lit(by.staff_id, dtype=pl.Int64).alias("actor_id"),
        pl.lit(by.reason).alias("reason"),
    )
    try:
        # A savepoint: after a refusal the caller can still read, and roll back for good.
        with transaction.atomic():
            copy_frame("ledger_transaction", heads)
            copy_frame("ledger_entry", rows)
    except pg.UniqueViolation as taken:
        if taken.diag.constraint_name not in {KEY_CONSTRAINT, REVERSED_CONSTRAINT}:
            raise
        keys = LedgerTransaction.objects.filter(key__in=heads["key"].to_list())
        key = keys.order_by("id").values_list("key", flat=True).first()
        raise AlreadyPosted(key=key or heads["key"][0]) from taken


def _is_same(
    present: PostedTransaction, head: Mapping[str, object], entries: Sequence[Entry]
) -> bool:
    return present.entries == tuple(entries) and head == {
        "template": present.event,
        "key": present.key,
        "account_id": present.account_id,
        "unit_id": present.unit_id,
        "receivable_month": present.receivable_month,
        "booked_date": present.booked_date,
    }


def _record_bills(bills: pl.DataFrame, *, by: Act) -> None:
    units = bills["unit_id"].unique()
    sums = bills.select(pl.col("revenue_fen").sum(), pl.col("funds_fen").sum())
    months = bills["receivable_month"].unique().sort()
    audit.record(
        by=by,
        action="ledger.post_bills",
        subjects=[f"receivable_month:{month:%Y-%m}" for month in months],
        unit_id=int(units[0]) if units.len() == 1 else None,
        after={
            "bills": bills.height,
            "first_bill": int(bills["bill_id"].to_list()[0]),
            "revenue_fen": sums["revenue_fen"].item(),
            "funds_fen": sums["funds_fen"].item(),
        },
    )
