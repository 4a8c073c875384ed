"""Posts one chunk both ways and rolls back; prints one line of JSON. Started by bench.posting."""

import json
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal

from wattdesk.jobs.cli.start import django_ready


class RollBack(Exception):
    """Ends a transaction without keeping anything."""


def main() -> None:
    """Calculate one segment, sign it, post its first chunk by COPY, then by bulk_create."""
    month_text = sys.argv[1]
    django_ready()
    from django.db import transaction

    from wattdesk.domains.billing import drafts
    from wattdesk.domains.billing import release as releasing
    from wattdesk.domains.billing.models import RunChunk
    from wattdesk.domains.identity import api as identity
    from wattdesk.domains.metering import api as metering
    from wattdesk.jobs import pool
    from wattdesk.kernel.schedule.billing_dates import parse_month
    from wattdesk.kernel.schedule.civil import civil_date
    from wattdesk.toolkit.acts import Act
    from wattdesk.usecases import monthly_billing

    now = datetime.now(tz=UTC)
    today = civil_date(now)
    people = [identity.find_staff(n, on=today) for n in ("billing.officer", "billing.supervisor")]
    officer, supervisor = (Act(p.id, p.name, now, "benchmark") for p in people)
    segment = metering.due_segments(parse_month(month_text))[0]
    run_id = monthly_billing.start(segment.code, parse_month(month_text), by=officer, today=today)
    pool.work([run_id], pool.CALCULATE, workers=1)
    monthly_billing.propose(run_id, by=officer)
    monthly_billing.sign(run_id, by=supervisor)
    chunk = RunChunk.objects.select_related("run").filter(run_id=run_id).first()
    assert chunk is not None

    def timed(work) -> float:  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        try:
            with transaction.atomic():
                work()
                # Deferred checks belong to the work: they run at commit.
                transaction.get_connection().check_constraints()
                raise RollBack
        except RollBack:
            return time.perf_counter() - began

    by_copy = timed(lambda: releasing.post_chunk(chunk, by=supervisor))
    draft = drafts.read(chunk.draft_path, chunk.draft_sha256, chunk=chunk.number)
    sample = draft.accounts.filter(draft.accounts["outcome"] == "BILLED").head(5000)
    lines = draft.lines.join(sample.select("account_id"), on="account_id", how="semi")
    by_orm = timed(lambda: _bulk_create(chunk.run, sample, lines, supervisor, Decimal))
    print(
        json.dumps(
            {
                "bills": chunk.billed,
                "copy_rate": chunk.billed / by_copy,
                "orm_rate": sample.height / by_orm,
            }
        )
    )


def _bulk_create(run, accounts, lines, by, number) -> None:  # type: ignore[no-untyped-def]
    from wattdesk.domains.billing.models import Bill, BillLine
    from wattdesk.domains.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction

    bills = [
        Bill(
            run=run, account_id=r["account_id"], receivable_month=run.receivable_month, sequence=1,
            from_date=r["from_date"], to_date=r["to_date"], released_at=run.released_at,
            due_date=run.due_date, schedule_id=r["schedule_id"],
            tariff_version_id=r["version_id"], energy_kwh=number(r["energy_e2"]) / 100,
            total_fen=r["total_fen"], marks=r["marks"], trace=json.loads(r["trace"]),
        )
        for r in accounts.iter_rows(named=True)
    ]  # fmt: skip
    Bill.objects.bulk_create(bills, batch_size=1000)
    keys = {bill.account_id: bill.pk for bill in bills}
    BillLine.objects.bulk_create(
        [
            BillLine(
                bill_id=keys[r["account_id"]], position=r["position"], code=r["code"],
                quantity=number(r["quantity_e4"]) / 10_000, unit=r["unit"],
                price=number(r["price_e8"]) / 100_000_000, amount_fen=r["amount_fen"],
            )
            for r in lines.iter_rows(named=True)
        ],
        batch_size=1000,
    )  # fmt: skip
    transactions = [
        LedgerTransaction(
            template="bill_released", key=f"bulk:{bill.pk}", account_id=bill.account_id,
            unit_id=run.unit_id, receivable_month=run.receivable_month,
            booked_date=run.to_date, recorded_at=by.at, actor_id=by.staff_id,
        )
        for bill in bills
    ]  # fmt: skip
    LedgerTransaction.objects.bulk_create(transactions, batch_size=1000)
    accounts_by_code = {a.code: a.pk for a in LedgerAccount.objects.all()}
    entries = []
    for bill, posted in zip(bills, transactions, strict=True):
        for position, (code, side) in enumerate(
            (("RECEIVABLE", "D"), ("ENERGY_REVENUE", "C")), start=1
        ):
            if bill.total_fen > 0:
                entries.append(
                    LedgerEntry(
                        transaction_id=posted.pk, position=position, side=side,
                        ledger_account_id=accounts_by_code[code], amount_fen=bill.total_fen,
                        account_id=bill.account_id if side == "D" else None,
                        bill_id=bill.pk if side == "D" else None,
                    )
                )  # fmt: skip
    # Both sides of a transaction in one statement, as the balance trigger asks.
    LedgerEntry.objects.bulk_create(entries, batch_size=1000)


if __name__ == "__main__":
    main()
