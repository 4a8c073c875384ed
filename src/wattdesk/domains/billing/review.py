"""Review of drafts: lists made ready, sums by price class, changes against the last bills."""

from decimal import Decimal
from typing import Any

import polars as pl

from wattdesk.domains.billing import drafts
from wattdesk.domains.billing.models import Bill, Run
from wattdesk.domains.billing.queries import account_rows, run_in
from wattdesk.domains.identity.data import Scope
from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.errors import NotFound

# Each list is a filter and an order over the draft rows; made ready, so that nobody has to query.
# Each list is a filter and an order over the draft rows; made ready, so that nobody has to query.
LARGEST = 50
RANDOM = 30


def _review_filters(outlier_ratio: Decimal) -> dict[str, pl.Expr]:
    billed = pl.col("outcome") == drafts.BILLED
    ratio = int(outlier_ratio * 100)
    return {
        "ALL": billed,
        "FIRST_BILL": billed & pl.col("last_total_fen").is_null(),
        "ZERO": billed & (pl.col("energy_e2") == 0),
        "NEGATIVE": billed & (pl.col("total_fen") < 0),
        "OUTLIER": billed
        & (pl.col("last_total_fen") > 0)
        & (pl.col("total_fen") * 100 > pl.col("last_total_fen") * ratio),
        "ESTIMATED": billed & pl.col("marks").list.contains("ESTIMATED"),
        "EXCHANGED": billed & pl.col("marks").list.contains("EXCHANGED"),
        "CORRECTED": billed & pl.col("marks").list.contains("CORRECTED"),
        "LISTED": billed & (pl.col("listed").list.len() > 0),
        "LARGEST": billed,
        "RANDOM": billed,
        "HELD": pl.col("outcome") == drafts.HELD,
        "NOT_DUE": pl.col("outcome") == drafts.NOT_DUE,
    }


def _outlier_ratio(run: Run) -> Decimal:
    return rulebook.rule("billing.outlier_ratio", on=run.receivable_month).decimal


def review_lists(run_id: int, *, scope: Scope | None = None) -> list[tuple[str, int]]:
    """The review lists of a run with the number of accounts on each."""
    run = run_in(run_id, scope)
    filters = _review_filters(_outlier_ratio(run))
    counts = (
        account_rows(run)
        .select(expr.fill_null(value=False).sum().alias(name) for name, expr in filters.items())
        .collect()
        .row(0, named=True)
    )
    counts["LARGEST"] = min(LARGEST, counts["LARGEST"])
    counts["RANDOM"] = min(RANDOM, counts["RANDOM"])
    return [(name, int(count or 0)) for name, count in counts.items()]


def draft_rows(
    run_id: int, review_list: str, *, scope: Scope | None = None, offset: int = 0, limit: int = 50
) -> pl.DataFrame:
    """Draft rows (``drafts.ACCOUNT_SCHEMA`` without trace) of one review list, dearest first.

    The random list is the same each time it is opened: the seed is the run.
    """
    run = run_in(run_id, scope)
    filters = _review_filters(_outlier_ratio(run))
    if review_list not in filters:
        raise NotFound
    rows = account_rows(run).drop("trace").filter(filters[review_list])
    if review_list == "RANDOM":
        drawn = rows.with_columns(pl.col("account_id").hash(seed=run_id).alias("draw"))
        rows = drawn.sort("draw").head(RANDOM).drop("draw")
    else:
        rows = rows.sort(["total_fen", "account_id"], descending=[True, False], nulls_last=True)
        if review_list == "LARGEST":
            rows = rows.head(LARGEST)
    return rows.slice(offset, limit).collect()


def class_summary(run_id: int, *, scope: Scope | None = None) -> pl.DataFrame:
    """By price class: accounts, kWh × 100, fen, and the same accounts' last bills.

    Columns schedule_code, accounts, energy_e2, total_fen, last_accounts, last_energy_e2,
    last_total_fen.
    """
    run = run_in(run_id, scope)
    return (
        account_rows(run)
        .filter(pl.col("outcome") == drafts.BILLED)
        .group_by("schedule_code")
        .agg(
            pl.len().alias("accounts"),
            pl.col("energy_e2").sum(),
            pl.col("total_fen").sum(),
            pl.col("last_total_fen").count().alias("last_accounts"),
            pl.col("last_energy_e2").sum(),
            pl.col("last_total_fen").sum(),
        )
        .sort("schedule_code")
        .collect()
    )


def change_histogram(run_id: int, *, scope: Scope | None = None) -> pl.DataFrame:
    """Accounts by change of their bill against the last one: columns bucket, accounts.

    Buckets: TO_ZERO, then upper bounds in percent −50, −20, −10, 10, 20, 50, 100, 300, ABOVE.
    """
    run = run_in(run_id, scope)
    bounds = (-50, -20, -10, 10, 20, 50, 100, 300)
    percent = (pl.col("total_fen") - pl.col("last_total_fen")) * 100 // pl.col("last_total_fen")
    bucket: Any = pl.when(pl.col("total_fen") == 0).then(pl.lit("TO_ZERO"))
    for bound in bounds:
        bucket = bucket.when(percent < bound).then(pl.lit(str(bound)))
    order = ["TO_ZERO", *[str(b) for b in bounds], "ABOVE"]
    counted = (
        account_rows(run)
        .filter((pl.col("outcome") == drafts.BILLED) & (pl.col("last_total_fen") > 0))
        .select(bucket.otherwise(pl.lit("ABOVE")).alias("bucket"))
        .group_by("bucket")
        .agg(pl.len().alias("accounts"))
        .collect()
    )
    return (
        pl.DataFrame({"bucket": order})
        .join(counted, on="bucket", how="left", maintain_order="left")
        .with_columns(pl.col("accounts").fill_null(0))
    )


def missing_since_last_month(run_id: int, *, scope: Scope | None = None) -> int:
    """Accounts of the segment with a bill last month and no draft bill now."""
    run = run_in(run_id, scope)
    billed_now = (
        account_rows(run).filter(pl.col("outcome") == drafts.BILLED).select("account_id").collect()
    )
    before = Bill.objects.filter(
        run__segment_id=run.segment_id,
        receivable_month__gte=add_months(run.receivable_month, -2),
        to_date=run.from_date,
    ).values_list("account_id", flat=True)
    billed_before = pl.DataFrame({"account_id": list(before)}, schema={"account_id": pl.Int64})
    return billed_before.join(billed_now, on="account_id", how="anti").height
