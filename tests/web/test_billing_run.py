"""A run's page: figures, holds, lists to look through, proposal, signature, undoing."""

import pytest
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import billing as world_of
from tests.factories import metering as meters
from tests.factories.identity import make_staff, make_unit
from tests.web.billing_world import FEBRUARY, MARCH, Supplier, make_supplier
from tests.web.html import text_of
from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Bill, Run, RunChunk
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering.models import Installation
from wattdesk.usecases import monthly_billing, run_printing
from wattdesk.web.staff.billing import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier() -> Supplier:
    return make_supplier()


@pytest.fixture
def url(supplier: Supplier) -> str:
    return f"/billing/runs/{supplier.in_review}/"


class TestPage:
    def test_names_the_five_dates(self, supplier, url):
        page = text_of(supplier.officer().get(url))
        for words_of_date in (
            "<em>Reading day</em>2026-02-01",
            "2026-01-01 – 02-01",
            "<em>Receivable month</em>2026-02",
            "<em>Release date</em>2026-02-04",
            "<em>Due date</em>2026-02-24",
            "<em>Late charge from</em>2026-02-25",
        ):
            assert words_of_date in page

    def test_ties_out(self, supplier, url):
        page = text_of(supplier.officer().get(url))
        assert "due <b>4</b> = billed <b>3</b> + held <b>1</b> + not due <b>0</b>" in page
        assert "ties out" in page

    def test_compares_with_the_month_before(self, supplier, url):
        status = billing.get_run(supplier.in_review)
        earlier = billing.earlier_figures(supplier.in_review)
        assert earlier.last is not None
        assert (earlier.last.billed, earlier.last.accounts) == (3, 3)
        assert earlier.last_year is None
        change = (status.amount_fen - earlier.last.amount_fen) * 100 / earlier.last.amount_fen
        sign = "+" if change > 0 else "−"
        assert f"on last {sign}{abs(change):.1f}%" in text_of(supplier.officer().get(url))

    def test_says_why_an_account_is_held_and_what_decides_it(self, supplier, url):
        page = text_of(supplier.officer().get(url))
        assert "no reading on 2026-02-01" in page
        assert "Decide the finding" in page
        assert "/metering/findings/?segment=" in page

    def test_speaks_chinese(self, supplier, url):
        page = text_of(supplier.officer("zh-hans").get(url))
        assert "应算 <b>4</b> ＝ 已算 <b>3</b> ＋ 挂起 <b>1</b> ＋ 不应算 <b>0</b>" in page
        assert "两人，不能是同一人" in page

    def test_masks_names_for_those_who_may_not_see_them(self, supplier, url):
        assert "住户4" in text_of(supplier.officer().get(url))
        page = text_of(supplier.client("TARIFF_OFFICER").get(url))
        assert "住户4" not in page
        assert "住*4" in page

    def test_is_not_found_for_another_unit(self, supplier, url):
        stranger = supplier.client(make_staff(role="BILLING_SUPERVISOR", unit=make_unit()))
        assert stranger.get(url).status_code == 404

    def test_shows_parts_that_failed_with_what_was_said(self, supplier, url):
        chunk = RunChunk.objects.get(run=supplier.in_review)
        chunk.state, chunk.attempts, chunk.error = "FAILED", 5, "disk <full>"
        chunk.save()
        Run.objects.filter(pk=supplier.in_review).update(state="CALCULATING")
        page = text_of(supplier.officer().get(url))
        assert "Parts that could not be calculated" in page
        assert "disk &lt;full&gt;" in page
        assert "a run is proposed whole or not at all" in page


class TestProgress:
    def test_moves_while_it_calculates_and_reloads_at_the_end(self, supplier, url):
        Run.objects.filter(pk=supplier.in_review).update(state="CALCULATING")
        client = supplier.officer()
        page = text_of(client.get(f"{url}progress/?state=CALCULATING"))
        assert 'hx-trigger="every 2s"' in page
        assert "Nobody works on this run" in page  # no job is queued
        Run.objects.filter(pk=supplier.in_review).update(state="REVIEW")
        answer = client.get(f"{url}progress/?state=CALCULATING")
        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")

    def test_goes_on_when_somebody_asks(self, supplier, url):
        Run.objects.filter(pk=supplier.in_review).update(state="CALCULATING")
        assert "Go on" in text_of(supplier.officer().get(url))
        supplier.officer().post(f"{url}continue/")
        assert ProcrastinateJob.objects.get().task_name == "calculate_run"
        assert "Nobody works" not in text_of(supplier.officer().get(url))


