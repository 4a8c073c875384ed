"""Time windows (时段划分): which band holds when. Meters and curves are read by them.

Rule (billing rules 5): overlapping rules resolve by priority, 尖峰 before 高峰, 深谷 before 低谷;
``rest`` takes the remaining hours; windows may cross midnight and lie on quarter hours.
"""

from collections.abc import Iterator
from typing import Any

from wattdesk.kernel.rating.document_types import ALL_MONTHS, WindowRule, WindowSet

QUARTERS = 96
# A band may lie inside the other: the first named wins.
WINS_OVER = {("SHARP", "PEAK"), ("DEEP", "VALLEY")}


def read_set(code: str, entry: Any) -> WindowSet:
    """The windows of one name in a document of the right shape."""
    return WindowSet(
        code=code,
        rules=tuple(
            WindowRule(
                band=rule["band"],
                minutes=tuple(part for hours in rule["hours"] for part in _minutes(hours)),
                months=tuple(rule.get("months", ALL_MONTHS)),
                days=tuple(rule.get("days", ["all"])),
            )
            for rule in entry["rules"]
        ),
        rest=entry.get("rest", ""),
    )


def _minutes(hours: str) -> list[tuple[int, int]]:
    """``22:00-08:00`` as minutes of the day, cut at midnight."""
    first, last = (int(t[:2]) * 60 + int(t[3:]) for t in hours.split("-"))
    if first < last:
        return [(first, last)]
    return [(first, 1440), (0, last)] if last else [(first, 1440)]


def band_of_quarters(windows: WindowSet, month: int) -> list[str]:
    """The band of each quarter hour of a common day of that month; empty text where none holds.

    Rules for workdays, weekends or holidays only are left out: they speak of certain days.

    Raises WindowsOverlap when two bands claim the same quarter and neither goes first.
    """
    day = [""] * QUARTERS
    for rule in windows.rules:
        if month not in rule.months or "all" not in rule.days:
            continue
        for first, last in rule.minutes:
            for quarter in range(first // 15, last // 15):
                day[quarter] = _winner(day[quarter], rule.band, month, quarter)
    return [band or windows.rest for band in day]


class WindowsOverlap(ValueError):
    """Two bands hold at the same time and neither goes before the other."""

    def __init__(self, first: str, second: str, month: int, quarter: int) -> None:
        self.fields = {
            "first": first,
            "second": second,
            "month": month,
            "time": _clock(quarter),
        }
        super().__init__(str(self.fields))


def _winner(held: str, band: str, month: int, quarter: int) -> str:
    if not held or held == band or (band, held) in WINS_OVER:
        return band
    if (held, band) in WINS_OVER:
        return held
    raise WindowsOverlap(held, band, month, quarter)


def faults(windows: WindowSet) -> Iterator[tuple[str, dict[str, object]]]:
    """Hours without a band, and hours with two, the first of each month."""
    for month in ALL_MONTHS:
        try:
            day = band_of_quarters(windows, month)
        except WindowsOverlap as fault:
            yield "windows_overlap", dict(fault.fields)
            continue
        if "" in day:
            yield "windows_gap", {"month": month, "time": _clock(day.index(""))}


def _clock(quarter: int) -> str:
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"
