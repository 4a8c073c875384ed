"""The synthetic supplier as frames: the same for a seed, believable, and true to its own truth."""

import itertools
from datetime import date
from functools import cache

import polars as pl
import pytest

from wattdesk.domains.customers import capture
from wattdesk.usecases.synthetic.devices import OLD_HEAD
from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.spec import Spec, last_full_month
from wattdesk.usecases.synthetic.world import Block, World

RANGE_E2 = 10**8


@cache
def world(seed: int = 7) -> World:
    return World(Spec.of(3_000, seed))


@cache
def block() -> Block:
    return world().block(0)


def of_trouble(name: str) -> pl.DataFrame:
    found = block().truth.filter(pl.col("trouble") == name)
    return found.with_columns((pl.col("number").str.slice(4).cast(pl.Int64) - 1).alias("i"))


def totals(i: int, meter: int = 0) -> list[tuple[date, int]]:
    """Readings of the total register of one account, in order."""
    return (
        block()
        .readings.filter(
            (pl.col("i") == i) & (pl.col("meter") == meter) & (pl.col("kind") == "ACTIVE_TOTAL")
        )
        .select("reading_date", "value_e2")
        .rows()
    )


class TestDraws:
    FRAME = pl.DataFrame({"i": range(20_000)})

    def draw(self, expression: pl.Expr) -> pl.Series:
        return self.FRAME.select(expression.alias("d"))["d"]

    def test_give_the_same_for_seed_stream_and_index(self) -> None:
        whole = self.draw(Draws(1).below("a", "i", 1000))
        part = self.FRAME.slice(500, 100).select(Draws(1).below("a", "i", 1000).alias("d"))["d"]
        assert whole.slice(500, 100).to_list() == part.to_list()
        # Pinned: another version of a library must not make another world.
        assert whole.head(5).to_list() == [210, 741, 302, 369, 585]

    def test_differ_by_seed_and_stream(self) -> None:
        one = self.draw(Draws(1).below("a", "i", 10**9))
        assert (one == self.draw(Draws(2).below("a", "i", 10**9))).sum() < 5
        assert (one == self.draw(Draws(1).below("b", "i", 10**9))).sum() < 5

    def test_are_even_and_within_bounds(self) -> None:
        drawn = self.draw(Draws(3).between("a", "i", 5, 14))
        counts = drawn.value_counts().sort("d")
        assert counts["d"].to_list() == list(range(5, 15))
        assert all(1_800 < n < 2_200 for n in counts["count"])
        chosen = self.draw(Draws(3).chance("b", "i", 100_000))
        assert 1_800 < chosen.sum() < 2_200

    def test_spread_around_the_median(self) -> None:
        drawn = self.draw(Draws(3).spread("a", "i", 5_600, 50)).sort()
        assert 5_300 < drawn[10_000] < 5_900
        # Ten and ninety of a hundred lie 2 × 1.2816 × 0.5 apart in the logarithm.
        assert 3.4 < drawn[18_000] / drawn[2_000] < 3.8


class TestSameSeed:
    def test_two_worlds_have_the_same_rows(self) -> None:
        assert World(Spec.of(3_000, 7)).digest() == world().digest()

    def test_another_seed_has_others(self) -> None:
        assert world(8).digest() != world().digest()

    def test_blocks_come_in_any_order(self) -> None:
        spec = Spec.of(1_200, 7, months=2, block_accounts=500)
        forwards = [World(spec).block(n).digest for n in (0, 1, 2)]
        fresh = World(spec)
        assert [fresh.block(n).digest for n in (2, 0, 1)] == [
            forwards[2], forwards[0], forwards[1],
        ]  # fmt: skip


