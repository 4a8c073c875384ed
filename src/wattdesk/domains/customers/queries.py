"""Reads of single accounts and customers; personal data comes masked unless asked for otherwise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from wattdesk.domains.customers.data import (
    AccountRow,
    AccountView,
    AgreementView,
    CustomerView,
    ManagerView,
    NeighborAccount,
    PartyView,
    PhoneView,
    ProfileEntry,
    RateView,
    SegmentView,
)
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.premises import api as premises
from wattdesk.domains.premises.data import PointPlace
from wattdesk.toolkit.errors import NotFound

ACCOUNT = """
SELECT a.id, a.number, a.unit_id, u.path, u.name, a.state, a.opened_date, a.closed_date,
       a.segment_id, c.id, coalesce(c.name, ''), c.kind, a.paper_file, a.note,
       s.id, s.code, s.name, s.reading_day, s.cycle, m.id, m.name, m.name_en,
       f.use, f.hours, f.dependence, f.backup, f.load_kw, f.backup_kw
FROM customers_account a
JOIN identity_unit u ON u.id = a.unit_id
LEFT JOIN LATERAL (SELECT customer_id FROM customers_agreement g WHERE g.account_id = a.id
                   AND lower(g.period) <= greatest(%(day)s::date, a.opened_date)
                   ORDER BY lower(g.period) DESC LIMIT 1) g ON true
LEFT JOIN customers_customer c ON c.id = g.customer_id
LEFT JOIN metering_reading_segment s ON s.id = a.segment_id
LEFT JOIN identity_staff m ON m.id = a.manager_id
LEFT JOIN customers_load_profile f ON f.account_id = a.id
WHERE u.path LIKE ANY(%(below)s) AND
"""
# Everything that is dated, in one go: kind, whose key, from, to, then what the kind has as JSON.
# A closed account shows the points and parties it had last.
DATED = """
SELECT 'AGREEMENT', g.customer_id, lower(g.period), upper(g.period),
       json_build_array(g.id, g.number, g.contract_kva::text, g.signed_date, c.name, c.kind)::text
FROM customers_agreement g JOIN customers_customer c ON c.id = g.customer_id
WHERE g.account_id = %(account)s
UNION ALL
SELECT 'RATE', r.schedule_id, lower(r.period), upper(r.period),
       json_build_array(s.code, s.title, s.title_en, s.customer_class, r.options)::text
FROM customers_rate_assignment r JOIN tariffs_rate_schedule s ON s.id = r.schedule_id
WHERE r.account_id = %(account)s
UNION ALL
SELECT 'POINT', x.usage_point_id, lower(x.period), upper(x.period), NULL
FROM customers_account_usage_point x WHERE x.account_id = %(account)s
UNION ALL
SELECT y.role, y.customer_id, lower(y.period), upper(y.period), NULL
FROM customers_account_party y WHERE y.account_id = %(account)s AND y.period @> %(day)s::date
ORDER BY 3, 2
"""
PEOPLE = """
SELECT c.id, c.kind, c.name, c.id_kind, c.id_number, c.industry,
       (SELECT count(DISTINCT g.account_id) FROM customers_agreement g
        WHERE g.customer_id = c.id AND g.account_id <> %(account)s AND upper_inf(g.period)),
       (SELECT json_agg(json_build_array(h.id, h.phone, h.person, h.purpose, h.confirmed_on,
                                         h.failed_on) ORDER BY h.purpose, h.id)::text
        FROM customers_contact_phone h WHERE h.customer_id = c.id)
FROM customers_customer c WHERE c.id = ANY(%(people)s)
"""
# Who else: accounts at the same points' addresses now, and accounts that had these points before.
NEIGHBORS = """
SELECT a.number, c.name, c.kind, a.state, c.id, lower(x.period), upper(x.period),
       x.usage_point_id = ANY(%(own)s)
FROM customers_account_usage_point x
JOIN customers_account a ON a.id = x.account_id
LEFT JOIN LATERAL (SELECT customer_id FROM customers_agreement g WHERE g.account_id = a.id
                   ORDER BY lower(g.period) DESC LIMIT 1) g ON true
