"""The books balance in the database, and what is written stays."""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows

# All entries of a transaction go in with one INSERT or COPY. Judging each statement by itself also
# refuses entries that are added to a transaction later.
BALANCED = """
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM new_rows GROUP BY transaction_id
             HAVING sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) <> 0)
  THEN RAISE check_violation USING MESSAGE = 'ledger transaction not balanced'; END IF;
  RETURN NULL; END $$;
CREATE TRIGGER balanced AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_balanced();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        final_rows("ledger_transaction"),
        final_rows("ledger_entry"),
        migrations.RunSQL(
            BALANCED,
            reverse_sql="DROP TRIGGER balanced ON ledger_entry; DROP FUNCTION ledger_balanced();",
        ),
    ]
