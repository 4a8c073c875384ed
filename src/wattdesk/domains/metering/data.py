"""Public types of the metering domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import polars as pl

from wattdesk.kernel.readings.codes import FindingCode, Kind, Method

__all__ = [
    "Decision",
    "Fault",
    "FindingCode",
    "FindingCount",
    "FindingFilter",
    "FindingInfo",
    "FindingPage",
    "ImportBatchInfo",
    "InstalledMeter",
    "Kind",
    "Measured",
    "MeterInfo",
    "Method",
    "NewMeter",
    "NewReading",
    "NewRegister",
    "NewTransformer",
    "Origin",
    "ProfileInfo",
    "Quality",
    "ReadingInfo",
    "RegisterInfo",
    "Rows",
    "Segment",
    "UsagePeriod",
]


class Rows(StrEnum):
    """Tables that a take-over may fill, by the name of what one row is."""

    SEGMENT = "metering_reading_segment"
    METER = "metering_meter"
    REGISTER = "metering_register"
    INSTALLATION = "metering_installation"
    TRANSFORMER = "metering_instrument_transformer"
    READING = "metering_reading"


class Quality(StrEnum):
    """示数性质."""

    ACTUAL = "ACTUAL"  # 实抄
    ESTIMATED = "ESTIMATED"  # 估抄
    CORRECTED = "CORRECTED"  # 更正


class Origin(StrEnum):
    """示数来源."""

    REMOTE = "REMOTE"
    MANUAL = "MANUAL"
    FILE = "FILE"
    EXCHANGE = "EXCHANGE"
    SYSTEM = "SYSTEM"


class Decision(StrEnum):
    """处理结果 of a finding."""

    ACCEPT = "ACCEPT"
    ESTIMATE = "ESTIMATE"
    REREAD = "REREAD"
    INSPECT = "INSPECT"


# --- Measured energy ---


@dataclass(frozen=True, slots=True)
class Measured:
    """What some usage points used in a period, from which readings, and what is doubtful.

    ``registers``: usage_point_id, kind, register_id, meter_number, part, last_reading_id,
    this_reading_id, last_date, this_date, last_e4, this_e4, multiplier_e4, energy_e4, rolled_over,
    estimated, corrected (daily energy: one row, register and readings null).
    ``usage``: usage_point_id, source (REGISTER, INTERVAL, null when there is nothing to measure
    by), energy_total_e4, energy_sharp_e4 … energy_deep_e4, reactive_e4, demand_kw_e4, marks.
    ``findings``: usage_point_id, code, severity, evidence (JSON text), at_risk_e4.

    Every point asked for has a row in ``usage``; an energy that cannot be told is null.
    """

    registers: pl.DataFrame
    usage: pl.DataFrame
    findings: pl.DataFrame


# --- Segments and devices ---


@dataclass(frozen=True, slots=True)
class Segment:
    """抄表段 as others see it."""

    id: int
    code: str
    name: str
    unit_id: int
    unit_path: str
    unit_name: str
    reading_day: int
    cycle: str
    reader_id: int | None
    reader_name: str


@dataclass(frozen=True, slots=True)
class NewRegister:
    """A register as on the plate: digits before and after the point."""

    kind: Kind
    digits: int = 6
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class NewMeter:
    """A meter to be added. ``rated_current`` as on the plate, such as ``5(60)``."""

    number: str
    model: str
    registers: tuple[NewRegister, ...]
    phases: int = 1
    rated_current: str = "5(60)"
    made_year: int | None = None


@dataclass(frozen=True, slots=True)
class NewTransformer:
    """互感器 to be installed: CURRENT or VOLTAGE, primary and secondary value in A or V."""

    number: str
    kind: str
    primary: Decimal
    secondary: Decimal


@dataclass(frozen=True, slots=True)
class NewReading:
    """A reading to be recorded: what the register showed at 00:00 of the day."""

    register_id: int
    reading_date: date
    value: Decimal
    quality: Quality = Quality.ACTUAL
    origin: Origin = Origin.MANUAL
    note: str = ""


@dataclass(frozen=True, slots=True)
class RegisterInfo:
    """A register with the latest reading in force."""

    id: int
    kind: Kind
    digits: int
    decimals: int
    latest_date: date | None
    latest_value: Decimal | None


@dataclass(frozen=True, slots=True)
class MeterInfo:
    """电能表 with its registers."""

    id: int
    number: str
    model: str
    phases: int
    rated_current: str
    made_year: int | None
    registers: tuple[RegisterInfo, ...]


@dataclass(frozen=True, slots=True)
class InstalledMeter:
    """A meter at a usage point, from–to, with the multiplier of that time and what makes it."""

    installation_id: int
    meter: MeterInfo
    usage_point_id: int
    multiplier: Decimal
    from_date: date
    to_date: date | None
    transformers: tuple[str, ...]  # such as "CT 100/5"


@dataclass(frozen=True, slots=True)
class ReadingInfo:
    """A reading with its history: rows with ``superseded_at`` were corrected later."""

    id: int
    register_id: int
    kind: Kind
    meter_number: str
    reading_date: date
    value: Decimal
    quality: Quality
    origin: Origin
    recorded_at: datetime
    superseded_at: datetime | None
    note: str
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class UsagePeriod:
    """Energy between two consecutive readings of the total, or of one month of daily energy."""

    from_date: date
    to_date: date
    energy_kwh: Decimal | None
    marks: tuple[str, ...]
    meter_number: str


# --- Findings ---


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What a work list shows. Empty fields do not filter."""

    segment_id: int | None = None
    from_date: date | None = None
    to_date: date | None = None
    codes: tuple[str, ...] = ()
    severity: str = ""
    states: tuple[str, ...] = ("OPEN",)
    holding: bool = False  # only what keeps an account out of the bill
    owner_id: int | None = None
    usage_point_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingInfo:
    """异常 as a work list shows it; ``sentence`` says why, with the figures."""

    id: int
    usage_point_id: int
    usage_point_code: str
    segment_id: int
    segment_code: str
    from_date: date
    to_date: date
    code: FindingCode
    name: str
    severity: str
    state: str
    decision: str
    holds: bool
    evidence: Mapping[str, Any]
    sentence: str
    estimate_kwh: Decimal | None
    estimate_sentence: str
    at_risk_kwh: Decimal | None
    at_risk_fen: int | None
    owner_id: int | None
    owner_name: str
    decided_by_name: str
    decided_at: datetime | None
    reason: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One page of a work list. ``next_cursor`` empty: there is no more."""

    rows: tuple[FindingInfo, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many findings of one code, and how many of them still hold an account."""

    code: FindingCode
    name: str
    severity: str
    open: int
    decided: int
    gone: int
    holding: int
    at_risk_kwh: Decimal


# --- Imports ---


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file, in words: where, which rule, what to do."""

    row: int | None
    cell: str
    column: str
    rule: str
    message: str
    todo: str


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """导入格式 as a person chooses it."""

    name: str
    title: str
    description: str
    file_kinds: tuple[str, ...]
    columns: tuple[str, ...]
    has_template: bool


@dataclass(frozen=True, slots=True)
class ImportBatchInfo:
    """导入批次: what a file holds, what it would change, what is wrong with it."""

    id: int
    profile: str
    file_name: str
    sha256: str
    state: str  # CHECKED, REFUSED, COMMITTED
    segment_id: int | None
    unit_id: int
    rows: int
    error_count: int
    errors: tuple[Fault, ...]  # at most the first thousand
    preview: Mapping[str, Any]
    created_by_name: str
    created_at: datetime
    committed_by_name: str
    committed_at: datetime | None
    written: Mapping[str, Any] = field(default_factory=dict)
