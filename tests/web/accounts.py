"""A billed world for tests of the account's and metering's screens, at a fixed moment."""

from datetime import UTC, date, datetime

from django.test import Client

from tests.factories import billing as supplier
from tests.factories.billing import BillingWorld
from tests.factories.identity import make_staff, make_unit, signed_in
from wattdesk.domains.customers.models import Account
from wattdesk.usecases import monthly_billing

NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
Kwh = dict[int, list[int]]


def billed(kwh: Kwh, *, months: tuple[date, ...] = (JANUARY, FEBRUARY)) -> BillingWorld:
    """Homes with readings from December on; the months are billed and released."""
    world = supplier.billing_world(kwh)
    for month in months:
        monthly_billing.bill_segment(
            world.segment.code,
            month,
            by=world.by_officer(),
            release_by=world.by_supervisor(),
            today=supplier.TODAY,
        )
    return world


def number_of(world: BillingWorld, home: int = 1) -> str:
    """The account number of a home."""
    return Account.objects.get(pk=world.accounts[home]).number


def browser(world: BillingWorld, role: str, *, language: str = "en") -> Client:
    """A client signed in as somebody of the world's unit."""
    client = signed_in(Client(), make_staff(role=role, unit=world.unit, name="赵一"))
    client.cookies["wd_language"] = language
    return client


def stranger(role: str, *, language: str = "en") -> Client:
    """A client signed in as somebody of another unit."""
    client = signed_in(Client(), make_staff(role=role, unit=make_unit(), name="钱二"))
    client.cookies["wd_language"] = language
    return client
