"""The books balance in the database, refer to what exists, and what is written stays.

All entries of a transaction go in with one INSERT or COPY, in the database transaction that writes
its head. The checks run once for a statement, over its rows as a set: the same guarantee as row
triggers and foreign keys, at a third of their cost (ADR 0060).
"""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows

ENTRIES = """
CREATE FUNCTION ledger_entry_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault text; own_xid bigint := pg_current_xact_id()::text::bigint;
BEGIN
  SELECT CASE
      WHEN n.difference <> 0 THEN 'ledger transaction not balanced'
      WHEN t.id IS NULL THEN 'ledger entry without its transaction'
      ELSE 'ledger transaction is closed: entries come with it or never' END INTO fault
    FROM (SELECT transaction_id,
                 sum(CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END) AS difference
          FROM new_rows GROUP BY transaction_id) n
    LEFT JOIN ledger_transaction t ON t.id = n.transaction_id
    WHERE n.difference <> 0 OR t.id IS NULL OR t.xid <> own_xid LIMIT 1;
  IF fault IS NULL THEN
    SELECT CASE
        WHEN a.id IS NULL THEN 'ledger entry without ledger account'
        WHEN n.account_id IS NULL THEN 'ledger entry names no customer account'
        ELSE 'ledger entry of an unknown account' END INTO fault
      FROM new_rows n
      LEFT JOIN ledger_account a ON a.id = n.ledger_account_id
      LEFT JOIN customers_account c ON c.id = n.account_id
      WHERE a.id IS NULL OR (n.account_id IS NULL AND a.by_customer)
         OR (n.account_id IS NOT NULL AND c.id IS NULL) LIMIT 1;
  END IF;
  IF fault IS NOT NULL THEN RAISE check_violation USING MESSAGE = fault; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_rules AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_rules();
"""

TRANSACTIONS = """
CREATE FUNCTION ledger_transaction_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault text; own_xid bigint := pg_current_xact_id()::text::bigint;
BEGIN
  SELECT CASE
      WHEN u.id IS NULL THEN 'ledger transaction of no unit'
      WHEN n.actor_id IS NOT NULL AND s.id IS NULL THEN 'ledger transaction of an unknown person'
      WHEN n.account_id IS NOT NULL AND c.id IS NULL
        THEN 'ledger transaction of an unknown account'
      ELSE 'ledger transaction with a foreign xid' END INTO fault
    FROM new_rows n
    LEFT JOIN identity_unit u ON u.id = n.unit_id
    LEFT JOIN identity_staff s ON s.id = n.actor_id
    LEFT JOIN customers_account c ON c.id = n.account_id
    WHERE u.id IS NULL OR (n.actor_id IS NOT NULL AND s.id IS NULL)
       OR (n.account_id IS NOT NULL AND c.id IS NULL) OR n.xid <> own_xid LIMIT 1;
  IF fault IS NOT NULL THEN RAISE check_violation USING MESSAGE = fault; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_transaction_rules AFTER INSERT ON ledger_transaction
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_transaction_rules();
"""

# Entries refer to ledger accounts without a foreign key, so these may not go, nor change meaning.
ACCOUNTS = """
CREATE FUNCTION ledger_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' OR (OLD.id, OLD.code, OLD.kind, OLD.by_customer)
     IS DISTINCT FROM (NEW.id, NEW.code, NEW.kind, NEW.by_customer)
  THEN RAISE integrity_constraint_violation USING
       MESSAGE = format('ledger account %s: only its names may change', OLD.code); END IF;
  RETURN NEW; END $$;
CREATE TRIGGER ledger_account_stays BEFORE UPDATE OR DELETE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_account_stays();
"""


def _sql(text: str, table: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        text, reverse_sql=f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("customers", "0001_initial"),
        ("identity", "0001_initial"),
    ]
    operations = [
        final_rows("ledger_transaction"),
        final_rows("ledger_entry"),
        _sql(ENTRIES, "ledger_entry", "ledger_entry_rules"),
        _sql(TRANSACTIONS, "ledger_transaction", "ledger_transaction_rules"),
        _sql(ACCOUNTS, "ledger_account", "ledger_account_stays"),
    ]
