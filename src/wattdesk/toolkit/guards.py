"""Raw SQL triggers that protect final rows, for use in migrations.

A trigger made through Django's libraries can be switched off by any session that runs SQL; these
cannot, short of the owner's ALTER TABLE.
"""

from django.db import migrations

# Arguments of the trigger: the words of the refusal.
REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION wattdesk_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
    MESSAGE = format('rows of %s are final: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;
"""


def final_rows(table: str) -> migrations.RunSQL:
    """Refuse every UPDATE and DELETE of a row of ``table``, whoever asks.

    Row triggers, so that emptying tables between tests (TRUNCATE by the owner) stays possible; the
    application's role has no right to TRUNCATE.
    """
    return migrations.RunSQL(
        REFUSE_FUNCTION + f"CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION wattdesk_refuse_change();",
        reverse_sql=f"DROP TRIGGER {table}_final ON {table};",
    )