class TestSize:
    def test_has_the_accounts_asked_for_in_all_kinds(self) -> None:
        accounts = world().skeleton.accounts
        assert accounts.height == 3_000
        assert {"HOME", "SHOP", "FARM", "FIRM", "INSTITUTION"} <= set(accounts["kind"])
        assert 0.04 < (accounts["kind"] == "SHOP").mean() < 0.08  # type: ignore[operator]

    def test_areas_hold_about_120_accounts_and_segments_some_hundred(self) -> None:
        accounts = world().skeleton.accounts
        per_area = accounts.group_by("area").len()["len"]
        assert 110 < per_area.mean() < 130  # type: ignore[operator]
        assert per_area.is_between(50, 200).all()
        per_segment = accounts.group_by("segment").len()["len"]
        assert per_segment.max() <= 1_500
        assert world().skeleton.segments["reading_day"].is_between(1, 28).all()
        assert set(world().skeleton.segments["cycle"]) == {"MONTHLY", "EVEN_MONTHS"}

    @pytest.mark.parametrize("customers", [49, 1_000_001])
    def test_refuses_sizes_out_of_bounds(self, customers: int) -> None:
        with pytest.raises(ValueError, match=f"{customers}"):
            Spec.of(customers, 7)

    def test_ends_with_the_last_full_month(self) -> None:
        assert last_full_month(date(2026, 10, 31)) == date(2026, 10, 1)
        assert last_full_month(date(2026, 10, 30)) == date(2026, 9, 1)
        months = Spec.of(2_000, 7).receivable_months
        assert (months[0], months[-1], len(months)) == (date(2025, 10, 1), date(2026, 10, 1), 13)
        assert Spec.of(60_000, 7).months == 2


class TestPapers:
    def test_numbers_pass_the_desk_and_belong_to_nobody(self) -> None:
        people = block().archive.customers
        cards = people.filter(pl.col("id_kind") == "ID_CARD")["id_number"]
        codes = people.filter(pl.col("id_kind") == "UNIFIED_CREDIT_CODE")["id_number"]
        until = world().spec.until
        assert not any(capture.id_card_faults(number, today=until) for number in cards)
        assert not any(capture.credit_code_faults(code) for code in codes)
        assert cards.n_unique() == len(cards)
        assert cards.str.starts_with("990121").all()
        assert (codes.str.slice(2, 6) == "990121").all()
        phones = block().archive.phones["phone"]
        assert not any(capture.phone_faults(phone) for phone in phones)
        assert phones.str.starts_with("164").all()

    def test_keys_are_used_once(self) -> None:
        made = block()
        for frame, key in (
            (made.archive.accounts, "number"),
            (made.archive.points, "code"),
            (made.archive.agreements, "number"),
            (made.devices.meters, "number"),
            (made.devices.transformers, "number"),
            (made.archive.customers, "c"),
        ):
            assert frame[key].n_unique() == frame.height, key

    def test_some_addresses_have_two_accounts(self) -> None:
        addresses = block().archive.locations["address"]
        assert 0 < len(addresses) - addresses.n_unique() < 60


class TestReadings:
    def test_every_account_without_trouble_is_read_at_every_boundary(self) -> None:
        skeleton = world().skeleton
        troubled = block().truth["number"].str.slice(4).cast(pl.Int64) - 1
        plain = skeleton.block(0).filter(~pl.col("i").is_in(troubled.implode()))
        reads = block().readings.filter(pl.col("kind") == "ACTIVE_TOTAL").group_by("i").len()
        counted = plain.join(reads, on="i", how="left")
        monthly = counted.filter(pl.col("cycle") == "MONTHLY")["len"]
        two_monthly = counted.filter(pl.col("cycle") == "EVEN_MONTHS")["len"]
        assert set(monthly) == {14}
        assert set(two_monthly) == {8}  # August 2025 to October 2026

    def test_registers_only_go_forwards(self) -> None:
        troubled = of_trouble("MISREAD")["i"].to_list() + of_trouble("ROLLOVER")["i"].to_list()
        steps = (
            block()
            .readings.filter(~pl.col("i").is_in(troubled))
            .select(pl.col("value_e2").diff().over("i", "meter", "kind").alias("step"))
        )
        assert steps["step"].min() == 0

    def test_parts_add_up_to_the_total(self) -> None:
        troubled = of_trouble("MISREAD")["i"].to_list()
        wide = (
            block()
            .readings.filter(~pl.col("i").is_in(troubled))
            .pivot(on="kind", index=["i", "meter", "reading_date"], values="value_e2")
            .filter(pl.col("ACTIVE_VALLEY").is_not_null())
        )
        parts = pl.sum_horizontal(
            "ACTIVE_SHARP", "ACTIVE_PEAK", "ACTIVE_FLAT", "ACTIVE_VALLEY"
        ).mod(RANGE_E2)
        difference = wide.select((pl.col("ACTIVE_TOTAL") - parts).abs().max()).item()
        assert wide.height > 1_000
        assert difference <= 4  # hundredths of a kWh, cut off register by register

    def test_summer_and_winter_take_more_than_spring(self) -> None:
        month = (
            block()
            .readings.filter(pl.col("kind") == "ACTIVE_TOTAL", pl.col("meter") == 0)
            .with_columns(pl.col("value_e2").diff().over("i").alias("step"))
            .group_by(pl.col("reading_date").dt.to_string("%Y-%m").alias("month"))
            .agg(pl.col("step").median())
        )
        by_month = dict(month.rows())
        assert by_month["2026-08"] > by_month["2026-05"]
        assert by_month["2026-02"] > by_month["2025-11"]


