"""The frame around every page: languages, navigation by role, preferences, refusals, policy."""

import re

import pytest
from django.test import Client
from django.utils import translation

from tests.factories.identity import make_duty, make_staff, signed_in
from tests.web.html import text_of
from wattdesk.domains.audit.models import Record
from wattdesk.web import shell


def nav_links(content: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)" title=', content.split("</nav>", maxsplit=1)[0])


@pytest.mark.django_db
class TestLanguage:
    def test_pages_are_chinese_unless_another_language_is_chosen(self, as_officer):
        content = text_of(as_officer.get("/"))
        assert '<html lang="zh-Hans"' in content
        assert "工作台" in content

    def test_pages_are_english_where_the_cookie_says_so(self, as_officer, in_english):
        content = text_of(in_english(as_officer).get("/"))
        assert '<html lang="en"' in content
        assert "Workbench" in content
        assert "工作台" not in content

    def test_what_the_browser_wishes_is_not_asked(self, as_officer):
        content = text_of(as_officer.get("/", headers={"Accept-Language": "en"}))
        assert '<html lang="zh-Hans"' in content

    def test_switching_keeps_the_choice_with_the_person_and_goes_back(self, as_officer, officer):
        answer = as_officer.post("/preferences/", {"language": "en", "next": "/help/?a=1"})
        assert answer.headers["Location"] == "/help/?a=1"
        assert as_officer.cookies["wd_language"].value == "en"
        officer.refresh_from_db()
        assert officer.language == "en"
        assert Record.objects.filter(action="identity.language_set").count() == 1

    def test_switching_works_before_signing_in(self, db):
        client = Client()
        client.post("/preferences/", {"language": "en", "next": "/sign-in/"})
        assert "Sign in" in text_of(client.get("/sign-in/"))


@pytest.mark.django_db
class TestPreferences:
    def test_theme_and_type_size_are_drawn_by_the_server(self, as_officer):
        as_officer.post("/preferences/", {"theme": "dark", "type": "large"})
        content = text_of(as_officer.get("/"))
        assert 'data-bs-theme="dark" data-type="large"' in content

    def test_unknown_values_are_dropped(self, as_officer):
        as_officer.post("/preferences/", {"theme": '"><script>'})
        assert "wd_theme" not in as_officer.cookies
        as_officer.cookies["wd_theme"] = '"><script>'
        assert 'data-bs-theme="light"' in text_of(as_officer.get("/"))

    def test_the_way_back_leads_to_no_other_site(self, as_officer):
        answer = as_officer.post(
            "/preferences/", {"theme": "dark", "next": "https://evil.example/"}
        )
        assert answer.headers["Location"] == "/"

    def test_is_not_changed_by_a_get(self, as_officer):
        assert as_officer.get("/preferences/?theme=dark").status_code == 405


@pytest.mark.django_db
class TestNavigation:
    def test_shows_only_what_the_duties_include(self, station):
        # An administrator sees no customer, no bill, no meter.
        client = signed_in(Client(), make_staff(role="ADMINISTRATOR", unit=station))
        titles = text_of(client.get("/")).split("</nav>")[0]
        with translation.override("zh-hans"):
            for group in shell.NAVIGATION:
                for item in group.items:
                    if item.action and not item.action.startswith("identity."):
                        assert f'title="{item.title}"' not in titles

    def test_every_item_needs_an_action_that_is_declared(self):
        from wattdesk.domains.identity import api as identity

        actions = {i.action for g in shell.NAVIGATION for i in g.items if i.action}
        assert actions <= identity.known_actions().keys()

    def test_an_item_without_a_page_is_left_out(self, as_officer, monkeypatch):
        group = shell.Group("x", (shell.Item("x", "Nowhere", "nowhere:at_all"),))
        monkeypatch.setattr(shell, "NAVIGATION", (*shell.NAVIGATION, group))
        assert "Nowhere" not in text_of(as_officer.get("/"))

    def test_marks_the_present_page(self, as_officer):
        content = text_of(as_officer.get("/"))
        assert 'href="/" title="工作台" aria-current="page"' in content

    def test_lists_the_duties_that_are_in_force(self, as_officer, officer):
        make_duty(officer, "CLERK")
        content = text_of(as_officer.get("/"))
        assert "核算员" in content
        assert "营业窗口受理员" in content


