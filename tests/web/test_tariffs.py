"""Tariff documents on screen: the price notice, the proposal, the second person's decision."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.factories.identity import act, make_staff, signed_in
from wattdesk.domains.identity.models import Staff, Unit
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.data import VersionInfo
from wattdesk.web.staff.tariffs import texts, words

TEXT = tariffs.shipped_text("hubei-commercial-2026-01")


def browser(staff: Staff) -> Client:
    client = signed_in(Client(), staff)
    client.cookies["wd_language"] = "en"
    return client


@pytest.fixture
def proposer(station: Unit) -> Staff:
    return make_staff("propose", role="TARIFF_SUPERVISOR", unit=station, name="季冰雨")


@pytest.fixture
def decider(station: Unit) -> Staff:
    return make_staff("decide", role="TARIFF_SUPERVISOR", unit=station, name="宋蕾曦")


@pytest.fixture
def version(proposer: Staff) -> VersionInfo:
    with transaction.atomic():
        return tariffs.propose(TEXT, by=act(proposer))


class TestList:
    def test_says_what_to_do_while_there_is_no_document(self, proposer):
        page = browser(proposer).get("/tariffs/").content.decode()
        assert "No tariff document yet" in page
        assert page.count("Propose a document") == 2

    def test_tells_the_waiting_version(self, version, decider):
        page = browser(decider).get("/tariffs/").content.decode()
        assert "HB-COM version 1, proposed by 季冰雨, in force from 2026-01-01" in page
        assert "No price in force" in page


class TestPriceNotice:
    def test_shows_components_bands_and_published_prices(self, version, decider):
        page = browser(decider).get(f"/tariffs/{version.id}/").content.decode()
        for part in ("1.133999", "0.38447", "Purchased energy (agency)", "18:00–20:00"):
            assert part in page

    def test_marks_what_is_not_checked(self, proposer, decider):
        with transaction.atomic():
            found = tariffs.propose(tariffs.shipped_text("beijing-residential"), by=act(proposer))
        page = browser(decider).get(f"/tariffs/{found.id}/").content.decode()
        assert "[mem]" in page
        assert "0–2,880" in page
        assert "above 4,800" in page

    def test_shows_the_examples_with_both_engines(self, version, decider):
        page = browser(decider).get(f"/tariffs/{version.id}/").content.decode()
        assert "C01" in page
        assert "both engines agree" in page

    @pytest.mark.parametrize("name", tariffs.shipped_names())
    def test_can_be_drawn_for_every_shipped_document(self, proposer, name):
        with transaction.atomic():
            found = tariffs.propose(tariffs.shipped_text(name), by=act(proposer))
        client = browser(proposer)
        assert client.get(f"/tariffs/{found.id}/").status_code == 200
        client.cookies["wd_language"] = "zh-hans"
        assert client.get(f"/tariffs/{found.id}/").status_code == 200

    def test_of_a_version_that_is_not_there_is_not_found(self, decider):
        assert browser(decider).get("/tariffs/999999/").status_code == 404


class TestText:
    def test_has_line_numbers_and_comes_as_a_file(self, version, decider):
        client = browser(decider)
        assert 'id="L1"' in client.get(f"/tariffs/{version.id}/text/").content.decode()
        response = client.get(f"/tariffs/{version.id}/text/?file=1")
        assert response.content.decode() == TEXT
        assert 'filename="HB-COM-1.yaml"' in response["Content-Disposition"]

    def test_of_the_first_version_has_nothing_to_compare(self, version, decider):
        page = browser(decider).get(f"/tariffs/{version.id}/changes/").content.decode()
        assert "No version before this one" in page

    def test_of_a_second_version_shows_both_sides(self, version, proposer, decider):
        later = TEXT.replace("effective_to: 2026-02-01", "effective_to: 2026-03-01")
        with transaction.atomic():
            second = tariffs.propose(later, by=act(proposer))
        page = browser(decider).get(f"/tariffs/{second.id}/changes/").content.decode()
        assert '<tr class="is-cut">' in page
        assert '<tr class="is-add">' in page


class TestProposing:
    def test_a_faulty_text_gets_line_column_and_sentence_and_stores_nothing(self, proposer):
        faulty = TEXT.replace("customer_class: COMMERCIAL", "customer_class: COMERCIAL", 1)
        page = browser(proposer).post("/tariffs/propose/", {"text": faulty, "step": "propose"})
        assert "customer_class" in page.content.decode()
        assert 'href="#L' in page.content.decode()
        assert tariffs.list_versions() == []

    def test_checking_a_sound_text_stores_nothing_either(self, proposer):
        page = browser(proposer).post("/tariffs/propose/", {"text": TEXT, "step": "check"})
        assert "The document can be proposed." in page.content.decode()
        assert tariffs.list_versions() == []

    def test_takes_the_text_of_a_file_with_a_reason(self, proposer):
        client = browser(proposer)
        file = SimpleUploadedFile("hb.yaml", TEXT.encode())
        checked = client.post("/tariffs/propose/", {"file": file, "step": "check"})
        assert "HB-COM" in checked.content.decode()
        client.post("/tariffs/propose/", {"text": TEXT, "step": "propose", "reason": "January"})
        (found,) = tariffs.list_versions()
        assert (found.state, found.proposed_by, found.text) == ("PROPOSED", "季冰雨", TEXT)

    def test_without_a_reason_is_refused(self, proposer):
        response = browser(proposer).post("/tariffs/propose/", {"text": TEXT, "step": "propose"})
        assert response.status_code == 422
        assert tariffs.list_versions() == []

    def test_the_same_text_twice_is_refused_in_words(self, version, proposer):
        response = browser(proposer).post(
            "/tariffs/propose/", {"text": TEXT, "step": "propose", "reason": "again"}
        )
        assert "already there as version 1 of HB-COM" in response.content.decode()
        assert len(tariffs.list_versions()) == 1

    def test_a_file_that_is_no_text_is_refused(self, proposer):
        file = SimpleUploadedFile("hb.yaml", b"\xff\xfe\x00")
        response = browser(proposer).post("/tariffs/propose/", {"file": file, "step": "check"})
        assert response.status_code == 422
        assert "not text in UTF-8" in response.content.decode()

    def test_starts_from_a_version(self, version, proposer):
        page = browser(proposer).get(f"/tariffs/propose/?from={version.id}").content.decode()
        assert "code: HB-COM" in page


class TestDeciding:
    def test_is_closed_to_the_proposer_with_the_reason(self, version, proposer):
        client = browser(proposer)
        page = client.get(f"/tariffs/{version.id}/").content.decode()
        assert "You proposed this version." in page
        assert f"/tariffs/{version.id}/decide/" not in page
        response = client.post(
            f"/tariffs/{version.id}/decide/", {"verdict": "release", "reason": "mine"}
        )
        assert response.status_code == 422
        assert tariffs.get_version(version.id).state == "PROPOSED"

    def test_releases_by_another_person(self, version, decider):
        browser(decider).post(
            f"/tariffs/{version.id}/decide/", {"verdict": "release", "reason": "checked"}
        )
        found = tariffs.get_version(version.id)
        assert (found.state, found.decided_by, found.reason) == ("RELEASED", "宋蕾曦", "checked")

    def test_rejects_with_a_reason_only(self, version, decider):
        client, url = browser(decider), f"/tariffs/{version.id}/decide/"
        assert client.post(url, {"verdict": "reject", "reason": ""}).status_code == 422
        assert tariffs.get_version(version.id).state == "PROPOSED"
        client.post(url, {"verdict": "reject", "reason": "wrong month"})
        assert tariffs.get_version(version.id).state == "REJECTED"

    def test_does_nothing_without_a_verdict(self, version, decider):
        browser(decider).post(f"/tariffs/{version.id}/decide/", {"reason": "?"})
        assert tariffs.get_version(version.id).state == "PROPOSED"


class TestWorkbench:
    def test_asks_the_other_person_only(self, version, proposer, decider):
        assert f"/tariffs/{version.id}/" in browser(decider).get("/").content.decode()
        assert f"/tariffs/{version.id}/" not in browser(proposer).get("/").content.decode()


class TestWords:
    def test_months_are_told_in_runs(self):
        assert words.months((1, 2, 3, 5, 7, 8)).endswith("1–3、5、7–8 月")

    def test_a_difference_keeps_lines_that_look_like_heads(self):
        unified = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n--- cut\n+++ added"
        kinds = [(c.kind, c.text) for c in texts.changes(unified)]
        assert kinds[1:] == [("same", "same"), ("cut", "-- cut"), ("add", "++ added")]
