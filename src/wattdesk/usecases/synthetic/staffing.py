"""The people of the invented company: units, staff with names, and a duty for every role."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Act, UnitInfo
from wattdesk.usecases.synthetic import book
from wattdesk.usecases.synthetic.people import person_name
from wattdesk.usecases.synthetic.world import World

SINCE = date(2024, 1, 1)
COUNTY_UNIT = book.COUNTY_CODE
# Every role has somebody for the whole county, every station a reader; the first stations have a
# window and a head too, and of the others no more is made than people to sign in as are of use.
STATIONS_WITH_ALL = 6
READER, BILLING, RELEASING = "READER", "BILLING_OFFICER", "BILLING_SUPERVISOR"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    staff_id: int
    username: str
    name: str
    role: str
    role_name: str
    role_name_en: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Company:
    """Units by station number, and people."""

    county: UnitInfo
    stations: tuple[UnitInfo, ...]
    people: tuple[Person, ...]

    def of_role(self, role: str) -> Person:
        """The first of the role, the one for the whole county."""
        return next(person for person in self.people if person.role == role)

    def readers(self) -> list[int]:
        """The reader of each station, who is also the manager of its areas."""
        return [
            next(
                p.staff_id for p in self.people if p.role == READER and p.unit_name == station.name
            )
            for station in self.stations
        ]


def found_company(world: World, *, password: str, by: Act) -> Company:
    """Make units, roles, people and duties; the act must be the system's own."""
    identity.load_roles(by=by)
    province = identity.create_unit(
        code="99", name="东陵省电力公司", name_en="Dongling Electric Power", kind="PROVINCE",
        parent_id=None, by=by,
    )  # fmt: skip
    city = identity.create_unit(
        code="9901", name="云泽供电公司", name_en="Yunze Power Supply", kind="CITY",
        parent_id=province.id, by=by,
    )  # fmt: skip
    county = identity.create_unit(
        code=COUNTY_UNIT, name=f"{book.COUNTY}供电公司", name_en="Lanchuan Power Supply",
        kind="COUNTY", parent_id=city.id, by=by,
    )  # fmt: skip
    stations = []
    names = book.words("places", "town-first")
    for number in range(world.spec.stations):
        word = names[number % len(names)] + ("" if number < len(names) else "新站")
        spelled = customers.sort_key(word, is_person=False).replace(" ", "").capitalize()
        station = identity.create_unit(
            code=f"LC{number + 1:02d}", name=f"{word}供电所", name_en=f"{spelled} Station",
            kind="STATION", parent_id=county.id, by=by,
        )  # fmt: skip
        identity.create_unit(
            code=f"LC{number + 1:02d}T1", name=f"{word}营业班", name_en=f"{spelled} Service Team",
            kind="TEAM", parent_id=station.id, by=by,
        )  # fmt: skip
        stations.append(station)
    return Company(county, tuple(stations), _people(world, county, stations, password, by))


def _people(
    world: World, county: UnitInfo, stations: list[UnitInfo], password: str, by: Act
) -> tuple[Person, ...]:
    roles = {role.code: role for role in identity.list_roles()}
    posts = [(code, county, code.lower().replace("_", ".")) for code in roles]
    posts += [(READER, unit, f"reader.{unit.code.lower()}") for unit in stations]
    for unit in stations[:STATIONS_WITH_ALL]:
        posts.append(("CLERK", unit, f"clerk.{unit.code.lower()}"))
        posts.append(("SUPERVISOR", unit, f"head.{unit.code.lower()}"))
    drawn = pl.DataFrame({"i": pl.int_range(len(posts), eager=True)}).with_columns(
        world.skeleton.draws.between("staff.year", "i", 1968, 2002).alias("year")
    )
    names = drawn.select(person_name(world.skeleton.draws, "staff", "i", pl.col("year")))
    people = []
    for (code, unit, username), name in zip(posts, names.to_series(), strict=True):
        spelled = customers.sort_key(name, is_person=True).split()
        staff_id = identity.create_staff(
            username=username,
            name=name,
            name_en=f"{''.join(spelled[1:]).capitalize()} {spelled[0].capitalize()}",
            unit_id=unit.id,
            password=password,
            must_change_password=False,
            by=by,
        )
        identity.give_duty(
            staff_id=staff_id, role_code=code, unit_id=unit.id, from_date=SINCE, by=by
        )
        role = roles[code]
        people.append(Person(staff_id, username, name, code, role.name, role.name_en, unit.name))
    return _in_order(people, county)


def _in_order(people: list[Person], county: UnitInfo) -> tuple[Person, ...]:
    """Those for the whole county first, then by sign-in name."""
    return tuple(sorted(people, key=lambda p: (p.unit_name != county.name, p.username)))


def present_company(world: World, *, on: date) -> Company:
    """The company that an earlier start has made."""
    county = identity.get_unit(code=COUNTY_UNIT)
    stations = [u for u in identity.list_units() if u.kind == "STATION"]
    stations = [u for u in stations if u.path.startswith(county.path)]
    people = [
        Person(
            staff.id,
            staff.username,
            staff.name,
            duty.role.code,
            duty.role.name,
            duty.role.name_en,
            duty.unit.name,
        )
        for staff in identity.list_staff(on=on)
        for duty in staff.duties
    ]
    return Company(county, tuple(stations[: world.spec.stations]), _in_order(people, county))