class TestReview:
    def test_leads_from_list_to_list_and_notes_who_looked(self, supplier, url):
        client = supplier.officer()
        page = text_of(client.get(url))
        assert f"{url}lists/ZERO/" in page
        assert "Next list:" in page
        answer = client.post(f"{url}lists/ZERO/")
        assert answer["Location"].startswith(f"{url}lists/")
        assert set(billing.reviewed_lists(supplier.in_review)) == {"ZERO"}
        (entry, *_) = audit.timeline(f"run:{supplier.in_review}", limit=1)
        assert (entry.action, entry.actor_name) == ("billing.run.review", "王若溪")

    def test_ends_at_the_run_when_all_are_looked_through(self, supplier, url):
        client = supplier.officer()
        for _round in range(len(words.TO_REVIEW)):
            open_lists = [line for line in client.get(url).context["lists"] if not line.is_done]
            if not open_lists:
                break
            answer = client.post(open_lists[0].url)
        assert answer["Location"] == url
        page = text_of(client.get(url))
        assert "all lists are looked through" in page
        assert "Next list:" not in page

    def test_counts_anew_when_the_drafts_have_changed(self, supplier, url):
        client = supplier.officer()
        client.post(f"{url}lists/ZERO/")
        RunChunk.objects.filter(run=supplier.in_review).update(draft_sha256="0" * 64)
        assert billing.reviewed_lists(supplier.in_review) == {}

    def test_shows_drafts_beside_the_last_bills(self, supplier, url):
        page = text_of(supplier.officer().get(f"{url}lists/ALL/"))
        assert "1 – 3 of 3 accounts" in page
        assert f"{url}drafts/{supplier.world.accounts[1]}/?list=ALL" in page

    def test_refuses_a_list_that_is_none(self, supplier, url):
        assert supplier.officer().get(f"{url}lists/EVERYTHING/").status_code == 404
        assert supplier.officer().post(f"{url}lists/ALL/").status_code == 404

    def test_is_for_those_who_propose_or_release(self, supplier, url):
        assert supplier.client("CLERK").post(f"{url}lists/ZERO/").status_code == 404
        assert billing.reviewed_lists(supplier.in_review) == {}

    def test_names_who_was_billed_last_and_is_not_now(self, supplier, url):
        supplier.release()
        code = supplier.code
        world = supplier.world
        run_id = monthly_billing.start(code, MARCH, by=world.by_officer(), today=world_of.TODAY)
        monthly_billing.calculate(run_id, act_now=world.by_officer)
        rows, number = billing.missing_accounts(run_id)
        assert (rows, number) == ([], 0)
        page = text_of(supplier.officer().get(f"/billing/runs/{run_id}/missing/"))
        assert "Nobody is missing" in page


class TestHeld:
    def test_lists_all_with_the_sum(self, supplier, url):
        page = text_of(supplier.officer().get(f"{url}held/"))
        assert "1 – 1 of 1 accounts" in page
        assert "Reading missing" in page

    def test_shows_one_heading_when_asked(self, supplier, url):
        client = supplier.officer()
        assert "住户4" in text_of(client.get(f"{url}held/?group=readings"))
        assert "住户4" in text_of(client.get(f"{url}held/?group=nonsense&code=nonsense"))

    def test_is_empty_when_nothing_is_held(self, supplier):
        page = text_of(supplier.officer().get(f"/billing/runs/{supplier.released}/held/"))
        assert "Nothing is held" in page


