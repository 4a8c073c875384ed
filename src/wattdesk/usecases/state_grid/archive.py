"""Research data as accounts, of which only a number and daily kWh are known.

What the data does not say stays empty: no capacity, no meter, no history, a placeholder name.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

import polars as pl

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import Rows as CustomerRows
from wattdesk.domains.identity import api as identity
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering import api as metering
from wattdesk.domains.premises import api as premises
from wattdesk.domains.premises.data import Rows as PlaceRows
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.kernel.schedule.civil import ZONE
from wattdesk.toolkit.acts import Act

UNIT = "SGR"
SEGMENT = "SGCC"
DIVISION = "990000"  # no such division: the data does not say where the customers live
TARIFF = "beijing-residential-2012"
SCHEDULE = "BJ-RES-M"
READING_DAY = 27
PEOPLE = {
    "state.tariff": ("TARIFF_OFFICER", "许知远", "Zhiyuan Xu"),
    "state.pricing": ("TARIFF_SUPERVISOR", "何文静", "Wenjing He"),
    "state.billing": ("BILLING_OFFICER", "王若溪", "Ruoxi Wang"),
    "state.release": ("BILLING_SUPERVISOR", "周启明", "Qiming Zhou"),
    "state.reading": ("READING_OFFICER", "李青", "Qing Li"),
}


@dataclass(frozen=True, slots=True)
class Office:
    """The unit, its people by sign-in name, and the segment's code."""

    unit_id: int
    people: dict[str, int]
    segment_code: str

    def act(self, username: str, at: datetime, reason: str) -> Act:
        """The act of one of the people."""
        return Act(self.people[username], PEOPLE[username][1], at, reason)


def found_office(*, password: str, at: datetime) -> Office:
    """Unit, people, ledger chart, segment and the tariff of the time; in an open transaction."""
    by = identity.system_act(at, "State Grid month")
    identity.load_roles(by=by)
    ledger.ensure_chart(by=by)
    unit = identity.create_unit(
        code=UNIT, name="国网居民研究所", name_en="State Grid Research", kind="COUNTY",
        parent_id=None, by=by,
    )  # fmt: skip
    people = {}
    for username, (role, name, name_en) in PEOPLE.items():
        people[username] = identity.create_staff(
            username=username, name=name, name_en=name_en, unit_id=unit.id, password=password,
            must_change_password=False, by=by,
        )  # fmt: skip
        identity.give_duty(
            staff_id=people[username], role_code=role, unit_id=unit.id,
            from_date=date(2012, 1, 1), by=by,
        )  # fmt: skip
    metering.create_segment(
        code=SEGMENT, name="居民日电量段", unit_id=unit.id, reading_day=READING_DAY, by=by
    )
    office = Office(unit_id=unit.id, people=people, segment_code=SEGMENT)
    proposed = tariffs.propose(
        tariffs.shipped_text(TARIFF), by=office.act("state.tariff", at, "2012 年居民阶梯电价")
    )
    tariffs.release(proposed.id, by=office.act("state.pricing", at, "复核无误"))
    return office


def open_accounts(numbers: pl.Series, office: Office, *, since: date, at: datetime) -> int:
    """One account with one usage point for each number, open from ``since``; returns how many."""
    by = identity.system_act(at, "State Grid month")
    count = numbers.len()
    segment = metering.get_segment(office.segment_code)
    schedule = tariffs.get_schedule(SCHEDULE)
    period = pl.lit(f"[{since.isoformat()},)").alias("period")
    short = numbers.str.slice(0, 8)
    places = premises.reserve(PlaceRows.LOCATION, count)
    points = premises.reserve(PlaceRows.USAGE_POINT, count)
    premises.take_over(
        {
            PlaceRows.DIVISION: pl.DataFrame({"code": [DIVISION], "name": ["未说明地区"]}),
            PlaceRows.LOCATION: pl.DataFrame({"id": places, "address": "地址未提供 " + short})
            .with_columns(
                pl.lit(DIVISION).alias("division_id"),
                pl.lit(office.unit_id).alias("unit_id"),
                pl.lit("").alias("access_note"),
            ),
            PlaceRows.USAGE_POINT: pl.DataFrame({"id": points, "service_location_id": places})
            .with_columns(
                pl.format("SG{}", pl.col("id")).alias("code"),
                pl.lit(office.unit_id).alias("unit_id"),
                pl.lit("LT1KV").alias("voltage"),
                pl.lit("LL").alias("metering"),
                pl.lit("").alias("meter_place"),
                period,
            ),
        },
        by=by,
    )  # fmt: skip
    holders = customers.reserve(CustomerRows.CUSTOMER, count)
    accounts = customers.reserve(CustomerRows.ACCOUNT, count)
    own = pl.DataFrame({"account_id": accounts, "customer_id": holders, "usage_point_id": points})
    customers.take_over(
        {
            CustomerRows.CUSTOMER: pl.DataFrame({"id": holders, "name": "用户" + short})
            .with_columns(
                pl.lit("PERSON").alias("kind"),
                pl.format("yong hu {}", pl.col("id")).alias("name_key"),
                *[pl.lit("").alias(name) for name in ("id_kind", "id_number", "industry")],
            ),
            CustomerRows.ACCOUNT: pl.DataFrame({"id": accounts, "number": numbers})
            .with_columns(
                pl.lit(office.unit_id).alias("unit_id"),
                pl.lit(segment.id).alias("segment_id"),
                pl.lit("ACTIVE").alias("state"),
                pl.lit(since).alias("opened_date"),
                *[pl.lit("").alias(name) for name in ("paper_file", "note")],
            ),
            CustomerRows.POINT: own.select("account_id", "usage_point_id", period),
            CustomerRows.AGREEMENT: own.select(
                "account_id", "customer_id", pl.format("SG-{}", "account_id").alias("number"),
                period,
            ),
            CustomerRows.RATE: own.select(
                "account_id", pl.lit(schedule.id).alias("schedule_id"),
                pl.lit("{}").alias("options"), period,
            ),
        },
        by=by,
    )  # fmt: skip
    customers.rebuild_search(accounts)
    return count


def moment(day: date, hour: int = 10) -> datetime:
    """An hour of a civil day."""
    return datetime.combine(day, time(hour), tzinfo=ZONE)
