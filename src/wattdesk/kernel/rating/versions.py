"""A period in which the price changes: its parts are rated each at its own prices.

Rule: a price that changes inside the period splits it by days unless the notice says otherwise, or
by a special reading where one was taken (billing rules 8.1; 分段抄表).
Formula by days: kWh up to the end of a part = half_up(kWh × days so far / days of the period); a
part gets what lies between, the last one the rest. Annual block use goes on from part to part;
monthly limits and allowances are shared by days.
Example R14: 250 kWh, 12 of 31 days old: half_up(96.77) = 97 kWh old, 153 kWh new.
Example R13: 140 kWh read before the change, 110 after.

Positions of the n-th part's lines begin at (n − 1) × 100 + 1, its trace columns with ``part{n}_``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from wattdesk.kernel.rating import quantities, sharing
from wattdesk.kernel.rating.explanation import LineExplanation
from wattdesk.kernel.rating.rated import MOST_POSITIONS, REFUSED_SCHEMA, Rated, empty_refused
from wattdesk.kernel.values.columns import half_up

if TYPE_CHECKING:
    from wattdesk.kernel.rating.plan import Plan

NO_PRICE = "NO_PRICE_IN_FORCE"
BANDS_CHANGED = "BANDS_CHANGED"
READING_NEEDED = "READING_NEEDED"


def rate_over_versions(parts: Sequence[tuple["Plan", date, date]], frame: pl.DataFrame) -> Rated:
    """Rate a period over which price versions follow each other, split by days.

    ``parts`` are (plan, from_date, to_date) in the order of time; ``frame`` as for ``Plan.rate``,
    with ``from_date`` and ``to_date`` of each account's whole period. Accounts whose period no
    part covers fully are refused (NO_PRICE_IN_FORCE), and those with days in two versions when the
    later one wants a reading at its change (READING_NEEDED). All are when two versions have
    different bands, because days cannot tell one band from another (BANDS_CHANGED).
    """
    if len(parts) == 1 and _inside(parts[0], frame):
        return parts[0][0].rate(frame)
    measure = _measuring_plan([plan for plan, _from, _to in parts])
    if measure is None:
        return _nothing(parts[-1][0], frame, BANDS_CHANGED)
    measured = measure.quantity_plan().rate(frame)
    whole = sharing.with_calendar(
        frame.join(measured.bills, on="account_id", maintain_order="left").with_columns(
            pl.col("months") if "months" in frame.columns else pl.lit(1).alias("months")
        )
    ).join(
        measured.trace.select("account_id", *_band_columns(measure)),
        on="account_id",
        maintain_order="left",
    )
    whole, uncovered = _covered(whole, parts)
    outcomes = []
    days_before: pl.Expr = pl.lit(0, dtype=pl.Int64)
    used = whole.select("account_id", pl.lit(0, dtype=pl.Int64).alias("energy_before_e2"))
    whole_steps = any(plan.schedule.rounding.kwh != "decimals2" for plan, _f, _t in parts)
    for plan, from_date, to_date in parts:
        days = _common_days(from_date, to_date)
        share = _part_frame(
            whole, measure, days_before, days, 100 if whole_steps else 1
        ).with_columns(
            pl.max_horizontal("from_date", pl.lit(from_date)).alias("from_date"),
            pl.min_horizontal("to_date", pl.lit(to_date)).alias("to_date"),
        )
        share = _with_block_use(share.filter(pl.col("to_date") > pl.col("from_date")), used)
        outcome = plan.rate(share)
        outcomes.append(outcome)
        used = _add_use(used, outcome)
        days_before = days_before + days
    carry = whole.select("account_id", "carry_out_e4")
    return _combined(outcomes, carry, [measured.refused, uncovered])


def rate_over_readings(parts: Sequence[tuple["Plan", pl.DataFrame]]) -> Rated:
    """Rate a period that a special reading cuts: each part with its own energies and dates.

    ``parts`` are (plan, frame) in the order of time; each frame has the part's ``from_date``,
    ``to_date`` and energies, and of the whole period ``months``. ``block_used_e2`` and ``carry_e4``
    count in the first part in which an account stands; afterwards they go on from part to part.
    """
    if len(parts) == 1:
        return parts[0][0].rate(parts[0][1])
    period = _whole_period([frame for _plan, frame in parts])
    used = period.select("account_id", pl.lit(0, dtype=pl.Int64).alias("energy_before_e2"))
    carry = period.select("account_id", pl.lit(None, dtype=pl.Int64).alias("carry_out_e4"))
    opening = period.select("account_id", pl.lit(None, dtype=pl.Int64).alias("opening_e2"))
    outcomes = []
    for plan, frame in parts:
        share = frame.drop(*sharing.CALENDAR, strict=False).join(
            period, on="account_id", maintain_order="left"
        )
        share = share.with_columns(
            (pl.col("from_date") - pl.col("period_from")).dt.total_days().alias(sharing.PART_FROM),
            (pl.col("to_date") - pl.col("period_from")).dt.total_days().alias(sharing.PART_TO),
            pl.col("period_months").alias("months"),
        )
        share = share.join(opening, on="account_id", how="left", maintain_order="left")
        if "block_used_e2" in share.columns:
            first = pl.coalesce("opening_e2", "block_used_e2")
            opening = _kept(opening, share.select("account_id", first.alias("opening_e2")))
            share = share.with_columns(first.alias("block_used_e2"))
        share = _with_carry(_with_block_use(share, used), carry)
        outcome = plan.rate(share)
        outcomes.append(outcome)
        used = _add_use(used, outcome)
        carry = _kept(carry, outcome.bills.select("account_id", "carry_out_e4"))
    return _combined(outcomes, carry, [])


def explain_parts(
    plans: Sequence["Plan"], lines: Sequence[Mapping[str, Any]], trace: Mapping[str, Any]
) -> list[LineExplanation]:
    """Explain the lines of an account whose period was rated in parts by these plans."""
    if trace.get(quantities.ENERGY) is not None:  # rated as one part
        return plans[0].explain(lines, trace)
    explained = []
    for row in lines:
        index, position = divmod(int(row["position"]), MOST_POSITIONS)
        own = {**row, "position": position}
        (found,) = plans[index].explain([own], trace_of_part(trace, index + 1))
        explained.append(_at(found, int(row["position"])))
    return explained


def trace_of_part(trace: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The figures of the n-th part (from 1) under their plain names."""
    prefix = f"part{number}_"
    return {k.removeprefix(prefix): v for k, v in trace.items() if k.startswith(prefix)}


