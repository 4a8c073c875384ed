"""Accounts and posted bills for tests of the ledger and of what stands on it."""

from datetime import date
from itertools import count

import polars as pl

from tests.factories.identity import NOON, act, make_unit
from wattdesk.domains.customers.models import Account
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.ledger import api as ledger
from wattdesk.toolkit.acts import Act

MONTH = date(2026, 11, 1)
BOOKED = date(2026, 11, 4)
_numbers = count(1)


def chart() -> None:
    """The chart of accounts, as the first set-up brings it in."""
    ledger.ensure_chart(by=act())


def make_account(unit: Unit | None = None) -> Account:
    """An account that can owe something; nothing else hangs on it."""
    return Account.objects.create(
        number=f"99{next(_numbers):08d}",
        unit=unit or make_unit(),
        state=Account.State.ACTIVE,
        opened_date=date(2020, 1, 1),
        recorded_at=NOON,
    )


def bills(*rows: tuple[Account, int, int], month: date = MONTH, sequence: int = 1) -> pl.DataFrame:
    """A frame for ``post_bills``: (account, revenue in fen, funds in fen) a bill."""
    return pl.DataFrame(
        [
            (
                1000 + account.pk,
                account.pk,
                account.unit_id,
                month,
                BOOKED,
                sequence,
                revenue,
                funds,
            )
            for account, revenue, funds in rows
        ],
        schema={
            "bill_id": pl.Int64,
            "account_id": pl.Int64,
            "unit_id": pl.Int64,
            "receivable_month": pl.Date,
            "booked_date": pl.Date,
            "sequence": pl.Int64,
            "revenue_fen": pl.Int64,
            "funds_fen": pl.Int64,
        },
        orient="row",
    )


def post_bill(
    account: Account,
    revenue: int,
    funds: int = 0,
    *,
    month: date = MONTH,
    booked_date: date = BOOKED,
    sequence: int = 1,
    by: Act | None = None,
) -> int:
    """One bill through ``post``; returns the transaction's id. Its bill_id is 1000 + account id."""
    return ledger.post(
        "bill_released",
        ledger.bill_key(account.pk, month, sequence),
        {"revenue_fen": revenue, "funds_fen": funds},
        account_id=account.pk,
        unit_id=account.unit_id,
        receivable_month=month,
        booked_date=booked_date,
        bill_id=1000 + account.pk,
        by=by or act(),
    )
