"""What bills and lines refer to is proved as a set, once per INSERT or COPY (ADR 0060)."""

from django.db import migrations

BILLS = """
CREATE FUNCTION billing_bill_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault text;
BEGIN
  SELECT CASE
      WHEN r.id IS NULL THEN 'bill of an unknown run'
      WHEN s.id IS NULL THEN 'bill of an unknown price class'
      ELSE 'bill of an unknown tariff version' END INTO fault
    FROM (SELECT DISTINCT run_id, schedule_id, tariff_version_id FROM new_rows) n
    LEFT JOIN billing_run r ON r.id = n.run_id
    LEFT JOIN tariffs_rate_schedule s ON s.id = n.schedule_id
    LEFT JOIN tariffs_version v ON v.id = n.tariff_version_id
    WHERE r.id IS NULL OR s.id IS NULL OR v.id IS NULL LIMIT 1;
  IF fault IS NOT NULL THEN RAISE foreign_key_violation USING MESSAGE = fault; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER billing_bill_rules AFTER INSERT ON billing_bill REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION billing_bill_rules();
"""

LINES = """
CREATE FUNCTION billing_bill_line_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows n LEFT JOIN billing_bill b ON b.id = n.bill_id
             WHERE b.id IS NULL) THEN
    RAISE foreign_key_violation USING MESSAGE = 'bill line without its bill';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER billing_bill_line_rules AFTER INSERT ON billing_bill_line
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION billing_bill_line_rules();
"""


def _sql(text: str, table: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        text, reverse_sql=f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_set_references")]
    operations = [
        _sql(BILLS, "billing_bill", "billing_bill_rules"),
        _sql(LINES, "billing_bill_line", "billing_bill_line_rules"),
    ]
