"""The State Grid month in small: real gaps, zeros and absurd values; nobody disappears."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Bill
from wattdesk.domains.identity import api as identity
from wattdesk.domains.ledger import api as ledger
from wattdesk.jobs import pool
from wattdesk.usecases.state_grid import month

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
DATA = Path(__file__).resolve().parents[3] / "shared/data/sgcc_theft/sgcc_daily_26d.parquet"


@pytest.fixture(scope="module")
def data() -> Path:
    if not DATA.exists():
        pytest.skip(f"research data is not here: {DATA}")
    return DATA


@pytest.fixture
def part(data: Path, tmp_path: Path) -> Path:
    """Every account with a gap or an absurd value, and three thousand others."""
    frame = pl.read_parquet(data)
    days = frame.columns[2:]
    odd = pl.any_horizontal(pl.col(days).is_null()) | (pl.max_horizontal(days) > 300)
    path = tmp_path / "part.parquet"
    pl.concat([frame.filter(odd), frame.filter(~odd).head(3000)]).write_parquet(path)
    return path


class TestStateGridMonth:
    def test_the_parts_add_up_and_the_books_balance(self, part: Path) -> None:
        count = pl.read_parquet(part).height
        report = month.play(
            part,
            password=identity.make_initial_password(on=month.FIRST_DAY),
            work=lambda run_id, phase: pool.work([run_id], phase, workers=1),
            say=lambda _line: None,
        )
        status = report.status
        assert report.customers == count
        assert report.is_complete
        assert status.state == "RELEASED"
        # The segment's period began earlier; the accounts' days are those of the file.
        periods = Bill.objects.values_list("from_date", "to_date").distinct()
        assert list(periods) == [(month.FIRST_DAY, month.LAST_DAY)]
        held = dict(status.held_by_code)
        assert sum(held.values()) == status.held
        assert set(held) <= {"ABSURD", "GAPS_TOO_MANY"}
        # Checks that need a history say that they could not run.
        assert dict(status.listed_by_code)["NO_HISTORY"] == status.billed
        assert Bill.objects.count() == status.billed
        assert ledger.verify().problems == ()
        assert billing.verify_against_ledger() == []

    def test_one_bill_by_hand(self, part: Path) -> None:
        frame = pl.read_parquet(part).tail(60)
        frame.write_parquet(part)
        month.play(
            part,
            password=identity.make_initial_password(on=month.FIRST_DAY),
            work=lambda run_id, phase: pool.work([run_id], phase, workers=1),
            say=lambda _line: None,
        )
        days = frame.columns[2:]
        # Limits of 26 of 31 days: 240 → 201 kWh, 400 → 335 kWh; prices of July 2012.
        for bill in Bill.objects.select_related("account"):
            row = frame.filter(pl.col("CONS_NO") == bill.account.number).select(days)
            read = sum(
                (Decimal(str(v)).quantize(Decimal("0.01")) for v in row.row(0) if v is not None),
                Decimal(0),
            )
            if "ESTIMATED" in bill.marks:
                continue
            kwh = int(read)
            assert bill.energy_kwh == kwh
            assert bill.carry_kwh == read - kwh
            parts = (min(kwh, 201), max(min(kwh, 335) - 201, 0), max(kwh - 335, 0))
            prices = (Decimal("0.4883"), Decimal("0.5383"), Decimal("0.7883"))
            fen = sum(
                int((k * p * 100).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
                for k, p in zip(parts, prices, strict=True)
            )
            assert bill.total_fen == fen
