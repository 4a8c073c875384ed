"""Reads for lists of accounts: the rows of a scope, ways to narrow them, what a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from wattdesk.domains.customers import words
from wattdesk.domains.customers.models import Account, AccountSearch, RateAssignment
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope

CARDS = """
SELECT a.id, coalesce(c.name, ''), c.kind, coalesce(l.address, ''), coalesce(p.voltage, ''),
       p.capacity_kva, coalesce(r.code, ''), coalesce(r.title, ''), coalesce(r.title_en, ''),
       coalesce(r.customer_class, ''), coalesce(t.code, ''), coalesce(t.name, ''),
       coalesce(m.name, ''), coalesce(m.name_en, '')
FROM customers_account a
LEFT JOIN LATERAL (SELECT customer_id FROM customers_agreement g WHERE g.account_id = a.id
                   ORDER BY lower(g.period) DESC LIMIT 1) g ON true
LEFT JOIN customers_customer c ON c.id = g.customer_id
LEFT JOIN LATERAL (SELECT usage_point_id FROM customers_account_usage_point x
                   WHERE x.account_id = a.id ORDER BY lower(x.period) DESC, x.id LIMIT 1) x ON true
LEFT JOIN premises_usage_point p ON p.id = x.usage_point_id
LEFT JOIN premises_service_location l ON l.id = p.service_location_id
LEFT JOIN LATERAL (SELECT transformer_area_id FROM premises_usage_point_area h
                   WHERE h.usage_point_id = p.id ORDER BY lower(h.period) DESC LIMIT 1) h ON true
LEFT JOIN premises_transformer_area t ON t.id = h.transformer_area_id
LEFT JOIN LATERAL (SELECT schedule_id FROM customers_rate_assignment y
                   WHERE y.account_id = a.id AND lower(y.period) <= %(day)s::date
                   ORDER BY lower(y.period) DESC LIMIT 1) y ON true
LEFT JOIN tariffs_rate_schedule r ON r.id = y.schedule_id
LEFT JOIN identity_staff m ON m.id = a.manager_id
WHERE a.id = ANY(%(ids)s)
"""

HOLDERS = """
SELECT x.usage_point_id, a.id, a.number, coalesce(c.name, ''), c.kind, coalesce(l.address, '')
FROM customers_account_usage_point x
JOIN customers_account a ON a.id = x.account_id
JOIN premises_usage_point p ON p.id = x.usage_point_id
JOIN premises_service_location l ON l.id = p.service_location_id
LEFT JOIN LATERAL (SELECT customer_id FROM customers_agreement g WHERE g.account_id = a.id
                   AND lower(g.period) <= %(day)s::date
                   ORDER BY lower(g.period) DESC LIMIT 1) g ON true
LEFT JOIN customers_customer c ON c.id = g.customer_id
WHERE x.usage_point_id = ANY(%(points)s) AND x.period @> %(day)s::date
"""


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What a list says about one account: the latest holder, point and price; masked."""

    account_id: int
    holder_name: str
    holder_kind: str
    address: str
    voltage: str
    capacity_kva: Decimal | None
    schedule_code: str
    schedule_title: str
    schedule_title_en: str
    customer_class: str
    area_code: str
    area_name: str
    manager_name: str
    manager_name_en: str


def account_rows(scope: Scope) -> QuerySet[Account]:
    """All accounts of a scope, to be narrowed and put in order by a list."""
    return identity.within(Account.objects.all(), scope)


def found_by(rows: QuerySet[Account], text: str) -> QuerySet[Account]:
    """Those of ``rows`` that the search finds for a typed text, however loosely; or none."""
    asked = words.ask(text)
    if not asked:
        return rows.none()
    query = " | ".join(f"({part})" for part in words.queries(asked))
    found = AccountSearch.objects.extra(where=["words @@ %s::tsquery"], params=[query])
    ids = found.values("account_id")
    if len(asked) == 1 and asked[0].kind == "DIGITS":
        # A union, for the planner has no good way with "in the search or number begins so".
        heads = Account.objects.filter(number__startswith=asked[0].plain)
        ids = ids.union(heads.values("pk"))
    return rows.filter(pk__in=ids)


def priced_by(schedule_codes: Sequence[str], *, on: date) -> Q:
    """The condition on accounts that one of the price classes is in force; "" stands for none."""
    in_force = RateAssignment.objects.filter(account_id=OuterRef("pk"), period__contains=on)
    found = Q(Exists(in_force.filter(schedule__code__in=[c for c in schedule_codes if c])))
    if "" in schedule_codes:
        found |= ~Q(Exists(in_force))
    return found


def account_cards(account_ids: Sequence[int], *, on: date) -> dict[int, AccountCard]:
    """What a list shows of these accounts, by id; one query, whatever the number. Masked."""
    if not account_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(CARDS, {"ids": list(account_ids), "day": on})
        rows = cursor.fetchall()
    return {
        row[0]: AccountCard(
            row[0],
            identity.mask_name(row[1]) if row[2] == "PERSON" else row[1],
            row[2] or "",
            identity.mask_address(row[3]),
            *row[4:],
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class PointHolder:
    """The account that has a usage point on a day, with its holder and address; masked."""

    account_id: int
    number: str
    holder_name: str
    address: str


def holders_of_points(usage_point_ids: Sequence[int], *, on: date) -> dict[int, PointHolder]:
    """The accounts of usage points on a day, by point; one query, whatever the number. Masked."""
    if not usage_point_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, {"points": list(usage_point_ids), "day": on})
        rows = cursor.fetchall()
    return {
        point: PointHolder(
            account_id,
            number,
            identity.mask_name(name) if kind == "PERSON" else name,
            identity.mask_address(address),
        )
        for point, account_id, number, name, kind, address in rows
    }
