"""Staff and duties on screen: people, rights that need two, passwords shown once."""

import re
from datetime import date

import pytest
from django.db import transaction
from django.test import Client

from tests.factories.identity import act, make_duty, make_staff, make_unit, signed_in
from tests.web.html import text_of
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.models import Duty, Staff, Unit

TODAY = date(2026, 11, 22)


def browser(staff: Staff) -> Client:
    client = signed_in(Client(), staff)
    client.cookies["wd_language"] = "en"
    return client


@pytest.fixture
def giver(station: Unit) -> Staff:
    return make_staff("giver", role="ADMINISTRATOR", unit=station, name="郑春莉")


@pytest.fixture
def second(station: Unit) -> Staff:
    return make_staff("second", role="ADMINISTRATOR", unit=station, name="吴银秀")


@pytest.fixture
def clerk(station: Unit) -> Staff:
    return make_staff("qiao", role="CLERK", unit=station, name="乔苒萌")


def new_duty(person: Staff, **changes: str) -> dict[str, str]:
    return {
        "role": "READER",
        "unit": str(person.unit_id),
        "from_date": "2026-12-01",
        "to_date": "",
        "reason": "new team",
        **changes,
    }


@pytest.fixture
def waiting(giver: Staff, clerk: Staff) -> Duty:
    """A duty that the giver gave the clerk."""
    with transaction.atomic():
        key = identity.give_duty(
            staff_id=clerk.pk,
            role_code="ADMINISTRATOR",
            unit_id=clerk.unit_id,
            from_date=TODAY,
            by=act(giver),
        )
    return Duty.objects.get(pk=key)


class TestList:
    def test_shows_people_of_the_own_units_with_their_roles(self, giver, clerk):
        make_staff("stranger", role="CLERK", unit=make_unit(), name="外人")
        page = text_of(browser(giver).get("/identity/"))
        assert "qiao" in page
        assert "Window clerk" in page
        assert "stranger" not in page

    def test_finds_those_without_a_role(self, giver, clerk):
        make_staff("idle", unit=giver.unit)
        page = text_of(browser(giver).get("/identity/?role=NONE"))
        assert "idle" in page
        assert "qiao" not in page

    def test_does_not_offer_adding_without_the_right(self, station):
        auditor = make_staff(role="AUDITOR", unit=station)
        assert "/identity/add/" not in text_of(browser(auditor).get("/identity/"))


class TestUnits:
    def test_stand_as_a_tree_with_their_people(self, giver, clerk):
        make_unit("37010101", parent=giver.unit, name="一班")
        page = text_of(browser(giver).get("/identity/units/"))
        assert "2 people" in page
        assert "--depth:1" in page
        assert "nobody" in page


class TestRoles:
    def test_say_in_words_what_each_may_do(self, giver, clerk):
        page = text_of(browser(giver).get("/identity/roles/"))
        assert "Window clerk" in page
        assert "Unmask personal data" in page


class TestAddingAPerson:
    @staticmethod
    def entered(unit: Unit, **changes: str) -> dict[str, object]:
        given = {"username": "li.lei", "name": "李雷", "name_en": "Lei Li", "email": ""}
        return {**given, "language": "zh-hans", "reason": "joined", "unit": unit.pk, **changes}

    def test_shows_the_first_password_once_and_keeps_no_copy(self, giver):
        data = self.entered(giver.unit)
        response = browser(giver).post("/identity/add/", data)
        person = Staff.objects.get(username="li.lei")
        shown = re.findall(r'wd-secret">([^<]+)<', response.content.decode())
        assert response["Cache-Control"] == "no-store"
        assert person.check_password(shown[1])
        assert person.must_change_password
        assert shown[1] not in text_of(browser(giver).get(f"/identity/{person.pk}/"))

    def test_with_a_taken_name_says_so(self, giver, clerk):
        data = self.entered(giver.unit, username="qiao")
        response = browser(giver).post("/identity/add/", data)
        assert response.status_code == 422
        assert "The sign-in name qiao is in use." in text_of(response)

    def test_into_a_unit_of_others_is_not_offered(self, giver):
        data = self.entered(make_unit())
        assert browser(giver).post("/identity/add/", data).status_code == 422
        assert not Staff.objects.filter(username="li.lei").exists()