class TestTruth:
    def test_names_every_kind_of_trouble(self) -> None:
        assert set(block().truth["trouble"]) >= {
            "VACANT", "NEW", "CLOSED", "MOVED", "EXCHANGED", "ROLLOVER", "MISREAD", "MISSING",
            "SUDDEN", "THEFT",
        }  # fmt: skip
        assert block().truth["number"].n_unique() == block().truth.height

    def test_vacant_homes_use_nothing(self) -> None:
        for i in of_trouble("VACANT")["i"].head(5):
            assert len({value for _day, value in totals(i)}) == 1

    def test_an_exchanged_meter_ends_where_the_next_begins(self) -> None:
        for i, day in of_trouble("EXCHANGED").select("i", "day").iter_rows():
            old, new = totals(i), totals(i, meter=1)
            assert old[-1][0] == day
            assert new[0] == (day, 0)
            meters = block().devices.meters.filter(pl.col("i") == i)["number"].to_list()
            assert [number.startswith(OLD_HEAD) for number in meters] == [True, False]

    def test_an_overrun_register_shows_less_than_before(self) -> None:
        for i in of_trouble("ROLLOVER")["i"]:
            values = [value for _day, value in totals(i)]
            drops = [a - b for a, b in itertools.pairwise(values) if b < a]
            assert len(drops) == 1
            assert drops[0] > RANGE_E2 * 9 // 10

    def test_a_misreading_is_alone_in_being_wrong(self) -> None:
        for i, month in of_trouble("MISREAD").select("i", "month").iter_rows():
            rows = totals(i)
            wrong = next(n for n, (day, _v) in enumerate(rows) if day.replace(day=1) == month)
            without = [value for n, (_day, value) in enumerate(rows) if n != wrong]
            assert without == sorted(without)
            assert rows[wrong][1] - rows[wrong - 1][1] > 100_000

    def test_a_slow_meter_counts_less_than_was_used(self) -> None:
        thefts = of_trouble("THEFT")
        assert thefts.height
        assert (thefts["counted_total_wh"] < thefts["true_total_wh"]).all()
        others = block().truth.filter(pl.col("trouble") != "THEFT")
        assert (others["counted_total_wh"] == others["true_total_wh"]).all()

    def test_counted_energy_is_what_the_registers_show(self) -> None:
        for i, counted in of_trouble("THEFT").select("i", "counted_total_wh").iter_rows():
            multiplier = block().devices.installations.filter(pl.col("i") == i)["multiplier"][0]
            cycle = world().skeleton.block(0).filter(pl.col("i") == i)["cycle"][0]
            if cycle == "MONTHLY":
                rows = totals(i)
                shown = (rows[-1][1] - rows[0][1]) * 10 * multiplier
                assert abs(shown - counted) <= 10 * multiplier

    def test_movers_have_two_agreements_and_new_accounts_begin_late(self) -> None:
        agreements = block().archive.agreements
        for i, day in of_trouble("MOVED").select("i", "day").iter_rows():
            own = agreements.filter(pl.col("i") == i).sort("from_date")
            assert own["to_date"].to_list() == [day, None]
            assert own["c"].n_unique() == 2
        accounts = block().archive.accounts
        for i, day in of_trouble("NEW").select("i", "day").iter_rows():
            assert accounts.filter(pl.col("i") == i)["opened_date"][0] == day
            assert totals(i)[0] == (day, 0)
