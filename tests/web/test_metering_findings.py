"""The work list of findings: what is shown, in which order, decided how and by whom."""

import html
import re
from datetime import date

import polars as pl
import pytest
from django.db import transaction
from django.utils import timezone

from tests.factories import billing as supplier
from tests.factories import metering as make
from tests.web.accounts import NOW, browser, number_of, stranger
from tests.web.html import text_of
from tests.web.walk import fingerprint
from wattdesk.domains.audit import api as audit
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.models import Finding

pytestmark = pytest.mark.django_db
URL = "/metering/findings/"
BEGIN, END = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world():
    """Homes 1 and 2 used far more in January than in December, home 3 the same as ever.

    Home 4 has no reading in January.
    """
    made = supplier.billing_world({1: [300, 4000], 2: [300, 5000], 3: [200, 210], 4: [100]})
    points = pl.Series("usage_point_id", list(made.points.values()), dtype=pl.Int64)
    measured = metering.measure(points, BEGIN, END)
    with transaction.atomic():
        metering.store_findings(
            segment_id=made.segment.pk, from_date=BEGIN, to_date=END, findings=measured.findings,
            by=make.act_at(date(2026, 2, 2)), checked=points,
        )  # fmt: skip
    return made


@pytest.fixture
def officer(world):
    return browser(world, "READING_OFFICER")


def sudden(world, home: int) -> Finding:
    return Finding.objects.get(usage_point_id=world.points[home], code="SUDDEN_CHANGE")


def missing(world) -> Finding:
    return Finding.objects.get(usage_point_id=world.points[4], code="MISSING")


def listed(client, query: str) -> list[str]:
    """Account numbers in the rows, in order."""
    page = text_of(client.get(f"{URL}{query}"))
    return re.findall(r'<a href="/customers/(\d+)/">', page)


class TestList:
    def test_starts_with_what_is_still_to_be_done(self, officer):
        assert officer.get(URL)["Location"] == f"{URL}?state=OPEN"

    def test_has_the_most_energy_first_and_says_why_in_a_sentence(self, world, officer):
        rows = listed(officer, "?state=OPEN")
        assert rows.index(number_of(world, 2)) < rows.index(number_of(world, 1))
        page = text_of(officer.get(f"{URL}?state=OPEN"))
        assert "Sudden change" in page
        assert metering.finding_infos([sudden(world, 2).pk])[sudden(world, 2).pk].sentence
        assert "4,700" in page  # 5000 - 300
        assert "open, holds" in page

    def test_is_narrowed_to_segment_period_and_kind(self, world, officer):
        period = "from_date=2026-01-01&to_date=2026-02-01"
        code = world.segment.code
        everybody = listed(officer, f"?segment={code}&{period}&code=SUDDEN_CHANGE")
        assert everybody == [number_of(world, 2), number_of(world, 1)]
        assert listed(officer, f"?segment={code}X&code=SUDDEN_CHANGE") == []
        assert listed(officer, "?from_date=2026-02-01&code=SUDDEN_CHANGE") == []
        assert listed(officer, "?code=MISSING") == [number_of(world, 4)]

    def test_shows_what_keeps_accounts_out_of_their_bill(self, world, officer):
        self.decide(officer, sudden(world, 1), "ACCEPT")
        self.decide(officer, sudden(world, 2), "INSPECT")
        page = listed(officer, "?holding=1&code=SUDDEN_CHANGE")
        assert page == [number_of(world, 2)]

    def decide(self, client, finding: Finding, decision: str) -> None:
        data = {"decision": decision, "reason": "looked at it"}
        assert client.post(f"{URL}{finding.pk}/decide/", data).status_code == 302

    def test_shows_nothing_of_other_units(self, world):
        assert listed(stranger("READING_OFFICER"), "?state=OPEN") == []

    def test_takes_few_queries_however_many(self, officer, django_assert_max_num_queries):
        officer.get(f"{URL}?state=OPEN")
        with django_assert_max_num_queries(12):
            officer.get(f"{URL}?state=OPEN")

    def test_masks_names(self, world, officer):
        page = text_of(officer.get(f"{URL}?state=OPEN"))
        assert "住*1" in page
        assert "住户1" not in page


class TestEvidence:
    def beside(self, client, finding: Finding) -> str:
        page = text_of(client.get(f"{URL}?state=OPEN&at={finding.pk}"))
        found = re.search(r'<aside class="wd-panel wd-beside".*</aside>', page, re.DOTALL)
        assert found is not None
        return found.group()

    def test_stands_beside_with_months_account_and_meter(self, world, officer):
        aside = self.beside(officer, sudden(world, 1))
        assert "2026-01-01 – 2026-02-01" in aside
        assert "4,000" in aside
        assert number_of(world, 1) in aside
        assert "/metering/meters/" in aside
        assert "13 months as a table" in aside

    def test_says_what_would_be_billed_as_an_estimate_and_how(self, world, officer):
        aside = self.beside(officer, missing(world))
        info = metering.finding_infos([missing(world).pk])[missing(world).pk]
        assert info.estimate_kwh is not None
        assert "Estimate" in aside

    def test_offers_only_what_can_be_decided(self, world, officer):
        aside = self.beside(officer, missing(world))  # there is nothing to accept
        accept = re.search(r'<button[^>]*value="ACCEPT"[^>]*>', aside)
        assert accept is not None
        assert "disabled" in accept.group()

    def test_has_no_buttons_for_those_who_may_not_decide(self, world):
        aside = self.beside(browser(world, "READER"), sudden(world, 1))
        assert "Deciding needs the right to decide findings." in aside
        assert "<button" not in aside

    def test_of_other_units_is_not_shown(self, world):
        client = stranger("READING_OFFICER")
        page = text_of(client.get(f"{URL}?state=OPEN&at={sudden(world, 1).pk}"))
        assert "wd-beside" not in page

    def test_shows_who_decided_and_why(self, world, officer):
        finding = sudden(world, 1)
        officer.post(
            f"{URL}{finding.pk}/decide/", {"decision": "ACCEPT", "reason": "a workshop since then"}
        )
        page = text_of(officer.get(f"{URL}?state=DECIDED&at={finding.pk}"))
        assert "a workshop since then" in page
        assert "赵一" in page


