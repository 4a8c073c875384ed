"""Audit rows and seals are final."""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        final_rows("audit_record"),
        final_rows("audit_seal"),
        final_rows("audit_sealed_record"),
        # The time line of an object: records by subject, newest first.
        migrations.RunSQL(
            "CREATE INDEX audit_record_subjects ON audit_record USING gin (subjects);",
            reverse_sql="DROP INDEX audit_record_subjects;",
        ),
    ]
