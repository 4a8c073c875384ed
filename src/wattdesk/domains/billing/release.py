"""Release of one chunk: reviewed drafts become bills, lines and ledger entries, by COPY."""

import polars as pl

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import drafts
from wattdesk.domains.billing.models import Run, RunChunk
from wattdesk.domains.ledger import api as ledger
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvariantBroken
from wattdesk.toolkit.frames import copy_frame, reserve_ids
from wattdesk.toolkit.stages import Stages

BILL_COLUMNS = (
    "id",
    "run_id",
    "account_id",
    "receivable_month",
    "sequence",
    "from_date",
    "to_date",
    "released_at",
    "due_date",
    "schedule_id",
    "tariff_version_id",
    "energy_kwh",
    "carry_kwh",
    "total_fen",
    "marks",
    "trace",
)


def post_chunk(chunk: RunChunk, *, by: Act) -> dict[str, float]:
    """Write the chunk's bills and post them. Returns seconds per stage.

    The unique key of bills (account, receivable month, sequence) makes a second posting
    impossible, whatever happened to the first.
    """
    run = chunk.run
    if run.released_at is None:
        raise InvariantBroken(f"run {run.pk} is posted without a signature")
    stages = Stages()
    with stages.stage("reading drafts"):
        draft = drafts.read(chunk.draft_path, chunk.draft_sha256, chunk=chunk.number)
        billed = draft.accounts.filter(pl.col("outcome") == drafts.BILLED)
        _assert_lines_sum_to_bills(billed, draft.lines)
    with stages.stage("bills"):
        bills = _bill_rows(billed, run)
        copy_frame("billing_bill", bills, BILL_COLUMNS)
    with stages.stage("lines"):
        lines = draft.lines.join(
            bills.select("account_id", pl.col("id").alias("bill_id")), on="account_id"
        ).with_columns(
            _decimal("quantity_e4", 4).alias("quantity"), _decimal("price_e8", 8).alias("price")
        )
        copy_frame(
            "billing_bill_line",
            lines,
            ("bill_id", "position", "code", "quantity", "unit", "price", "amount_fen"),
        )
    with stages.stage("ledger"):
        ledger.post_bills(
            bills.select(
                pl.col("id").alias("bill_id"),
                "account_id",
                "unit_id",
                "receivable_month",
                pl.lit(civil_date(run.released_at)).alias("booked_date"),
                "sequence",
                (pl.col("total_fen") - pl.col("funds_fen")).alias("revenue_fen"),
                "funds_fen",
            ),
            by=by,
        )
    audit.record(
        by=by,
        action="billing.chunk.release",
        subjects=[f"run:{run.pk}"],
        unit_id=run.unit_id,
        after={
            "chunk": chunk.number,
            "bills": bills.height,
            "lines": lines.height,
            "total_fen": int(bills["total_fen"].sum()),
            "drafts": chunk.draft_sha256,
        },
    )
    return stages.rounded()


def _bill_rows(billed: pl.DataFrame, run: Run) -> pl.DataFrame:
    """Draft rows as rows of the bill table, with their ids."""
    assert run.released_at is not None
    return billed.with_columns(
        reserve_ids("billing_bill", billed.height).alias("id"),
        pl.lit(run.pk, dtype=pl.Int64).alias("run_id"),
        pl.lit(run.receivable_month).alias("receivable_month"),
        pl.lit(1, dtype=pl.Int16).alias("sequence"),
        pl.lit(run.released_at.isoformat()).alias("released_at"),
        pl.lit(run.due_date).alias("due_date"),
        pl.col("version_id").alias("tariff_version_id"),
        _decimal("energy_e2", 2).alias("energy_kwh"),
        _decimal("carry_out_e4", 4).alias("carry_kwh"),
        (pl.lit("{") + pl.col("marks").list.join(",") + pl.lit("}")).alias("marks"),
    )


def _decimal(column: str, places: int) -> pl.Expr:
    """A scaled integer as exact numeric text for COPY: 12345 (×100) → 12345e-2."""
    return pl.format(f"{{}}e-{places}", pl.col(column))


def _assert_lines_sum_to_bills(billed: pl.DataFrame, lines: pl.DataFrame) -> None:
    sums = lines.group_by("account_id").agg(pl.col("amount_fen").sum().alias("lines_fen"))
    wrong = (
        billed.select("account_id", "total_fen")
        .join(sums, on="account_id", how="full", coalesce=True)
        .filter(
            pl.col("total_fen").is_null()
            | (pl.col("total_fen") != pl.col("lines_fen").fill_null(0))
        )
    )
    if wrong.height:
        raise InvariantBroken(
            f"lines do not add up to the bill, accounts {wrong['account_id'][:5]}"
        )
