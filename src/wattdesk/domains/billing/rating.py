"""Rating of a chunk: by price class and period, isolated per account, checked twice."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from wattdesk.domains.billing import determinants as det
from wattdesk.domains.billing import holding
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.kernel.checking import engine as check_engine
from wattdesk.kernel.rating import plan as plans
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.stages import Stages

if TYPE_CHECKING:
    from wattdesk.domains.billing.calculation import ChunkSpec

BILL_SCHEMA = {
    "account_id": pl.Int64,
    "version_id": pl.Int64,
    "energy_e2": pl.Int64,
    "carry_out_e4": pl.Int64,
    "total_fen": pl.Int64,
    "funds_fen": pl.Int64,
    "figures": pl.String,
    "versions": pl.String,
}
LINE_SCHEMA = {
    "account_id": pl.Int64,
    "position": pl.Int16,
    "code": pl.String,
    "group": pl.String,
    "quantity_e4": pl.Int64,
    "unit": pl.String,
    "price_e8": pl.Int64,
    "amount_fen": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class RatedAccounts:
    """What rating found: bills and lines of the rated, and why the others are held."""

    bills: pl.DataFrame
    lines: pl.DataFrame
    held: pl.DataFrame


def rate_all(accounts: pl.DataFrame, spec: "ChunkSpec", stages: Stages) -> RatedAccounts:
    """Rate and check accounts (determinant columns of ``determinants``), by class and period."""
    parts = [
        _rate_class(str(code), group, spec, stages)
        for (code,), group in accounts.group_by("schedule_code", maintain_order=True)
    ]
    return RatedAccounts(
        bills=_concat([p.bills for p in parts], BILL_SCHEMA),
        lines=_concat([p.lines for p in parts], LINE_SCHEMA),
        held=_concat([p.held for p in parts], holding.HELD_SCHEMA),
    )


def _concat(frames: list[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    if not frames:
        return pl.DataFrame(schema=schema)
    return pl.concat([f.select(pl.col(n).cast(t) for n, t in schema.items()) for f in frames])


def _rate_class(
    code: str, accounts: pl.DataFrame, spec: "ChunkSpec", stages: Stages
) -> RatedAccounts:
    """Rate the accounts of one class at once, each over its own days of the period.

    Days without a price in force are seen account by account: rating refuses those accounts.
    """
    with stages.stage("prices"):
        first, last = accounts["from_date"].min(), accounts["to_date"].max()
        assert isinstance(first, date)
        assert isinstance(last, date)
        versions = tariffs.versions_in_force([code], first, last)
        if not versions:
            return _all_held(accounts, holding.NO_PRICE)
        parts = [(tariffs.plan_for(v.version_id, code), v.from_date, v.to_date) for v in versions]
    with stages.stage("determinants"):
        frame = _determinant_frame(accounts, parts[-1][0], spec)
    with stages.stage("rating"):
        rated, failed = _isolated(parts, frame)
    with stages.stage("check"):
        differing = _check(versions, code, frame, rated, spec)
    with stages.stage("assembly"):
        held = pl.concat([failed, _refusals(rated.refused), differing])
        figures = rated.trace.select(
            "account_id",
            pl.struct(pl.all().exclude("account_id")).struct.json_encode().alias("figures"),
        )
        bills = (
            rated.bills.join(held, on="account_id", how="anti")
            .join(figures, on="account_id", how="left")
            .with_columns(
                pl.lit(versions[-1].version_id, dtype=pl.Int64).alias("version_id"),
                pl.lit(str([v.version_id for v in versions])).alias("versions"),
            )
        )
        lines = rated.lines.join(held, on="account_id", how="anti")
    return _hold_class_if_too_many_differ(RatedAccounts(bills=bills, lines=lines, held=held), spec)


def _determinant_frame(accounts: pl.DataFrame, plan: plans.Plan, spec: "ChunkSpec") -> pl.DataFrame:
    frame = accounts.with_columns(
        (pl.col("to_date") - pl.col("from_date")).dt.total_days().cast(pl.Int32).alias("days"),
        pl.lit(spec.months, dtype=pl.Int32).alias("months"),
    )
    year_start = plan.block_year_start(spec.receivable_month)
    if year_start is not None:
        frame = det.add_block_year(
            frame, receivable_month=spec.receivable_month, year_start=year_start
        )
    return frame


def _isolated(
    parts: list[tuple[plans.Plan, date, date]], frame: pl.DataFrame
) -> tuple[plans.Rated, pl.DataFrame]:
    """Rate all at once; if that fails, halve until the accounts that make it fail stand alone."""
    try:
        return plans.rate_over_versions(parts, frame), pl.DataFrame(schema=holding.HELD_SCHEMA)
    except (pl.exceptions.PolarsError, ArithmeticError, ValueError) as error:
        if frame.height == 1:
            failed = pl.DataFrame(
                {
                    "account_id": frame["account_id"],
                    "hold_code": [holding.RATING_FAILED],
                    "hold_evidence": [_json({"error": str(error)[:300]})],
                },
                schema=holding.HELD_SCHEMA,
            )
            return parts[0][0].rate(frame.clear()), failed
    middle = frame.height // 2
    first, failed_first = _isolated(parts, frame[:middle])
    second, failed_second = _isolated(parts, frame[middle:])
    return first.extended(second), pl.concat([failed_first, failed_second])


def _refusals(refused: pl.DataFrame) -> pl.DataFrame:
    return refused.unique("account_id", keep="first", maintain_order=True).select(
        "account_id",
        pl.lit(holding.RATING_REFUSED).alias("hold_code"),
        pl.struct(pl.col("code").alias("why"), "detail")
        .struct.json_encode()
        .alias("hold_evidence"),
    )


def _check(
    versions: list[tariffs.VersionInForce],
    code: str,
    frame: pl.DataFrame,
    rated: plans.Rated,
    spec: "ChunkSpec",
) -> pl.DataFrame:
    """Recompute bills by the independent engine; returns the accounts that differ, as holds."""
    share = rulebook.rule("billing.check_share", on=spec.receivable_month).decimal
    checked = frame.join(rated.bills.select("account_id"), on="account_id", how="semi")
    if share < 1:
        # The same accounts are drawn again when a chunk is calculated again.
        drawn = pl.col("account_id").hash(seed=spec.receivable_month.toordinal()) % 10_000
        checked = checked.filter(drawn < int(share * 10_000))
    differing = check_engine.check_versions(
        [(v.document, v.from_date, v.to_date) for v in versions], code, checked, rated
    )
    return differing.select(
        "account_id",
        pl.lit(holding.CHECK_DIFFERS).alias("hold_code"),
        pl.struct("rated_fen", "expected_fen", "detail")
        .struct.json_encode()
        .alias("hold_evidence"),
    ).cast(holding.HELD_SCHEMA)  # type: ignore[arg-type]


def _hold_class_if_too_many_differ(rated: RatedAccounts, spec: "ChunkSpec") -> RatedAccounts:
    """Above the limit a class is wrong as a whole, not in single accounts: hold all of it."""
    differing = rated.held.filter(pl.col("hold_code") == holding.CHECK_DIFFERS).height
    total = differing + rated.bills.height
    limit = rulebook.rule("billing.check_hold_class_share", on=spec.receivable_month).decimal
    if differing == 0 or Decimal(differing) <= limit * total:
        return rated
    whole = _all_held(
        rated.bills, holding.CHECK_CLASS, {"differing": differing, "checked": total}
    ).held
    return RatedAccounts(
        bills=rated.bills.clear(),
        lines=rated.lines.clear(),
        held=pl.concat([rated.held, whole]),
    )


def _all_held(
    accounts: pl.DataFrame, code: str, evidence: dict[str, object] | None = None
) -> RatedAccounts:
    return RatedAccounts(
        bills=pl.DataFrame(schema=BILL_SCHEMA),
        lines=pl.DataFrame(schema=LINE_SCHEMA),
        held=accounts.select(
            "account_id",
            pl.lit(code).alias("hold_code"),
            pl.lit(_json(evidence or {})).alias("hold_evidence"),
        ).cast(holding.HELD_SCHEMA),  # type: ignore[arg-type]
    )


def _json(value: dict[str, object]) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