class TestDeciding:
    @pytest.mark.parametrize("decision", ["ACCEPT", "ESTIMATE", "REREAD", "INSPECT"])
    def test_is_kept_with_reason_and_person(self, world, officer, decision):
        finding = sudden(world, 1)
        back = f"{URL}?state=OPEN&sort=-kwh"
        answer = officer.post(
            f"{URL}{finding.pk}/decide/",
            {"decision": decision, "reason": "asked the customer", "back": back},
        )
        assert answer["Location"] == back
        finding.refresh_from_db()
        assert (finding.state, finding.decision) == ("DECIDED", decision)
        assert finding.reason == "asked the customer"
        entry = audit.list_entries(actions=["metering.finding.decide"])[0]
        assert entry.reason == "asked the customer"

    def test_goes_on_with_the_next_one_of_the_list(self, world, officer):
        query = "state=OPEN&code=SUDDEN_CHANGE"
        page = text_of(officer.get(f"{URL}?{query}&at={sudden(world, 2).pk}"))
        following = html.unescape(re.search(r'name="following" value="([^"]*)"', page).group(1))
        assert following == f"{URL}?{query}&at={sudden(world, 1).pk}"
        answer = officer.post(
            f"{URL}{sudden(world, 2).pk}/decide/",
            {"decision": "ACCEPT", "reason": "x", "following": following, "back": URL},
        )
        assert answer["Location"] == following
        assert 'name="following" value=""' in text_of(officer.get(following))  # it was the last

    def test_needs_a_reason(self, world, officer):
        before = fingerprint()
        url = f"{URL}{sudden(world, 1).pk}/decide/"
        answer = officer.post(url, {"decision": "ACCEPT", "reason": "  "})
        assert answer.status_code == 422
        assert 'id="id_reason_error"' in text_of(answer)
        assert fingerprint() == before

    def test_that_cannot_be_is_refused_in_words(self, world, officer):
        before = fingerprint()
        url = f"{URL}{missing(world).pk}/decide/"
        answer = officer.post(url, {"decision": "ACCEPT", "reason": "it is fine"})
        assert answer.status_code == 422
        assert fingerprint() == before

    def test_an_unknown_decision_is_refused(self, world, officer):
        url = f"{URL}{sudden(world, 1).pk}/decide/"
        assert officer.post(url, {"decision": "BURN", "reason": "x"}).status_code == 422

    def test_does_not_lead_to_another_site(self, world, officer):
        url = f"{URL}{sudden(world, 1).pk}/decide/"
        data = {"decision": "ACCEPT", "reason": "x", "back": "https://evil.example/"}
        assert officer.post(url, data)["Location"] == URL

    def test_of_other_units_is_not_found(self, world):
        outsider, reader = stranger("READING_OFFICER"), browser(world, "READER")
        before = fingerprint()
        url = f"{URL}{sudden(world, 1).pk}/decide/"
        data = {"decision": "ACCEPT", "reason": "x"}
        assert outsider.post(url, data).status_code == 404
        assert reader.post(url, data).status_code == 403
        assert fingerprint() == before


class TestManyAtOnce:
    def post(self, client, **fields: object):
        return client.post(f"{URL}?state=OPEN", fields)

    def test_are_counted_first_and_what_cannot_be_is_named(self, world, officer):
        keys = [sudden(world, 1).pk, sudden(world, 2).pk, missing(world).pk]
        before = fingerprint()
        page = text_of(self.post(officer, bulk="decide", row=keys))
        assert "Accept: 2 findings" in page
        assert "cannot be decided so" in page
        assert fingerprint() == before

    def test_are_counted_anew_for_another_decision(self, world, officer):
        keys = [sudden(world, 1).pk, sudden(world, 2).pk, missing(world).pk]
        asked = {"bulk_open": "decide", "step": "preview", "decision": "REREAD", "reason": ""}
        page = text_of(self.post(officer, row=keys, **asked))
        assert "Read again: 3 findings" in page

    def test_are_decided_alike_with_one_reason(self, world, officer):
        keys = [sudden(world, 1).pk, sudden(world, 2).pk, missing(world).pk]
        answer = self.post(
            officer, bulk_open="decide", step="apply", row=keys, decision="ACCEPT",
            reason="the market moved in",
        )  # fmt: skip
        assert answer.status_code == 302
        decided = Finding.objects.filter(state="DECIDED")
        assert {f.pk for f in decided} == set(keys[:2])
        assert {f.reason for f in decided} == {"the market moved in"}
        assert missing(world).state == "OPEN"
        assert "Accept: 2 findings." in text_of(officer.get(f"{URL}?state=DECIDED"))

    def test_of_other_units_stay_as_they_are(self, world):
        client = stranger("READING_OFFICER")
        before = sudden(world, 1).state
        self.post(
            client, bulk_open="decide", step="apply", row=[sudden(world, 1).pk],
            decision="ACCEPT", reason="x",
        )  # fmt: skip
        assert sudden(world, 1).state == before
