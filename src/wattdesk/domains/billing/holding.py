"""Why an account is held or not due before anything is rated."""

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from wattdesk.domains.billing.calculation import ChunkSpec

NOT_DUE = "NOT_DUE"
NO_POINT = "NO_POINT"  # 无计量点
NO_RATE = "NO_RATE"  # 未定电价
RATE_CHANGED = "RATE_CHANGED"  # 期内变更电价
NO_PRICE = "NO_PRICE"  # 期间无有效电价文件
NO_READING = "NO_READING"  # 电量不明
RATING_REFUSED = "RATING_REFUSED"
CHECK_DIFFERS = "CHECK_DIFFERS"  # 两套计算不一致
CHECK_CLASS = "CHECK_CLASS"  # 同价目差异过多, 整类挂起
RATING_FAILED = "RATING_FAILED"

HELD_SCHEMA = {"account_id": pl.Int64, "hold_code": pl.String, "hold_evidence": pl.String}


def before_rating(
    accounts: pl.DataFrame,
    open_holds: pl.DataFrame,
    rate_changes: pl.DataFrame,
    spec: "ChunkSpec",
) -> pl.DataFrame:
    """One row per account that is not rated: ``account_id, hold_code, hold_evidence``.

    ``open_holds`` are undecided findings (account_id, usage_point_id, code, evidence),
    ``rate_changes`` accounts whose price class begins inside the period (account_id,
    changed_date). An account with several reasons shows the first of: not due, no point, no price
    class, class changed, findings by code.
    """
    findings = (
        open_holds.sort("account_id", "code")
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("code").first(), pl.col("evidence").first())
    )
    changes = rate_changes.group_by("account_id").agg(pl.col("changed_date").min())
    joined = accounts.join(findings, on="account_id", how="left").join(
        changes, on="account_id", how="left"
    )
    reasons = joined.select(
        "account_id",
        pl.when(pl.col("closed_date").is_not_null() & (pl.col("closed_date") <= spec.from_date))
        .then(pl.lit(NOT_DUE))
        .when(pl.col("opened_date") >= spec.to_date)
        .then(pl.lit(NOT_DUE))
        .when(pl.col("points").list.len() == 0)
        .then(pl.lit(NO_POINT))
        .when(pl.col("schedule_code").is_null())
        .then(pl.lit(NO_RATE))
        .when(pl.col("changed_date").is_not_null())
        .then(pl.lit(RATE_CHANGED))
        .when(pl.col("code").is_not_null())
        .then(pl.col("code"))
        .when(pl.col("energy_total_e4").is_null())
        .then(pl.lit(NO_READING))
        .alias("hold_code"),
        pl.when(pl.col("changed_date").is_not_null())
        .then(
            pl.concat_str(
                pl.lit('{"changed_date":"'),
                pl.col("changed_date").cast(pl.String),
                pl.lit('"}'),
            )
        )
        .otherwise(pl.col("evidence").fill_null("{}"))
        .alias("hold_evidence"),
    )
    return reasons.filter(pl.col("hold_code").is_not_null()).cast(HELD_SCHEMA)  # type: ignore[arg-type]