class TestRelease:
    def test_takes_two_people(self, supplier, url):
        supplier.officer().post(f"{url}propose/")
        assert supplier.state() == "PROPOSED"
        page = text_of(supplier.officer().get(url))
        assert "You started this run, so you cannot release it." in page
        page = text_of(supplier.supervisor().get(url))
        status = billing.get_run(supplier.in_review)
        yuan = f"{status.amount_fen // 100}.{status.amount_fen % 100:02d}"
        assert f"Release 3 accounts, {yuan} CNY" in page
        answer = supplier.supervisor().post(f"{url}sign/")
        assert answer["Location"] == url
        assert supplier.state() == "RELEASING"
        assert ProcrastinateJob.objects.get().task_name == "post_run"
        assert Bill.objects.count() == 3  # January's: a worker posts the others

    def test_is_refused_to_the_one_who_started_with_nothing_changed(self, supplier, url):
        client = supplier.client(make_staff(role="BILLING_SUPERVISOR", unit=supplier.world.unit))
        Run.objects.filter(pk=supplier.in_review).update(started_by=client.session["_auth_user_id"])
        supplier.propose()
        answer = client.post(f"{url}sign/")
        assert answer.status_code == 409
        assert "cannot release it" in text_of(answer)
        assert supplier.state() == "PROPOSED"
        assert not ProcrastinateJob.objects.exists()

    def test_needs_the_right_of_the_runs_unit(self, supplier, url):
        supplier.propose()
        assert supplier.officer().post(f"{url}sign/").status_code == 403
        stranger = supplier.client(make_staff(role="BILLING_SUPERVISOR", unit=make_unit()))
        assert stranger.post(f"{url}sign/").status_code == 404
        assert supplier.state() == "PROPOSED"

    def test_says_what_is_over_when_it_is_over(self, supplier, url):
        supplier.release()
        page = text_of(supplier.supervisor().get(url))
        assert f"/billing/bills/?run={supplier.in_review}" in page
        assert "A released bill is never changed" in page
        assert "Part 1 posted: 3 bills" in page


class TestTakingBack:
    def test_needs_a_reason(self, supplier, url):
        supplier.propose()
        assert supplier.officer().post(f"{url}withdraw/").status_code == 422
        assert supplier.state() == "PROPOSED"
        supplier.officer().post(f"{url}withdraw/", {"reason": "one more look"})
        assert supplier.state() == "REVIEW"
        assert "one more look" in text_of(supplier.officer().get(url))

    def test_is_open_to_the_second_person_and_closed_to_others(self, supplier, url):
        supplier.propose()
        assert supplier.client("CLERK").post(f"{url}withdraw/", {"reason": "x"}).status_code == 403
        other = supplier.client("BILLING_OFFICER")
        assert other.post(f"{url}withdraw/", {"reason": "x"}).status_code == 403
        assert supplier.state() == "PROPOSED"
        supplier.supervisor().post(f"{url}withdraw/", {"reason": "ratio of home 2"})
        assert supplier.state() == "REVIEW"


class TestAgain:
    @pytest.mark.parametrize("which", ["all", "held"])
    def test_calculates_again_after_a_decision(self, supplier, url, which):
        answer = supplier.officer().post(f"{url}recalculate/", {"which": which}, follow=True)
        assert "1 part of 1 is calculated again." in text_of(answer)
        assert supplier.state() == "CALCULATING"
        assert ProcrastinateJob.objects.get().task_name == "calculate_run"
        monthly_billing.calculate(supplier.in_review, act_now=supplier.world.by_officer)
        assert supplier.state() == "REVIEW"

    def test_is_refused_after_the_release(self, supplier, url):
        supplier.release()
        assert supplier.officer().post(f"{url}recalculate/").status_code == 409
        assert supplier.state() == "RELEASED"

    def test_is_given_up_with_a_reason_and_the_month_is_free(self, supplier, url):
        assert supplier.supervisor().post(f"{url}cancel/").status_code == 422
        assert supplier.officer().post(f"{url}cancel/", {"reason": "x"}).status_code == 403
        assert supplier.state() == "REVIEW"
        supplier.supervisor().post(f"{url}cancel/", {"reason": "wrong tariff"})
        assert supplier.state() == "CANCELLED"
        assert "wrong tariff" in text_of(supplier.officer().get(url))
        page = text_of(supplier.officer().get("/billing/runs/?month=2026-02"))
        assert "Not started" in page


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR = tmp_path
    return tmp_path


