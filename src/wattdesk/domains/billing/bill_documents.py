"""A bill as one object with everything it shows: from a released bill, or from a draft."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.billing import drafts
from wattdesk.domains.billing.data import BillDocument, LineRow, ReadingRow, Step, Text
from wattdesk.domains.billing.models import Bill, BillLine, Run, RunChunk
from wattdesk.domains.billing.printing import bill_pdf
from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.kernel.rating import plan as plans
from wattdesk.toolkit.errors import NotFound

PRINT_BATCH = 500
DAY = timedelta(days=1)  # periods end with the first day not included


class BillNotFound(NotFound):
    """No such bill, or not in the caller's scope."""

    code = "billing.bill_not_found"
    message = _("There is no such bill, or it does not belong to your unit.")


def get_bill_document(bill_id: int, *, scope: Scope | None = None) -> BillDocument:
    """A released bill with everything it shows. Raises BillNotFound outside the scope."""
    documents = list(_released([bill_id], scope=scope))
    if not documents:
        raise BillNotFound
    return documents[0]


def run_documents(run_id: int) -> Iterator[BillDocument]:
    """All bills of a released run, in the order of account numbers, in batches of queries."""
    ids = list(
        Bill.objects.filter(run_id=run_id).order_by("account__number").values_list("pk", flat=True)
    )
    for at in range(0, len(ids), PRINT_BATCH):
        yield from _released(ids[at : at + PRINT_BATCH], scope=None)


def render_run(
    run_id: int,
    path: Path,
    *,
    language: str,
    workers: int = 1,
    told: Callable[[int], None] | None = None,
) -> int:
    """Print all bills of a released run into one file; returns the pages.

    ``told`` hears after each bill how many were taken up for setting so far.
    """
    documents = run_documents(run_id)
    if told is not None:
        documents = _counted(documents, told)
    return bill_pdf.render_batch(documents, path, language=language, workers=workers)


def _counted(
    documents: Iterator[BillDocument], told: Callable[[int], None]
) -> Iterator[BillDocument]:
    for number, document in enumerate(documents, start=1):
        yield document
        told(number)


def _released(ids: Sequence[int], *, scope: Scope | None) -> Iterator[BillDocument]:
    bills = Bill.objects.filter(pk__in=ids).select_related(
        "run__unit", "run__started_by", "run__released_by", "schedule", "tariff_version__tariff",
        "account",
    )  # fmt: skip
    if scope is not None:
        bills = identity.within(bills, scope, field="account__unit__path")
    found = {bill.pk: bill for bill in bills}
    lines: dict[int, list[BillLine]] = {pk: [] for pk in found}
    for line in BillLine.objects.filter(bill_id__in=found).order_by("bill_id", "position"):
        lines[line.bill_id].append(line)
    parties = customers.bill_parties(
        [(bill.account_id, bill.to_date - DAY) for bill in found.values()]
    )
    for pk in ids:
        if pk not in found:
            continue
        bill = found[pk]
        yield _document(
            _BillSource(
                bill_id=pk,
                run=bill.run,
                account_id=bill.account_id,
                schedule_code=bill.schedule.code,
                schedule=Text(bill.schedule.title, bill.schedule.title_en),
                customer_class=bill.schedule.customer_class,
                version_id=bill.tariff_version_id,
                from_date=bill.from_date,
                to_date=bill.to_date,
                energy_kwh=bill.energy_kwh,
                total_fen=bill.total_fen,
                marks=tuple(bill.marks),
                trace=bill.trace,
                lines=[
                    {
                        "position": line.position,
                        "code": line.code,
                        "quantity_e4": int(line.quantity * 10_000),
                        "unit": line.unit,
                        "price_e8": int(line.price * 100_000_000),
                        "amount_fen": line.amount_fen,
                    }
                    for line in lines[pk]
                ],
                sequence=bill.sequence,
            ),
            parties[bill.account_id],
        )


def get_draft_document(run_id: int, account_id: int, *, scope: Scope | None = None) -> BillDocument:
    """The draft bill of an account in a run that is not released yet. Raises BillNotFound."""
    runs = Run.objects.select_related("unit", "started_by", "released_by")
    if scope is not None:
        runs = identity.within(runs, scope)
    run = runs.filter(pk=run_id).first()
    chunk = (
        RunChunk.objects.filter(
            run_id=run_id, first_account_id__lte=account_id, last_account_id__gte=account_id
        ).first()
        if run
        else None
    )
    if run is None or chunk is None or not chunk.draft_path:
        raise BillNotFound
    draft = drafts.read(chunk.draft_path, chunk.draft_sha256, chunk=chunk.number)
    rows = draft.accounts.filter(
        (pl.col("account_id") == account_id) & (pl.col("outcome") == drafts.BILLED)
    )
    if rows.height == 0:
        raise BillNotFound
    row = rows.row(0, named=True)
    schedule = tariffs.get_schedule(row["schedule_code"])
    parties = customers.bill_parties([(account_id, row["to_date"] - DAY)])
    return _document(
        _BillSource(
            bill_id=None,
            run=run,
            account_id=account_id,
            schedule_code=row["schedule_code"],
            schedule=Text(schedule.title, schedule.title_en),
            customer_class=schedule.customer_class,
            version_id=row["version_id"],
            from_date=row["from_date"],
            to_date=row["to_date"],
            energy_kwh=Decimal(row["energy_e2"]) / 100,
            total_fen=row["total_fen"],
            marks=tuple(row["marks"]),
            trace=json.loads(row["trace"]),
            lines=list(
                draft.lines.filter(pl.col("account_id") == account_id)
                .sort("position")
                .iter_rows(named=True)
            ),
            sequence=1,
        ),
        parties[account_id],
    )


