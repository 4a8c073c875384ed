"""The independent check engine: bills again, from the rules, in plain Decimal, account by account.

It shares the parsed tariff document with the columnar plan, and nothing else. What it finds
different is never released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from wattdesk.kernel.checking import comparison
from wattdesk.kernel.checking.charges import Line, charging_of, contained_funds, fen
from wattdesk.kernel.checking.parts import account_parts, reading_parts
from wattdesk.kernel.checking.readings import ZERO, Refused, billed_energy
from wattdesk.kernel.rating.document_types import Schedule, TariffDocument
from wattdesk.kernel.rating.rated import Rated

__all__ = [
    "CheckedBill",
    "Checker",
    "Refused",
    "check_frame",
    "check_readings",
    "check_versions",
    "compute",
    "compute_over_readings",
    "compute_over_versions",
]

Version = tuple[TariffDocument, date, date]


@dataclass(frozen=True, slots=True)
class CheckedBill:
    """A bill by the check engine: lines are (code, kWh, price, fen, is a fund)."""

    lines: tuple[Line, ...]
    total_fen: int
    energy: Decimal
    carry_out: Decimal
    funds_fen: int


class Checker:
    """One schedule, read once, for many accounts."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._charges = [f for charge in schedule.charges for f in charging_of(charge, schedule)]
        self._funds = contained_funds(schedule)

    def lines(self, given: Mapping[str, Any]) -> tuple[list[Line], Decimal, Decimal]:
        """Lines, billed kWh and the fraction carried on. Raises Refused."""
        energy, carry, bands = billed_energy(self.schedule, given)
        out: list[Line] = []
        for charge in self._charges:
            charge(given, energy, bands, out)
        return out, energy, carry

    def bill(self, given: Mapping[str, Any]) -> CheckedBill:
        """The bill of one account. Raises Refused."""
        lines, energy, carry = self.lines(given)
        return CheckedBill(
            lines=tuple(lines),
            total_fen=sum(line[3] for line in lines),
            energy=energy,
            carry_out=carry,
            funds_fen=self.funds(lines, energy),
        )

    def funds(self, lines: Sequence[Line], energy: Decimal) -> int:
        """Government funds in the bill, in lines of their own or inside all-in prices."""
        own = sum(line[3] for line in lines if line[4])
        return own + (fen(energy, self._funds) if self._funds else 0)


def compute(
    document: TariffDocument, schedule_code: str, determinants: Mapping[str, int | date]
) -> CheckedBill:
    """One bill from an account's determinants (names and scales as in the plan).

    Raises Refused when the account cannot be billed, KeyError for an unknown schedule.
    """
    return Checker(document.schedule(schedule_code)).bill(determinants)


def compute_over_versions(
    versions: Sequence[Version], schedule_code: str, determinants: Mapping[str, int | date]
) -> CheckedBill:
    """One bill over a period in which price versions follow each other, split by days."""
    checkers = [(Checker(d.schedule(schedule_code)), f, t) for d, f, t in versions]
    return _over_versions(checkers, determinants)


def compute_over_readings(
    parts: Sequence[tuple[TariffDocument, Mapping[str, int | date]]], schedule_code: str
) -> CheckedBill:
    """One bill over a period that a special reading cut: determinants for each part."""
    checkers = [(Checker(d.schedule(schedule_code)), given) for d, given in parts]
    return _over_readings(checkers)


def _over_versions(
    versions: Sequence[tuple[Checker, date, date]], given: Mapping[str, Any]
) -> CheckedBill:
    if len(versions) == 1:
        _checker, from_date, to_date = versions[0]
        first, after = given.get("from_date"), given.get("to_date")
        if not (first and after) or (from_date <= first and after <= to_date):
            return versions[0][0].bill(given)
    schedules = [(checker.schedule, f, t) for checker, f, t in versions]
    shares, carry = account_parts(schedules, given)
    bills = [(index, versions[index][0].bill(share)) for index, share in shares]
    return _sum(bills, carry)


def _over_readings(parts: Sequence[tuple[Checker, Mapping[str, Any]]]) -> CheckedBill:
    bills: list[tuple[int, CheckedBill]] = []
    used, carry = ZERO, None
    for index, given in reading_parts([given for _checker, given in parts]):
        own = dict(given)
        if "block_used_e2" in own and own["block_used_e2"] is not None:
            own["block_used_e2"] += int(used * 100)
        if carry is not None:
            own["carry_e4"] = int(carry * 10_000)
        bill = parts[index][0].bill(own)
        used += bill.energy
        carry = bill.carry_out
        bills.append((index, bill))
    return _sum(bills, carry or ZERO)


def _sum(bills: Sequence[tuple[int, CheckedBill]], carry: Decimal) -> CheckedBill:
    return CheckedBill(
        lines=tuple((f"{index}:{line[0]}", *line[1:]) for index, b in bills for line in b.lines),
        total_fen=sum(bill.total_fen for _index, bill in bills),
        energy=sum((bill.energy for _index, bill in bills), ZERO),
        carry_out=carry,
        funds_fen=sum(bill.funds_fen for _index, bill in bills),
    )


def check_frame(
    document: TariffDocument, schedule_code: str, frame: pl.DataFrame, rated: Rated
) -> pl.DataFrame:
    """Recompute every account of ``frame`` and compare with ``rated``.

    Returns the accounts that differ: account_id, rated_fen, expected_fen (null where an engine
    refuses) and detail. Accounts of ``rated`` outside ``frame`` are not looked at.
    """
    checker = Checker(document.schedule(schedule_code))
    return comparison.differences(checker.bill, [frame], rated)


def check_versions(
    versions: Sequence[Version], schedule_code: str, frame: pl.DataFrame, rated: Rated
) -> pl.DataFrame:
    """As ``check_frame``, for a period over price versions that follow each other."""
    checkers = [(Checker(d.schedule(schedule_code)), f, t) for d, f, t in versions]
    return comparison.differences(lambda given: _over_versions(checkers, given), [frame], rated)


def check_readings(
    parts: Sequence[tuple[TariffDocument, pl.DataFrame]], schedule_code: str, rated: Rated
) -> pl.DataFrame:
    """As ``check_frame``, for a period that special readings cut: a frame for each part."""
    checkers = [Checker(document.schedule(schedule_code)) for document, _frame in parts]

    def bill(*given: Mapping[str, Any] | None) -> CheckedBill:
        return _over_readings(
            [(c, g) for c, g in zip(checkers, given, strict=True) if g is not None]
        )

    return comparison.differences(bill, [frame for _document, frame in parts], rated)
