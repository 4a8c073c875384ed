"""The columnar plan: a schedule compiled to named column expressions.

One account or a million go through the same expressions. What the plan computes is kept as columns:
the lines, and every intermediate figure (the trace), from which a bill explains itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from wattdesk.kernel.rating import (
    allowance,
    blocks,
    components,
    energy,
    quantities,
    sharing,
    surcharge,
    time_of_use,
)
from wattdesk.kernel.rating.builder import Determinant, LineSpec, PlanBuilder
from wattdesk.kernel.rating.document_types import (
    AllowanceCharge,
    BlocksCharge,
    Charge,
    ComponentCharge,
    EnergyCharge,
    Household,
    Schedule,
    SurchargeCharge,
    TariffDocument,
    TimeOfUseCharge,
)
from wattdesk.kernel.rating.explanation import GROUP_NAMES, Figures, LineExplanation
from wattdesk.kernel.rating.inputs import checked_inputs
from wattdesk.kernel.rating.rated import Rated, empty_refused, rated_from_wide
from wattdesk.kernel.rating.versions import (
    explain_parts,
    rate_over_readings,
    rate_over_versions,
    trace_of_part,
)
from wattdesk.kernel.values.columns import line_amount, needs_wide
from wattdesk.kernel.values.scaled import from_scaled

__all__ = [
    "BlockPosition",
    "Determinant",
    "Plan",
    "Rated",
    "compile_schedule",
    "explain_parts",
    "rate_over_readings",
    "rate_over_versions",
    "trace_of_part",
]

BANDS_DIFFER = "BANDS_DIFFER"


@dataclass(frozen=True, slots=True)
class BlockPosition:
    """Where an account stands in its blocks after a bill; kWh."""

    used_before: Decimal
    used_after: Decimal
    limits: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled schedule. ``determinants`` are the columns it needs."""

    tariff_code: str
    digest: str
    schedule: Schedule
    sources: Mapping[str, Any]
    determinants: tuple[Determinant, ...]
    columns: Mapping[str, pl.Expr]
    plain_columns: Mapping[str, pl.Expr]
    lines: tuple[LineSpec, ...]
    contained_funds: tuple[str, ...]
    block_limits: tuple[str, ...]
    largest_price_e8: int
    band_fault: pl.Expr | None

    @property
    def household(self) -> Household | None:
        """Household rules of the schedule: what the account's options may be worth."""
        return self.schedule.household

    @property
    def bands(self) -> tuple[str, ...]:
        """The bands the schedule is billed by; empty without time-of-use."""
        return self.schedule.time_of_use.bands if self.schedule.time_of_use else ()

    def rate(self, frame: pl.DataFrame) -> Rated:
        """Rate accounts: one row each, with a unique ``account_id`` and the plan's determinants.

        Energies are kWh x 10^4 as read, ``block_used_e2`` kWh x 10^2, days are dates; columns that
        the plan does not declare are left alone. Accounts with a missing or impossible value are
        in ``Rated.refused`` with the reason, all others in ``bills``.

        Raises MissingColumns and WrongColumn (ValueErrors) when a needed column is absent or of
        another type, or when an account stands there twice.
        """
        good, refused = checked_inputs(frame, self.determinants)
        wide = self._computed(good)
        if self.band_fault is not None:
            wrong = wide.filter(self.band_fault)
            if wrong.height:
                wide = wide.filter(~self.band_fault)
                refused = pl.concat([refused, _bands_differ(wrong)])
        return rated_from_wide(self, self._with_amounts(wide), refused)

    def _computed(self, good: pl.DataFrame) -> pl.DataFrame:
        """All named columns, in layers: each needs only the columns of layers before."""
        is_cut = sharing.PART_FROM in good.columns
        columns = self.columns if is_cut else {**self.columns, **self.plain_columns}
        roots = {root for e in columns.values() for root in e.meta.root_names()}
        lazy = sharing.with_calendar(good, roots).lazy()
        for layer in _layers(self.columns):
            lazy = lazy.with_columns(columns[name].alias(name) for name in layer)
        return lazy.collect()

    def _with_amounts(self, wide: pl.DataFrame) -> pl.DataFrame:
        largest = wide.select(pl.col(quantities.ENERGY).abs().max()).item() or 0
        in_128_bits = needs_wide(int(largest), self.largest_price_e8)
        return wide.with_columns(
            line_amount(
                pl.col(line.quantity),
                pl.lit(line.price_e8, dtype=pl.Int64)
                if isinstance(line.price_e8, int)
                else pl.col(line.price_e8),
                wide=in_128_bits,
            ).alias(line.amount)
            for line in self.lines
        )

    def quantity_plan(self) -> "Plan":
        """The first part of the plan alone: billed energy in total and by band, no charges."""
        builder = PlanBuilder(self.schedule)
        quantities.add_quantities(builder)
        return replace(self, **_collected(builder))

    def block_year_start(self, on: date) -> date | None:
        """First day of the block year that ``on`` lies in; None without annual blocks."""
        for charge in self.schedule.charges:
            if isinstance(charge, BlocksCharge) and charge.cycle == "annual":
                month, day = charge.year_starts
                start = date(on.year, month, day)
                return start if start <= on else date(on.year - 1, month, day)
        return None

    def block_position(self, trace: Mapping[str, Any]) -> BlockPosition | None:
        """Where the account stands in its blocks, from the trace; None without blocks."""
        if not self.block_limits or trace.get(quantities.ENERGY) is None:
            return None
        used = from_scaled(int(trace.get("block_used_e2") or 0), 2)
        return BlockPosition(
            used_before=used,
            used_after=used + from_scaled(int(trace[quantities.ENERGY]), 2),
            limits=tuple(from_scaled(int(trace[name]), 2) for name in self.block_limits),
        )

    def explain(
        self, lines: Sequence[Mapping[str, Any]], trace: Mapping[str, Any]
    ) -> list[LineExplanation]:
        """Explain the lines of one account (rows of ``Rated.lines``) by its row of the trace."""
        by_position = {line.position: line for line in self.lines}
        return [
            self._explained(by_position[int(row["position"])], Figures(row, trace)) for row in lines
        ]

    def _explained(self, line: LineSpec, figures: Figures) -> LineExplanation:
        source = self.sources.get(line.head.source)
        return LineExplanation(
            position=int(figures.line["position"]),
            code=line.code,
            group=line.head.group,
            group_name=GROUP_NAMES[line.head.group],
            name=line.name,
            band=line.band,
            steps=tuple(line.steps(figures)),
            clause=line.head.clause,
            source=source.title if source else "",
            mark=line.head.mark or (source.mark if source else ""),
        )