def _at(explanation: LineExplanation, position: int) -> LineExplanation:
    return replace(explanation, position=position)


def _inside(part: tuple["Plan", date, date], frame: pl.DataFrame) -> bool:
    """True when one version covers every account's period."""
    _plan, from_date, to_date = part
    if "from_date" not in frame.columns or not frame.height:
        return True
    low, high = frame["from_date"].min(), frame["to_date"].max()
    return low is not None and high is not None and low >= from_date and high <= to_date  # type: ignore[operator]


def _measuring_plan(plans: Sequence["Plan"]) -> "Plan | None":
    """The plan whose rounding and bands measure the whole period: the last with bands, else the
    last. None when versions have different bands."""
    banded = [plan for plan in plans if plan.bands]
    if len({frozenset(plan.bands) for plan in banded}) > 1:
        return None
    return banded[-1] if banded else plans[-1]


def _band_columns(measure: "Plan") -> list[str]:
    return [quantities.band_energy(band) for band in measure.bands]


def _common_days(from_date: date, to_date: date) -> pl.Expr:
    """Days that an account's period has in common with ``[from_date, to_date)``."""
    low = pl.max_horizontal("from_date", pl.lit(from_date))
    high = pl.min_horizontal("to_date", pl.lit(to_date))
    return (high - low).dt.total_days().clip(lower_bound=0)


