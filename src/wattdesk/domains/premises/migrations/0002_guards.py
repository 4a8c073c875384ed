"""What the archive was is final: copies in the history tables are never changed or removed."""

from django.db import migrations

from wattdesk.toolkit.guards import final_rows

TABLES = (
    "premises_feeder",
    "premises_ownership_boundary",
    "premises_service_location",
    "premises_supply_point",
    "premises_transformer_area",
    "premises_usage_point",
    "premises_usage_point_area",
)


class Migration(migrations.Migration):
    dependencies = [("premises", "0001_initial")]
    operations = [final_rows(f"{table}_history") for table in TABLES]
