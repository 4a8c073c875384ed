"""What the database itself refuses of bills and lines, whoever asks."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import billing as worlds
from wattdesk.domains.billing.models import Bill, BillLine
from wattdesk.usecases import monthly_billing

COPY_OF_BILL = (
    "INSERT INTO billing_bill (run_id, account_id, receivable_month, sequence, from_date, to_date,"
    " released_at, due_date, schedule_id, tariff_version_id, energy_kwh, carry_kwh, total_fen,"
    " marks, trace) SELECT {run}, account_id, receivable_month, 9, from_date, to_date,"
    " released_at, due_date, {schedule}, {version}, energy_kwh, carry_kwh, total_fen, marks, trace"
    " FROM billing_bill ORDER BY id LIMIT 1"
)


@pytest.mark.django_db
class TestReferencesAsSets:
    @pytest.fixture(autouse=True)
    def released(self):
        world = worlds.billing_world({1: [120], 2: [250]})
        monthly_billing.bill_segment(
            world.segment.code,
            date(2026, 1, 1),
            by=world.by_officer(),
            release_by=world.by_supervisor(),
            today=worlds.TODAY,
        )

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("run", "unknown run"),
            ("schedule", "unknown price class"),
            ("version", "unknown tariff version"),
        ],
    )
    def test_a_bill_of_nothing_known_is_refused(self, name, message):
        places = {"run": "run_id", "schedule": "schedule_id", "version": "tariff_version_id"}
        bills = Bill.objects.count()
        statement = COPY_OF_BILL.format(**{**places, name: "-1"})
        with (
            pytest.raises(IntegrityError, match=message),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert Bill.objects.count() == bills

    def test_a_line_without_its_bill_is_refused(self):
        lines = BillLine.objects.count()
        with (
            pytest.raises(IntegrityError, match="without its bill"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "INSERT INTO billing_bill_line (bill_id, position, code, quantity, unit, price,"
                " amount_fen) VALUES (-1, 1, 'ENERGY', 1, 'kWh', 1, 100)"
            )
        assert BillLine.objects.count() == lines > 0
