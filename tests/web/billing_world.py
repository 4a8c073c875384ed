"""A supplier with a month released, a month in review with one account held, and its people."""

from dataclasses import dataclass
from datetime import date

from django.test import Client

from tests.factories import billing as world_of
from tests.factories import metering as meters
from tests.factories.identity import make_staff, signed_in
from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.models import Bill
from wattdesk.domains.identity.models import Staff
from wattdesk.usecases import monthly_billing

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@dataclass
class Supplier:
    """Homes 1 to 3 with readings to March; home 4 has a meter that nobody reads."""

    world: world_of.BillingWorld
    released: int
    in_review: int

    @property
    def code(self) -> str:
        return self.world.segment.code

    def client(self, person: Staff | str, *, language: str = "en") -> Client:
        """A client signed in as a person, or as somebody with a role in the unit."""
        if isinstance(person, str):
            person = make_staff(role=person, unit=self.world.unit)
        client = signed_in(Client(), person)
        client.cookies["wd_language"] = language
        return client

    def officer(self, language: str = "en") -> Client:
        """The person who started both runs."""
        return self.client(self.world.officer, language=language)

    def supervisor(self, language: str = "en") -> Client:
        """The person who released the first."""
        return self.client(self.world.supervisor, language=language)

    def bill_of(self, home: int, month: date = JANUARY) -> int:
        return Bill.objects.get(account=self.world.accounts[home], receivable_month=month).pk

    def propose(self) -> None:
        monthly_billing.propose(self.in_review, by=self.world.by_officer())

    def release(self) -> None:
        """Propose, sign and post the run in review."""
        self.propose()
        monthly_billing.sign(self.in_review, by=self.world.by_supervisor())
        monthly_billing.post(self.in_review, act_now=self.world.by_supervisor)

    def state(self) -> str:
        return billing.get_run(self.in_review).state


def make_supplier() -> Supplier:
    """January released, February in review: home 1 uses more, home 3 nothing, home 4 is held."""
    world = world_of.billing_world({1: [120, 130, 90], 2: [250, 260, 240], 3: [5, 0, 3]})
    by, signing = world.by_officer(), world.by_supervisor()
    released = monthly_billing.bill_segment(
        world.segment.code, JANUARY, by=by, release_by=signing, today=world_of.TODAY
    )
    world_of.add_home(world, 4, since=JANUARY)
    meters.hang(world.points[4], since=JANUARY)
    in_review = monthly_billing.bill_segment(
        world.segment.code, FEBRUARY, by=by, release_by=None, today=world_of.TODAY
    )
    return Supplier(world, released, in_review)
