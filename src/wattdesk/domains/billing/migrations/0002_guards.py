"""Bills and lines are final: what is wrong is cancelled or adjusted, never changed."""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [final_rows("billing_bill"), final_rows("billing_bill_line")]
