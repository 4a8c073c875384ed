"""Reads on released bills."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from wattdesk.domains.billing.models import Bill, Run
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope


@dataclass(frozen=True, slots=True)
class BillRow:
    """A released bill in a list."""

    bill_id: int
    account_id: int
    receivable_month: date
    from_date: date
    to_date: date
    released_at: datetime
    due_date: date
    energy_kwh: Decimal
    total_fen: int
    marks: tuple[str, ...]
    schedule_code: str


def account_bills(account_id: int, *, limit: int = 24) -> list[BillRow]:
    """Released bills of an account, newest first; the caller has checked the scope."""
    return _rows(
        Bill.objects.filter(account_id=account_id).order_by("-receivable_month", "-sequence"),
        limit,
    )


def previous_bill(account_id: int, *, before: date) -> BillRow | None:
    """The account's latest bill of a receivable month before ``before``."""
    bills = Bill.objects.filter(account_id=account_id, receivable_month__lt=before)
    found = _rows(bills.order_by("-receivable_month", "-sequence"), 1)
    return found[0] if found else None


def bills_in(scope: Scope) -> QuerySet[Bill]:
    """Released bills of the accounts in scope, for lists that filter and page by themselves."""
    return identity.within(Bill.objects.all(), scope, field="account__unit__path")


def bill_months() -> list[date]:
    """Receivable months that have released runs, the latest first."""
    months = Run.objects.filter(state__in=(Run.State.RELEASING, Run.State.RELEASED))
    return list(
        months.order_by("-receivable_month").values_list("receivable_month", flat=True).distinct()
    )


def bills_page(
    *, scope: Scope, month: date | None = None, segment_code: str | None = None,
    account_ids: Iterable[int] | None = None, before_id: int | None = None, limit: int = 50,
) -> list[BillRow]:  # fmt: skip
    """Released bills in scope, newest first, by keyset (``before_id``)."""
    bills = identity.within(Bill.objects.all(), scope, field="run__unit__path")
    if month:
        bills = bills.filter(receivable_month=month)
    if segment_code:
        bills = bills.filter(run__segment__code=segment_code)
    if account_ids is not None:
        bills = bills.filter(account_id__in=list(account_ids))
    if before_id is not None:
        bills = bills.filter(pk__lt=before_id)
    return _rows(bills.order_by("-pk"), limit)


def _rows(bills: QuerySet[Bill], limit: int) -> list[BillRow]:
    return [
        BillRow(
            bill_id=b.pk,
            account_id=b.account_id,
            receivable_month=b.receivable_month,
            from_date=b.from_date,
            to_date=b.to_date,
            released_at=b.released_at,
            due_date=b.due_date,
            energy_kwh=b.energy_kwh,
            total_fen=b.total_fen,
            marks=tuple(b.marks),
            schedule_code=b.schedule.code,
        )
        for b in bills.select_related("schedule").defer("trace")[:limit]
    ]
