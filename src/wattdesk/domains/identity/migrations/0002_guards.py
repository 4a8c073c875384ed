"""A unit stays where it was made: its path is copied into many rows and into rights."""

from django.db import migrations

PLACED = """
CREATE FUNCTION identity_unit_placed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE above text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.code, NEW.path) IS DISTINCT FROM (OLD.code, OLD.path)
       OR NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
      RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'a unit keeps its code and its place in the tree';
    END IF;
    RETURN NEW;
  END IF;
  SELECT path INTO above FROM identity_unit WHERE id = NEW.parent_id;
  IF NEW.path <> coalesce(above, '') || NEW.code || '/' THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
      MESSAGE = 'the path of a unit is the path of its parent and its own code';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER placed BEFORE INSERT OR UPDATE ON identity_unit
  FOR EACH ROW EXECUTE FUNCTION identity_unit_placed();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [
        migrations.RunSQL(
            PLACED,
            reverse_sql="DROP TRIGGER placed ON identity_unit;"
            " DROP FUNCTION identity_unit_placed();",
        )
    ]
