"""The Excel template: what it writes can be filled in and read back."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import Settings

from tests.domains.metering import files
from tests.factories import metering as make
from tests.factories.identity import make_unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import ImportBatchInfo, Kind
from wattdesk.domains.metering.imports.profiles import ProfileMalformed, read_profile
from wattdesk.domains.metering.models import Reading

pytestmark = pytest.mark.django_db

DAY, TODAY = date(2026, 2, 1), date(2026, 2, 3)


def check(path: Path) -> ImportBatchInfo:
    with transaction.atomic():
        return api.check_file(path, "excel_template", unit_id=make_unit().pk, by=make.act_at(TODAY))


class TestTemplate:
    def test_filled_with_due_meters_is_filled_in_and_read_back(self, tmp_path: Path) -> None:
        point, other = make.make_point(), make.make_point()
        registers = make.hang(
            point, number="0012", multiplier="20", kinds=(Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK)
        )
        make.read(registers[Kind.ACTIVE_TOTAL], {date(2026, 1, 1): 100})
        make.hang(other, number="0013")
        ids = pl.Series("usage_point_id", [point, other], dtype=pl.Int64)
        path = tmp_path / "t.xlsx"
        path.write_bytes(api.write_template(ids, reading_date=DAY))

        book = openpyxl.load_workbook(path)
        sheet = book["抄表"]
        heads = {cell.value: cell.column for cell in sheet[1]}
        assert [sheet.cell(2, 1).value, sheet.cell(3, 1).value] == ["0012", "0013"]
        assert sheet.cell(2, heads["上次总示数"]).value == 100
        assert sheet.cell(2, heads["倍率"]).value == 20
        sheet.cell(2, heads["总"], 180.5)
        sheet.cell(2, heads["峰"], 60)
        book.save(path)

        batch = check(path)
        assert batch.state == "CHECKED", batch.errors
        assert (batch.preview["readings"], batch.preview["meters"]) == (2, 1)
        assert any("One row has no reading" in note for note in batch.preview["notes"])
        with transaction.atomic():
            api.commit_batch(batch.id, by=make.act_at(TODAY))
        row = Reading.objects.get(register=registers[Kind.ACTIVE_TOTAL], reading_date=DAY)
        assert row.value == Decimal("180.5")

    def test_left_empty_has_nothing_to_import(self, tmp_path: Path) -> None:
        path = tmp_path / "t.xlsx"
        path.write_bytes(api.write_template())
        batch = check(path)
        assert batch.state == "REFUSED"
        assert batch.errors[0].rule == "empty_file"

    def test_without_any_reading_is_refused(self, tmp_path: Path) -> None:
        make.hang(make.make_point(), number="0012")
        path = files.csv(
            tmp_path / "a.csv", [("表号", "抄表日期", "总"), ("0012", "2026-02-01", "")]
        )
        batch = check(path)
        assert [f.rule for f in batch.errors] == ["nothing_to_import"]

    def test_a_register_that_the_meter_lacks_is_refused_with_its_cell(self, tmp_path: Path) -> None:
        make.hang(make.make_point(), number="0012")
        rows = [("表号", "抄表日期", "总", "峰"), ("0012", "2026-02-01", 5, 3)]
        batch = check(files.xlsx(tmp_path / "a.xlsx", rows))
        (fault,) = batch.errors
        assert (fault.rule, fault.cell) == ("no_such_register", "D2")

    def test_is_an_excel_file_with_notes(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(api.write_template()))
        assert book.sheetnames == ["抄表", "说明"]


class TestProfiles:
    def test_are_listed_in_both_languages(self) -> None:
        with translation.override("en"):
            english = {p.name: p for p in api.list_profiles()}
        with translation.override("zh-hans"):
            chinese = {p.name: p for p in api.list_profiles()}
        assert set(english) == {"daily_wide", "excel_template", "register_long"}
        assert english["register_long"].title == "Register readings, one a row"
        assert chinese["register_long"].columns[0] == "表号"
        assert english["excel_template"].has_template

    def test_of_the_supplier_are_read_too(self, tmp_path: Path, settings: Settings) -> None:
        from wattdesk.domains.metering.imports.profiles import SHIPPED

        text = (SHIPPED / "daily_wide.yaml").read_text()
        (tmp_path / "own.yaml").write_text(
            text.replace("name: daily_wide", "name: head_end").replace("unit: kWh", "unit: MWh")
        )
        settings.IMPORT_PROFILES = str(tmp_path)
        assert "head_end" in {p.name for p in api.list_profiles()}
        point = make.make_point()
        path = files.csv(tmp_path / "a.csv", [("计量点编号", "2026-01-01"), ("XP1", "0.01234")])
        make.UsagePoint.objects.filter(pk=point).update(code="XP1")
        with transaction.atomic():
            batch = api.check_file(path, "head_end", unit_id=make_unit().pk, by=make.act_at(TODAY))
        assert batch.state == "CHECKED", batch.errors
        assert batch.preview["sum_kwh"] == "12.34"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("name: x", "KeyError"),
            ("[", "ParserError"),
            ("- 1", "TypeError"),
        ],
    )
    def test_that_cannot_be_used_say_why(self, text: str, words: str) -> None:
        with pytest.raises(ProfileMalformed, match=words):
            read_profile(text, file="x.yaml")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (("layout: DAILY_WIDE", "layout: REGISTER_LONG"), "the column reading_date is missing"),
            (("file_kinds: [xlsx, xls, csv, parquet]", "file_kinds: [pdf]"), "file_kinds are some"),
            (("layout: DAILY_WIDE", "layout: ROUND"), "ValueError"),
            (("unit: kWh", "unit: BTU"), "KeyError"),
        ],
    )
    def test_that_contradict_themselves_say_why(self, change: tuple[str, str], words: str) -> None:
        from wattdesk.domains.metering.imports.profiles import SHIPPED

        text = (SHIPPED / "daily_wide.yaml").read_text().replace(*change)
        with pytest.raises(ProfileMalformed, match=words):
            read_profile(text, file="x.yaml")
