"""What the archive was is final: copies in the history tables are never changed or removed."""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows

TABLES = (
    "customers_account",
    "customers_account_party",
    "customers_account_usage_point",
    "customers_agreement",
    "customers_block_opening",
    "customers_contact_phone",
    "customers_customer",
    "customers_load_profile",
    "customers_rate_assignment",
)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [final_rows(f"{table}_history") for table in TABLES]
