"""What the checks and estimates need to know; made from the rulebook by the metering domain."""

from collections.abc import Mapping
from dataclasses import dataclass

from wattdesk.kernel.readings.codes import FindingCode, Kind, Method


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Limits in force for one period. Each field stands in rulebook/readings.yaml with its source.

    Percentages are whole numbers, ``_e4`` quantities are × 10 000.
    """

    boundary_tolerance_days: int
    rollover_last_at_least_pct: int
    rollover_advance_at_most_pct: int
    band_tolerance_e4: int  # units of the register, for each band
    band_difference_goes_to: tuple[Kind, ...]
    sudden_rise_pct: int
    sudden_fall_pct: int
    sudden_difference_e4: int
    history_shortest_days: int
    capacity_share_pct: int
    phase_voltage_v: int
    absurd_day_e4: int
    estimate_methods: tuple[Method, ...]
    estimate_trend_points: int
    estimates_in_a_row: int
    gap_share_pct: int
    severity: Mapping[FindingCode, str]
