"""The audit trail on screen: lists, one record in words, unmaskings, verification."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from tests.factories.identity import act, make_staff, make_unit, signed_in
from tests.web.html import text_of
from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.models import Record
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.models import Staff, Unit
from wattdesk.web.staff.audit import changes

LATER = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def browser(staff: Staff) -> Client:
    client = signed_in(Client(), staff)
    client.cookies["wd_language"] = "en"
    return client


@pytest.fixture
def auditor(station: Unit) -> Staff:
    """Of the whole tree: of the county above the station."""
    return make_staff("auditor", role="AUDITOR", unit=station.parent, name="郭超宏")


@pytest.fixture
def head(station: Unit) -> Staff:
    return make_staff("head", role="SUPERVISOR", unit=station, name="王清淑")


def write(by: Staff, action: str, **more: object) -> int:
    with transaction.atomic():
        return audit.record(by=act(by), action=action, subjects=["run:3"], **more)


@pytest.fixture
def renamed(auditor: Staff, station: Unit) -> int:
    return write(
        auditor,
        "identity.unit_renamed",
        unit_id=station.pk,
        before={"name": "旧名", "name_en": "Same"},
        after={"name": "新名", "name_en": "Same"},
    )


@pytest.fixture
def unmasked(head: Staff, station: Unit) -> int:
    with transaction.atomic():
        identity.record_unmasking(
            subject="account:7",
            fields=["PHONE"],
            by=act(head, reason="called back"),
            unit_id=station.pk,
        )
    return Record.objects.latest("pk").pk


class TestTrail:
    def test_tells_who_did_what_in_words(self, auditor, renamed):
        page = text_of(browser(auditor).get("/audit/"))
        for part in ("郭超宏", "Unit renamed", "Run 3", "name changed from 旧名 to 新名"):
            assert part in page

    def test_shows_records_of_no_unit_to_those_of_the_whole_tree_only(self, auditor, head):
        number = write(auditor, "customers.correct_customer")
        assert f"/audit/{number}/" in text_of(browser(auditor).get("/audit/"))
        assert f"/audit/{number}/" not in text_of(browser(head).get("/audit/"))
        assert browser(head).get(f"/audit/{number}/").status_code == 404

    def test_shows_what_concerns_everybody_to_every_reader(self, auditor, head):
        number = write(auditor, "tariffs.release")
        assert f"/audit/{number}/" in text_of(browser(head).get("/audit/"))
        assert browser(head).get(f"/audit/{number}/").status_code == 200

    def test_hides_what_happened_in_other_units(self, head):
        other = make_unit()
        number = write(head, "billing.run.start", unit_id=other.pk)
        assert f"/audit/{number}/" not in text_of(browser(head).get("/audit/"))
        assert browser(head).get(f"/audit/{number}/").status_code == 404

    @pytest.mark.parametrize(
        "query",
        [
            "who=郭超宏",
            "who=auditor",
            "area=identity",
            "action=identity.unit_renamed",
            "subject=run:3",
            "at_from=2026-11-22&at_to=2026-11-22",
        ],
    )
    def test_finds_by_each_condition(self, auditor, renamed, query):
        assert f"/audit/{renamed}/" in text_of(browser(auditor).get(f"/audit/?{query}"))

    @pytest.mark.parametrize(
        "query",
        [
            "who=nobody",
            "area=billing",
            "action=billing.run.start",
            "subject=run:4",
            "subject=3701005177209",
            "at_to=2026-11-21",
            "at_from=2026-11-23",
        ],
    )
    def test_leaves_out_what_does_not_fit(self, auditor, renamed, query):
        assert f"/audit/{renamed}/" not in text_of(browser(auditor).get(f"/audit/?{query}"))

    def test_says_how_to_write_a_subject(self, auditor):
        page = text_of(browser(auditor).get("/audit/?subject=run"))
        assert "Write an account number, or a subject" in page

    def test_pages_by_key_without_losing_a_record(self, auditor):
        made = {write(auditor, "billing.run.start") for _index in range(60)}
        client, seen, url = browser(auditor), set(), "/audit/"
        for _page in range(2):
            response = client.get(url)
            seen |= {row.key for row in response.context["rows"]}
            url = f"/audit/?after={response.context['page'].next_cursor}"
        assert made <= seen

    def test_comes_as_excel(self, auditor, renamed):
        response = browser(auditor).get("/audit/?export=xlsx")
        assert b"".join(response.streaming_content)[:2] == b"PK"


class TestRecord:
    def test_shows_before_and_after(self, auditor, renamed):
        page = text_of(browser(auditor).get(f"/audit/{renamed}/"))
        assert '<s class="ink-3">旧名</s>' in page
        assert "<b>新名</b>" in page
        assert "name changed from 旧名 to 新名" in page
        assert "name in English changed" not in page

    def test_of_an_unknown_action_keeps_its_code(self, auditor):
        number = write(auditor, "later.something", after={"odd_key": 1})
        page = text_of(browser(auditor).get(f"/audit/{number}/"))
        assert "later.something" in page
        assert "odd_key" in page


class TestUnmaskings:
    def test_are_listed_with_fields_and_reason(self, auditor, unmasked):
        page = text_of(browser(auditor).get("/audit/unmaskings/"))
        assert "called back" in page
        assert "phone" in page

    def test_are_kept_from_readers_of_the_trail_without_that_right(self, head, unmasked):
        client = browser(head)
        assert client.get("/audit/unmaskings/").status_code == 403
        assert client.get(f"/audit/{unmasked}/").status_code == 404
        assert "called back" not in text_of(client.get("/audit/"))


class TestVerification:
    def test_reads_nothing_before_it_is_asked_to(self, auditor):
        assert "Not verified yet" in text_of(browser(auditor).get("/audit/verification/"))

    def test_says_that_the_trail_is_whole_with_figures(self, auditor, renamed):
        page = text_of(browser(auditor).post("/audit/verification/"))
        assert "The audit trail is whole." in page
        assert "Waiting records" in page

    def test_tells_a_record_that_was_changed(self, auditor, renamed, as_owner):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_record DISABLE TRIGGER USER")
            cursor.execute("UPDATE audit_record SET reason = 'x' WHERE id = %s", [renamed])
        page = text_of(browser(auditor).post("/audit/verification/"))
        assert "1 problem was found." in page
        assert f"Record {renamed} was written or changed behind the program" in page


class TestValues:
    def test_are_written_as_screens_write_them(self):
        assert changes.written("amount_fen", 123456) == "1,234.56"
        assert changes.written("note", None) == "—"
        assert changes.written("actions", ["a", "b"]) in {"a、b", "a, b"}

    def test_a_field_of_one_side_only_is_no_change(self):
        (one,) = changes.fields(None, {"code": "7"})
        assert not one.is_changed