@pytest.mark.django_db
class TestPolicy:
    def test_scripts_come_from_here_alone(self, as_officer):
        answer = as_officer.get("/")
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        inline = re.findall(r"<script(?![^>]*src=)([^>]*)>", text_of(answer))
        assert all('type="application/json"' in tag for tag in inline)
        assert not re.search(r"\son\w+=", text_of(answer))

    def test_pages_of_a_person_are_kept_by_no_cache(self, as_officer, client):
        assert as_officer.get("/").headers["Cache-Control"] == "private, no-store"
        assert "no-store" in client.get("/sign-in/").headers["Cache-Control"]


@pytest.mark.django_db
class TestNobodySignedIn:
    def test_is_sent_to_the_sign_in_page_and_back(self, client):
        answer = client.get("/help/?a=1&b=2")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/sign-in/?next=%2Fhelp%2F%3Fa%3D1%26b%3D2"

    def test_a_script_is_told_to_go_there(self, client):
        answer = client.get("/notices/", headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert answer.headers["HX-Redirect"].startswith("/sign-in/")


@pytest.mark.django_db
@pytest.mark.urls("tests.web.pages")
class TestRefusals:
    def test_an_unknown_address_says_so_in_the_language_of_the_page(self, as_officer):
        answer = as_officer.get("/no-such-page/")
        assert answer.status_code == 404
        assert "这个网址没有页面。" in text_of(answer)

    def test_a_missing_right_is_named(self, station):
        client = signed_in(Client(), make_staff(role="ADMINISTRATOR", unit=station))
        answer = client.get("/bills-only/")
        assert answer.status_code == 403
        content = text_of(answer)
        assert "查看电费" in content
        assert "identity.action_missing" in content

    def test_a_script_gets_the_sentence_for_the_place_of_messages(self, station):
        client = signed_in(Client(), make_staff(role="ADMINISTRATOR", unit=station))
        answer = client.get("/bills-only/", headers={"HX-Request": "true", "HX-Target": "wd-list"})
        assert answer.status_code == 403
        assert answer.headers["HX-Retarget"] == "#wd-messages"
        assert "<html" not in text_of(answer)

    @pytest.mark.parametrize(
        ("kind", "status"), [("conflict", 409), ("input", 422), ("busy", 503), ("missing", 404)]
    )
    def test_each_kind_of_problem_has_its_status_and_its_sentence(self, as_officer, kind, status):
        answer = as_officer.get(f"/refuses/{kind}/")
        assert answer.status_code == status
        assert '<div class="wd-empty is-bad">' in text_of(answer)

    def test_all_faults_of_an_input_are_told(self, as_officer):
        content = text_of(as_officer.get("/refuses/input/"))
        assert "too small" in content
        assert "not a day" in content

    def test_a_form_from_before_the_sign_in_is_refused_in_words(self, officer):
        client = signed_in(Client(enforce_csrf_checks=True), officer)
        answer = client.post("/preferences/", {"theme": "dark"})
        assert answer.status_code == 403
        assert "这张表单已失效" in text_of(answer)

    def test_a_fault_of_the_program_is_a_page_too(self, as_officer):
        as_officer.raise_request_exception = False
        answer = as_officer.get("/breaks/")
        assert answer.status_code == 500
        assert "程序出错了" in text_of(answer)


@pytest.mark.django_db
class TestCost:
    def test_the_frame_costs_five_queries(self, as_officer, django_assert_num_queries):
        as_officer.get("/help/")  # counts of the navigation are kept from here on
        # session, person, their rights, their card, their duties
        with django_assert_num_queries(5):
            as_officer.get("/help/")


@pytest.mark.django_db
class TestHelp:
    def test_has_all_terms_in_both_languages(self, as_officer, in_english):
        assert "应收年月" in text_of(as_officer.get("/help/"))
        assert "Receivable month" in text_of(in_english(as_officer).get("/help/"))
