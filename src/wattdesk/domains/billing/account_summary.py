"""What a customer page says of an account's bills: the latest ones, their readings, the blocks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from wattdesk.domains.billing.bill_documents import reading_row
from wattdesk.domains.billing.bills import BillRow
from wattdesk.domains.billing.data import ReadingRow
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.kernel.rating import plan as plans

# The trace is large: only that of the newest bill is read.
LATEST = """
SELECT b.id, b.account_id, b.receivable_month, b.from_date, b.to_date, b.released_at, b.due_date,
       b.energy_kwh, b.total_fen, b.marks, s.code,
       CASE WHEN row_number() OVER w = 1 THEN b.tariff_version_id END,
       CASE WHEN row_number() OVER w = 1 THEN b.trace::text END
FROM billing_bill b JOIN tariffs_rate_schedule s ON s.id = b.schedule_id
WHERE b.account_id = %s
WINDOW w AS (ORDER BY b.receivable_month DESC, b.sequence DESC)
ORDER BY b.receivable_month DESC, b.sequence DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class BlockStanding:
    """年阶梯累计 after the newest bill: kWh used in the block year, and where the blocks end."""

    year_start: date | None
    used_kwh: Decimal
    limits_kwh: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class AccountBills:
    """The bills of an account, newest first, with what the newest one says besides its sum."""

    bills: tuple[BillRow, ...]
    readings: tuple[ReadingRow, ...]
    block: BlockStanding | None


def account_summary(account_id: int, *, limit: int = 25) -> AccountBills:
    """Newest bills of an account, readings and block standing of the newest; two queries.

    The caller has checked the scope.
    """
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [account_id, limit])
        rows = cursor.fetchall()
    if not rows:
        return AccountBills((), (), None)
    newest, version_id, trace = rows[0], rows[0][11], json.loads(rows[0][12])
    return AccountBills(
        bills=tuple(_row(row) for row in rows),
        readings=tuple(reading_row(row) for row in trace["readings"]),
        block=_standing(version_id, newest[10], newest[2], trace),
    )


def _row(row: tuple[Any, ...]) -> BillRow:
    return BillRow(
        bill_id=row[0],
        account_id=row[1],
        receivable_month=row[2],
        from_date=row[3],
        to_date=row[4],
        released_at=row[5],
        due_date=row[6],
        energy_kwh=row[7],
        total_fen=row[8],
        marks=tuple(row[9]),
        schedule_code=row[10],
    )


def _standing(
    version_id: int, schedule_code: str, month: date, trace: Mapping[str, Any]
) -> BlockStanding | None:
    parts = len(trace.get("versions") or ()) or 1
    plan = tariffs.plan_for(version_id, schedule_code)
    figures = trace["figures"]
    position = plan.block_position(figures if parts == 1 else plans.trace_of_part(figures, parts))
    if position is None:
        return None
    return BlockStanding(plan.block_year_start(month), position.used_after, position.limits)
