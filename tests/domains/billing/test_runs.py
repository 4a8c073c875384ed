"""A month of a small segment: calculated, held, reviewed, signed by two, posted once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import billing as world_of
from tests.factories import metering as meters
from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Bill, BillLine, Hold, Run
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering import api as metering
from wattdesk.usecases import monthly_billing

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def world() -> world_of.BillingWorld:
    return world_of.billing_world({1: [120, 130], 2: [250, 260], 3: [0, 5]})


def calculate(world: world_of.BillingWorld, month: date = JANUARY) -> int:
    return monthly_billing.bill_segment(
        world.segment.code, month, by=world.by_officer(), release_by=None, today=world_of.TODAY
    )


def release(world: world_of.BillingWorld, run_id: int) -> None:
    monthly_billing.propose(run_id, by=world.by_officer())
    monthly_billing.sign(run_id, by=world.by_supervisor())
    monthly_billing.post(run_id, act_now=world.by_supervisor)


class TestCalculation:
    def test_every_account_has_an_outcome_and_the_figures_are_right(
        self, world: world_of.BillingWorld
    ) -> None:
        run_id = calculate(world)
        status = billing.get_run(run_id)
        assert (status.state, status.accounts, status.billed, status.held, status.not_due) == (
            "REVIEW", 3, 3, 0, 0,
        )  # fmt: skip
        assert (status.from_date, status.to_date) == (date(2025, 12, 1), date(2026, 1, 1))
        # 120 and 250 kWh in the first block at 0.538 yuan: 64.56 + 134.50.
        assert (status.energy_kwh, status.amount_fen) == (Decimal(370), 19906)
        assert status.billed_zero == 1

    def test_a_dry_run_gives_the_same_and_writes_nothing(
        self, world: world_of.BillingWorld
    ) -> None:
        found = monthly_billing.rehearse(world.segment.code, JANUARY)
        assert found.accounts["total_fen"].to_list() == [6456, 13450, 0]
        assert not Run.objects.exists()
        assert not Hold.objects.exists()

    def test_a_missing_reading_holds_its_account_alone(self, world: world_of.BillingWorld) -> None:
        world_of.add_home(world, 4)
        meters.hang(world.points[4], since=world_of.FIRST_DAY)
        run_id = calculate(world)
        status = billing.get_run(run_id)
        assert (status.billed, status.held) == (3, 1)
        (hold,) = billing.holds_of(run_id)
        assert (hold.account_id, hold.code) == (world.accounts[4], "MISSING")

    def test_an_account_without_price_or_point_is_held_not_dropped(
        self, world: world_of.BillingWorld
    ) -> None:
        world_of.add_home(world, 5, schedule=None)
        run_id = calculate(world)
        assert billing.get_run(run_id).held_by_code == (("NO_RATE", 1),)


class TestStart:
    def test_a_second_start_is_told_who_was_first(self, world: world_of.BillingWorld) -> None:
        calculate(world)
        with pytest.raises(billing.RunAlreadyAlive, match="王若溪"):
            calculate(world)
        assert Run.objects.count() == 1

    def test_the_database_lets_only_one_run_live(self, world: world_of.BillingWorld) -> None:
        run = Run.objects.get(pk=calculate(world))
        run.pk = None
        with pytest.raises(IntegrityError, match="run_one_alive"), transaction.atomic():
            run.save(force_insert=True)

    def test_the_reading_day_must_have_come(self, world: world_of.BillingWorld) -> None:
        with pytest.raises(billing.PeriodNotOver):
            calculate(world, date(2026, 5, 1))
        assert not Run.objects.exists()

    def test_the_month_before_must_be_released(self, world: world_of.BillingWorld) -> None:
        calculate(world)
        with pytest.raises(billing.EarlierMonthOpen, match="2026-01"):
            calculate(world, FEBRUARY)


class TestRelease:
    def test_bills_lines_and_ledger_agree(self, world: world_of.BillingWorld) -> None:
        run_id = calculate(world)
        release(world, run_id)
        assert billing.get_run(run_id).state == "RELEASED"
        bills = {b.account_id: b for b in Bill.objects.all()}
        assert [bills[world.accounts[n]].total_fen for n in (1, 2, 3)] == [6456, 13450, 0]
        assert BillLine.objects.count() == 2  # nothing used, no line
        assert ledger.balance(world.accounts[2]).receivable_fen == 13450
        assert ledger.verify().problems == ()
        assert billing.verify_against_ledger() == []

    def test_blocks_go_on_over_the_months(self, world: world_of.BillingWorld) -> None:
        release(world, calculate(world))
        run_id = calculate(world, FEBRUARY)
        release(world, run_id)
        bill = Bill.objects.get(account_id=world.accounts[2], receivable_month=FEBRUARY)
        assert bill.trace["figures"]["block_used_e2"] == 25000

    def test_the_same_person_never_signs(self, world: world_of.BillingWorld) -> None:
        run_id = calculate(world)
        monthly_billing.propose(run_id, by=world.by_officer())
        with pytest.raises(billing.SamePerson):
            monthly_billing.sign(run_id, by=world.by_officer())
        assert Run.objects.get().state == "PROPOSED"
        assert not Bill.objects.exists()

    def test_the_starter_never_signs_what_another_proposed(
        self, world: world_of.BillingWorld
    ) -> None:
        run_id = calculate(world)
        monthly_billing.propose(run_id, by=world.by_supervisor())
        with pytest.raises(billing.SamePerson):
            monthly_billing.sign(run_id, by=world.by_officer())

    def test_drafts_made_anew_after_the_proposal_are_not_signed(
        self, world: world_of.BillingWorld
    ) -> None:
        run_id = calculate(world)
        monthly_billing.propose(run_id, by=world.by_officer())
        Run.objects.get(pk=run_id).chunks.update(draft_sha256="0" * 64)
        with pytest.raises(billing.DraftsChangedSinceProposal):
            monthly_billing.sign(run_id, by=world.by_supervisor())

    def test_a_changed_draft_file_is_never_posted(self, world: world_of.BillingWorld) -> None:
        from django.conf import settings

        run_id = calculate(world)
        monthly_billing.propose(run_id, by=world.by_officer())
        monthly_billing.sign(run_id, by=world.by_supervisor())
        path = settings.DRAFTS / Run.objects.get().chunks.get().draft_path / "accounts.parquet"
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(billing.DraftChanged):
            monthly_billing.post(run_id, act_now=world.by_supervisor)
        assert not Bill.objects.exists()

    def test_posting_twice_posts_once(self, world: world_of.BillingWorld) -> None:
        run_id = calculate(world)
        release(world, run_id)
        assert monthly_billing.post(run_id, act_now=world.by_supervisor) == 0
        assert Bill.objects.count() == 3

    def test_what_was_held_is_billed_by_a_second_run(self, world: world_of.BillingWorld) -> None:
        world_of.add_home(world, 4)
        registers = meters.hang(world.points[4], since=world_of.FIRST_DAY)
        release(world, calculate(world))
        (register,) = registers.values()
        meters.read(register, {date(2026, 1, 1): 77})
        second = calculate(world)
        status = billing.get_run(second)
        assert (status.sequence, status.accounts, status.billed) == (2, 1, 1)
        release(world, second)
        assert Bill.objects.get(account_id=world.accounts[4]).energy_kwh == 77
        assert Bill.objects.count() == 4
        assert billing.verify_against_ledger() == []


class TestDecisions:
    def test_an_accepted_finding_lets_the_account_through(
        self, world: world_of.BillingWorld
    ) -> None:
        world_of.add_home(world, 4)
        (register,) = meters.hang(world.points[4], since=world_of.FIRST_DAY).values()
        meters.read(register, {date(2026, 1, 1): 99_999})
        run_id = calculate(world)
        (hold,) = billing.holds_of(run_id)
        found = metering.findings_of(world.segment.pk, date(2025, 12, 1), date(2026, 1, 1))
        ids = found.filter(found["holds"])["id"].to_list()
        with transaction.atomic():
            metering.decide_findings(ids, "ACCEPT", by=world.by_officer("checked on site"))
            billing.recalculate(run_id, account_ids=[hold.account_id], by=world.by_officer())
        monthly_billing.calculate(run_id, act_now=world.by_officer)
        status = billing.get_run(run_id)
        assert (status.state, status.billed, status.held) == ("REVIEW", 4, 0)
        assert Hold.objects.get().ended_reason == "recalculated"


class TestCancel:
    def test_frees_the_month_and_needs_a_reason(self, world: world_of.BillingWorld) -> None:
        run_id = calculate(world)
        with pytest.raises(billing.ReasonNeeded), transaction.atomic():
            billing.cancel_run(run_id, by=world.by_officer(" "))
        with transaction.atomic():
            billing.cancel_run(run_id, by=world.by_officer("wrong tariff"))
        assert calculate(world) != run_id
        entries = audit.timeline(f"run:{run_id}", limit=10)
        assert [e.action for e in entries][:1] == ["billing.run.cancel"]


class TestFinality:
    def test_neither_role_nor_owner_changes_a_bill(
        self, world: world_of.BillingWorld, as_owner: None
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE wattdesk_app")
        release(world, calculate(world))
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        for statement in (
            "UPDATE billing_bill SET total_fen = 0",
            "DELETE FROM billing_bill_line",
            "UPDATE ledger_entry SET amount_fen = 1",
        ):
            with (
                pytest.raises(IntegrityError, match="final"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


class TestDocument:
    def test_a_line_explains_itself_from_what_is_stored(self, world: world_of.BillingWorld) -> None:
        run_id = calculate(world)
        draft = billing.get_draft_document(run_id, world.accounts[2])
        assert draft.is_draft
        release(world, run_id)
        bill = Bill.objects.get(account_id=world.accounts[2])
        document = billing.get_bill_document(bill.pk)
        assert not document.is_draft
        assert document.lines == draft.lines
        (line,) = document.lines
        assert (line.quantity, line.price, line.amount_fen) == (250, Decimal("0.538"), 13450)
        assert any("250 × 0.538 = 134.50" in step.formula for step in line.steps)
        (reading,) = document.readings
        assert (reading.last, reading.this, reading.multiplier, reading.quantity) == (
            0,
            250,
            1,
            250,
        )
        assert document.holder == "住户2"
        assert document.block_used_kwh == 250


class TestPriceClassChangedInside:
    def test_the_account_waits_with_the_day_named(self, world: world_of.BillingWorld) -> None:
        from wattdesk.domains.customers import api as customers
        from wattdesk.domains.tariffs import api as tariffs

        with transaction.atomic():
            customers.assign_rate(
                world.accounts[1],
                tariffs.get_schedule("LC-RES-SHARED").id,
                {},
                from_date=date(2025, 12, 10),
                by=world.by_officer("shared meter"),
            )
        run_id = calculate(world)
        (hold,) = billing.holds_of(run_id)
        assert (hold.account_id, hold.code) == (world.accounts[1], "RATE_CHANGED")
        assert hold.evidence == {"changed_date": "2025-12-10"}
