"""Reading segments: the list, and one segment with five dates, readings, runs, findings."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from tests.factories import billing as supplier
from tests.factories import metering as make
from tests.web import accounts
from tests.web.accounts import NOW, billed, browser, stranger
from tests.web.html import text_of

pytestmark = pytest.mark.django_db
URL = "/metering/segments/"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def world():
    """Two homes billed for December and January; home 3 has never been read."""
    made = billed({1: [120, 130], 2: [90, 95]}, months=(accounts.JANUARY, accounts.FEBRUARY))
    supplier.add_home(made, 3)
    make.hang(made.points[3], since=supplier.FIRST_DAY)
    return made


@pytest.fixture
def officer(world):
    return browser(world, "READING_OFFICER")


class TestList:
    def test_names_reading_day_and_the_next_reading(self, world, officer):
        page = text_of(officer.get(URL))
        assert world.segment.code in page
        assert world.segment.name in page
        assert "2026-04-01" in page
        assert "1 segment, 3 accounts" in page

    def test_counts_the_reading_day_itself_as_the_next(self, world, monkeypatch):
        first = datetime(2026, 4, 1, 2, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: first)
        assert "2026-04-01" in text_of(browser(world, "READING_OFFICER").get(URL))

    def test_shows_segments_of_the_own_units(self, world):
        page = text_of(stranger("READING_OFFICER").get(URL))
        assert world.segment.code not in page
        assert "No segment here" in page


class TestPage:
    def page(self, client, world, query: str = "") -> str:
        return text_of(client.get(f"{URL}{world.segment.code}/{query}"))

    def test_names_five_dates_in_full(self, world, officer):
        page = self.page(officer, world, "?month=2026-03")
        names = (
            "Reading day", "Service period", "Receivable month", "Release date", "Due date",
        )  # fmt: skip
        for name in names:
            assert f"<dt>{name}</dt>" in page
        assert "2026-03-01" in page
        assert "planned, until" in page

    def test_shows_the_day_of_the_release_once_there_was_one(self, world, officer):
        page = self.page(officer, world, "?month=2026-02")
        assert "planned, until" not in page

    def test_takes_the_month_that_was_read_last(self, world, officer):
        assert 'class="on" aria-current="true">2026-03</a>' in self.page(officer, world)

    def test_counts_readings_in_and_missing(self, world, officer):
        page = self.page(officer, world, "?month=2026-02")
        assert "readings missing" in page
        figures = page[page.index('aria-label="Key figures"') :]
        figures = figures[: figures.index("</section>")]
        for number in (">3<", ">2<", ">1<"):  # due, in, not read
            assert number in figures.replace(" ", "")

    def test_leads_to_template_import_and_findings(self, world, officer):
        page = self.page(officer, world, "?month=2026-02")
        code = world.segment.code
        assert f"excel_template.xlsx?segment={code}&amp;month=2026-02" in page
        assert f"/metering/imports/new/?segment={code}" in page
        assert f"?segment={code}&amp;from_date=2026-01-01&amp;to_date=2026-02-01" in page

    def test_lists_its_runs_for_those_who_may_see_them(self, world, officer):
        page = self.page(officer, world, "?month=2026-02")
        assert "Released" in page
        reader = self.page(browser(world, "READER"), world, "?month=2026-02")
        assert "All of the month" not in reader

    def test_of_a_month_to_come_says_so(self, world, officer):
        assert "not read yet" in self.page(officer, world, "?month=2026-04")

    @pytest.mark.parametrize("month", ["soon", "2026-13", "", "99999-01"])
    def test_of_a_month_that_is_none_shows_the_last(self, world, officer, month):
        answer = officer.get(f"{URL}{world.segment.code}/", {"month": month})
        assert answer.status_code == 200
        assert 'aria-current="true">2026-03</a>' in text_of(answer)

    def test_of_other_units_is_not_found(self, world):
        client = stranger("READING_OFFICER")
        assert client.get(f"{URL}{world.segment.code}/").status_code == 404
        assert client.get(f"{URL}NOWHERE/").status_code == 404

    def test_takes_few_queries(self, world, officer, django_assert_max_num_queries):
        officer.get(f"{URL}{world.segment.code}/")
        with django_assert_max_num_queries(16):
            officer.get(f"{URL}{world.segment.code}/")

    def test_without_accounts_is_told(self, world, officer):
        empty = make.make_segment(unit=world.unit)
        answer = officer.get(f"{URL}{empty.code}/")
        assert answer.status_code == 200
        assert "No finding" in text_of(answer)
