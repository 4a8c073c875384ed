"""Who and where, as a bill prints it: parties, address and contract on a day, for many accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

# The last day of a bill's period decides: its end is the first day not included.
PARTIES = """
WITH wanted AS (SELECT * FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS w(account_id, on_day)),
party AS (
  SELECT w.account_id, p.role, c.name FROM wanted w
  JOIN customers_account_party p ON p.account_id = w.account_id AND p.period @> w.on_day
  JOIN customers_customer c ON c.id = p.customer_id
), point AS (
  SELECT DISTINCT ON (w.account_id) w.account_id, l.address, u.voltage, u.capacity_kva
  FROM wanted w
  JOIN customers_account_usage_point x ON x.account_id = w.account_id AND x.period @> w.on_day
  JOIN premises_usage_point u ON u.id = x.usage_point_id
  JOIN premises_service_location l ON l.id = u.service_location_id
  ORDER BY w.account_id, x.usage_point_id
)
SELECT w.account_id, a.number, coalesce(h.name, ''),
       (SELECT name FROM party WHERE account_id = w.account_id AND role = 'PAYER' LIMIT 1),
       (SELECT name FROM party WHERE account_id = w.account_id AND role = 'INVOICE_TITLE' LIMIT 1),
       (SELECT name FROM party WHERE account_id = w.account_id AND role = 'PRESENT_USER' LIMIT 1),
       coalesce(p.address, ''), coalesce(p.voltage, ''), coalesce(g.contract_kva, p.capacity_kva)
FROM wanted w
JOIN customers_account a ON a.id = w.account_id
LEFT JOIN customers_agreement g ON g.account_id = w.account_id AND g.period @> w.on_day
LEFT JOIN customers_customer h ON h.id = g.customer_id
LEFT JOIN point p ON p.account_id = w.account_id
"""


@dataclass(frozen=True, slots=True)
class BillParties:
    """Names as on the bill: the payer, title and user are the holder unless another is agreed."""

    account_id: int
    account_number: str
    holder: str
    payer: str
    invoice_title: str
    present_user: str
    address: str
    voltage: str
    capacity_kva: Decimal | None


def bill_parties(wanted: Sequence[tuple[int, date]]) -> dict[int, BillParties]:
    """Parties by account id, each on its day. One query, whatever the number; unmasked."""
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PARTIES, {"ids": [w[0] for w in wanted], "days": [w[1] for w in wanted]})
        rows = cursor.fetchall()
    return {
        key: BillParties(
            account_id=key,
            account_number=number,
            holder=holder,
            payer=payer or holder,
            invoice_title=title or holder,
            present_user=user or holder,
            address=address,
            voltage=voltage,
            capacity_kva=capacity,
        )
        for key, number, holder, payer, title, user, address, voltage, capacity in rows
    }
