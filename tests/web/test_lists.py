"""The list toolkit: paging by key, filters, views, export of exactly what is filtered, bulk."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client

from tests.factories.identity import make_staff, make_unit, signed_in
from tests.web.html import text_of
from tests.web.pages import UnitList
from wattdesk.domains.identity.models import Unit
from wattdesk.web.lists import filters, keyset, saved, state
from wattdesk.web.lists.keyset import Order
from wattdesk.web.models import SavedView

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.pages")]


@pytest.fixture
def units(station: Unit) -> list[Unit]:
    """130 teams of the station: more than two pages."""
    return [make_unit(f"T{n:03d}", parent=station, name=f"班组{n:03d}") for n in range(130)]


@pytest.fixture
def clerk(station: Unit) -> Client:
    """May see and change accounts, hence the test list's rows, in English."""
    client = signed_in(Client(), make_staff("clerk", role="CLERK", unit=station))
    client.cookies["wd_language"] = "en"
    return client


def codes(content: str) -> list[str]:
    return re.findall(r'<a href="/units/\d+/">([^<]+)</a>', content)


def link(content: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', content)
    return found.group(1).replace("&amp;", "&") if found else ""


class TestPaging:
    def test_walks_through_all_rows_once_and_back(self, clerk, units):
        content = text_of(clerk.get("/units/"))
        seen, pages = codes(content), [codes(content)]
        while link(content, "next"):
            content = text_of(clerk.get("/units/" + link(content, "next")))
            seen += codes(content)
            pages.append(codes(content))
        assert seen == ["370101", *(u.code for u in units)]
        assert [len(page) for page in pages] == [50, 50, 31]
        for page in reversed(pages[:-1]):
            content = text_of(clerk.get("/units/" + link(content, "prev")))
            assert codes(content) == page
        assert not link(content, "prev")

    def test_stays_where_it_is_while_rows_come_in(self, clerk, units, station):
        first = text_of(clerk.get("/units/"))
        make_unit("A000", parent=station)  # before the first page
        make_unit("T0475", parent=station)  # on the first page
        second = codes(text_of(clerk.get("/units/" + link(first, "next"))))
        assert second[0] == "T049"

    def test_has_no_gap_when_the_row_at_the_edge_is_gone(self, clerk, units):
        first = text_of(clerk.get("/units/"))
        Unit.objects.filter(code="T048").delete()
        second = codes(text_of(clerk.get("/units/" + link(first, "next"))))
        assert second[0] == "T049"

    def test_counts_no_further_than_its_limit(self, clerk, units, monkeypatch):
        monkeypatch.setattr(UnitList, "count_limit", 100)
        assert "over 100 found" in text_of(clerk.get("/units/"))

    def test_a_cursor_that_is_not_ours_begins_at_the_start(self, clerk, units):
        assert codes(text_of(clerk.get("/units/?after=forged")))[0] == "370101"

    def test_a_cursor_of_another_order_begins_at_the_start(self, clerk, units):
        after = link(text_of(clerk.get("/units/")), "next")
        content = text_of(clerk.get(f"/units/{after}&sort=-code"))
        assert codes(content)[0] == "T129"

    def test_takes_one_query_for_the_rows_and_one_to_count(
        self, clerk, units, django_assert_num_queries
    ):
        clerk.get("/units/")
        # the frame's five, saved views, savepoint and its release, rows, count
        with django_assert_num_queries(10):
            clerk.get("/units/")


class TestNulls:
    @pytest.mark.parametrize("descending", [False, True])
    def test_come_last_both_ways_and_are_paged_through_once(self, station, descending):
        roots = [make_unit(f"R{n}") for n in range(5)]
        for n in range(5):
            make_unit(f"S{n}", parent=roots[n % 2])
        order = Order("parent_id", descending, is_nullable=True)
        rows = Unit.objects.all()
        seen, cursor = [], ""
        pages = []
        while True:
            page = keyset.page(rows, order, 3, cursor, ("code",))
            seen += [(r["parent_id"], r["pk"]) for r in page.rows]
            pages.append([r["pk"] for r in page.rows])
            if not page.next_cursor:
                break
            cursor = page.next_cursor
        assert len(seen) == len(set(seen)) == rows.count()
        nulls = [parent is None for parent, _ in seen]
        assert nulls == sorted(nulls)
        back = page
        for expected in reversed(pages[:-1]):
            back = keyset.page(rows, order, 3, back.previous_cursor, ("code",))
            assert [r["pk"] for r in back.rows] == expected


class TestCursor:
    @pytest.mark.parametrize("value", ["文字", 7, None, Decimal("1.50"), date(2026, 11, 22), True])
    def test_brings_its_value_back_as_it_was(self, value):
        order = Order("x")
        cursor = keyset.Cursor(value, 5, is_backward=True)
        assert keyset.read(keyset.write(cursor, order), order) == cursor


class TestScope:
    def test_shows_only_what_lies_below_the_persons_units(self, clerk, units):
        make_unit("ELSEWHERE")
        content = text_of(clerk.get("/units/?q=单位ELSEWHERE"))
        assert "ELSEWHERE" not in codes(content)

    def test_is_refused_without_the_action(self, station):
        client = signed_in(Client(), make_staff(role="ADMINISTRATOR", unit=station))
        assert client.get("/units/").status_code == 403


class TestFilters:
    def test_stand_in_the_address_and_as_chips_that_drop_them(self, clerk, units):
        content = text_of(clerk.get("/units/?kind=TEAM&fen_min=1&q=班组00"))
        assert codes(content) == [f"T00{n}" for n in range(10)]
        assert "1 and more CNY" in content
        chip = re.search(r'href="(\?[^"]*)" aria-label="Drop the condition Kind"', content)
        assert "kind" not in chip.group(1)
        assert "fen_min=1" in chip.group(1)

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("kind=NO_SUCH", "There is no such choice."),
            ("fen_min=abc", "This is no number: abc"),
            ("fen_min=9&fen_max=1", "The upper number lies below the lower."),
            ("fen_min=NaN", "This number cannot be: NaN"),
            ("q=" + "x" * 200, "The text is too long."),
        ],
    )
    def test_say_what_they_do_not_understand_and_are_left_out(self, clerk, units, query, sentence):
        answer = clerk.get(f"/units/?{query}")
        assert answer.status_code == 200
        assert sentence in text_of(answer)
        assert len(codes(text_of(answer))) == 50

    def test_an_empty_list_says_which_condition_to_drop(self, clerk, units):
        content = text_of(clerk.get("/units/?kind=TEAM&q=nothing-like-it"))
        assert "Nothing meets all 2 conditions" in content
        assert "<b>130 units</b>" in content
        assert "kind=TEAM" in re.search(r'class="wd-filter" href="([^"]+)">', content).group(1)

    def test_days_are_both_included(self):
        one = filters.DateFilter("on", "Day", "day")
        value = one.read(QueryDict("on_from=2026-11-01&on_to=2026-11-30"))
        assert dict(one.condition(value).children) == {
            "day__gte": date(2026, 11, 1),
            "day__lt": date(2026, 12, 1),
        }

    def test_days_of_a_moment_begin_in_shanghai(self):
        one = filters.DateFilter("on", "Day", "at", is_moment=True)
        value = one.read(QueryDict("on_from=2026-11-01"))
        assert one.condition(value).children == [
            ("at__gte", datetime(2026, 10, 31, 16, tzinfo=UTC))
        ]

    @pytest.mark.parametrize("query", ["on_from=22.11.2026", "on_from=2026-11-30&on_to=2026-11-01"])
    def test_impossible_days_are_told(self, query):
        with pytest.raises(filters.BadValue):
            filters.DateFilter("on", "Day", "day").read(QueryDict(query))

    def test_money_is_entered_in_yuan_and_compared_in_fen(self):
        one = filters.NumberFilter("a", "Amount", "amount_fen", is_money=True)
        value = one.read(QueryDict("a_min=1,234.56&a_max="))
        assert one.condition(value).children == [("amount_fen__gte", Decimal("123456.00"))]