@dataclass(frozen=True, slots=True)
class _BillSource:
    """What a document is made of, the same for a released bill and a draft."""

    bill_id: int | None
    run: Run
    account_id: int
    schedule_code: str
    schedule: Text
    customer_class: str
    version_id: int
    from_date: date
    to_date: date
    energy_kwh: Decimal
    total_fen: int
    marks: tuple[str, ...]
    trace: Mapping[str, Any]
    lines: list[dict[str, Any]]
    sequence: int


def _document(source: _BillSource, parties: "customers.BillParties") -> BillDocument:
    version = tariffs.get_version(source.version_id)
    versions = source.trace.get("versions") or [source.version_id]
    run_plans = [tariffs.plan_for(key, source.schedule_code) for key in versions]
    figures = source.trace["figures"]
    position = run_plans[-1].block_position(
        figures if len(run_plans) == 1 else plans.trace_of_part(figures, len(run_plans))
    )
    released = source.bill_id is not None
    number = f"{source.run.receivable_month:%Y%m}-{parties.account_number}-{source.sequence}"
    return BillDocument(
        bill_id=source.bill_id,
        number=number,
        is_draft=not released,
        supplier=_supplier(),
        unit_name=Text(source.run.unit.name, source.run.unit.name_en or source.run.unit.name),
        account_id=source.account_id,
        account_number=parties.account_number,
        holder=parties.holder,
        payer=parties.payer,
        invoice_title=parties.invoice_title,
        present_user=parties.present_user,
        address=parties.address,
        customer_class=CLASSES.get(
            source.customer_class, Text(source.customer_class, source.customer_class)
        ),
        schedule_code=source.schedule_code,
        schedule=source.schedule,
        tariff_code=version.tariff_code,
        tariff_version=version.number,
        tariff_source="; ".join(s.title for s in run_plans[-1].sources.values()),
        voltage=parties.voltage,
        capacity_kva=parties.capacity_kva,
        receivable_month=source.run.receivable_month,
        from_date=source.from_date,
        to_date=source.to_date,
        released_at=source.run.released_at if released else None,
        due_date=source.run.due_date,
        energy_kwh=source.energy_kwh,
        total_fen=source.total_fen,
        marks=source.marks,
        readings=tuple(reading_row(row) for row in source.trace["readings"]),
        lines=_line_rows(run_plans, source.lines, figures),
        block_year_start=run_plans[-1].block_year_start(source.run.receivable_month),
        block_used_kwh=position.used_after if position else None,
        block_limits_kwh=position.limits if position else (),
        calculated_by=source.run.started_by.name,
        released_by=source.run.released_by.name if released and source.run.released_by else "",
    )


CLASSES = {
    "RESIDENTIAL": Text("居民生活", "Residential"),
    "AGRICULTURE": Text("农业生产", "Agriculture"),
    "COMMERCIAL": Text("工商业", "Industrial and commercial"),
}


def _supplier() -> Text:
    """The company: the root of the tree of units."""
    root = identity.list_units()[0]
    return Text(root.name, root.name_en or root.name)


def reading_row(row: Mapping[str, Any]) -> ReadingRow:
    """A row of the trace's readings as the bill shows it."""
    marks = [
        mark
        for mark, is_set in (
            ("ESTIMATED", row["estimated"]),
            ("ROLLOVER", row["rolled_over"]),
            ("CORRECTED", row["corrected"]),
            ("EXCHANGED", row["part"] > 1),
        )
        if is_set
    ]
    return ReadingRow(
        meter_number=row["meter_number"] or "",
        kind=row["kind"],
        last_date=date.fromisoformat(row["last_date"]),
        this_date=date.fromisoformat(row["this_date"]),
        last=_scaled(row["last_e4"]),
        this=_scaled(row["this_e4"]),
        multiplier=_scaled(row["multiplier_e4"]) or Decimal(1),
        quantity=_scaled(row["energy_e4"]) or Decimal(0),
        marks=tuple(marks),
        last_reading_id=row["last_reading_id"],
        this_reading_id=row["this_reading_id"],
    )


def _scaled(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-4)


def _line_rows(
    run_plans: "Sequence[plans.Plan]",
    lines: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
) -> tuple[LineRow, ...]:
    explained = plans.explain_parts(run_plans, lines, figures)
    return tuple(
        LineRow(
            position=int(line["position"]),
            code=str(line["code"]),
            group=why.group,
            group_name=Text(why.group_name.zh, why.group_name.en),
            name=Text(why.name.zh, why.name.en),
            band=why.band,
            quantity=Decimal(line["quantity_e4"]).scaleb(-4),
            unit=str(line["unit"]),
            price=Decimal(line["price_e8"]).scaleb(-8),
            amount_fen=int(line["amount_fen"]),
            steps=tuple(Step(Text(s.label.zh, s.label.en), s.formula) for s in why.steps),
            clause=why.clause,
            source=why.source + (" [mem]" if why.mark else ""),
        )
        for line, why in zip(lines, explained, strict=True)
    )
