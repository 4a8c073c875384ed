"""The calculation of one chunk: reads only, returns frames. The same for a dry run and a real one.

roster → measured energy and findings → determinants → rating → independent check → one row per
account with its outcome. No account disappears: every account of the roster is BILLED, HELD or
NOT_DUE, which is asserted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from wattdesk.domains.billing import determinants as det
from wattdesk.domains.billing import drafts, holding, rating
from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.toolkit.errors import InvariantBroken
from wattdesk.toolkit.stages import Stages


@dataclass(frozen=True, slots=True)
class ChunkSpec:
    """What to calculate: accounts of a segment by id range, for one period and month."""

    segment_id: int
    receivable_month: date
    from_date: date
    to_date: date
    months: int
    first_account_id: int
    last_account_id: int


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """A draft, the findings behind its holds, the points looked at, and the seconds per stage."""

    draft: drafts.Draft
    findings: pl.DataFrame
    points: pl.Series
    stages: Stages = field(default_factory=Stages)


def calculate(spec: ChunkSpec) -> ChunkResult:
    """Calculate the drafts of one chunk from the record as it is now. Writes nothing."""
    stages = Stages()
    with stages.stage("roster"):
        roster = _due_roster(spec)
    with stages.stage("readings"):
        measured = _measure(roster, spec)
    with stages.stage("findings"):
        open_holds = metering.open_holds(
            measured.findings,
            segment_id=spec.segment_id,
            from_date=spec.from_date,
            to_date=spec.to_date,
        )
        listed = measured.findings.filter(pl.col("severity") == "LIST")
    with stages.stage("determinants"):
        accounts = det.one_row_per_account(roster, measured.usage)
        accounts = det.add_last_bill(
            det.add_options(accounts), receivable_month=spec.receivable_month
        )
    with stages.stage("holding"):
        points = roster.select("account_id", "usage_point_id")
        held = holding.before_rating(
            accounts,
            open_holds.join(points, on="usage_point_id"),
            customers.rate_changes(
                spec.from_date,
                spec.to_date,
                first_account_id=spec.first_account_id,
                last_account_id=spec.last_account_id,
            ),
            spec,
        )
        ready = accounts.join(held, on="account_id", how="anti")
    rated = rating.rate_all(ready, spec, stages)
    with stages.stage("assembly"):
        draft = _assemble(spec, accounts, held, rated, measured.registers, roster, listed)
    return ChunkResult(
        draft=draft,
        findings=measured.findings,
        points=roster["usage_point_id"].drop_nulls().unique(),
        stages=stages,
    )


def _due_roster(spec: ChunkSpec) -> pl.DataFrame:
    """Accounts of the chunk in the period that have no bill of this month yet."""
    roster = customers.billing_roster(
        spec.segment_id,
        spec.from_date,
        spec.to_date,
        first_account_id=spec.first_account_id,
        last_account_id=spec.last_account_id,
    )
    billed = det.already_billed(roster, receivable_month=spec.receivable_month)
    return roster.join(billed, on="account_id", how="anti") if billed.height else roster


def _measure(roster: pl.DataFrame, spec: ChunkSpec) -> "metering.Measured":
    """Measure the points, each for the part of the period in which it belongs to the account.

    Points that are one account's for as long as they exist are measured together: measuring keeps
    to a point's own life. Only points that change hands inside the period need their own days.
    """
    rows = roster.drop_nulls("usage_point_id")
    whole = rows.filter(pl.col("is_whole_life") == 1)
    parts = [metering.measure(whole["usage_point_id"], spec.from_date, spec.to_date)]
    parts += [
        metering.measure(group["usage_point_id"], from_date, to_date)
        for (from_date, to_date), group in _by_period(rows.filter(pl.col("is_whole_life") != 1))
    ]
    return metering.Measured(
        registers=pl.concat([p.registers for p in parts]),
        usage=pl.concat([p.usage for p in parts]),
        findings=pl.concat([p.findings for p in parts]),
    )


def _by_period(roster: pl.DataFrame) -> Iterator[tuple[tuple[date, date], pl.DataFrame]]:
    yield from roster.group_by("point_from", "point_to", maintain_order=True)


def _assemble(
    spec: ChunkSpec,
    accounts: pl.DataFrame,
    held_before: pl.DataFrame,
    rated: rating.RatedAccounts,
    registers: pl.DataFrame,
    roster: pl.DataFrame,
    listed: pl.DataFrame,
) -> drafts.Draft:
    points = roster.select("account_id", "usage_point_id")
    held = pl.concat([held_before, rated.held])
    frame = (
        accounts.join(rated.bills, on="account_id", how="left")
        .join(held, on="account_id", how="left")
        .join(_listed_codes(listed.join(points, on="usage_point_id")), on="account_id", how="left")
        .join(_readings(registers.join(points, on="usage_point_id")), on="account_id", how="left")
        .with_columns(
            pl.when(pl.col("hold_code") == holding.NOT_DUE)
            .then(pl.lit(drafts.NOT_DUE))
            .when(pl.col("hold_code").is_not_null())
            .then(pl.lit(drafts.HELD))
            .when(pl.col("total_fen").is_not_null())
            .then(pl.lit(drafts.BILLED))
            .alias("outcome"),
            pl.col("from_date").fill_null(spec.from_date),
            pl.col("to_date").fill_null(spec.to_date),
            pl.col("listed").fill_null([]),
        )
        .with_columns(
            pl.concat_str(
                pl.lit('{"versions":'),
                pl.col("versions").fill_null("[]"),
                pl.lit(',"readings":'),
                pl.col("readings").fill_null("[]"),
                pl.lit(',"figures":'),
                pl.col("figures").fill_null("{}"),
                pl.lit("}"),
            ).alias("trace")
        )
    )
    if frame.height != accounts.height or frame["outcome"].null_count():
        lost = frame.filter(pl.col("outcome").is_null())["account_id"].to_list()[:5]
        raise InvariantBroken(f"accounts without an outcome, such as {lost}")
    return drafts.Draft(
        accounts=frame.sort("account_id").select(
            pl.col(name).cast(dtype) for name, dtype in drafts.ACCOUNT_SCHEMA.items()
        ),
        lines=rated.lines.sort("account_id", "position").select(
            pl.col(name).cast(dtype) for name, dtype in drafts.LINE_SCHEMA.items()
        ),
    )


def _listed_codes(listed: pl.DataFrame) -> pl.DataFrame:
    return listed.group_by("account_id").agg(pl.col("code").unique().sort().alias("listed"))


def _readings(registers: pl.DataFrame) -> pl.DataFrame:
    """The readings table of each account's bill as JSON, in the order of the meter's display."""
    columns = (
        "meter_number",
        "kind",
        "part",
        "last_date",
        "this_date",
        "last_e4",
        "this_e4",
        "multiplier_e4",
        "energy_e4",
        "rolled_over",
        "estimated",
        "corrected",
        "last_reading_id",
        "this_reading_id",
    )
    rows = registers.select("account_id", pl.struct(columns).struct.json_encode().alias("row"))
    return rows.group_by("account_id", maintain_order=True).agg(
        (pl.lit("[") + pl.col("row").str.join(",") + pl.lit("]")).alias("readings")
    )
