"""The synthetic supplier in the record: complete, findable, billable; and once only."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.db import transaction
from psycopg.errors import CheckViolation

from wattdesk.domains.billing import api as billing
from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Rows as MeterRows
from wattdesk.toolkit.frames import query_frame
from wattdesk.usecases.synthetic import loading, supplier
from wattdesk.usecases.synthetic.history import Past
from wattdesk.usecases.synthetic.spec import Spec
from wattdesk.usecases.synthetic.world import World

pytestmark = pytest.mark.django_db
SPEC = Spec.of(400, 7, months=4, block_accounts=150)
PASSWORD = "kV10-mW35-kVA50"
COUNTY = Scope("customers.view", ("99/9901/990121/",))
TODAY = SPEC.until


@pytest.fixture
def world(
    settings: "pytest_django.SettingsWrapper",  # noqa: F821
    tmp_path: Path,
) -> World:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DRAFTS = tmp_path / "runs"
    return World(SPEC)


@pytest.fixture
def made(world: World, db: None) -> supplier.Made:
    company = supplier.found(world, password=PASSWORD)
    return supplier.populate(world, company, workers=1, say=lambda _words: None)


def count(table: str) -> int:
    return query_frame(f"SELECT count(*) FROM {table}", {"n": pl.Int64})["n"][0]


class TestMaking:
    def test_writes_what_it_says(self, world: World, made: supplier.Made) -> None:
        assert made.rows["customers_account"] == 400
        for table, rows in made.rows.items():
            assert count(table) == rows, table
        assert count("customers_account_search") == 400
        assert made.digest == world.digest()
        assert {p.role for p in made.company.people} == {r.code for r in identity.list_roles()}

    def test_a_second_start_changes_nothing(self, world: World, made: supplier.Made) -> None:
        again = supplier.populate(
            world,
            supplier.found(world, password=PASSWORD),
            workers=1,
            say=lambda _words: None,
        )
        assert again.rows == {}
        assert again.digest == made.digest
        assert again.company == made.company
        assert count("customers_account") == 400

    def test_a_start_killed_between_blocks_goes_on(self, world: World) -> None:
        company = supplier.found(world, password=PASSWORD)

        class Killed(Exception):
            pass

        def kill(words: str) -> None:
            raise Killed(words)

        with pytest.raises(Killed):
            supplier.populate(world, company, workers=1, say=kill)
        assert count("customers_account") == 150
        rest = supplier.populate(world, company, workers=1, say=lambda _words: None)
        assert rest.rows["customers_account"] == 250
        assert rest.digest == world.digest()
        assert count("metering_reading") == sum(
            world.block(n).readings.height for n in world.blocks
        )

    def test_a_block_comes_whole_or_not_at_all(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company = supplier.found(world, password=PASSWORD)
        block = world.block(0)
        broken = block.readings.with_columns(pl.lit(-1).cast(pl.Int64).alias("value_e2"))
        object.__setattr__(block, "readings", broken)
        writer = loading.BlockWriter(
            supplier.ground_of(world, company), by=identity.system_act(supplier.moment(TODAY), "t")
        )
        with pytest.raises(CheckViolation), transaction.atomic():
            writer.write(block)
        assert count("customers_account") == 0
        assert count("metering_meter") == 0


class TestWhatIsThere:
    def test_every_account_is_due_with_point_price_and_meter(self, made: supplier.Made) -> None:
        no_rate = made.truth.filter(pl.col("trouble") == "NO_RATE")["number"].to_list()
        found = 0
        for segment in metering.list_segments():
            first, end = date(2026, 9, segment.reading_day), date(2026, 10, segment.reading_day)
            roster = customers.billing_roster(
                segment.id, first, end, first_account_id=0, last_account_id=2**62
            )
            found += roster.height
            assert roster["usage_point_id"].null_count() == 0
            unpriced = roster.filter(pl.col("schedule_id").is_null())["number"].to_list()
            assert set(unpriced) <= set(no_rate)
        late = made.truth.filter(pl.col("trouble").is_in(["NEW", "CLOSED"]))
        assert 400 - late.height <= found <= 400

    def test_accounts_are_found_and_shown(self, world: World, made: supplier.Made) -> None:
        number = world.block(0).archive.accounts["number"][3]
        view = customers.get_account_view(number, scope=COUNTY, on=TODAY, unmasked=True)
        assert view.holder is not None
        hits = customers.search(view.holder.name, scope=COUNTY)
        assert number in [hit.number for hit in hits]
        place = view.usage_points[0]
        assert place.area_name is not None
        assert place.division_name.startswith("东陵省云泽市澜川县")
        assert set(metering.installed_at([place.usage_point_id], TODAY)) == {place.usage_point_id}

    def test_rows_are_as_known_from_their_day(self, made: supplier.Made) -> None:
        frame = query_frame(
            f"SELECT count(*), count(DISTINCT register_id) FROM {MeterRows.READING.value}"
            " WHERE superseded_at IS NULL",
            {"readings": pl.Int64, "registers": pl.Int64},
        )
        assert frame["registers"][0] == made.rows["metering_register"]


class TestPast:
    def test_is_billed_by_two_people_and_left_in_every_stage(
        self, world: World, made: supplier.Made
    ) -> None:
        billed = Past(SPEC, made.company, lambda _words: None).bill()
        assert billed.bills > 1_000
        latest = billing.list_runs(scope=None, month=SPEC.last_month)
        assert {run.state for run in latest} == {"RELEASED", "REVIEW", "PROPOSED"}
        earlier = [r for r in billing.list_runs(scope=None) if r not in latest]
        assert {run.state for run in earlier} == {"RELEASED"}
        assert ledger.verify().problems == ()
        bills = count("billing_bill")
        again = Past(SPEC, made.company, lambda _words: None).bill()
        assert again == billed
        assert count("billing_bill") == bills
