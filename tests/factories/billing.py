"""A small billable world: a segment of homes with meters, readings and a released tariff."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.db import transaction

from tests.factories import metering as meters
from tests.factories.identity import act, make_staff, make_unit
from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import AccountEntry, AgreementEntry, CustomerEntry, PhoneEntry
from wattdesk.domains.identity.models import Staff, Unit
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering.models import ReadingSegment
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.toolkit.acts import Act

_numbers = count(10_000_001)
FIRST_DAY = date(2025, 12, 1)
TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)


@dataclass
class BillingWorld:
    """People, a segment read on the 1st, and its accounts by number of the home."""

    unit: Unit
    segment: ReadingSegment
    officer: Staff
    supervisor: Staff
    accounts: dict[int, int] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)
    registers: dict[int, int] = field(default_factory=dict)

    def by_officer(self, reason: str = "monthly run") -> Act:
        return act(self.officer, at=NOW, reason=reason)

    def by_supervisor(self, reason: str = "reviewed") -> Act:
        return act(self.supervisor, at=NOW, reason=reason)


def release_tariff(name: str, unit: Unit) -> None:
    """Propose and release a document of the rulebook by two people."""
    proposing = make_staff(role="TARIFF_OFFICER", unit=unit)
    releasing = make_staff(role="TARIFF_SUPERVISOR", unit=unit)
    with transaction.atomic():
        version = tariffs.propose(tariffs.shipped_text(name), by=act(proposing, at=NOW))
        tariffs.release(version.id, by=act(releasing, at=NOW))


def add_home(
    world: BillingWorld, home: int, *, schedule: str | None = "LC-RES", since: date = FIRST_DAY
) -> int:
    """An account of one person with one point; returns its id."""
    schedule_id = tariffs.get_schedule(schedule).id if schedule else None
    point = meters.make_point(world.unit, since=since)
    by = act(at=NOW)
    with transaction.atomic():
        holder = customers.register_customer(
            CustomerEntry(
                kind="PERSON",
                name=f"住户{home}",
                id_kind="PASSPORT",
                id_number=f"E{home:08d}",
                phones=(PhoneEntry(phone=f"1380000{home:04d}"),),
            ),
            by=by,
        )
        number = str(next(_numbers))
        account = customers.open_account(
            AccountEntry(
                unit_id=world.unit.pk,
                opened_date=since,
                holder_id=holder,
                agreement=AgreementEntry(number=f"HT{number}", contract_kva=Decimal(8)),
                number=number,
                segment_id=world.segment.pk,
                usage_point_ids=(point,),
                schedule_id=schedule_id,
            ),
            by=by,
        )
    world.accounts[home], world.points[home] = account, point
    return account


def billing_world(monthly_kwh: dict[int, list[int]], **_: object) -> BillingWorld:
    """Homes with the given kWh for December 2025, January 2026 …, read on the 1st of each month."""
    unit = make_unit()
    world = BillingWorld(
        unit=unit,
        segment=meters.make_segment(unit=unit, reading_day=1),
        officer=make_staff(role="BILLING_OFFICER", unit=unit, name="王若溪"),
        supervisor=make_staff(role="BILLING_SUPERVISOR", unit=unit, name="周启明"),
    )
    with transaction.atomic():
        ledger.ensure_chart(by=act(at=NOW))
    release_tariff("lanchuan-2025-01", unit)
    for home, months in monthly_kwh.items():
        add_home(world, home)
        (register,) = meters.hang(world.points[home], since=FIRST_DAY).values()
        world.registers[home] = register
        shown, day = 0, FIRST_DAY
        for kwh in months:
            shown += kwh
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            meters.read(register, {day: shown})
    return world