class TestSorting:
    def test_by_a_column_both_ways(self, clerk, units):
        assert codes(text_of(clerk.get("/units/?sort=-code")))[0] == "T129"

    def test_falls_back_for_a_column_that_is_not_there(self, clerk, units):
        assert codes(text_of(clerk.get("/units/?sort=password")))[0] == "370101"


class TestColumns:
    def test_are_chosen_in_the_address(self, clerk, units):
        content = text_of(clerk.get("/units/?columns=code&columns=parent"))
        heads = re.findall(r'<th class="[^"]*" scope="col" aria-sort', content)
        assert len(heads) == 2


class TestParts:
    def test_a_script_gets_only_the_list_and_it_is_the_same(self, clerk, units):
        headers = {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "wd-list"}
        part = text_of(clerk.get("/units/?q=班组01", headers=headers))
        page = text_of(clerk.get("/units/?q=班组01"))
        assert part.lstrip().startswith('<section class="wd-panel wd-listing" id="wd-list"')
        assert codes(part) == codes(page)

    def test_going_back_in_the_browser_gets_a_whole_page(self, clerk, units):
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in text_of(clerk.get("/units/", headers=headers))


class TestExport:
    def rows(self, answer) -> list[tuple[object, ...]]:
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        return list(book.active.values)

    def test_holds_exactly_what_is_filtered_all_pages_in_order(self, clerk, units):
        answer = clerk.get("/units/?kind=TEAM&sort=-code&export=xlsx")
        assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
        assert "tests-units-" in answer.headers["Content-Disposition"]
        rows = self.rows(answer)
        assert rows[0] == ("Code", "Name", "Amount (CNY)")
        assert [row[0] for row in rows[1:]] == [u.code for u in reversed(units)]

    def test_writes_money_in_yuan_and_names_as_text(self, clerk, station):
        Unit.objects.filter(pk=station.pk).update(name="=1+1")
        rows = self.rows(clerk.get("/units/?export=xlsx"))
        assert rows[1] == ("370101", "=1+1", 4)

    def test_goes_over_many_chunks(self, clerk, units, monkeypatch):
        monkeypatch.setattr("wattdesk.web.lists.view.CHUNK", 7)
        assert len(self.rows(clerk.get("/units/?export=xlsx"))) == 132

    def test_of_nothing_has_its_head(self, clerk, station):
        assert self.rows(clerk.get("/units/?q=nothing&export=xlsx")) == [
            ("Code", "Name", "Amount (CNY)")
        ]


