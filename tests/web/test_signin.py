"""Signing in and out, throttling, and changing one's password."""

import pytest
from django.test import Client

from tests.factories.identity import make_staff
from tests.web.html import text_of
from wattdesk.domains.audit.models import Record

PASSWORD = "correct-horse-9-battery"
NEW = "purple-tiger-77-cloud"


@pytest.fixture
def clerk(station):
    return make_staff("suwanqing", role="CLERK", unit=station, name="苏婉清", password=PASSWORD)


def sign_in(client: Client, name: str = "suwanqing", password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"login": name, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.django_db
class TestSignIn:
    def test_leads_to_the_page_that_was_asked_for(self, client, clerk):
        answer = sign_in(client, next="/help/")
        assert answer.headers["Location"] == "/help/"
        assert is_signed_in(client)

    def test_gives_a_new_session(self, client, clerk):
        client.get("/sign-in/")
        session = client.session
        session["planted"] = "x"
        session.save()
        client.cookies["sessionid"] = session.session_key
        sign_in(client)
        assert client.session.session_key != session.session_key

    def test_takes_a_name_that_a_phone_has_begun_with_a_capital(self, client, clerk):
        sign_in(client, name=" Suwanqing ")
        assert is_signed_in(client)

    def test_leaves_a_record(self, client, clerk):
        sign_in(client)
        record = Record.objects.get(action="identity.signed_in")
        assert record.subjects == [f"staff:{clerk.pk}"]

    def test_opens_the_page_in_the_persons_language(self, client, station):
        make_staff("john", role="CLERK", unit=station, password=PASSWORD, language="en")
        sign_in(client, "john")
        assert client.cookies["wd_language"].value == "en"

    @pytest.mark.parametrize(("language", "word"), [("zh-hans", "登录"), ("en", "Sign in")])
    def test_page_is_in_both_languages(self, client, db, language, word):
        client.cookies["wd_language"] = language
        assert f"<h1>{word}</h1>" in text_of(client.get("/sign-in/"))

    def test_leads_to_no_other_site(self, client, clerk):
        assert sign_in(client, next="https://evil.example/").headers["Location"] == "/"


@pytest.mark.django_db
class TestFailure:
    @pytest.mark.parametrize("name", ["suwanqing", "nobody"])
    def test_says_the_same_for_a_wrong_name_and_a_wrong_password(self, client, clerk, name):
        answer = sign_in(client, name=name, password="wrong-wrong-1")
        assert answer.status_code == 422
        assert "登录名与密码不符" in text_of(answer)
        assert not is_signed_in(client)

    def test_leaves_a_record_without_an_unknown_name(self, client, clerk):
        sign_in(client, password="wrong-wrong-1")
        sign_in(client, name="my-secret-password")
        records = list(Record.objects.filter(action="identity.sign_in_failed"))
        assert len(records) == 2
        assert "my-secret-password" not in str([r.after for r in records])

    def test_a_person_who_left_is_not_let_in(self, client, clerk):
        clerk.is_active = False
        clerk.save()
        sign_in(client)
        assert not is_signed_in(client)

    def test_five_failures_in_a_minute_close_the_door_also_to_the_right_password(
        self, client, clerk
    ):
        for _ in range(5):
            sign_in(client, password="wrong-wrong-1")
        answer = sign_in(client)
        assert not is_signed_in(client)
        assert "失败次数过多。请等一分钟再试" in text_of(answer)

    def test_another_name_is_not_closed_by_that(self, client, clerk, station):
        make_staff("lihua", role="CLERK", unit=station, password=PASSWORD)
        for _ in range(5):
            sign_in(client, password="wrong-wrong-1")
        sign_in(client, name="lihua")
        assert is_signed_in(client)

    def test_twenty_failures_from_one_address_close_it(self, client, clerk):
        for number in range(20):
            sign_in(client, name=f"guess{number}", password="wrong-wrong-1")
        sign_in(client)
        assert not is_signed_in(client)


@pytest.mark.django_db
class TestSignOut:
    def test_needs_a_post(self, client, clerk):
        sign_in(client)
        assert client.get("/sign-out/").status_code == 200
        assert is_signed_in(client)
        client.post("/sign-out/")
        assert not is_signed_in(client)
        assert Record.objects.filter(action="identity.signed_out").count() == 1


def change(client: Client, present: str = PASSWORD, new: str = NEW, again: str = NEW):
    return client.post("/password/", {"present": present, "new": new, "again": again, "next": "/"})


@pytest.mark.django_db
class TestChangePassword:
    def test_keeps_this_session_and_ends_the_others(self, client, clerk):
        other = Client()
        sign_in(client)
        sign_in(other)
        assert change(client).headers["Location"] == "/"
        assert client.get("/help/").status_code == 200
        assert other.get("/help/").status_code == 302
        clerk.refresh_from_db()
        assert clerk.check_password(NEW)

    @pytest.mark.parametrize(
        ("present", "new", "again", "sentence"),
        [
            ("wrong-wrong-1", NEW, NEW, "这不是您现在的密码。"),
            (PASSWORD, NEW, NEW + "x", "两次输入的新密码不同。"),
            (PASSWORD, "12345", "12345", "form-hint is-bad"),
            (PASSWORD, "suwanqing-2026x", "suwanqing-2026x", "form-hint is-bad"),
        ],
    )
    def test_refuses_in_words_and_changes_nothing(
        self, client, clerk, present, new, again, sentence
    ):
        sign_in(client)
        answer = change(client, present, new, again)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        clerk.refresh_from_db()
        assert clerk.check_password(PASSWORD)

    def test_is_throttled(self, client, clerk):
        sign_in(client)
        for _ in range(5):
            change(client, present="wrong-wrong-1")
        assert change(client).status_code == 429

    def test_who_must_change_comes_to_no_other_page(self, client, clerk):
        clerk.must_change_password = True
        clerk.save()
        answer = sign_in(client, next="/help/")
        answer = client.get("/help/")
        assert answer.headers["Location"] == "/password/?next=%2Fhelp%2F"
        assert "您的密码是别人设的" in text_of(client.get("/password/"))
        change(client)
        assert client.get("/help/").status_code == 200
