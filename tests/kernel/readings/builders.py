"""Small records for tests: readings as people write them, frames as the kernel takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import polars as pl

from wattdesk.kernel.readings import measure, pairing
from wattdesk.kernel.readings.codes import FindingCode, Kind, Method
from wattdesk.kernel.readings.measure import Assessed, Records
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.windows import Window

JANUARY = Window(date(2026, 1, 1), date(2026, 2, 1))
BEGIN, END = JANUARY.from_date, JANUARY.to_date
E4 = 10_000

RULES = ReadingRules(
    boundary_tolerance_days=2,
    rollover_last_at_least_pct=90,
    rollover_advance_at_most_pct=10,
    band_tolerance_e4=E4,
    band_difference_goes_to=(
        Kind.ACTIVE_FLAT,
        Kind.ACTIVE_PEAK,
        Kind.ACTIVE_VALLEY,
        Kind.ACTIVE_SHARP,
        Kind.ACTIVE_DEEP,
    ),
    sudden_rise_pct=300,
    sudden_fall_pct=20,
    sudden_difference_e4=300 * E4,
    history_shortest_days=10,
    capacity_share_pct=100,
    phase_voltage_v=220,
    absurd_day_e4=3_168_000,
    estimate_methods=(Method.LAST_YEAR_TREND, Method.PREVIOUS_DAILY_MEAN),
    estimate_trend_points=3,
    estimates_in_a_row=2,
    gap_share_pct=10,
    severity=dict.fromkeys(FindingCode, "HOLD"),
)


def e4(value: str | int) -> int:
    """``"12.5"`` → 125000."""
    scaled = Decimal(value) * E4
    assert scaled == scaled.to_integral_value()
    return int(scaled)


def rules(**changes: object) -> ReadingRules:
    return replace(RULES, **changes)  # type: ignore[arg-type]


class Site:
    """Usage points with meters and readings; ``records()`` gives what the kernel takes."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._points: list[dict[str, object]] = []
        self._installed: list[dict[str, object]] = []
        self._readings: list[dict[str, object]] = []
        self._daily: list[dict[str, object]] = []
        self._elsewhere: list[dict[str, object]] = []

    def point(
        self,
        *,
        capacity_kva: str | None = None,
        since: date = date(2000, 1, 1),
        until: date | None = None,
    ) -> int:
        key = next(self._ids)
        self._points.append(
            {
                "usage_point_id": key,
                "capacity_e4": None if capacity_kva is None else e4(capacity_kva),
                "point_from": since,
                "point_to": until,
            }
        )
        return key

    def meter(
        self,
        point: int,
        *,
        kinds: Sequence[Kind] = (Kind.ACTIVE_TOTAL,),
        digits: int = 6,
        decimals: int = 2,
        multiplier: str | int = 1,
        installed: date = date(2000, 1, 1),
        removed: date | None = None,
        plate: str = "",
        phases: int = 1,
        number: str | None = None,
    ) -> dict[Kind, int]:
        """Hang a meter; returns its register ids by kind."""
        meter_id = next(self._ids)
        registers = {kind: next(self._ids) for kind in kinds}
        for kind, register_id in registers.items():
            self._installed.append(
                {
                    "usage_point_id": point,
                    "meter_id": meter_id,
                    "meter_number": number or f"M{meter_id}",
                    "phases": phases,
                    "rated_current": plate,
                    "multiplier_e4": e4(multiplier),
                    "installed": installed,
                    "removed": removed,
                    "register_id": register_id,
                    "kind": kind.value,
                    "digits": digits,
                    "decimals": decimals,
                }
            )
        self._elsewhere.append({"meter_id": meter_id, "installed": installed, "removed": removed})
        return registers

    def total(self, point: int, **meter: object) -> int:
        """Hang a meter with a total register; returns the register's id."""
        return self.meter(point, **meter)[Kind.ACTIVE_TOTAL]  # type: ignore[arg-type]

    def read(self, register: int, day: date, value: str | int, quality: str = "ACTUAL") -> int:
        key = next(self._ids)
        self._readings.append(
            {
                "register_id": register,
                "reading_date": day,
                "reading_id": key,
                "value_e4": e4(value),
                "quality": quality,
            }
        )
        return key

    def month(self, register: int, last: str | int, this: str | int) -> None:
        """Readings at both ends of January 2026."""
        self.read(register, BEGIN, last)
        self.read(register, END, this)

    def daily(self, point: int, first: date, kwh: Sequence[str | int | None]) -> None:
        row: dict[str, object] = {"usage_point_id": point}
        for offset, value in enumerate(kwh):
            day = (first + timedelta(days=offset)).isoformat()
            row[day] = None if value is None else e4(value) // 100
        self._daily.append(row)

    def records(
        self,
        *,
        accepted: Sequence[int] = (),
        decided: Mapping[int, int] | None = None,
    ) -> Records:
        days = sorted({name for row in self._daily for name in row} - {"usage_point_id"})
        return Records(
            points=pl.DataFrame(self._points, schema=measure.POINTS),
            installed=pl.DataFrame(self._installed, schema=pairing.INSTALLED),
            readings=pl.DataFrame(self._readings, schema=pairing.READINGS),
            daily=pl.DataFrame(
                self._daily,
                schema={"usage_point_id": pl.Int64, **dict.fromkeys(days, pl.Int64)},
            ),
            elsewhere=pl.DataFrame(self._elsewhere, schema=measure.ELSEWHERE),
            accepted_rollover=pl.Series("usage_point_id", accepted, dtype=pl.Int64),
            decided_energy=pl.DataFrame(
                [{"usage_point_id": k, "energy_e4": v} for k, v in (decided or {}).items()],
                schema=measure.DECIDED,
            ),
        )

    def assess(
        self, window: Window = JANUARY, limits: ReadingRules = RULES, **given: object
    ) -> Assessed:
        return measure.assess(self.records(**given), window, limits)  # type: ignore[arg-type]


def total_kwh(assessed: Assessed, point: int) -> Decimal | None:
    """The point's total energy in kWh."""
    value = assessed.usage.filter(usage_point_id=point)["energy_total_e4"].item()
    return None if value is None else Decimal(value) / E4


def codes(assessed: Assessed, point: int) -> set[str]:
    """The point's findings, without the ever-present one about missing history."""
    found = assessed.findings.filter(usage_point_id=point)["code"]
    return set(found.to_list()) - {"NO_HISTORY"}


def evidence(findings: pl.DataFrame, point: int, code: str) -> dict[str, object]:
    import json

    text = findings.filter(usage_point_id=point, code=code)["evidence"].item()
    parsed: dict[str, object] = json.loads(text)
    return parsed