class TestViews:
    def test_the_lists_own_are_tabs_and_the_present_one_is_marked(self, clerk, units):
        content = text_of(clerk.get("/units/?kind=STATION"))
        assert '<a href="?kind=STATION" aria-current="page">Stations</a>' in content

    def save(self, client: Client, name: str = "Mine", query: str = "q=x&after=abc&kind=TEAM"):
        fields = {"list": "tests.units", "name": name, "query": query, "next": "/units/?kind=TEAM"}
        return client.post("/lists/views/", fields)

    def test_a_saved_one_keeps_conditions_but_not_the_place(self, clerk, units):
        assert self.save(clerk).headers["Location"] == "/units/?kind=TEAM"
        view = SavedView.objects.get()
        assert view.query == "kind=TEAM&q=x"
        content = text_of(clerk.get("/units/?q=x&kind=TEAM"))
        assert 'aria-current="page">Mine</a>' in content
        assert "Delete this view" in content

    def test_the_same_name_is_overwritten(self, clerk, units):
        self.save(clerk)
        self.save(clerk, query="q=y")
        assert [v.query for v in SavedView.objects.all()] == ["q=y"]

    def test_belongs_to_its_person_alone(self, clerk, units, officer):
        self.save(clerk)
        other = signed_in(Client(), officer)
        assert ">Mine</a>" not in text_of(other.get("/units/"))
        other.post(f"/lists/views/{SavedView.objects.get().pk}/delete/", {"next": "/units/"})
        assert SavedView.objects.count() == 1
        clerk.post(f"/lists/views/{SavedView.objects.get().pk}/delete/", {"next": "/units/"})
        assert SavedView.objects.count() == 0

    @pytest.mark.parametrize(
        ("name", "query"), [("", "q=x"), ("n" * 41, ""), ("x", "q=" + "y" * 2001)]
    )
    def test_what_cannot_be_kept_is_refused_and_nothing_saved(self, clerk, units, name, query):
        assert self.save(clerk, name, query).status_code == 422
        assert SavedView.objects.count() == 0

    def test_nobody_keeps_more_than_twelve(self, clerk, units):
        for n in range(saved.MOST):
            self.save(clerk, f"v{n}")
        assert self.save(clerk, "one more").status_code == 422
        assert SavedView.objects.count() == saved.MOST


