"""A reading is never changed or removed: a correction marks it superseded and adds another.

Copies in the history tables are final too.
"""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows

TABLES = (
    "metering_installation",
    "metering_instrument_transformer",
    "metering_meter",
    "metering_reading_segment",
)

READING_KEPT = """
CREATE FUNCTION metering_reading_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
     AND (to_jsonb(NEW) - 'superseded_at') = (to_jsonb(OLD) - 'superseded_at') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
    MESSAGE = 'a reading is kept as it was recorded: correct it by a new one';
END $$;
CREATE TRIGGER metering_reading_kept BEFORE UPDATE OR DELETE ON metering_reading
  FOR EACH ROW EXECUTE FUNCTION metering_reading_kept();
"""
READING_KEPT_BACK = """
DROP TRIGGER metering_reading_kept ON metering_reading;
DROP FUNCTION metering_reading_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("metering", "0001_initial")]
    operations = [
        *[final_rows(f"{table}_history") for table in TABLES],
        migrations.RunSQL(READING_KEPT, reverse_sql=READING_KEPT_BACK),
    ]
