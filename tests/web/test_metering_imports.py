"""Imports of readings on the screens: template, check, what is wrong, writing, who may."""

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.domains.metering import files
from tests.factories import billing as supplier
from tests.factories import metering as make
from tests.web.accounts import NOW, browser, number_of, stranger
from tests.web.html import text_of
from tests.web.walk import fingerprint
from wattdesk.domains.audit import api as audit
from wattdesk.domains.metering.models import ImportBatch, Reading, Register

pytestmark = pytest.mark.django_db
URL = "/metering/imports/"
HEAD = ("表号", "示数类型", "抄表日期", "示数")
MARCH = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    settings.IMPORTS = tmp_path / "imports"
    settings.CURVES = tmp_path / "curves"


@pytest.fixture
def world():
    """Two homes read until 1 February."""
    return supplier.billing_world({1: [100, 120], 2: [50, 60]})


@pytest.fixture
def officer(world):
    return browser(world, "READING_OFFICER")


def meter_of(world, home: int = 1) -> str:
    return Register.objects.get(pk=world.registers[home]).meter.number


def rows_for(world, *values: object, day: str = "2026-03-01") -> list[tuple[object, ...]]:
    """One reading a home."""
    return [HEAD, *((meter_of(world, n), "总", day, v) for n, v in enumerate(values, start=1))]


def send(client: Client, path: Path, **given: str):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(f"{URL}new/", {"profile": "register_long", "file": upload, **given})


def checked(client: Client, path: Path, **given: str) -> str:
    """Send a file; the address of its batch."""
    answer = send(client, path, **given)
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"]


@pytest.fixture
def good(world, officer, tmp_path) -> str:
    """A clean file of both homes, checked: the address of its batch."""
    path = files.csv(tmp_path / "三月.csv", rows_for(world, 350, 170.5), encoding="gb18030")
    return checked(officer, path)


