"""Audit records that commit, and a superuser who covers his tracks."""

from django.db import connection, transaction

from tests.factories.identity import act
from wattdesk.domains.audit import api as audit


def write_records(count: int, *, subject: str = "x:1") -> list[int]:
    """So many records in a transaction of their own; returns their ids."""
    with transaction.atomic():
        return audit.record_many(
            [
                audit.NewRecord("a.b", (subject,), before={"n": i}, after={"n": i + 1, "名": "值"})
                for i in range(count)
            ],
            by=act(),
        )


def tamper(*statements: str) -> None:
    """Run statements as the database's superuser, with all triggers and foreign keys off."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET ROLE wattdesk_app")