class TestBulk:
    def post(self, client: Client, **fields: object):
        return client.post("/units/?kind=TEAM", fields)

    def test_the_dry_run_writes_nothing(self, clerk, units):
        answer = self.post(clerk, bulk="rename", row=[units[0].pk, units[1].pk])
        content = text_of(answer)
        assert "rename 2" in content
        assert "nothing written" in content
        assert len(re.findall(r'name="row" value="\d+" checked', content)) == 2
        assert not Unit.objects.filter(name="new").exists()

    def test_then_it_is_carried_out_with_the_reason(self, clerk, units):
        answer = self.post(
            clerk, bulk_open="rename", step="apply", row=[units[0].pk], name="new", reason="why so"
        )
        assert answer.headers["Location"] == "/units/?kind=TEAM"
        assert list(Unit.objects.filter(name="new")) == [units[0]]
        assert "renamed 1 because why so" in text_of(clerk.get("/units/"))

    def test_without_a_reason_nothing_is_written(self, clerk, units):
        answer = self.post(
            clerk, bulk_open="rename", step="apply", row=[units[0].pk], name="new", reason=" "
        )
        assert "form-hint is-bad" in text_of(answer)
        assert not Unit.objects.filter(name="new").exists()

    def test_the_whole_is_what_is_filtered_and_no_more(self, clerk, units, station):
        fields = {
            "bulk_open": "rename",
            "step": "apply",
            "whole": "1",
            "name": "new",
            "reason": "r",
        }
        self.post(clerk, **fields)
        assert Unit.objects.filter(name="new").count() == 130
        station.refresh_from_db()
        assert station.name != "new"

    def test_rows_outside_the_scope_or_the_filter_are_not_touched(self, clerk, units, station):
        elsewhere = make_unit("ELSEWHERE", kind="TEAM")
        keys = [elsewhere.pk, station.pk, units[0].pk]
        self.post(clerk, bulk_open="rename", step="apply", row=keys, name="new", reason="r")
        assert list(Unit.objects.filter(name="new")) == [units[0]]

    def test_nothing_selected_is_said(self, clerk, units):
        answer = self.post(clerk, bulk="rename")
        assert answer.status_code == 302
        assert "Nothing is selected" in text_of(clerk.get("/units/"))

    def test_needs_its_own_action(self, units, officer):
        client = signed_in(Client(), officer)  # may see, may not edit
        assert 'name="bulk"' not in text_of(client.get("/units/"))
        assert self.post(client, bulk="rename", row=[units[0].pk]).status_code == 403

    def test_an_unknown_action_is_refused(self, clerk, units):
        assert self.post(clerk, bulk="delete_all", row=[units[0].pk]).status_code == 404

    def test_enter_in_a_field_counts_anew(self, clerk, units):
        content = text_of(self.post(clerk, bulk="rename", row=[units[0].pk]))
        first = re.search(r'<button class="visually-hidden" type="submit"[^>]*>', content).group()
        assert 'name="step" value="preview"' in first


class TestState:
    def test_values_that_are_empty_stay_out_of_addresses(self):
        given = QueryDict("a=&b=1&c=2&after=x")
        assert state.without(given, "c", *state.PLACE) == "b=1"
