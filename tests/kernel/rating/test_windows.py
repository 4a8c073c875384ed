"""Time windows of the day."""

import pytest

from tests.kernel.rating.samples import shipped
from wattdesk.kernel.rating.windows import WindowsOverlap, band_of_quarters, read_set


def hours_of(day: list[str], band: str) -> list[str]:
    """The hours of a band, as 18-20."""
    hours = [index // 4 for index, found in enumerate(day) if found == band]
    spans: list[list[int]] = []
    for hour in sorted(set(hours)):
        if spans and spans[-1][1] == hour:
            spans[-1][1] += 1
        else:
            spans.append([hour, hour + 1])
    return [f"{first}-{last}" for first, last in spans]


class TestHubei:
    def test_in_winter(self) -> None:
        day = band_of_quarters(shipped("hubei-commercial-2026-01").windows["HB-2024"], 1)
        assert hours_of(day, "SHARP") == ["18-20"]
        assert hours_of(day, "PEAK") == ["16-18", "20-24"]
        assert hours_of(day, "FLAT") == ["6-12", "14-16"]
        assert hours_of(day, "VALLEY") == ["0-6", "12-14"]

    def test_in_summer(self) -> None:
        day = band_of_quarters(shipped("hubei-commercial-2026-01").windows["HB-2024"], 7)
        assert hours_of(day, "SHARP") == ["20-22"]
        assert hours_of(day, "PEAK") == ["16-20", "22-24"]


class TestOverlap:
    def windows(self, first: str, second: str) -> dict[str, object]:
        return {
            "rules": [{"band": first, "hours": ["10:00-14:00"]},
                      {"band": second, "hours": ["11:00-12:00"]}],
            "rest": "FLAT",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("first", "second", "winner"),
        [("PEAK", "SHARP", "SHARP"), ("SHARP", "PEAK", "SHARP"), ("VALLEY", "DEEP", "DEEP")],
    )
    def test_goes_by_priority(self, first: str, second: str, winner: str) -> None:
        day = band_of_quarters(read_set("T", self.windows(first, second)), 1)
        assert day[11 * 4] == winner

    def test_of_bands_without_priority_is_refused(self) -> None:
        with pytest.raises(WindowsOverlap):
            band_of_quarters(read_set("T", self.windows("PEAK", "VALLEY")), 1)

    def test_of_rules_for_special_days_does_not_count_on_common_days(self) -> None:
        entry = self.windows("VALLEY", "SHARP")
        entry["rules"][1]["days"] = ["holidays"]  # type: ignore[index]
        assert band_of_quarters(read_set("T", entry), 1)[11 * 4] == "VALLEY"


def test_windows_that_end_at_midnight_do_not_wrap() -> None:
    entry = {"rules": [{"band": "PEAK", "hours": ["22:00-00:00"]}], "rest": "FLAT"}
    assert hours_of(band_of_quarters(read_set("T", entry), 1), "PEAK") == ["22-24"]
