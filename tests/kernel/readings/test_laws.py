"""Laws: what holds for all readings, whatever they are."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.readings.builders import BEGIN, END, Site, rules, total_kwh
from wattdesk.kernel.readings.codes import Kind
from wattdesk.kernel.readings.windows import Window

DIGITS = 5
FULL = Decimal(10) ** DIGITS
steps = st.decimals(0, Decimal(9000), places=2)
days_of_january = st.integers(1, 30).map(lambda n: BEGIN + timedelta(days=n))
wide = rules(rollover_last_at_least_pct=0, rollover_advance_at_most_pct=100)


def shown(value: Decimal) -> str:
    """What a register with five digits shows when ``value`` has gone through it."""
    return str(value % FULL)


class TestRollover:
    @given(start=st.decimals(0, Decimal("99999.99"), places=2), used=steps)
    @settings(max_examples=20, deadline=None)
    def test_conserves_energy(self, start: Decimal, used: Decimal) -> None:
        site = Site()
        point = site.point()
        site.month(site.total(point, digits=DIGITS), str(start), shown(start + used))
        assert total_kwh(site.assess(limits=wide), point) == used


class TestExchange:
    @given(
        before=steps,
        after=steps,
        start=st.decimals(0, Decimal(90000), places=2),
        day=days_of_january,
        multipliers=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    )
    @settings(max_examples=20, deadline=None)
    def test_conserves_energy(
        self,
        before: Decimal,
        after: Decimal,
        start: Decimal,
        day: date,
        multipliers: tuple[int, int],
    ) -> None:
        site = Site()
        point = site.point()
        old = site.total(point, digits=DIGITS, removed=day, multiplier=multipliers[0])
        new = site.total(point, digits=DIGITS, installed=day, multiplier=multipliers[1])
        site.read(old, BEGIN, str(start))
        site.read(old, day, shown(start + before))
        site.read(new, day, "0")
        site.read(new, END, str(after))
        expected = before * multipliers[0] + after * multipliers[1]
        assert total_kwh(site.assess(limits=wide), point) == expected


class TestSplitPeriod:
    @given(
        used=st.lists(steps, min_size=2, max_size=6),
        start=st.decimals(0, Decimal("99999.99"), places=2),
        multiplier=st.integers(1, 6000),
        exchanged_at=st.none() | st.integers(0, 5),
    )
    @settings(max_examples=20, deadline=None)
    def test_sums_to_the_whole(
        self,
        used: list[Decimal],
        start: Decimal,
        multiplier: int,
        exchanged_at: int | None,
    ) -> None:
        """Any cut of a period at days with readings gives parts that add up to the whole."""
        site = Site()
        point = site.point()
        days = [BEGIN + timedelta(days=7 * n) for n in range(len(used) + 1)]
        change = None if exchanged_at is None or exchanged_at >= len(days) else days[exchanged_at]
        register = site.total(point, digits=DIGITS, multiplier=multiplier, removed=change)
        value = start
        for number, day in enumerate(days):
            site.read(register, day, shown(value))
            if day == change:
                value = Decimal(0)
                register = site.total(point, digits=DIGITS, multiplier=7, installed=day)
                site.read(register, day, "0")
            value += used[number] if number < len(used) else 0
        whole = total_kwh(site.assess(Window(days[0], days[-1]), wide), point)
        parts = [
            total_kwh(site.assess(Window(first, last), wide), point)
            for first, last in pairwise(days)
        ]
        assert whole is not None
        assert sum(part for part in parts if part is not None) == whole

    @given(
        kwh=st.lists(st.decimals(0, Decimal(400), places=2), min_size=31, max_size=31),
        cut=st.integers(1, 30),
    )
    @settings(max_examples=20, deadline=None)
    def test_of_daily_energy_sums_to_the_whole(self, kwh: list[Decimal], cut: int) -> None:
        site = Site()
        point = site.point()
        site.daily(point, BEGIN, [str(value) for value in kwh])
        day = BEGIN + timedelta(days=cut)
        first = total_kwh(site.assess(Window(BEGIN, day)), point)
        second = total_kwh(site.assess(Window(day, END)), point)
        assert first is not None
        assert second is not None
        assert first + second == total_kwh(site.assess(), point) == sum(kwh)


class TestBands:
    @given(
        bands=st.lists(st.decimals(0, Decimal(3000), places=2), min_size=3, max_size=3),
        off=st.decimals(-5, 5, places=2),
    )
    @settings(max_examples=20, deadline=None)
    def test_add_up_to_the_total_or_there_is_a_finding(
        self, bands: list[Decimal], off: Decimal
    ) -> None:
        kinds = (Kind.ACTIVE_PEAK, Kind.ACTIVE_FLAT, Kind.ACTIVE_VALLEY)
        site = Site()
        point = site.point()
        registers = site.meter(point, kinds=(Kind.ACTIVE_TOTAL, *kinds))
        total = max(sum(bands) + off, Decimal(0))
        site.month(registers[Kind.ACTIVE_TOTAL], 0, str(total))
        for kind, value in zip(kinds, bands, strict=True):
            site.month(registers[kind], 0, str(value))
        measured = site.assess()
        row = measured.usage.row(0, named=True)
        added = sum(row[f"energy_{band}_e4"] for band in ("peak", "flat", "valley"))
        differs = "BAND_SUM" in measured.findings["code"].to_list()
        assert differs or added == row["energy_total_e4"]
        assert row["energy_total_e4"] == total * 10_000


class TestOrderOfPoints:
    @given(values=st.lists(st.integers(0, 5000), min_size=1, max_size=8))
    @settings(max_examples=20, deadline=None)
    def test_does_not_matter(self, values: list[int]) -> None:
        """Each point measured alone gives what it gives among others."""
        site = Site()
        points = []
        for value in values:
            point = site.point()
            points.append(point)
            site.month(site.total(point, digits=DIGITS), 1000, 1000 + value)
        together = site.assess()
        for point, value in zip(points, values, strict=True):
            assert total_kwh(together, point) == value
