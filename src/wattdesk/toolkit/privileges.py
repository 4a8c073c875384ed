"""The two logins: the owner makes tables, the application's role may not change what is final."""

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

# Rows of these tables are never changed or removed once written; triggers guard them against the
# owner's mistakes, these grants against the application.
FINAL_TABLES = (
    "audit_record",
    "audit_seal",
    "audit_sealed_record",
    "billing_bill",
    "billing_bill_line",
    "ledger_transaction",
    "ledger_entry",
)


def create_database() -> None:
    """On the embedded server: start it, make the role and the database where they are missing."""
    if not settings.EMBEDDED:
        return
    from wattdesk.toolkit import localdb

    server = localdb.LocalServer(settings.PG_DATA)
    server.start()
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as owner:
        _make_role(owner, settings.APP_ROLE)
        name = settings.DATABASES["default"]["NAME"]
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _make_role(owner: psycopg.Connection, role: str) -> None:
    if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def grant() -> None:
    """Give the application's role its rights on all tables, and take back what is final.

    Idempotent; run by the owner after each migration.
    """
    role = sql.Identifier(settings.APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APP_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=role))
        # What an archive row was before stays as it was, too (ADR 0051).
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename LIKE '%\\_history'"
        )
        for table in (*FINAL_TABLES, *(row[0] for row in cursor.fetchall())):
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(
                    sql.Identifier(table), role
                )
            )
