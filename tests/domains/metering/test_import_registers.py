"""Imports of register readings: every good form is taken, and committed once."""

import io
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from django.db import connection, transaction

from tests.domains.metering import files
from tests.domains.metering.importing import (
    TODAY,
    check,
    commit,
    long_rows,
    recorded,
)
from tests.factories import metering as make
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import Kind, Quality
from wattdesk.domains.metering.models import Reading
from wattdesk.domains.premises.models import UsagePoint

pytestmark = pytest.mark.django_db


class TestGoodFiles:
    def test_a_csv_is_previewed_and_committed(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        path = files.csv(
            tmp_path / "a.csv",
            long_rows(
                (meter, "总", "2026-02-01", "180.5"),
                (meter, "峰", "2026/2/1", 110),
                (meter, "谷", "20260201", 70.5),
            ),
        )
        batch = check(path, unit)
        assert batch.state == "CHECKED", batch.errors
        assert batch.preview["new"] == 3
        assert batch.preview["sum_kwh"] == "80.5"
        assert batch.preview["first"][0]["value"] == "180.5"
        assert recorded() == {}
        done = commit(batch)
        assert done.written == {"new": 3, "same": 0, "different": 0}
        assert recorded() == {
            "ACTIVE_TOTAL": Decimal("180.5"),
            "ACTIVE_PEAK": Decimal(110),
            "ACTIVE_VALLEY": Decimal("70.5"),
        }
        assert set(Reading.objects.filter(batch=done.id).values_list("origin", flat=True)) == {
            "FILE"
        }

    @pytest.mark.parametrize(
        "day",
        ["2026-02-01", "2026/2/1", "20260201", "2026.2.1", "2026年2月1日", "46054",
         "2026-02-01 00:00:00", "２０２６-02-01"],
    )  # fmt: skip
    def test_a_day_may_be_written_in_many_ways(
        self, unit: Unit, meter: str, tmp_path: Path, day: str
    ) -> None:
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", day, "180")))
        batch = check(path, unit)
        assert batch.state == "CHECKED", batch.errors
        assert batch.preview["first"][0]["date"] == "2026-02-01"

    def test_gbk_is_accepted_and_said(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        path = files.csv(
            tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180")), encoding="gbk"
        )
        batch = check(path, unit)
        assert batch.state == "CHECKED"
        assert any("GBK" in note for note in batch.preview["notes"])

    def test_a_byte_order_mark_and_other_separators_do_no_harm(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = long_rows((meter, "总", "2026-02-01", "180"))
        for encoding, separator in (("utf-8-sig", ";"), ("utf-16", "\t")):
            path = files.csv(tmp_path / "a.csv", rows, encoding=encoding, separator=separator)
            assert check(path, unit).state == "CHECKED"

    def test_tidied_numbers_are_taken_with_a_note(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = files.xlsx(
            tmp_path / "a.xlsx",
            long_rows(
                (meter, "总", "2026-02-01", " 1,180.50 "), (meter, "峰", "2026-02-01", "１１０")
            ),
        )
        batch = check(path, unit)
        assert batch.state == "CHECKED", batch.errors
        assert any("2 numbers" in note for note in batch.preview["notes"])
        commit(batch)
        assert recorded()["ACTIVE_TOTAL"] == Decimal("1180.5")

    def test_excel_numbers_and_days_are_read_exactly(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        # What Excel shows as 180.3 may be stored as 180.30000000000001.
        path = files.xlsx(
            tmp_path / "a.xlsx", long_rows((meter, "总", date(2026, 2, 1), 180.1 + 0.2))
        )
        commit(check(path, unit))
        assert recorded() == {"ACTIVE_TOTAL": Decimal("180.3")}

    def test_an_old_workbook_is_read(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        path = files.xls(tmp_path / "a.xls", long_rows((meter, "总", "2026-02-01", 180.25)))
        batch = check(path, unit)
        assert batch.state == "CHECKED", batch.errors
        commit(batch)
        assert recorded() == {"ACTIVE_TOTAL": Decimal("180.25")}

    def test_parquet_keeps_its_types(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        columns = {
            "meter": [meter, meter],
            "kind": ["ACTIVE_TOTAL", "ACTIVE_PEAK"],
            "date": [date(2026, 2, 1)] * 2,
            "value": [180.25, 110.0],
        }
        batch = check(files.parquet(tmp_path / "a.parquet", columns), unit)
        assert batch.state == "CHECKED", batch.errors
        commit(batch)
        assert recorded()["ACTIVE_TOTAL"] == Decimal("180.25")

    def test_account_numbers_are_resolved_by_the_caller(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        point = api.places_of_meter(meter)[0].usage_point_id
        asked: list[pl.Series] = []

        def resolve(numbers: pl.Series) -> pl.DataFrame:
            asked.append(numbers)
            return pl.DataFrame({"number": ["A7"], "usage_point_id": [point]})

        rows = [("户号", "抄表日期", "示数"), ("A7", "2026-02-01", 180)]
        batch = check(files.csv(tmp_path / "a.csv", rows), unit, resolve=resolve)
        assert batch.state == "CHECKED", batch.errors
        assert asked[0].to_list() == ["A7"]
        commit(batch)
        assert recorded() == {"ACTIVE_TOTAL": Decimal(180)}

    def test_an_open_file_will_do(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180")))
        stream = io.BytesIO(path.read_bytes())
        with transaction.atomic():
            batch = api.check_file(
                stream, "register_long", unit_id=unit.pk, file_name="二月.csv",
                by=make.act_at(TODAY),
            )  # fmt: skip
        assert (batch.state, batch.file_name) == ("CHECKED", "二月.csv")


class TestCommit:
    def test_the_same_file_twice_is_refused_with_who_and_when(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180")))
        first, second = check(path, unit), check(path, unit)
        commit(first)
        with pytest.raises(api.AlreadyImported, match="2026-02-03 12:00 by system"):
            commit(second)
        with pytest.raises(api.AlreadyImported):
            commit(first)
        third = check(path, unit)
        assert third.state == "REFUSED"
        assert third.errors[0].rule == "already_imported"
        assert Reading.objects.filter(batch__isnull=False).count() == 1

    def test_equal_readings_are_left_and_differing_ones_need_consent(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        rows = long_rows((meter, "总", "2026-01-01", "100"), (meter, "峰", "2026-01-01", "61"))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit)
        assert (batch.preview["same"], batch.preview["differing"]) == (1, 1)
        assert batch.preview["differences"][0]["old"] == "60"
        with pytest.raises(api.CorrectionsNotAllowed, match="1 values differ"):
            commit(batch)
        with pytest.raises(api.CorrectionNeedsReason):
            commit(batch, allow_corrections=True, reason=" ")
        assert recorded(date(2026, 1, 1))["ACTIVE_PEAK"] == 60
        done = commit(batch, allow_corrections=True, reason="peak was misread")
        assert done.written == {"new": 0, "same": 1, "different": 1}
        assert recorded(date(2026, 1, 1))["ACTIVE_PEAK"] == 61
        old = Reading.objects.get(value=60, register__kind="ACTIVE_PEAK")
        assert old.superseded_at == make.act_at(TODAY).at
        new = Reading.objects.get(value=61)
        assert (new.quality, new.note) == ("CORRECTED", "peak was misread")

    def test_an_actual_reading_in_place_of_an_estimate_is_actual(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        total = api.get_meter(meter).registers[0].id
        make.read(total, {date(2026, 2, 1): 190}, quality=Quality.ESTIMATED)
        rows = long_rows((meter, "总", "2026-02-01", "185"))
        batch = check(files.csv(tmp_path / "a.csv", rows), unit)
        commit(batch, allow_corrections=True, reason="reader came back")
        row = Reading.objects.get(register=total, reading_date="2026-02-01", superseded_at=None)
        assert (row.value, row.quality) == (185, "ACTUAL")

    def test_a_meter_moved_since_the_check_stops_it(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        batch = check(
            files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180"))), unit
        )
        point = api.places_of_meter(meter)[0].usage_point_id
        kinds = (Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY)
        with transaction.atomic():
            api.remove_meter(
                point,
                on_date=date(2026, 1, 20),
                final_readings=dict.fromkeys(kinds, Decimal(170)),
                by=make.act_at(date(2026, 1, 20)),
            )
        with pytest.raises(api.BatchStale):
            commit(batch)
        assert recorded() == {}

    def test_changed_waiting_rows_stop_it(self, unit: Unit, meter: str, tmp_path: Path) -> None:
        batch = check(
            files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180"))), unit
        )
        rows = tmp_path / "imports" / f"batch-{batch.id}.parquet"
        changed = pl.read_parquet(rows).with_columns(pl.lit(1).cast(pl.Int64).alias("value_e4"))
        changed.write_parquet(rows)
        with pytest.raises(api.BatchStale):
            commit(batch)

    def test_nothing_is_left_behind_when_the_transaction_ends(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        batch = check(
            files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180"))), unit
        )
        with pytest.raises(RuntimeError), transaction.atomic():
            api.commit_batch(batch.id, by=make.act_at(TODAY))
            raise RuntimeError
        assert api.get_batch(batch.id).state == "CHECKED"
        assert recorded() == {}
        commit(batch)
        assert recorded() == {"ACTIVE_TOTAL": Decimal(180)}

    @pytest.mark.django_db(transaction=True)
    def test_the_upload_is_kept_until_the_commit(
        self, unit: Unit, meter: str, tmp_path: Path
    ) -> None:
        path = files.csv(tmp_path / "a.csv", long_rows((meter, "总", "2026-02-01", "180")))
        batch = check(path, unit)
        kept = tmp_path / "imports"
        assert (kept / batch.sha256).read_bytes() == path.read_bytes()
        commit(batch)
        assert list(kept.iterdir()) == []

    def test_an_unknown_batch_is_not_found(self) -> None:
        with pytest.raises(api.BatchNotFound), transaction.atomic():
            api.commit_batch(987654, by=make.act_at(TODAY))


class TestSpeed:
    def test_a_hundred_thousand_readings_take_seconds(self, unit: Unit, tmp_path: Path) -> None:
        registers = 20_000
        place = UsagePoint.objects.get(pk=make.make_point(unit)).service_location_id
        numbers = f"generate_series(1, {registers}) AS n"
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO premises_usage_point (code, service_location_id, unit_id, voltage,"
                " metering, meter_place, period) SELECT 'Q' || n, %s, %s, 'LT1KV', 'LL', '',"
                f" '[2020-01-01,)' FROM {numbers}",
                [place, unit.pk],
            )
            cursor.execute(
                "INSERT INTO metering_meter (number, model, phases, rated_current_a)"
                f" SELECT 'Q' || n, 'DDZY', 1, '5(60)' FROM {numbers}"
            )
            cursor.execute(
                "INSERT INTO metering_register (meter_id, kind, digits, decimals)"
                " SELECT id, 'ACTIVE_TOTAL', 6, 2 FROM metering_meter WHERE number LIKE 'Q%'"
            )
            cursor.execute(
                "INSERT INTO metering_installation (meter_id, usage_point_id, multiplier, period)"
                " SELECT m.id, p.id, 1, p.period FROM metering_meter m"
                " JOIN premises_usage_point p ON p.code = m.number"
            )
        rows = [
            (f"Q{n}", "总", f"2026-01-{day:02d}", f"{day}.25")
            for n in range(1, registers + 1)
            for day in range(1, 6)
        ]
        path = files.csv(tmp_path / "a.csv", long_rows(*rows))
        began = time.perf_counter()
        batch = check(path, unit)
        assert batch.state == "CHECKED", batch.errors[:3]
        checked = time.perf_counter()
        commit(batch)
        ended = time.perf_counter()
        assert batch.preview["sum_kwh"] == str(registers * 4)
        assert Reading.objects.filter(batch_id=batch.id).count() == 100_000
        print(f"check {checked - began:.1f} s, commit {ended - checked:.1f} s")
        assert ended - began < 60