class TestGivingADuty:
    def test_waits_for_another_person(self, giver, second, clerk):
        data = new_duty(clerk, role="ADMINISTRATOR")
        browser(giver).post(f"/identity/{clerk.pk}/duties/", data)
        duty = Duty.objects.get(staff=clerk, given_by=giver)
        assert duty.confirmed_at is None
        mine = text_of(browser(giver).get(f"/identity/{clerk.pk}/"))
        assert "You gave it: another person has to confirm it." in mine
        assert f"/duties/{duty.pk}/confirm/" not in mine
        theirs = text_of(browser(second).get(f"/identity/{clerk.pk}/"))
        assert f"/duties/{duty.pk}/confirm/" in theirs

    def test_of_the_same_role_twice_is_refused(self, giver, clerk):
        data = new_duty(clerk, role="CLERK")
        response = browser(giver).post(f"/identity/{clerk.pk}/duties/", data)
        assert response.status_code == 422
        assert Duty.objects.filter(staff=clerk).count() == 1

    def test_to_oneself_is_refused(self, giver):
        make_duty(make_staff(unit=giver.unit), "CLERK")
        data = new_duty(giver, role="CLERK")
        response = browser(giver).post(f"/identity/{giver.pk}/duties/", data)
        assert response.status_code == 422
        assert Duty.objects.filter(staff=giver).count() == 1


class TestConfirmingADuty:
    def test_puts_it_in_force(self, waiting, second, clerk):
        browser(second).post(f"/identity/{clerk.pk}/duties/{waiting.pk}/confirm/")
        waiting.refresh_from_db()
        assert waiting.confirmed_by == second

    def test_by_the_giver_changes_nothing(self, waiting, giver, clerk):
        url = f"/identity/{clerk.pk}/duties/{waiting.pk}/confirm/"
        page = text_of(browser(giver).post(url, follow=True))
        waiting.refresh_from_db()
        assert waiting.confirmed_at is None
        assert "Rights need two people" in page

    def test_is_asked_for_on_the_list_and_on_the_workbench(self, waiting, giver, second, clerk):
        assert "1 duty waits for a second person." in text_of(browser(second).get("/identity/"))
        assert f"/identity/{clerk.pk}/#duty-{waiting.pk}" in text_of(
            browser(second).get("/identity/waiting/")
        )
        assert f"/identity/{clerk.pk}/" in text_of(browser(second).get("/"))
        assert f"/identity/{clerk.pk}/" not in text_of(browser(giver).get("/"))


class TestEndingADuty:
    def test_on_a_day_needs_a_reason(self, giver, clerk):
        duty = clerk.duties.get()
        url = f"/identity/{clerk.pk}/duties/{duty.pk}/end/"
        client = browser(giver)
        assert client.post(url, {"to_date": "2099-01-01", "reason": ""}).status_code == 422
        client.post(url, {"to_date": "2099-01-01", "reason": "moves"})
        duty.refresh_from_db()
        assert duty.period.upper == date(2099, 1, 1)

    def test_in_the_past_is_refused(self, giver, clerk):
        duty = clerk.duties.get()
        url = f"/identity/{clerk.pk}/duties/{duty.pk}/end/"
        response = browser(giver).post(url, {"to_date": "2020-01-01", "reason": "late"})
        assert "A duty ends today at the earliest." in text_of(response)
        duty.refresh_from_db()
        assert duty.period.upper is None

    def test_withdraws_one_that_is_not_confirmed(self, waiting, giver, clerk):
        url = f"/identity/{clerk.pk}/duties/{waiting.pk}/end/"
        browser(giver).post(url, {"to_date": "2099-01-01", "reason": "mistake"})
        assert not Duty.objects.filter(pk=waiting.pk).exists()


class TestAccess:
    def test_ends_and_comes_back_with_a_reason(self, giver, clerk):
        client, url = browser(giver), f"/identity/{clerk.pk}/access/"
        assert client.post(url, {"reason": ""}).status_code == 422
        client.post(url, {"reason": "left"})
        clerk.refresh_from_db()
        assert not clerk.is_active
        client.post(url, {"reason": "back"})
        clerk.refresh_from_db()
        assert clerk.is_active

    def test_of_oneself_stays_as_it_is(self, giver):
        response = browser(giver).post(f"/identity/{giver.pk}/access/", {"reason": "holiday"})
        giver.refresh_from_db()
        assert response.status_code == 422
        assert giver.is_active


class TestFirstPassword:
    def test_is_made_anew_and_shown_once(self, giver, clerk):
        url = f"/identity/{clerk.pk}/password/"
        response = browser(giver).post(url, {"reason": "forgot it"})
        shown = re.findall(r'wd-secret">([^<]+)<', response.content.decode())
        clerk.refresh_from_db()
        assert clerk.check_password(shown[1])
        assert clerk.must_change_password

    def test_is_not_for_oneself(self, giver):
        before = giver.password
        browser(giver).post(f"/identity/{giver.pk}/password/", {"reason": "mine"})
        giver.refresh_from_db()
        assert giver.password == before