LEFT JOIN customers_customer c ON c.id = g.customer_id
WHERE a.id <> %(account)s AND x.usage_point_id IN (
  SELECT unnest(%(own)s::bigint[])
  UNION
  SELECT p.id FROM premises_service_location here
  JOIN premises_service_location l
    ON l.address = here.address AND l.division_id = here.division_id
  JOIN premises_usage_point p ON p.service_location_id = l.id
  WHERE here.id = ANY(%(locations)s))
ORDER BY lower(x.period) DESC, a.number LIMIT 50
"""


def _below(scope: Scope) -> list[str]:
    return [path + "%" for path in scope.paths]


def get_account(which: str | int, *, scope: Scope, on: date) -> AccountRow:
    """An account by number (text) or id (int), with its unit and the holder on a day (unmasked).

    Raises NotFound when it is absent or outside the scope.
    """
    return AccountRow(*_account_row(which, scope, on)[:11])


def _account_row(which: str | int, scope: Scope, on: date) -> tuple[Any, ...]:
    column = "a.id" if isinstance(which, int) else "a.number"
    with connection.cursor() as cursor:
        cursor.execute(
            ACCOUNT + f"{column} = %(which)s",
            {"which": which, "day": on, "below": _below(scope)},
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    return tuple(row)


def get_account_view(
    which: str | int, *, scope: Scope, on: date, unmasked: bool = False
) -> AccountView:
    """Everything the archive knows about an account on a day; five queries, whatever the size.

    ``unmasked`` shows personal data as recorded: the caller has checked ``customers.unmask`` and
    logs it. Raises NotFound when the account is absent or outside the scope.
    """
    row = _account_row(which, scope, on)
    account = AccountRow(*row[:11])
    day = on if account.closed_date is None else min(on, _day_before(account.closed_date))
    dated = _dated(account.id, day)
    agreements = dated.agreements
    links = dated.links
    points = _points(links, day)
    places = premises.places_of_points(points, on=day) if points else []
    people = _people(
        [key for kind, key, _f, _t in links if kind != "POINT"]
        + ([account.holder_id] if account.holder_id else []),
        account.id,
        unmasked=unmasked,
    )
    former_points = [key for kind, key, _f, _t in links if kind == "POINT"]
    same_address, had_before = _neighbors(account.id, former_points, places, unmasked=unmasked)
    current = [a for a in agreements if _covers(a.view.from_date, a.view.to_date, day)]
    holder = people.get(account.holder_id) if account.holder_id else None
    return AccountView(
        account=replace(account, holder_name=holder.name if holder else ""),
        holder=holder,
        holder_since=current[-1].view.from_date if current else None,
        agreement=current[-1].view if current else None,
        rate=next((r for r in dated.rates if _covers(r.from_date, r.to_date, day)), None),
        next_rate=next((r for r in dated.rates if r.from_date > day), None),
        parties=tuple(
            PartyView(role=kind, customer=people[key], from_date=from_date)
            for kind, key, from_date, _t in links
            if kind != "POINT"
        ),
        segment=SegmentView(*row[14:19]) if row[14] is not None else None,
        manager=ManagerView(*row[19:22]) if row[19] is not None else None,
        profile=ProfileEntry(*row[22:28]) if row[22] is not None else None,
        usage_points=tuple(places if unmasked else map(_masked_place, places)),
        usage_point_ids=tuple(points),
        same_address=same_address,
        former_holders=(
            *(
                NeighborAccount(
                    number=account.number,
                    name=_shown_name(a.holder_name, a.holder_kind, unmasked=unmasked),
                    state="FORMER",
                    customer_id=a.holder_id,
                    from_date=a.view.from_date,
                    to_date=a.view.to_date,
                )
                for a in reversed(agreements)
                if a.view.to_date is not None and a.view.to_date <= day
            ),
            *had_before,
        ),
        paper_file=row[12],
        note=row[13],
        masked=not unmasked,
    )


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


@dataclass(frozen=True, slots=True)
class _Held:
    """An agreement with its holder, unmasked."""

    view: AgreementView
    holder_id: int
    holder_name: str
    holder_kind: str


@dataclass(frozen=True, slots=True)
class _Dated:
    """What an account has from–to. ``links``: kind or role, key, from, to."""

    agreements: list[_Held]
    rates: list[RateView]
    links: list[tuple[str, int, date, date | None]]


def _dated(account_id: int, day: date) -> _Dated:
    """Agreements, price classes, points and parties of an account, by first day; one query."""
    found = _Dated([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(DATED, {"account": account_id, "day": day})
        for kind, key, from_date, to_date, text in cursor.fetchall():
            if kind == "AGREEMENT":
                own_id, number, kva, signed, name, holder_kind = json.loads(text)
                view = AgreementView(
                    own_id, number, None if kva is None else Decimal(kva), _day(signed),
                    from_date, to_date,
                )  # fmt: skip
                found.agreements.append(_Held(view, key, name, holder_kind))
            elif kind == "RATE":
                code, title, title_en, customer_class, options = json.loads(text)
                found.rates.append(
                    RateView(
                        key, code, title, title_en, customer_class, options, from_date, to_date
                    )
                )
            else:
                found.links.append((kind, key, from_date, to_date))
    return found


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _covers(from_date: date, to_date: date | None, day: date) -> bool:
    return from_date <= day and (to_date is None or day < to_date)


def _points(links: Sequence[tuple[Any, ...]], day: date) -> list[int]:
    return [
        key
        for kind, key, from_date, to_date in links
        if kind == "POINT" and _covers(from_date, to_date, day)
    ]


def _shown_name(name: str | None, kind: str | None, *, unmasked: bool) -> str:
    """Names of persons are masked; those of bodies and shops are on their signs."""
    if name is None:
        return ""
    return name if unmasked or kind != "PERSON" else identity.mask_name(name)


def _masked_place(place: PointPlace) -> PointPlace:
    return replace(place, address=identity.mask_address(place.address))


def _people(ids: Sequence[int], account_id: int, *, unmasked: bool) -> dict[int, CustomerView]:
    """Customers by id with their phones: one query."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"people": list(set(ids)), "account": account_id})
        return {
            key: CustomerView(
                id=key,
                kind=kind,
                name=_shown_name(name, kind, unmasked=unmasked),
                id_kind=id_kind,
                id_number=number if unmasked else identity.mask_id(number),
                industry=industry,
                phones=_phones(phones, unmasked=unmasked),
                other_accounts=others,
            )
            for key, kind, name, id_kind, number, industry, others, phones in cursor.fetchall()
        }