def compile_schedule(document: TariffDocument, schedule_code: str) -> Plan:
    """Compile one schedule of a document. Raises KeyError when the document has no such one."""
    builder = PlanBuilder(document.schedule(schedule_code))
    quantities.add_quantities(builder)
    for charge in builder.schedule.charges:
        _compile(charge, builder)
    return Plan(
        tariff_code=document.code,
        digest=document.digest,
        schedule=builder.schedule,
        sources=document.sources,
        **_collected(builder),
    )


def _collected(builder: PlanBuilder) -> dict[str, Any]:
    return {
        "determinants": tuple(builder.determinants.values()),
        "columns": builder.columns,
        "plain_columns": builder.plain_columns,
        "lines": tuple(builder.lines),
        "contained_funds": tuple(builder.contained_funds),
        "block_limits": builder.block_limits,
        "largest_price_e8": builder.largest_price_e8,
        "band_fault": quantities.band_fault(builder),
    }


def _compile(charge: Charge, builder: PlanBuilder) -> None:
    if isinstance(charge, EnergyCharge):
        energy.compile_charge(charge, builder)
    elif isinstance(charge, ComponentCharge):
        components.compile_charge(charge, builder)
    elif isinstance(charge, TimeOfUseCharge):
        time_of_use.compile_charge(charge, builder)
    elif isinstance(charge, BlocksCharge):
        blocks.compile_charge(charge, builder)
    elif isinstance(charge, AllowanceCharge):
        allowance.compile_charge(charge, builder)
    elif isinstance(charge, SurchargeCharge):
        surcharge.compile_charge(charge, builder)


def _layers(columns: Mapping[str, pl.Expr]) -> list[list[str]]:
    """Group columns so that each depends on earlier groups only."""
    depth: dict[str, int] = {}
    layers: list[list[str]] = []
    for name, expression in columns.items():
        roots = [depth[root] for root in expression.meta.root_names() if root in depth]
        depth[name] = max(roots, default=-1) + 1
        while len(layers) <= depth[name]:
            layers.append([])
        layers[depth[name]].append(name)
    return layers


def _bands_differ(wrong: pl.DataFrame) -> pl.DataFrame:
    gap = pl.col(quantities.BAND_GAP)
    detail = pl.format(
        "sum of bands − total = {} kWh × 10^-4; remainder {} kWh × 10^-2",
        gap,
        pl.col(quantities.REMAINDER),
    )
    return wrong.select(
        "account_id", pl.lit(BANDS_DIFFER).alias("code"), detail.alias("detail")
    ).cast(empty_refused().schema)