def _covered(
    whole: pl.DataFrame, parts: Sequence[tuple["Plan", date, date]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts whose days all have a price by days, and the others as refused."""
    in_parts = [_common_days(f, t) for _plan, f, t in parts]
    before = pl.lit(0, dtype=pl.Int64)
    needs_reading = pl.lit(False)
    for (plan, _from, _to), days in zip(parts, in_parts, strict=True):
        if plan.schedule.price_change == "by_reading":
            needs_reading = needs_reading | ((days > 0) & (before > 0))
        before = before + days
    code = (
        pl.when(before != pl.col(sharing.PERIOD_DAYS))
        .then(pl.lit(NO_PRICE))
        .when(needs_reading)
        .then(pl.lit(READING_NEEDED))
        .alias("code")
    )
    coded = whole.with_columns(code)
    refused = coded.filter(pl.col("code").is_not_null()).select(
        "account_id", "code", pl.lit("period").alias("detail")
    )
    good = coded.filter(pl.col("code").is_null()).drop("code")
    return good, refused.cast(REFUSED_SCHEMA)  # type: ignore[arg-type]


def _part_frame(
    whole: pl.DataFrame, measure: "Plan", before: pl.Expr, days: pl.Expr, step: int
) -> pl.DataFrame:
    """The frame of one part: its share of the billed kWh, as kWh read without fraction."""
    period = pl.col(sharing.PERIOD_DAYS)

    def up_to(energy: pl.Expr, day: pl.Expr) -> pl.Expr:
        rounded = pl.min_horizontal(
            half_up(energy * day, period * step) * step, energy // step * step
        )
        return pl.when(day == period).then(energy).otherwise(rounded)

    def share(name: str) -> pl.Expr:
        energy = pl.col(name)
        return (up_to(energy, before + days) - up_to(energy, before)) * 100

    bands = {
        quantities.band_read(band): share(quantities.band_energy(band)) for band in measure.bands
    }
    total = pl.sum_horizontal(bands.values()) if bands else share(quantities.ENERGY)
    return whole.with_columns(
        total.alias("energy_total_e4"),
        *[expression.alias(name) for name, expression in bands.items()],
        pl.lit(0, dtype=pl.Int64).alias("carry_e4"),
        before.alias(sharing.PART_FROM),
        (before + days).alias(sharing.PART_TO),
    )


def _whole_period(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Of each account: the first and last day over all parts, and the calendar of the whole."""
    columns = ["account_id", "from_date", "to_date"]
    stacked = pl.concat(
        [
            frame.select(
                *columns,
                (pl.col("months") if "months" in frame.columns else pl.lit(1).alias("months")).cast(
                    pl.Int64
                ),
            )
            for frame in frames
        ]
    )
    period = stacked.group_by("account_id", maintain_order=True).agg(
        pl.col("from_date").min(), pl.col("to_date").max(), pl.col("months").max()
    )
    return (
        sharing.with_calendar(period)
        .drop(sharing.PART_FROM, sharing.PART_TO, "to_date")
        .rename({"from_date": "period_from", "months": "period_months"})
    )


def _with_block_use(share: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Add what the earlier parts used to the year's use."""
    if "block_used_e2" not in share.columns:
        return share
    return (
        share.join(used, on="account_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("block_used_e2").cast(pl.Int64) + pl.col("energy_before_e2").fill_null(0)
        )
        .drop("energy_before_e2")
    )


def _with_carry(share: pl.DataFrame, carry: pl.DataFrame) -> pl.DataFrame:
    """The fraction that the part before left, where there was one."""
    joined = share.join(carry, on="account_id", how="left", maintain_order="left")
    own = pl.col("carry_e4") if "carry_e4" in share.columns else pl.lit(0, dtype=pl.Int64)
    return joined.with_columns(
        pl.coalesce(pl.col("carry_out_e4"), own.cast(pl.Int64)).alias("carry_e4")
    ).drop("carry_out_e4")


def _add_use(used: pl.DataFrame, outcome: Rated) -> pl.DataFrame:
    added = outcome.bills.select("account_id", "energy_e2")
    return used.join(added, on="account_id", how="left", maintain_order="left").select(
        "account_id", (pl.col("energy_before_e2") + pl.col("energy_e2").fill_null(0))
    )


def _kept(older: pl.DataFrame, newer: pl.DataFrame) -> pl.DataFrame:
    """The newer value of each account where there is one, else the older."""
    name = older.columns[1]
    return older.join(
        newer.rename({name: "newer"}), on="account_id", how="left", maintain_order="left"
    ).select("account_id", pl.coalesce("newer", name).alias(name))


def _combined(outcomes: list[Rated], carry: pl.DataFrame, refusals: list[pl.DataFrame]) -> Rated:
    """One outcome of all parts; an account refused in one part is refused as a whole."""
    refused = pl.concat([*refusals, *(o.refused for o in outcomes)]).unique(
        "account_id", keep="first", maintain_order=True
    )
    order = carry.select("account_id").join(
        refused, on="account_id", how="anti", maintain_order="left"
    )
    bills = pl.concat([o.bills for o in outcomes]).group_by("account_id").sum().drop("carry_out_e4")
    trace = order
    lines = []
    for index, outcome in enumerate(outcomes):
        named = outcome.trace.rename(
            {n: f"part{index + 1}_{n}" for n in outcome.trace.columns if n != "account_id"}
        )
        trace = trace.join(named, on="account_id", how="left", maintain_order="left")
        lines.append(
            outcome.lines.with_columns(
                (pl.col("position") + index * MOST_POSITIONS).cast(pl.Int16).alias("position")
            )
        )
    rows = order.with_row_index("row")
    return Rated(
        bills=order.join(bills, on="account_id", maintain_order="left")
        .join(carry, on="account_id", maintain_order="left")
        .select(outcomes[0].bills.columns),
        lines=rows.join(pl.concat(lines), on="account_id").sort("row", "position").drop("row"),
        trace=trace,
        refused=refused,
    )


def _nothing(plan: "Plan", frame: pl.DataFrame, code: str) -> Rated:
    """Every account refused for the same reason."""
    empty = plan.rate(frame.clear())
    refused = frame.select(
        pl.col("account_id").cast(pl.Int64),
        pl.lit(code).alias("code"),
        pl.lit("bands").alias("detail"),
    )
    return Rated(empty.bills, empty.lines, empty.trace, pl.concat([empty_refused(), refused]))
