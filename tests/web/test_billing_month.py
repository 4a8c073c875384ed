"""The month of segments: what is due, how far it is; starting runs and rehearsing them."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories.identity import make_staff, make_unit
from tests.web.billing_world import Supplier, make_supplier
from tests.web.html import text_of
from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Hold, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier() -> Supplier:
    return make_supplier()


class TestMonth:
    def test_shows_the_segment_with_its_run_and_sums(self, supplier):
        page = text_of(supplier.officer().get("/billing/runs/?month=2026-02"))
        status = billing.get_run(supplier.in_review)
        assert supplier.code in page
        assert "In review" in page
        assert f"/billing/runs/{supplier.in_review}/" in page
        assert f"{status.amount_fen // 100}.{status.amount_fen % 100:02d}" in page
        assert "2026-02-01" in page  # the reading day

    def test_says_what_is_read_and_not_started(self, supplier):
        page = text_of(supplier.officer().get("/billing/runs/?month=2026-03"))
        assert "Not started" in page
        assert "Start 1 segment" in page

    def test_says_when_the_reading_day_has_not_come(self, supplier):
        page = text_of(supplier.officer().get("/billing/runs/?month=2099-03"))
        assert "Not read yet" in page
        assert "Start 1 segment" not in page

    def test_shows_one_state_when_asked(self, supplier):
        client = supplier.officer()
        assert supplier.code in text_of(client.get("/billing/runs/?month=2026-02&state=REVIEW"))
        page = text_of(client.get("/billing/runs/?month=2026-02&state=RELEASED"))
        assert "No segment is in this state" in page

    @pytest.mark.parametrize("asked", ["", "2026-13", "nonsense", "0001-01"])
    def test_takes_the_present_month_for_what_is_no_month(self, supplier, asked):
        assert supplier.officer().get("/billing/runs/", {"month": asked}).status_code == 200

    def test_shows_readers_no_money_and_no_start(self, supplier):
        page = text_of(supplier.client("READER").get("/billing/runs/?month=2026-02"))
        assert supplier.code in page
        assert "Amount" not in page
        assert f"/billing/runs/{supplier.in_review}/" not in page

    def test_shows_other_units_nothing(self, supplier):
        stranger = make_staff(role="BILLING_OFFICER", unit=make_unit())
        page = text_of(supplier.client(stranger).get("/billing/runs/?month=2026-02"))
        assert "No segment is due in this month" in page

    def test_speaks_chinese(self, supplier):
        page = text_of(supplier.officer("zh-hans").get("/billing/runs/?month=2026-02"))
        assert "抄表段与核算" in page
        assert "复核中" in page


class TestStart:
    def test_shows_first_what_would_start(self, supplier):
        supplier.release()
        page = text_of(
            supplier.officer().get(f"/billing/runs/start/?month=2026-03&segment={supplier.code}")
        )
        assert "These can start" in page
        assert "Start 1 run, 4 accounts" in page
        assert Run.objects.count() == 2

    def test_says_why_one_cannot_start(self, supplier):
        client = supplier.officer()
        page = text_of(client.get(f"/billing/runs/start/?month=2026-02&segment={supplier.code}"))
        assert "王若溪 started the run" in page
        assert f"/billing/runs/{supplier.in_review}/" in page
        page = text_of(client.get(f"/billing/runs/start/?month=2026-03&segment={supplier.code}"))
        assert "The run of 2026-02" in page

    def test_starts_queues_the_work_and_opens_the_run(self, supplier):
        supplier.release()
        answer = supplier.officer().post(
            "/billing/runs/start/", {"month": "2026-03", "segment": supplier.code}
        )
        run = Run.objects.latest("pk")
        assert answer["Location"] == f"/billing/runs/{run.pk}/"
        assert (run.state, run.started_by) == ("CALCULATING", supplier.world.officer)
        job = ProcrastinateJob.objects.get()
        assert (job.task_name, job.args) == ("calculate_run", {"run_id": run.pk})

    def test_refused_in_words_with_nothing_changed(self, supplier):
        answer = supplier.officer().post(
            "/billing/runs/start/", {"month": "2026-02", "segment": supplier.code}, follow=True
        )
        assert "王若溪 started the run" in text_of(answer)
        assert Run.objects.count() == 2
        assert not ProcrastinateJob.objects.exists()

    def test_of_nothing_says_so(self, supplier):
        answer = supplier.officer().post("/billing/runs/start/", {"month": "2026-02"}, follow=True)
        assert "Nothing was chosen" in text_of(answer)

    def test_all_leaves_out_what_is_started(self, supplier):
        page = text_of(supplier.officer().get("/billing/runs/start/?month=2026-02&all=1"))
        assert "All segments of the month are started" in page

    def test_of_another_units_segment_is_not_found(self, supplier):
        client = supplier.client(make_staff(role="BILLING_OFFICER", unit=make_unit()))
        answer = client.post("/billing/runs/start/", {"month": "2026-03", "segment": supplier.code})
        assert answer.status_code == 404
        assert Run.objects.count() == 2


class TestRehearsal:
    def test_comes_by_itself_and_writes_nothing(self, supplier):
        supplier.release()
        client = supplier.officer()
        url = f"/billing/runs/rehearsal/{supplier.code}/?month=2026-03"
        before = (Run.objects.count(), Hold.objects.count())
        assert "Calculating…" in text_of(client.get(url))
        page = text_of(client.get(url, headers={"HX-Request": "true"}))
        assert "due 4 = billed 3 + held 1 + not due 0" in page
        assert "Reading missing" in page
        assert "<html" not in page
        assert (Run.objects.count(), Hold.objects.count()) == before

    def test_reads_without_script(self, supplier):
        page = text_of(
            supplier.officer().get(f"/billing/runs/rehearsal/{supplier.code}/?month=2026-02&now=1")
        )
        assert "due 4 = billed 3 + held 1 + not due 0" in page
