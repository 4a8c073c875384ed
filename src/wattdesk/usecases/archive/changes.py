"""Changes that touch meters and accounts at once: exchanging a meter, closing an account."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Kind
from wattdesk.domains.premises import api as premises
from wattdesk.toolkit.acts import Act

Shown = Mapping[Kind, Decimal]


def exchange_meter(
    usage_point_id: int,
    new_meter_id: int,
    *,
    on_date: date,
    final_readings: Shown,
    start_readings: Shown,
    multiplier: Decimal | None = None,
    by: Act,
) -> int:
    """Exchange the meter of a point (换表), and let the account be found by the new number.

    Returns the new installation's id. Raises as ``metering.exchange_meter`` does.
    """
    with transaction.atomic():
        installation = metering.exchange_meter(
            usage_point_id,
            new_meter_id,
            on_date=on_date,
            final_readings=final_readings,
            start_readings=start_readings,
            multiplier=multiplier,
            by=by,
        )
        customers.refresh_search_of_points([usage_point_id])
    return installation


def close_account(
    account_id: int, *, on: date, final_readings: Mapping[int, Shown], by: Act
) -> None:
    """Close an account (销户): final readings, meters down, points ended, account closed.

    ``final_readings`` by usage point; a point without them keeps its meter and lives on (the
    next holder of the place takes it over). Raises as the single steps do.
    """
    with transaction.atomic():
        for point, shown in final_readings.items():
            metering.remove_meter(point, on_date=on, final_readings=shown, by=by)
        customers.close_account(account_id, on=on, by=by)
        for point in final_readings:
            premises.end_usage_point(point, on=on, by=by)
