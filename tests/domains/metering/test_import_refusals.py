"""Imports that are refused: cells, columns, whole files; each in words, and nothing written."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from pytest_django import Settings

from tests.domains.metering import files
from tests.domains.metering.importing import (
    HEAD,
    TODAY,
    check,
    long_rows,
    refused,
)
from tests.factories import metering as make
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import Kind

pytestmark = pytest.mark.django_db


class TestWrongCells:
    @pytest.mark.parametrize(
        ("row", "rule", "cell"),
        [
            (("9999", "总", "2026-02-01", "1"), "unknown_meter_number", "A2"),
            ((None, "总", "2026-02-01", "1"), "blank_key", "A2"),
            (("0012", "平", "2026-02-01", "1"), "no_such_register", "D2"),
            (("0012", "中", "2026-02-01", "1"), "unknown_word", "B2"),
            (("0012", "总", "2020-02-29", "1"), "before_installation", "D2"),
            (("0012", "总", "2026-02-04", "1"), "future", "D2"),
            (("0012", "总", "2026-02-30", "1"), "not_a_day", "C2"),
            (("0012", "总", "05/01/2026", "1"), "not_a_day", "C2"),
            (("0012", "总", "2026-02-01 08:30", "1"), "time_of_day", "C2"),
            (("0012", "总", None, "1"), "blank", "C2"),
            (("0012", "总", "2026-02-01", "-1"), "negative", "D2"),
            (("0012", "总", "2026-02-01", "12O"), "not_a_number", "D2"),
            (("0012", "总", "2026-02-01", "1,23"), "not_a_number", "D2"),
            (("0012", "总", "2026-02-01", None), "blank", "D2"),
            (("0012", "总", "2026-02-01", "1.234"), "decimals", "D2"),
            (("0012", "总", "2026-02-01", "1.23456"), "decimals", "D2"),
            (("0012", "总", "2026-02-01", "1000000"), "digits", "D2"),
            (("0012", "总", "2026-02-01", "1" + "0" * 15), "too_large_a_number", "D2"),
        ],
    )
    def test_are_refused_with_row_and_cell(
        self, unit: Unit, meter: str, tmp_path: Path, row: Sequence[Any], rule: str, cell: str
    ) -> None:
        good = (meter, "峰", "2026-02-01", "110")
        path = files.xlsx(tmp_path / "a.xlsx", long_rows(row, good))
        fault = refused(check(path, unit), rule, cell=cell)
        assert fault.row == 2

    def test_after_the_removal_is_refused(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        point = api.places_of_meter(meter)[0].usage_point_id
        day = date(2026, 1, 10)
        with transaction.atomic():
            api.remove_meter(
                point,
                on_date=day,
                final_readings=dict.fromkeys(
                    (Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY), Decimal(200)
                ),
                by=make.act_at(day),
            )
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "210")))
        fault = refused(check(path, unit), "after_removal")
        assert "2026-01-10" in fault.message

    def test_a_meter_that_hangs_nowhere_is_refused(self, unit: Unit, tmp_path: Path) -> None:
        make.make_meter(number="SPARE")
        path = files.csv(tmp_path / "a.csv", long_rows(("SPARE", "总", "2026-02-01", "1")))
        refused(check(path, unit), "never_installed")

    def test_the_same_register_and_day_twice_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        row = (meter, "总", "2026-02-01", "180")
        path = files.csv(tmp_path / "a.csv", long_rows(row, row))
        fault = refused(check(path, unit), "double")
        assert fault.row == 3
        assert "row 2" in fault.message

    def test_a_meter_of_another_segment_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180")))
        others = pl.Series("usage_point_id", [1], dtype=pl.Int64)
        refused(check(path, unit, within=others), "not_in_segment")

    def test_a_meter_of_another_unit_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180")))
        mine, foreign = Scope("metering.import", (unit.path,)), Scope("metering.import", ("X/",))
        refused(check(path, unit, scope=foreign), "not_your_unit")
        assert check(path, unit, scope=mine).state == "CHECKED"

    def test_all_faults_are_counted_and_the_first_thousand_kept(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = long_rows(*[(f"X{n}", "总", "2026-02-01", "-1") for n in range(1200)])
        batch = check(files.csv(tmp_path / "a.csv", rows), unit)
        assert batch.state == "REFUSED"
        assert batch.error_count == 2400  # unknown and negative, each
        assert len(batch.errors) == 1000


class TestWrongColumns:
    def test_missing_and_unknown_ones_are_named(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = [("表号", "示数类型", "抄表日期", "电压"), (meter, "总", "2026-02-01", "220")]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit)
        assert "电压" in refused(batch, "unknown_column", cell="D1").message
        assert "示数" in refused(batch, "missing_column").message

    def test_two_columns_of_one_meaning_are_refused(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = [(*HEAD, "读数"), (meter, "总", "2026-02-01", "1", "2")]
        refused(check(files.csv(tmp_path / "a.csv", rows), unit), "double_column", cell="E1")

    def test_a_merged_header_is_refused(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        rows = long_rows((meter, "总", "2026-02-01", "180"))
        path = files.xlsx(tmp_path / "a.xlsx", rows, merged="A1:B1")
        refused(check(path, unit), "merged_header", cell="A1")

    def test_merged_cells_are_refused(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        rows = long_rows((meter, "总", "2026-02-01", "180"), (meter, "峰", "2026-02-01", "110"))
        path = files.xlsx(tmp_path / "a.xlsx", rows, merged="C2:C3")
        refused(check(path, unit), "merged_cells", cell="C2")


class TestWrongFiles:
    def test_a_formula_is_refused_with_its_address(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = long_rows((meter, "总", "2026-02-01", "180"), (meter, "峰", "2026-02-01", None))
        path = files.xlsx(tmp_path / "a.xlsx", rows, formulas={"D3": "=D2-70"})
        refused(check(path, unit), "formula", cell="D3")

    def test_a_formula_of_an_old_workbook_is_refused_too(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = long_rows((meter, "总", "2026-02-01", "180"), (meter, "峰", "2026-02-01", None))
        path = files.xls(tmp_path / "a.xls", rows, formula=(2, 3))
        refused(check(path, unit), "formula", cell="D3")

    def test_half_an_old_workbook_is_refused(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        path = files.xls(tmp_path / "a.xls", long_rows((meter, "总", "2026-02-01", "180")))
        path.write_bytes(path.read_bytes()[:900])
        refused(check(path, unit), "not_a_table")

    @pytest.mark.parametrize("share", [3, 2])
    def test_half_a_workbook_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path, share: int
    ) -> None:
        path = files.xlsx(tmp_path / "a.xlsx", long_rows((meter, "总", "2026-02-01", "180")))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // share])
        refused(check(path, unit), "cut_off")

    def test_half_a_parquet_file_is_refused(self, unit: Unit, tmp_path: Path) -> None:
        path = files.parquet(tmp_path / "a.parquet", {"meter": ["1"] * 1000})
        path.write_bytes(path.read_bytes()[:-20])
        refused(check(path, unit), "cut_off")

    def test_a_csv_row_that_is_cut_off_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = files.csv(
            tmp_path / "a.csv",
            long_rows((meter, "总", "2026-02-01", "180"), (meter, "峰", "2026-02-01", "110")),
        )
        path.write_bytes(path.read_bytes()[:-9])
        assert refused(check(path, unit), "cut_off").row == 3

    def test_a_quote_that_never_ends_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.csv"
        path.write_text('表号,示数类型,抄表日期,示数\n"0012,总,2026-02-01,180\n')
        refused(check(path, unit), "not_a_table")

    def test_a_file_too_large_is_refused_before_it_is_read(
        self, unit: Unit, tmp_path: Path
    ) -> None:
        path = tmp_path / "huge.csv"
        with path.open("wb") as file:
            file.truncate(2 * 1024**3)  # sparse: takes no room on the disk
        fault = refused(check(path, unit), "too_large")
        assert "2,048 MB" in fault.message
        assert not list((tmp_path / "imports").glob("*"))

    def test_a_stream_that_does_not_tell_its_size_is_read_to_the_limit_only(
        self, unit: Unit, tmp_path: Path, settings: Settings
    ) -> None:
        settings.IMPORT_MAX_BYTES = 5 * 1024 * 1024
        read: list[int] = []

        class Endless(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                read.append(size)
                return b"x" * size

        with transaction.atomic():
            batch = api.check_file(
                Endless(),
                "register_long",
                unit_id=unit.pk,
                by=make.act_at(TODAY),  # type: ignore[arg-type]
            )
        refused(batch, "too_large")
        assert len(read) == 6
        assert not list((tmp_path / "imports").glob("*"))

    def test_a_workbook_that_unpacks_to_too_much_is_refused(
        self, unit: Unit, meter: str, tmp_path: Path, settings: Settings
    ) -> None:
        rows = long_rows(*[(meter, "总", "2026-02-01", "180")] * 3000)
        path = files.xlsx(tmp_path / "a.xlsx", rows)
        settings.IMPORT_MAX_BYTES = path.stat().st_size + 10
        refused(check(path, unit), "too_large")

    @pytest.mark.parametrize(
        "content",
        [b"%PDF-1.7 ...", b"<html><table><tr><td>1</td></tr></table></html>",
         b"\x89PNG\r\n\x1a\n\x00\x00\x00", b"PK\x03\x04 no workbook", b"just one word\n"],
    )  # fmt: skip
    def test_what_is_no_table_is_refused(self, unit: Unit, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        batch = check(path, unit)
        assert batch.state == "REFUSED"
        assert batch.errors[0].rule in {"not_a_table", "cut_off"}

    def test_a_zip_without_a_workbook_is_refused(self, unit: Unit, tmp_path: Path) -> None:
        import zipfile

        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("photo.txt", "hello")
        refused(check(path, unit), "not_a_table")

    @pytest.mark.parametrize("content", [b"", "表号,示数类型,抄表日期,示数\n".encode()])
    def test_an_empty_file_is_refused(self, unit: Unit, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        refused(check(path, unit), "empty_file")

    def test_text_of_no_known_encoding_is_refused(self, unit: Unit, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes("表号,".encode() + b"\xff\xff\xff,a\n1,2,3\n")
        refused(check(path, unit), "encoding")

    def test_too_many_rows_are_refused(
        self, unit: Unit, meter: str, tmp_path: Path, settings: Settings
    ) -> None:
        (tmp_path / "readings.yaml").write_text(
            "- {name: readings.import.largest_rows, value: 2, effective_from: 2000-01-01,"
            " source: test}"
        )
        settings.RULEBOOK_EXTRA = str(tmp_path)
        rows = long_rows(*[(meter, "总", "2026-02-01", "180")] * 3)
        refused(check(files.csv(tmp_path / "a.csv", rows), unit), "too_many_rows")

    def test_a_kind_that_the_profile_does_not_take_is_refused(
        self, unit: Unit, tmp_path: Path
    ) -> None:
        path = files.parquet(tmp_path / "a.parquet", {"表号": ["1"]})
        refused(check(path, unit, profile="excel_template"), "file_kind")

    def test_an_unknown_profile_is_told(self, unit: Unit, tmp_path: Path) -> None:
        path = files.csv(tmp_path / "a.csv", [("a", "b")])
        with pytest.raises(api.ProfileNotFound, match="register_long"):
            check(path, unit, profile="nobody")