def _phones(text: str | None, *, unmasked: bool) -> tuple[PhoneView, ...]:
    """The phones of a customer as the statement gives them, by purpose."""
    return tuple(
        PhoneView(
            key,
            phone if unmasked else identity.mask_phone(phone),
            person if unmasked else identity.mask_name(person),
            purpose,
            _day(confirmed_on),
            _day(failed_on),
        )
        for key, phone, person, purpose, confirmed_on, failed_on in json.loads(text or "[]")
    )


def _neighbors(
    account_id: int, own: Sequence[int], places: Sequence[PointPlace], *, unmasked: bool
) -> tuple[tuple[NeighborAccount, ...], tuple[NeighborAccount, ...]]:
    """Accounts at the same address, and accounts that had the same points before: one query."""
    locations = [p.service_location_id for p in places]
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBORS, {"own": list(own), "locations": locations, "account": account_id})
        rows = cursor.fetchall()
    same: dict[str, NeighborAccount] = {}
    before: dict[str, NeighborAccount] = {}
    for number, name, kind, state, customer_id, from_date, to_date, is_own in rows:
        found = NeighborAccount(
            number, _shown_name(name, kind, unmasked=unmasked), state, customer_id or 0,
            from_date, to_date,
        )  # fmt: skip
        (before if is_own else same).setdefault(number, found)
    return tuple(same.values()), tuple(before.values())


def get_customer(customer_id: int, *, unmasked: bool = False) -> CustomerView:
    """A customer with phones and how many accounts they hold. Raises NotFound.

    Customers belong to no unit: callers reach them through an account of their scope.
    """
    found = _people([customer_id], 0, unmasked=unmasked)
    if customer_id not in found:
        raise NotFound
    return found[customer_id]


def accounts_at_points(usage_point_ids: Sequence[int], *, on: date) -> list[tuple[str, int]]:
    """Number and id of the accounts that have these points on a day (R-CUST-05), by number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.number, a.id FROM customers_account_usage_point x"
            " JOIN customers_account a ON a.id = x.account_id"
            " WHERE x.usage_point_id = ANY(%s) AND x.period @> %s::date ORDER BY 1",
            [list(usage_point_ids), on],
        )
        return [(number, key) for number, key in cursor.fetchall()]
