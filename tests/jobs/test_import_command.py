"""wattdesk import, as a person types it: check, commit, and what is refused."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from django.utils import translation
from pytest_django import Settings

from tests.factories import metering as make
from tests.factories.identity import make_staff, make_unit
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering.models import ImportBatch, Reading
from wattdesk.jobs.cli.imports import import_

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "表号,示数类型,抄表日期,示数\n"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are asserted in English."""
    with translation.override("en"):
        yield


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_, [str(argument) for argument in arguments])


@pytest.fixture
def unit(tmp_path: Path, settings: Settings) -> Unit:
    settings.IMPORTS = tmp_path / "imports"
    settings.CURVES = tmp_path / "curves"
    unit = make_unit()
    make_staff("li.si", role="READING_OFFICER", unit=unit)
    make_staff("wang.wu", role="CLERK", unit=unit)
    make.hang(make.make_point(unit), number="0012")
    return unit


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "february.csv"
    path.write_text(f"{HEAD}0012,总,2026-02-01,180.5\n", encoding="gbk")
    return path


class TestCheckAndCommit:
    def test_show_what_would_change_and_then_change_it(self, unit: Unit, file: Path) -> None:
        checked = run("check", file, "--profile", "register_long", "--as", "li.si")
        assert checked.exit_code == 0, checked.output
        assert "CHECKED" in checked.output
        assert "GBK" in checked.output
        batch = ImportBatch.objects.get()
        assert not Reading.objects.filter(batch=batch).exists()
        done = run("commit", batch.pk, "--as", "li.si", "--reason", "February")
        assert done.exit_code == 0, done.output
        assert f"batch {batch.pk} committed: new 1" in done.output
        assert Reading.objects.get(batch=batch).value == Decimal("180.5")

    def test_a_wrong_file_ends_with_two_and_says_where(self, unit: Unit, tmp_path: Path) -> None:
        path = tmp_path / "wrong.csv"
        path.write_text(f"{HEAD}9999,总,2026-02-01,-1\n")
        result = run("check", path, "--profile", "register_long", "--as", "li.si")
        assert result.exit_code == 2
        for words in ("REFUSED", "A2", "D2", "nothing was written"):
            assert words in result.output
        assert run("commit", ImportBatch.objects.get().pk, "--as", "li.si").exit_code == 2

    def test_a_person_without_the_right_is_refused(self, unit: Unit, file: Path) -> None:
        result = run("check", file, "--profile", "register_long", "--as", "wang.wu")
        assert result.exit_code == 2
        assert "metering.import" in result.output
        assert not ImportBatch.objects.exists()

    def test_a_batch_of_another_unit_is_not_found(self, unit: Unit, file: Path) -> None:
        make_staff("zhao.liu", role="READING_OFFICER", unit=make_unit())
        run("check", file, "--profile", "register_long", "--as", "li.si")
        result = run("commit", ImportBatch.objects.get().pk, "--as", "zhao.liu")
        assert result.exit_code == 2
        assert "metering.batch_not_found" in result.output
        foreign = run("check", file, "--profile", "register_long", "--as", "zhao.liu")
        assert "another unit" in foreign.output

    def test_an_unknown_profile_is_told_with_those_there_are(self, unit: Unit, file: Path) -> None:
        result = run("check", file, "--profile", "nobody", "--as", "li.si")
        assert result.exit_code == 2
        assert "register_long" in result.output


class TestProfiles:
    def test_are_listed(self, unit: Unit) -> None:
        result = run("profiles")
        assert result.exit_code == 0
        assert "daily_wide" in result.output


class TestTemplate:
    def test_empty_and_of_a_segment(self, unit: Unit, tmp_path: Path) -> None:
        make.make_segment("S01", unit=unit, reading_day=5)
        for arguments in ((), ("--segment", "S01", "--month", "2026-02")):
            path = tmp_path / "t.xlsx"
            result = run("template", *arguments, "--out", path)
            assert result.exit_code == 0, result.output
            assert openpyxl.load_workbook(path).sheetnames == ["抄表", "说明"]

    def test_a_month_is_written_as_2026_02(self, unit: Unit, tmp_path: Path) -> None:
        make.make_segment("S01", unit=unit)
        result = run("template", "--segment", "S01", "--month", "Feb", "--out", tmp_path / "t.xlsx")
        assert result.exit_code == 2
