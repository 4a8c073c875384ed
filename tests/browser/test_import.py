"""Importing readings in the browser: template, check, look, write; findings beside the list."""

from datetime import date

import openpyxl
import polars as pl
import pytest
from django.db import transaction
from django.utils import timezone

from tests.browser.conftest import PASSWORD, settle, violations
from tests.domains.metering import files
from tests.factories import billing as supplier
from tests.factories import metering as make
from tests.factories.identity import make_staff
from tests.web.accounts import NOW
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.models import Finding, Reading, Register

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    settings.IMPORTS = tmp_path / "imports"
    settings.CURVES = tmp_path / "curves"


@pytest.fixture
def world(live_server):
    """Two homes read until 1 February; both used far more in January than in December."""
    made = supplier.billing_world({1: [300, 4000], 2: [300, 5000]})
    points = pl.Series("usage_point_id", list(made.points.values()), dtype=pl.Int64)
    measured = metering.measure(points, JANUARY, FEBRUARY)
    with transaction.atomic():
        metering.store_findings(
            segment_id=made.segment.pk, from_date=JANUARY, to_date=FEBRUARY,
            findings=measured.findings, by=make.act_at(date(2026, 2, 2)), checked=points,
        )  # fmt: skip
    return made


@pytest.fixture
def officer(world):
    return make_staff("heyan", role="READING_OFFICER", unit=world.unit, password=PASSWORD)


def meter_of(world, home: int) -> str:
    return Register.objects.get(pk=world.registers[home]).meter.number


class TestImport:
    def test_from_the_template_to_the_written_readings(self, sign_in, officer, world, tmp_path):
        page = sign_in(officer, f"/metering/segments/{world.segment.code}/?month=2026-03")
        with page.expect_download() as waiting:
            page.click("a[href*='excel_template.xlsx']")
        path = tmp_path / "filled.xlsx"
        waiting.value.save_as(path)
        book = openpyxl.load_workbook(path)
        sheet = book["抄表"]
        heads = {cell.value: cell.column for cell in sheet[1]}
        for row in (2, 3):
            last = float(sheet.cell(row, heads["上次总示数"]).value)
            sheet.cell(row, heads["总"], last + 100)
        book.save(path)

        page.goto(f"/metering/imports/new/?segment={world.segment.code}")
        settle(page)
        assert violations(page) == []
        page.set_input_files("#id_file", path)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/metering/imports/*/")
        settle(page)
        assert violations(page) == []
        assert not Reading.objects.filter(reading_date=MARCH).exists()
        assert page.evaluate("document.activeElement.name") == "reason"
        page.keyboard.type("三月例日抄表")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".wd-note.is-ok")
        assert Reading.objects.filter(reading_date=MARCH).count() == 2
        assert violations(page) == []

    def test_a_refused_file_names_its_cells(self, sign_in, officer, world, tmp_path):
        path = files.csv(
            tmp_path / "bad.csv",
            [
                ("表号", "示数类型", "抄表日期", "示数"),
                (meter_of(world, 1), "总", "2026-03-01", "许多"),
                ("M404", "总", "2026-03-01", 5),
            ],
        )
        page = sign_in(officer, "/metering/imports/new/?profile=register_long")
        page.set_input_files("#id_file", path)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".wd-note.is-bad")
        settle(page)
        assert "D2" in page.locator("main").inner_text()
        assert violations(page) == []
        with page.expect_download() as waiting:
            page.click("a[href$='faults.xlsx']")
        assert waiting.value.suggested_filename.endswith(".xlsx")

    def test_a_file_can_be_dropped(self, sign_in, officer, world):
        page = sign_in(officer, "/metering/imports/new/")
        page.evaluate(
            """() => {
              const data = new DataTransfer();
              data.items.add(new File(["a,b"], "dropped.csv", { type: "text/csv" }));
              document.querySelector("[data-drop]").dispatchEvent(
                new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }"""
        )
        assert page.evaluate("document.querySelector('#id_file').files[0].name") == "dropped.csv"

    def test_without_a_file_it_says_so(self, sign_in, officer, world):
        page = sign_in(officer, "/metering/imports/new/")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#id_file_error")
        settle(page)
        assert page.evaluate("document.activeElement.id") == "id_file"
        assert violations(page) == []


class TestFindings:
    def test_evidence_comes_beside_and_the_decision_goes_back_to_the_list(
        self, sign_in, officer, world
    ):
        page = sign_in(officer, "/metering/findings/?state=OPEN&code=SUDDEN_CHANGE")
        assert violations(page) == []
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector("#beside")
        settle(page)
        page.wait_for_selector("#beside canvas, #beside svg")
        assert violations(page) == []
        page.fill("#beside [name=reason]", "新开冷库，用户已说明")
        page.click("#beside button[value=ACCEPT]")
        page.wait_for_selector(".wd-note.is-ok, .wd-toast, [role=status]")
        assert Finding.objects.filter(code="SUDDEN_CHANGE", decision="ACCEPT").count() == 1

    def test_many_are_decided_alike_after_a_dry_run(self, sign_in, officer, world):
        page = sign_in(officer, "/metering/findings/?state=OPEN&code=SUDDEN_CHANGE")
        for key in "jxjx":
            page.keyboard.press(key)
        page.click("button[name=bulk]")
        page.wait_for_selector("aside.wd-dry")
        settle(page)
        assert violations(page) == []
        assert not Finding.objects.filter(state="DECIDED").exists()
        page.fill("aside [name=reason]", "市场新开业")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".wd-note.is-ok")
        assert Finding.objects.filter(code="SUDDEN_CHANGE", decision="ACCEPT").count() == 2


class TestPages:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_axe_finds_nothing(self, sign_in, officer, world, live_server, theme, language):
        page = sign_in(officer)
        for name, value in (("wd_language", language), ("wd_theme", theme)):
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        reading = Reading.objects.get(register=world.registers[1], reading_date=FEBRUARY)
        meter = f"/metering/meters/{meter_of(world, 1)}/"
        for address in (
            "/metering/imports/",
            "/metering/imports/new/",
            "/metering/findings/?state=OPEN",
            f"/metering/findings/?state=OPEN&at={Finding.objects.first().pk}",
            "/metering/segments/",
            f"/metering/segments/{world.segment.code}/?month=2026-02",
            meter,
            f"{meter}readings/{reading.pk}/correct/",
        ):
            page.goto(address)
            settle(page)
            assert violations(page) == [], address

    def test_they_fit_a_phone(self, sign_in, officer, world):
        page = sign_in(officer)
        page.set_viewport_size({"width": 360, "height": 740})
        for address in (
            "/metering/imports/",
            "/metering/imports/new/",
            f"/metering/findings/?state=OPEN&at={Finding.objects.first().pk}",
            f"/metering/segments/{world.segment.code}/?month=2026-02",
            f"/metering/meters/{meter_of(world, 1)}/",
        ):
            page.goto(address)
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, address

    def test_a_reading_is_corrected_while_the_energy_shows(self, sign_in, officer, world):
        page = sign_in(officer, f"/metering/meters/{meter_of(world, 1)}/")
        page.locator("a[href$='/correct/']").first.click()
        page.wait_for_selector("#id_value")
        settle(page)
        page.fill("#id_value", "700")
        page.wait_for_function("() => document.querySelector('#steps').innerText.includes('400')")
        page.fill("#id_reason", "两位抄反")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("tr.wd-old")
        assert "4,300" in page.locator("tr.wd-old").inner_text()
        assert violations(page) == []