class TestPrint:
    def test_makes_one_file_once_and_hands_it_out(self, supplier, var):
        url = f"/billing/runs/{supplier.released}/"
        client = supplier.officer()
        assert "All bills in one file" in text_of(client.get(url))
        assert client.get(f"{url}zh-hans.pdf").status_code == 404
        client.post(f"{url}print/", {"language": "zh-hans"})
        client.post(f"{url}print/", {"language": "zh-hans"})
        job = ProcrastinateJob.objects.get()
        assert job.args == {"run_id": supplier.released, "language": "zh-hans"}
        assert 'hx-trigger="every 2s"' in text_of(client.get(f"{url}prints/"))
        assert run_printing.print_run(supplier.released, "zh-hans") == 3
        assert run_printing.print_run(supplier.released, "zh-hans") == 0
        answer = client.get(f"{url}zh-hans.pdf")
        content = b"".join(answer.streaming_content)
        assert content.startswith(b"%PDF-")
        assert answer["Content-Disposition"].startswith("attachment")
        (entry, *_) = audit.timeline(f"run:{supplier.released}", limit=1)
        assert entry.action == "billing.run.print"

    def test_is_refused_before_the_release_and_for_unknown_languages(self, supplier, var, url):
        client = supplier.officer()
        assert client.post(f"{url}print/", {"language": "zh-hans"}).status_code == 409
        other = f"/billing/runs/{supplier.released}/"
        assert client.post(f"{other}print/", {"language": "fr"}).status_code == 404
        assert not ProcrastinateJob.objects.exists()

    def test_needs_the_right_to_see_names(self, supplier, var):
        url = f"/billing/runs/{supplier.released}/"
        client = supplier.client("TARIFF_OFFICER")
        assert client.post(f"{url}print/", {"language": "en"}).status_code == 403
        assert "needs the right to see customers" in text_of(client.get(url))

    def test_tells_how_far_it_is(self, supplier, var):
        told = []
        billing.render_run(supplier.released, var / "x.pdf", language="en", told=told.append)
        assert told == [1, 2, 3]


class TestWorkbench:
    def test_has_the_run_to_review_and_the_held_account(self, supplier):
        page = text_of(supplier.officer().get("/"))
        assert f"Review {supplier.world.segment.name}, then propose" in page
        assert "Decide 1 held account" in page

    def test_has_the_signature_for_the_second_person_alone(self, supplier):
        supplier.propose()
        assert f"/billing/runs/{supplier.in_review}/#release" in text_of(
            supplier.supervisor().get("/")
        )
        assert f"/billing/runs/{supplier.in_review}/#release" not in text_of(
            supplier.officer().get("/")
        )

    def test_forgets_held_accounts_that_got_their_bill_in_a_later_part(self, supplier):
        world = supplier.world
        supplier.release()
        scope = Scope("metering.decide", (world.unit.path,))
        assert [w.accounts for w in billing.waiting_holds(scope)] == [1]
        meter_id = Installation.objects.get(usage_point=world.points[4]).meter_id
        (register,) = meters.registers_of(meter_id).values()
        meters.read(register, {FEBRUARY: 40})
        run_id = monthly_billing.start(
            supplier.code, FEBRUARY, by=world.by_officer(), today=world_of.TODAY
        )
        monthly_billing.calculate(run_id, act_now=world.by_officer)
        monthly_billing.propose(run_id, by=world.by_officer())
        monthly_billing.sign(run_id, by=world.by_supervisor())
        monthly_billing.post(run_id, act_now=world.by_supervisor)
        assert billing.get_run(run_id).billed == 1
        assert billing.waiting_holds(scope) == []


class TestQueries:
    @pytest.mark.parametrize(
        ("path", "most"),
        [
            ("/billing/runs/?month=2026-02", 12),
            ("/billing/runs/{run}/", 46),
            ("/billing/runs/{run}/held/", 20),
            ("/billing/runs/{run}/lists/ALL/", 26),
            ("/billing/bills/{bill}/", 24),
            ("/billing/bills/", 16),
        ],
    )
    def test_do_not_grow_with_the_accounts(
        self, supplier, path, most, django_assert_max_num_queries
    ):
        client = supplier.officer()
        client.get("/billing/runs/")  # the counts of the frame
        address = path.format(run=supplier.in_review, bill=supplier.bill_of(1))
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


class TestHoldSentences:
    @pytest.mark.parametrize(
        ("code", "evidence", "sentence"),
        [
            ("NO_RATE", {}, "No price class is assigned to the account."),
            (
                "CHECK_DIFFERS",
                {"rated_fen": 20344, "expected_fen": 20349, "detail": "TIER2_ADD"},
                "The two calculations give 203.44 and 203.49 CNY: TIER2_ADD",
            ),
            (
                "CHECK_CLASS",
                {"differing": 3, "checked": 40},
                "3 of 40 bills of this price class differ in the independent check, so the whole"
                " class waits.",
            ),
            (
                "RATING_REFUSED",
                {"why": "MISSING", "detail": "energy_peak_e4"},
                "The tariff cannot rate this account: energy_peak_e4",
            ),
            ("SOMETHING_NEW", {}, "SOMETHING_NEW"),
        ],
    )
    def test_say_why_with_the_figures(self, code, evidence, sentence):
        with translation.override("en"):
            assert words.hold_sentence(code, evidence) == sentence
