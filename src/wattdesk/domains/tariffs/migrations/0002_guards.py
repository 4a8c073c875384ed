"""The text of a tariff version never changes, nor does a decision once taken."""

from django.db import migrations

GUARD = """
CREATE FUNCTION tariffs_version_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
      MESSAGE = 'tariff versions are never deleted';
  END IF;
  IF (NEW.document, NEW.sha256, NEW.tariff_id, NEW.number, NEW.proposed_by_id, NEW.proposed_at,
      lower(NEW.period))
     IS DISTINCT FROM
     (OLD.document, OLD.sha256, OLD.tariff_id, OLD.number, OLD.proposed_by_id, OLD.proposed_at,
      lower(OLD.period))
     OR (OLD.state <> 'PROPOSED' AND (NEW.state, NEW.decided_by_id, NEW.decided_at)
         IS DISTINCT FROM (OLD.state, OLD.decided_by_id, OLD.decided_at))
  THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
      MESSAGE = 'the text and the decision of a tariff version are final';
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER tariffs_version_final BEFORE UPDATE OR DELETE ON tariffs_version
  FOR EACH ROW EXECUTE FUNCTION tariffs_version_final();
"""


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            reverse_sql="DROP TRIGGER tariffs_version_final ON tariffs_version;"
            " DROP FUNCTION tariffs_version_final();",
        )
    ]
