"""Registers: which readings count, what they give, what is doubtful about them."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.kernel.readings.builders import (
    BEGIN,
    END,
    RULES,
    Site,
    codes,
    e4,
    evidence,
    rules,
    total_kwh,
)
from wattdesk.kernel.readings.codes import Kind
from wattdesk.kernel.readings.consumption import add_energy
from wattdesk.kernel.readings.windows import Window

MIDDLE = date(2026, 1, 17)


class TestRollover:
    @pytest.mark.parametrize(
        ("last", "this", "rolls"),
        [
            ("90000", "0", True),
            ("89999.99", "0", False),
            ("99999.99", "9999.99", True),
            ("95000", "5000.01", False),
            ("500", "400", False),
        ],
    )
    def test_counts_only_while_it_is_plausible(self, last: str, this: str, rolls: bool) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=5), last, this)
        measured = site.assess()
        # So much in a month is absurd for a home, which is another matter.
        found = codes(measured, point) - {"ABSURD"}
        assert found == ({"ROLLOVER"} if rolls else {"NEGATIVE"})
        assert (total_kwh(measured, point) is not None) == rolls

    def test_counts_when_a_person_has_said_so(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=5), "500", "400")
        measured = site.assess(accepted=[point])
        assert total_kwh(measured, point) == Decimal(99_900)
        assert "ROLLOVER" in codes(measured, point)

    def test_of_a_register_with_a_multiplier_is_multiplied_once(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=5, multiplier=60), "99990", "10.5")
        assert total_kwh(site.assess(), point) == Decimal("20.5") * 60

    def test_a_fall_from_an_estimate_says_so(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        site.read(register, BEGIN, 500, "ESTIMATED")
        site.read(register, END, 450)
        found = evidence(site.assess().findings, point, "NEGATIVE")
        assert found["registers"][0]["last_estimated"] is True  # type: ignore[index]


class TestMissing:
    @pytest.mark.parametrize(("days", "edge"), [((END,), "START"), ((BEGIN,), "END"), ((), "BOTH")])
    def test_says_which_edge_has_no_reading(self, days: tuple[date, ...], edge: str) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        for day in days:
            site.read(register, day, 100)
        measured = site.assess()
        found = evidence(measured.findings, point, "MISSING")
        assert found["registers"][0]["edge"] == edge  # type: ignore[index]
        assert total_kwh(measured, point) is None

    def test_of_a_band_leaves_the_total_known(self) -> None:
        site = Site()
        point = site.point()
        kinds = (Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY)
        registers = site.meter(point, kinds=kinds)
        site.month(registers[Kind.ACTIVE_TOTAL], 0, 100)
        site.month(registers[Kind.ACTIVE_PEAK], 0, 60)
        site.read(registers[Kind.ACTIVE_VALLEY], BEGIN, 0)
        measured = site.assess()
        assert total_kwh(measured, point) == 100
        assert measured.usage["energy_valley_e4"].to_list() == [None]
        assert codes(measured, point) == {"MISSING"}

    def test_final_reading_of_an_exchanged_meter_is_not_replaced_by_a_near_one(self) -> None:
        site = Site()
        point = site.point()
        old = site.total(point, removed=MIDDLE)
        new = site.total(point, installed=MIDDLE)
        site.read(old, BEGIN, 100)
        site.read(old, date(2026, 1, 16), 150)
        site.read(new, MIDDLE, 0)
        site.read(new, END, 20)
        assert codes(site.assess(), point) == {"MISSING", "EXCHANGED"}


class TestNearReadings:
    @pytest.mark.parametrize(
        ("offsets", "taken"), [((1,), 1), ((-1, 1), -1), ((-2, 1), 1), ((2,), 2), ((3,), None)]
    )
    def test_the_nearest_within_the_tolerance_is_taken(
        self, offsets: tuple[int, ...], taken: int | None
    ) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        site.read(register, BEGIN, 0)
        for offset in offsets:
            site.read(register, date.fromordinal(END.toordinal() + offset), 100 + offset)
        measured = site.assess()
        expected = None if taken is None else Decimal(100 + taken)
        assert total_kwh(measured, point) == expected
        assert codes(measured, point) == ({"MISSING"} if taken is None else {"OFF_DAY"})

    def test_one_before_the_installation_is_not_taken(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point, installed=BEGIN)
        site.read(register, date(2025, 12, 31), 5)
        site.read(register, END, 50)
        assert "MISSING" in codes(site.assess(), point)

    def test_no_tolerance_takes_the_day_itself_only(self) -> None:
        site = Site()
        point = site.point()
        register = site.total(point)
        site.read(register, BEGIN, 0)
        site.read(register, date(2026, 2, 2), 100)
        measured = site.assess(limits=rules(boundary_tolerance_days=0))
        assert codes(measured, point) == {"MISSING"}


class TestBands:
    KINDS = (Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_FLAT, Kind.ACTIVE_VALLEY)

    def bands(
        self, total: str, peak: str, flat: str, valley: str, *, multiplier: int = 1
    ) -> tuple[pl.DataFrame, set[str]]:
        site = Site()
        point = site.point()
        registers = site.meter(point, kinds=self.KINDS, multiplier=multiplier)
        for kind, value in zip(self.KINDS, (total, peak, flat, valley), strict=True):
            site.month(registers[kind], 0, value)
        measured = site.assess()
        return measured.usage, codes(measured, point)

    def test_a_small_difference_goes_to_flat(self) -> None:
        usage, found = self.bands("100", "40", "32", "25")
        assert usage["energy_flat_e4"].item() == e4(35)
        assert usage["energy_total_e4"].item() == e4(100)
        assert found == set()

    def test_a_small_surplus_is_taken_from_flat(self) -> None:
        usage, _found = self.bands("100", "40", "37", "25")
        assert usage["energy_flat_e4"].item() == e4(35)

    def test_the_tolerance_is_a_register_unit_for_each_band_times_the_multiplier(self) -> None:
        usage, found = self.bands("100", "40", "32", "25", multiplier=20)
        assert usage["energy_flat_e4"].item() == e4(35 * 20)
        assert found == set()

    def test_a_large_difference_is_a_finding_and_nothing_is_moved(self) -> None:
        usage, found = self.bands("100", "40", "31.99", "25")
        assert found == {"BAND_SUM"}
        assert usage["energy_flat_e4"].item() == e4("31.99")

    def test_flat_never_becomes_negative(self) -> None:
        _usage, found = self.bands("100", "60", "1", "41")
        assert found == {"BAND_SUM"}

    def test_without_flat_the_difference_goes_to_peak(self) -> None:
        site = Site()
        point = site.point()
        kinds = (Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY)
        registers = site.meter(point, kinds=kinds)
        for kind, value in zip(kinds, (100, 60, 39), strict=True):
            site.month(registers[kind], 0, value)
        usage = site.assess().usage
        assert usage["energy_peak_e4"].item() == e4(61)
        assert usage["energy_flat_e4"].item() is None

    def test_without_a_total_register_the_bands_make_the_total(self) -> None:
        site = Site()
        point = site.point()
        registers = site.meter(point, kinds=(Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY))
        site.month(registers[Kind.ACTIVE_PEAK], 0, 60)
        site.month(registers[Kind.ACTIVE_VALLEY], 5, 45)
        site.read(registers[Kind.ACTIVE_PEAK], date(2025, 12, 1), 0)
        measured = site.assess()
        assert total_kwh(measured, point) == 100

    def test_of_one_of_two_meters_alone_are_not_told(self) -> None:
        site = Site()
        point = site.point()
        old = site.meter(
            point, kinds=(Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY), removed=MIDDLE
        )
        new = site.total(point, installed=MIDDLE)
        for kind, value in {Kind.ACTIVE_TOTAL: 50, Kind.ACTIVE_PEAK: 30}.items():
            site.read(old[kind], BEGIN, 0)
            site.read(old[kind], MIDDLE, value)
        site.read(old[Kind.ACTIVE_VALLEY], BEGIN, 0)
        site.read(old[Kind.ACTIVE_VALLEY], MIDDLE, 20)
        site.read(new, MIDDLE, 0)
        site.read(new, END, 40)
        measured = site.assess()
        assert total_kwh(measured, point) == 90
        assert measured.usage["energy_peak_e4"].item() is None
        assert codes(measured, point) == {"EXCHANGED", "BANDS_INCOMPLETE"}


class TestDemandAndReactive:
    def test_demand_is_the_largest_of_the_parts(self) -> None:
        site = Site()
        point = site.point()
        kinds = (Kind.ACTIVE_TOTAL, Kind.DEMAND)
        old = site.meter(point, kinds=kinds, removed=MIDDLE, multiplier=100)
        new = site.meter(point, kinds=kinds, installed=MIDDLE, multiplier=50)
        for registers, days in ((old, (BEGIN, MIDDLE)), (new, (MIDDLE, END))):
            for day in days:
                site.read(registers[Kind.ACTIVE_TOTAL], day, 0)
        site.read(old[Kind.DEMAND], MIDDLE, "0.8")
        site.read(new[Kind.DEMAND], END, "1.2")
        assert site.assess().usage["demand_kw_e4"].item() == e4(80)

    def test_demand_needs_no_reading_at_the_start(self) -> None:
        site = Site()
        point = site.point()
        registers = site.meter(point, kinds=(Kind.ACTIVE_TOTAL, Kind.DEMAND))
        site.month(registers[Kind.ACTIVE_TOTAL], 0, 10)
        site.read(registers[Kind.DEMAND], END, "3.5")
        measured = site.assess()
        assert measured.usage["demand_kw_e4"].item() == e4("3.5")
        assert codes(measured, point) == set()

    def test_reactive_energy_of_both_directions_is_added(self) -> None:
        site = Site()
        point = site.point()
        kinds = (Kind.ACTIVE_TOTAL, Kind.REACTIVE_FORWARD, Kind.REACTIVE_REVERSE)
        registers = site.meter(point, kinds=kinds)
        for kind, value in zip(kinds, (100, 30, 12), strict=True):
            site.month(registers[kind], 0, value)
        assert site.assess().usage["reactive_e4"].item() == e4(42)


class TestLargeNumbers:
    def test_are_exact_beyond_64_bits_on_the_way(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=9, multiplier=90_000), 0, "999999999.9999")
        assert total_kwh(site.assess(), point) == Decimal("89999999999991.0000")

    def test_that_no_column_holds_are_a_finding(self) -> None:
        pairs = pl.DataFrame(
            {
                "usage_point_id": [1],
                "kind": ["ACTIVE_TOTAL"],
                "digits": [9],
                "last_e4": [0],
                "this_e4": [9_999_999_999_999],
                "multiplier_e4": [10_000 * 10_000_000],
            }
        )
        row = add_energy(pairs, RULES).row(0, named=True)
        assert (row["energy_e4"], row["status"]) == (None, "TOO_LARGE")

    def test_an_odd_multiplier_is_rounded_half_up_at_the_fourth_decimal(self) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, multiplier="1.5"), 0, "0.0001")
        assert total_kwh(site.assess(), point) == Decimal("0.0002")


class TestTimeWithoutMeter:
    def test_between_two_meters_is_told_by_days(self) -> None:
        site = Site()
        point = site.point()
        old = site.total(point, removed=date(2026, 1, 10))
        new = site.total(point, installed=date(2026, 1, 12))
        site.read(old, BEGIN, 0)
        site.read(old, date(2026, 1, 10), 5)
        site.read(new, date(2026, 1, 12), 0)
        site.read(new, END, 7)
        measured = site.assess()
        assert evidence(measured.findings, point, "NO_METER") == {"unmetered_days": 2}
        assert total_kwh(measured, point) == 12

    def test_before_the_point_existed_does_not_count(self) -> None:
        site = Site()
        point = site.point(since=date(2026, 1, 20))
        register = site.total(point, installed=date(2026, 1, 20))
        site.read(register, date(2026, 1, 20), 0)
        site.read(register, END, 30)
        measured = site.assess()
        assert codes(measured, point) == set()
        assert total_kwh(measured, point) == 30


class TestReadingsOutsideTheInstallation:
    def test_are_listed(self) -> None:
        site = Site()
        point = site.point(since=date(2026, 1, 5))
        register = site.total(point, installed=date(2026, 1, 5))
        site.read(register, BEGIN, 3)
        site.read(register, date(2026, 1, 5), 0)
        site.read(register, END, 30)
        measured = site.assess()
        assert codes(measured, point) == {"BEFORE_INSTALLATION"}
        found = evidence(measured.findings, point, "BEFORE_INSTALLATION")
        assert found["registers"][0]["reading_date"] == "2026-01-01"  # type: ignore[index]

    def test_are_in_order_where_the_meter_hung_elsewhere_then(self) -> None:
        site = Site()
        earlier, later = site.point(), site.point()
        moved = date(2026, 1, 5)
        first = site.total(earlier, removed=moved)
        # The same meter at another place: the same register with another installation.
        row = dict(site._installed[-1])
        site._installed.append(
            {**row, "usage_point_id": later, "installed": moved, "removed": None}
        )
        site._elsewhere.append({"meter_id": row["meter_id"], "installed": moved, "removed": None})
        for day, value in {BEGIN: 10, moved: 12, END: 40}.items():
            site.read(first, day, value)
        measured = site.assess(Window(BEGIN, END))
        assert codes(measured, later) == {"NO_METER"}
        assert total_kwh(measured, later) == 28
        assert total_kwh(measured, earlier) == 2