class TestTemplate:
    def test_is_a_workbook_with_the_meters_of_the_segment_that_are_due(self, world, officer):
        url = f"{URL}templates/excel_template.xlsx?segment={world.segment.code}&month=2026-03"
        answer = officer.get(url)
        assert f"{world.segment.code}-2026-03-01.xlsx" in answer["Content-Disposition"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["抄表"]
        listed = {row[0].value for row in sheet.iter_rows(min_row=2)}
        assert listed == {meter_of(world, 1), meter_of(world, 2)}

    def test_is_empty_without_a_segment(self, officer):
        answer = officer.get(f"{URL}templates/excel_template.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["抄表"]
        assert not any(cell.value for row in sheet.iter_rows(min_row=2) for cell in row)

    def test_of_a_segment_of_others_is_not_found(self, world):
        url = f"{URL}templates/excel_template.xlsx?segment={world.segment.code}"
        assert stranger("READING_OFFICER").get(url).status_code == 404

    def test_of_a_profile_that_has_none_is_not_found(self, officer):
        assert officer.get(f"{URL}templates/register_long.xlsx").status_code == 404

    def test_of_a_month_that_is_none_is_refused(self, world, officer):
        url = f"{URL}templates/excel_template.xlsx?segment={world.segment.code}&month=soon"
        assert officer.get(url).status_code == 422


class TestChecking:
    def test_profiles_tell_their_columns_and_where_the_template_is(self, officer):
        page = text_of(officer.get(f"{URL}new/"))
        assert "Register readings, one a row" in page
        assert "<code>meter number</code>" in page
        assert f"{URL}templates/excel_template.xlsx" in page

    def test_a_good_file_becomes_a_batch_with_its_sums_and_first_rows(self, good, officer):
        page = text_of(officer.get(good))
        assert "Checked, not written" in page
        assert "三月.csv" in page
        assert "190.5" in page  # 350 - 220 + 170.5 - 110
        assert "First rows as they were read" in page
        assert "170.5" in page
        assert "Write 2 new values" in page
        assert not Reading.objects.filter(reading_date=MARCH).exists()

    def test_says_when_it_was_read_as_gbk(self, good, officer):
        page = text_of(officer.get(good))
        assert "Noted while reading" in page
        assert re.search(r"GBK|GB18030", page)

    def test_a_bad_file_is_refused_by_row_and_cell_and_nothing_is_written(
        self, world, officer, tmp_path
    ):
        rows = [*rows_for(world, 350, "viel"), ("M404", "总", "2026-03-01", 5)]
        page = text_of(officer.get(checked(officer, files.csv(tmp_path / "a.csv", rows))))
        assert "2 faults, nothing was written." in page
        assert "D3" in page
        assert "not a number" in page
        assert "unknown meter" in page
        assert "Write it" not in page
        assert not Reading.objects.filter(reading_date=MARCH).exists()

    def test_faults_can_be_narrowed_to_a_rule(self, world, officer, tmp_path):
        rows = [*rows_for(world, 350, "viel"), ("M404", "总", "2026-03-01", 5)]
        batch = checked(officer, files.csv(tmp_path / "a.csv", rows))
        page = text_of(officer.get(f"{batch}?rule=not_a_number"))
        assert "D3" in page
        assert "M404" not in page

    def test_faults_can_be_taken_as_a_workbook(self, world, officer, tmp_path):
        rows = [*rows_for(world, 350, "viel"), ("M404", "总", "2026-03-01", 5)]
        batch = checked(officer, files.csv(tmp_path / "a.csv", rows))
        answer = officer.get(f"{batch}faults.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert any(row[:2] == [3, "D3"] for row in cells)

    def test_what_is_no_table_at_all_is_refused_in_words(self, officer, tmp_path):
        path = tmp_path / "a.xlsx"
        path.write_bytes(b"%PDF-1.4 nothing of a table")
        page = text_of(officer.get(checked(officer, path)))
        assert "1 fault, nothing was written." in page

    def test_without_a_file_the_form_says_so(self, officer):
        answer = officer.post(f"{URL}new/", {"profile": "register_long"})
        assert answer.status_code == 422
        assert 'id="id_file_error"' in text_of(answer)
        assert not ImportBatch.objects.exists()

    def test_an_unknown_profile_is_refused(self, officer, world, tmp_path):
        path = files.csv(tmp_path / "a.csv", rows_for(world, 350))
        assert send(officer, path, profile="telepathy").status_code == 422

    def test_what_is_far_too_large_is_refused_unread(self, officer, settings):
        settings.IMPORT_MAX_BYTES = 5 * 1024 * 1024
        answer = officer.post(
            f"{URL}new/", {"profile": "register_long"}, CONTENT_LENGTH=str(30 * 1024 * 1024)
        )
        assert answer.status_code == 413
        assert "The file has 30 MB or more; at most 5 MB are taken." in text_of(answer)

    def test_a_meter_of_another_unit_is_refused(self, world, tmp_path):
        outsider = stranger("READING_OFFICER")
        batch = checked(outsider, files.csv(tmp_path / "a.csv", rows_for(world, 350)))
        assert "another unit" in text_of(outsider.get(batch))

    def test_a_meter_of_another_segment_is_refused_where_one_is_chosen(
        self, world, officer, tmp_path
    ):
        other = make.make_segment(unit=world.unit)
        path = files.csv(tmp_path / "a.csv", rows_for(world, 350))
        page = text_of(officer.get(checked(officer, path, segment=other.code)))
        assert "another segment" in page
        assert other.code in page

    def test_needs_its_token(self, world):
        client = browser(world, "READING_OFFICER")
        client.handler.enforce_csrf_checks = True
        assert client.post(f"{URL}new/", {"profile": "register_long"}).status_code == 403


class TestWriting:
    def test_needs_a_reason(self, good, officer):
        before = fingerprint()
        answer = officer.post(f"{good}commit/", {"reason": " "})
        assert answer.status_code == 422
        assert 'id="id_reason_error"' in text_of(answer)
        assert fingerprint() == before

    def test_writes_all_rows_in_one_go(self, good, officer):
        answer = officer.post(f"{good}commit/", {"reason": "month end"})
        assert answer["Location"] == good
        values = Reading.objects.filter(reading_date=MARCH).values_list("value", flat=True)
        assert sorted(values) == [Decimal("170.5"), Decimal(350)]
        page = text_of(officer.get(good))
        assert "new readings 2" in page
        assert "赵一" in page
        entry = audit.list_entries(actions=["metering.import.commit"])[0]
        assert entry.reason == "month end"

    def test_twice_is_refused(self, good, officer):
        officer.post(f"{good}commit/", {"reason": "month end"})
        before = fingerprint()
        assert officer.post(f"{good}commit/", {"reason": "again"}).status_code == 409
        assert fingerprint() == before

    def test_the_same_file_again_is_told(self, good, officer, world, tmp_path):
        officer.post(f"{good}commit/", {"reason": "month end"})
        path = files.csv(tmp_path / "b.csv", rows_for(world, 350, 170.5), encoding="gb18030")
        page = text_of(officer.get(checked(officer, path)))
        assert "imported already" in page

    def test_of_a_refused_file_is_refused(self, world, officer, tmp_path):
        batch = checked(officer, files.csv(tmp_path / "a.csv", rows_for(world, "viel")))
        assert officer.post(f"{batch}commit/", {"reason": "try"}).status_code == 409
        assert not Reading.objects.filter(batch__isnull=False).exists()

    def test_needs_the_right_and_the_unit(self, good, world):
        reader, outsider = browser(world, "READER"), stranger("READING_OFFICER")
        before = fingerprint()
        data = {"reason": "month end"}
        assert reader.post(f"{good}commit/", data).status_code == 403
        assert outsider.post(f"{good}commit/", data).status_code == 404
        assert fingerprint() == before

    def test_may_be_looked_at_without_the_right_to_import(self, good, world):
        page = text_of(browser(world, "READER").get(good))
        assert "First rows as they were read" in page
        assert "writing needs the right to import readings" in page
        assert 'name="reason"' not in page


class TestCorrections:
    @pytest.fixture
    def differing(self, world, officer, tmp_path) -> str:
        """A file that says something else of 1 February for home 1, and the same for home 2."""
        rows = rows_for(world, 230, 110, day="2026-02-01")
        return checked(officer, files.csv(tmp_path / "d.csv", rows))

    def test_show_the_recorded_value_and_the_new_one(self, differing, officer, world):
        page = text_of(officer.get(differing))
        assert "1 value differs from what is recorded." in page
        assert '<s class="ink-3">220</s>' in page
        assert f'href="/metering/meters/{meter_of(world)}/"' in page
        assert "Write 0 new, replace 1" in page

    def test_are_not_taken_without_being_allowed(self, differing, officer):
        before = fingerprint()
        answer = officer.post(f"{differing}commit/", {"reason": "misread"})
        assert answer.status_code == 409
        assert fingerprint() == before

    def test_are_taken_when_allowed_and_the_old_value_stays(self, differing, officer, world):
        data = {"reason": "misread", "take_corrections": "on"}
        assert officer.post(f"{differing}commit/", data).status_code == 302
        found = Reading.objects.filter(
            register=world.registers[1], reading_date=date(2026, 2, 1)
        ).order_by("id")
        assert [(r.value, r.superseded_at is None) for r in found] == [
            (Decimal(220), False),
            (Decimal(230), True),
        ]
        page = text_of(officer.get(f"/metering/meters/{meter_of(world)}/"))
        assert "<s>220.00</s>" in page

    def test_need_the_right_to_correct(self, differing, world):
        colleague = browser(world, "BILLING_OFFICER")  # imports, does not correct
        page = text_of(colleague.get(differing))
        assert "Replacing recorded values needs the right to correct readings" in page
        before = fingerprint()
        data = {"reason": "misread", "take_corrections": "on"}
        assert colleague.post(f"{differing}commit/", data).status_code == 403
        assert fingerprint() == before


class TestList:
    def test_shows_files_with_state_person_and_sum(self, good, officer):
        page = text_of(officer.get(URL))
        assert "三月.csv" in page
        assert "Checked, not written" in page
        assert "赵一" in page
        assert "190.5" in page

    def test_is_filtered_by_state(self, good, officer, world, tmp_path):
        checked(officer, files.csv(tmp_path / "bad.csv", rows_for(world, "viel")))
        assert "三月.csv" not in text_of(officer.get(f"{URL}?state=REFUSED"))
        assert "bad.csv" in text_of(officer.get(f"{URL}?state=REFUSED"))

    def test_shows_nothing_of_other_units(self, good):
        assert "三月.csv" not in text_of(stranger("READING_OFFICER").get(URL))
        assert stranger("READING_OFFICER").get(good).status_code == 404

    def test_takes_few_queries(self, good, officer, django_assert_max_num_queries):
        officer.get(URL)
        with django_assert_max_num_queries(10):
            officer.get(URL)

    def test_account_numbers_can_stand_for_meters(self, world, officer, tmp_path):
        rows = [("户号", "2026-03-01", "2026-03-02"), (number_of(world), 3.5, 4)]
        path = files.csv(tmp_path / "daily.csv", rows)
        answer = send(officer, path, profile="daily_wide")
        page = text_of(officer.get(answer["Location"]))
        assert "Checked, not written" in page
        assert "Usage points" in page
