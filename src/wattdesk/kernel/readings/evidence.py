"""Findings as rows: the point, the code, what is at risk, and the figures as JSON text."""

from collections.abc import Sequence

import polars as pl

from wattdesk.kernel.readings.codes import FindingCode

FOUND = {
    "usage_point_id": pl.Int64,
    "code": pl.String,
    "at_risk_e4": pl.Int64,
    "evidence": pl.String,
}


def found(
    frame: pl.DataFrame,
    code: FindingCode,
    *,
    at_risk: pl.Expr | None = None,
    **figures: pl.Expr,
) -> pl.DataFrame:
    """One finding for each row of ``frame``; ``figures`` become the evidence, in that order."""
    risk = pl.lit(None, dtype=pl.Int64) if at_risk is None else at_risk.cast(pl.Int64)
    return frame.select(
        "usage_point_id",
        pl.lit(code.value).alias("code"),
        risk.alias("at_risk_e4"),
        pl.struct(*[value.alias(name) for name, value in figures.items()])
        .struct.json_encode()
        .alias("evidence"),
    )


def found_in_registers(
    registers: pl.DataFrame,
    code: FindingCode,
    columns: Sequence[str],
    *,
    at_risk: pl.Expr | None = None,
) -> pl.DataFrame:
    """One finding for each point of ``registers``, listing its rows' ``columns`` as evidence."""
    risk = pl.lit(None, dtype=pl.Int64) if at_risk is None else at_risk.cast(pl.Int64)
    return (
        registers.sort("usage_point_id", "part", "kind")
        .group_by("usage_point_id", maintain_order=True)
        .agg(risk.alias("at_risk_e4"), pl.struct(columns).alias("registers"))
        .select(
            "usage_point_id",
            pl.lit(code.value).alias("code"),
            "at_risk_e4",
            pl.struct("registers").struct.json_encode().alias("evidence"),
        )
    )


def nothing_found() -> pl.DataFrame:
    """No findings, with their columns."""
    return pl.DataFrame(schema=FOUND)
