"""Reads around a run: comparison over parts, holds by code, what a start would begin, review."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from tests.factories import billing as world_of
from tests.factories import metering as meters
from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Run
from wattdesk.domains.identity.data import Scope
from wattdesk.kernel.schedule.civil import ZONE
from wattdesk.toolkit.errors import NotFound
from wattdesk.usecases import monthly_billing

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def world() -> world_of.BillingWorld:
    """Home 3 has a meter that is read too late for January's first run."""
    world = world_of.billing_world({1: [120, 130], 2: [250, 260]})
    world_of.add_home(world, 3)
    (register,) = meters.hang(world.points[3], since=world_of.FIRST_DAY).values()
    world.registers[3] = register
    return world


def bill(world: world_of.BillingWorld, month: date, *, release: bool = True) -> int:
    return monthly_billing.bill_segment(
        world.segment.code,
        month,
        by=world.by_officer(),
        release_by=world.by_supervisor() if release else None,
        today=world_of.TODAY,
    )


class TestComparison:
    def test_adds_up_the_parts_of_the_month_before(self, world: world_of.BillingWorld) -> None:
        bill(world, JANUARY)
        meters.read(world.registers[3], {JANUARY: 40})
        bill(world, JANUARY)  # what was held
        last = billing.earlier_figures(bill(world, FEBRUARY, release=False)).last
        assert last is not None
        assert (last.accounts, last.billed, last.held) == (3, 3, 0)
        assert last.energy_kwh == Decimal(120 + 250 + 40)

    def test_has_nothing_to_compare_a_first_run_with(self, world: world_of.BillingWorld) -> None:
        found = billing.earlier_figures(bill(world, JANUARY, release=False))
        assert (found.last, found.last_year) == (None, None)


class TestHolds:
    def test_are_summed_by_code(self, world: world_of.BillingWorld) -> None:
        world_of.add_home(world, 4, schedule=None)
        run_id = bill(world, JANUARY, release=False)
        assert {(h.code, h.accounts) for h in billing.hold_sums(run_id)} == {
            ("MISSING", 1),
            ("NO_RATE", 1),
        }
        assert billing.held_accounts(run_id) == [world.accounts[3], world.accounts[4]]
        (hold,) = billing.holds_of(run_id, codes=["NO_RATE"])
        assert hold.account_id == world.accounts[4]

    def test_are_not_found_outside_the_scope(self, world: world_of.BillingWorld) -> None:
        run_id = bill(world, JANUARY, release=False)
        with pytest.raises(NotFound):
            billing.hold_sums(run_id, scope=Scope("billing.view", ("elsewhere/",)))


class TestMissing:
    def test_are_accounts_with_a_bill_before_and_none_now(
        self, world: world_of.BillingWorld
    ) -> None:
        bill(world, JANUARY)
        meters.read(world.registers[3], {JANUARY: 40})
        bill(world, JANUARY)
        rows, number = billing.missing_accounts(bill(world, FEBRUARY, release=False))
        assert number == 1
        (row,) = rows
        assert (row.account_id, row.outcome, row.hold_code) == (
            world.accounts[3], "HELD", "MISSING",
        )  # fmt: skip
        assert (row.last_energy_kwh, row.last_total_fen) == (Decimal(40), 2152)


class TestStartPlan:
    def test_says_what_a_start_would_begin_and_writes_nothing(
        self, world: world_of.BillingWorld
    ) -> None:
        plan = billing.check_start(world.segment.code, JANUARY, today=world_of.TODAY)
        assert (plan.accounts, plan.sequence) == (3, 1)
        assert (plan.dates.from_date, plan.dates.to_date) == (date(2025, 12, 1), JANUARY)
        assert not Run.objects.exists()

    def test_refuses_what_a_start_refuses(self, world: world_of.BillingWorld) -> None:
        bill(world, JANUARY, release=False)
        with pytest.raises(billing.RunAlreadyAlive):
            billing.check_start(world.segment.code, JANUARY, today=world_of.TODAY)

    def test_of_a_later_part_counts_what_was_held_until_all_have_a_bill(
        self, world: world_of.BillingWorld
    ) -> None:
        bill(world, JANUARY)
        plan = billing.check_start(world.segment.code, JANUARY, today=world_of.TODAY)
        assert (plan.accounts, plan.sequence) == (1, 2)
        meters.read(world.registers[3], {JANUARY: 40})
        bill(world, JANUARY)
        with pytest.raises(billing.NothingToBill):
            billing.check_start(world.segment.code, JANUARY, today=world_of.TODAY)


class TestDeadline:
    def test_is_an_hour_of_a_day_after_the_reading_day(self) -> None:
        assert billing.release_deadline(date(2026, 2, 27)) == datetime(
            2026, 3, 2, 17, 30, tzinfo=ZONE
        )


class TestReview:
    def test_is_noted_for_these_drafts_only(self, world: world_of.BillingWorld) -> None:
        run_id = bill(world, JANUARY, release=False)
        with transaction.atomic():
            billing.mark_reviewed(run_id, "ZERO", accounts=0, by=world.by_officer())
        assert billing.reviewed_lists(run_id)["ZERO"].by == "王若溪"
        with transaction.atomic():
            billing.recalculate(run_id, by=world.by_officer())
        monthly_billing.calculate(run_id, act_now=world.by_officer)
        assert "ZERO" in billing.reviewed_lists(run_id)  # the drafts are the same to the byte
        meters.read(world.registers[3], {JANUARY: 40})
        with transaction.atomic():
            billing.recalculate(run_id, by=world.by_officer())
        monthly_billing.calculate(run_id, act_now=world.by_officer)
        assert billing.reviewed_lists(run_id) == {}

    def test_is_over_after_the_release(self, world: world_of.BillingWorld) -> None:
        run_id = bill(world, JANUARY)
        with pytest.raises(billing.WrongRunState), transaction.atomic():
            billing.mark_reviewed(run_id, "ZERO", accounts=0, by=world.by_officer())


class TestBillsBefore:
    def test_are_found_by_receivable_month(self, world: world_of.BillingWorld) -> None:
        bill(world, JANUARY)
        account = world.accounts[1]
        found = billing.previous_bill(account, before=FEBRUARY)
        assert found is not None
        assert found.receivable_month == JANUARY
        assert billing.previous_bill(account, before=JANUARY) is None
        assert billing.bill_months() == [JANUARY]
