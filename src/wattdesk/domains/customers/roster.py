"""Set-based reads for billing and imports: who is due, in which chunks, by which price."""

from datetime import date

import polars as pl
from django.db import connection

from wattdesk.toolkit.frames import query_frame, query_packed_frame

# Due are the segment's accounts that were supplied on at least one day of the period: one row per
# account × usage point; an account without a point has one row with nulls. The price
# is the one in force on the last day of the row's days.
ROSTER = """
WITH due AS (
  SELECT a.id, a.number, a.unit_id, a.state, a.opened_date, a.closed_date,
         greatest(a.opened_date, {from_date}) AS first_day,
         least(coalesce(a.closed_date, {to_date}), {to_date}) AS end_day
  FROM customers_account a
  WHERE a.segment_id = {segment} AND a.opened_date < {to_date}
    AND (a.closed_date IS NULL OR a.closed_date > {from_date})
    AND a.id BETWEEN {first} AND {last}
), point AS (
  SELECT x.account_id, x.usage_point_id, lower(x.period) AS point_from, upper(x.period) AS point_to,
         greatest(lower(u.period), {from_date}) AS life_from,
         least(coalesce(upper(u.period), {to_date}), {to_date}) AS life_to
  FROM customers_account_usage_point x
  JOIN premises_usage_point u ON u.id = x.usage_point_id
  WHERE x.account_id BETWEEN {first} AND {last}
    AND x.period && daterange({from_date}, {to_date})
), rate AS (
  SELECT r.account_id, r.schedule_id, r.options, lower(r.period) AS rate_from,
         upper(r.period) AS rate_to
  FROM customers_rate_assignment r
  WHERE r.account_id BETWEEN {first} AND {last}
    AND r.period && daterange({from_date}, {to_date})
), agreement AS (
  SELECT g.account_id, g.contract_kva, lower(g.period) AS agreed_from,
         coalesce(upper(g.period), 'infinity'::date) AS agreed_to
  FROM customers_agreement g
  WHERE g.account_id BETWEEN {first} AND {last}
    AND g.period && daterange({from_date}, {to_date}) AND g.contract_kva IS NOT NULL
), clipped AS (
  SELECT d.*, p.usage_point_id, greatest(d.first_day, p.point_from) AS point_from,
         least(d.end_day, coalesce(p.point_to, d.end_day)) AS point_to, p.life_from, p.life_to
  FROM due d
  LEFT JOIN point p ON p.account_id = d.id
    AND daterange(p.point_from, p.point_to) && daterange(d.first_day, d.end_day)
)
SELECT c.id, c.number, c.unit_id, c.usage_point_id, r.schedule_id, s.code, r.options::text,
       c.state, c.opened_date, c.closed_date, c.point_from, c.point_to,
       (g.contract_kva * 10000)::bigint,
       ((c.point_from, c.point_to) = (c.life_from, c.life_to))::int
FROM clipped c
LEFT JOIN rate r ON r.account_id = c.id AND r.rate_from <= c.point_to - 1
  AND (r.rate_to IS NULL OR r.rate_to >= c.point_to)
LEFT JOIN tariffs_rate_schedule s ON s.id = r.schedule_id
LEFT JOIN agreement g ON g.account_id = c.id AND g.agreed_from <= c.point_to - 1
  AND g.agreed_to >= c.point_to
"""
ROSTER_SCHEMA = {
    "account_id": pl.Int64,
    "number": pl.String,
    "unit_id": pl.Int64,
    "usage_point_id": pl.Int64,
    "schedule_id": pl.Int64,
    "schedule_code": pl.String,
    "options": pl.String,
    "state": pl.String,
    "opened_date": pl.Date,
    "closed_date": pl.Date,
    "point_from": pl.Date,
    "point_to": pl.Date,
    "contract_kva_e4": pl.Int64,
    "is_whole_life": pl.Int8,
}
CHUNKS = """
SELECT min(id), max(id), count(*) FROM (
  SELECT a.id, (row_number() OVER (ORDER BY a.id) - 1) / %(size)s AS chunk
  FROM customers_account a
  WHERE a.segment_id = %(segment)s AND a.opened_date < %(to_date)s
    AND (a.closed_date IS NULL OR a.closed_date > %(from_date)s)
) numbered GROUP BY chunk ORDER BY chunk
"""


def billing_roster(
    segment_id: int,
    from_date: date,
    to_date: date,
    *,
    first_account_id: int,
    last_account_id: int,
) -> pl.DataFrame:
    """Accounts of a segment due in ``[from_date, to_date)``, one row per account × usage point.

    ``point_from``/``point_to`` are the days of the row: the period clipped to when the account was
    open and the point was its own. Accounts without a point or a price keep a row with nulls
    there: nobody is dropped. ``schedule_*`` is the price in force on the row's last day; whether
    it changed within the period is asked by :func:`rate_changes`. ``is_whole_life``: 1 when the
    row's days are all the days in the period on which the point exists. kVA × 10 000.
    """
    return query_packed_frame(
        ROSTER,
        ROSTER_SCHEMA,
        segment=segment_id,
        from_date=from_date,
        to_date=to_date,
        first=first_account_id,
        last=last_account_id,
    ).sort("account_id", "usage_point_id")


def rate_changes(
    from_date: date, to_date: date, *, first_account_id: int, last_account_id: int
) -> pl.DataFrame:
    """Accounts whose price class begins after the period's first day: ``account_id, changed_date``.

    Their period needs a reading on that day before it can be billed in two parts.
    """
    return query_frame(
        "SELECT r.account_id, lower(r.period) FROM customers_rate_assignment r"
        " JOIN customers_account a ON a.id = r.account_id"
        " WHERE r.account_id BETWEEN {first} AND {last} AND a.opened_date < lower(r.period)"
        " AND lower(r.period) > {from_date} AND lower(r.period) < {to_date}"
        " ORDER BY 1, 2",
        {"account_id": pl.Int64, "changed_date": pl.Date},
        from_date=from_date,
        to_date=to_date,
        first=first_account_id,
        last=last_account_id,
    )


def chunk_bounds(
    segment_id: int, from_date: date, to_date: date, size: int
) -> list[tuple[int, int, int]]:
    """The roster's accounts cut by id into chunks of at most ``size``: (first, last, accounts)."""
    with connection.cursor() as cursor:
        cursor.execute(
            CHUNKS,
            {"segment": segment_id, "from_date": from_date, "to_date": to_date, "size": size},
        )
        return [(first, last, count) for first, last, count in cursor.fetchall()]


def block_openings(account_ids: pl.Series, year_start: date) -> pl.DataFrame:
    """kWh × 100 used in a block year before the first bill made here: ``account_id, energy_e2``.

    Only accounts that have an opening have a row.
    """
    if account_ids.is_empty():
        return pl.DataFrame(schema={"account_id": pl.Int64, "energy_e2": pl.Int64})
    frame = query_packed_frame(
        "SELECT account_id, round(energy_kwh * 100)::bigint FROM customers_block_opening"
        " WHERE year_start = {year_start} AND account_id BETWEEN {first} AND {last}",
        {"account_id": pl.Int64, "energy_e2": pl.Int64},
        year_start=year_start,
        first=account_ids.min(),
        last=account_ids.max(),
    )
    wanted = account_ids.unique().cast(pl.Int64).alias("account_id").to_frame()
    return frame.join(wanted, on="account_id", how="semi")


def usage_points_of_accounts(numbers: pl.Series, on: date) -> pl.DataFrame:
    """Resolve account numbers of an import: ``number, account_id, usage_point_id, state, unit_id,
    segment_id``, one row per number × usage point on the day.

    Unknown numbers have no row; an account without a point on that day has a null there.
    """
    return query_frame(
        "SELECT a.number, a.id, x.usage_point_id, a.state, a.unit_id, a.segment_id"
        " FROM customers_account a"
        " LEFT JOIN customers_account_usage_point x"
        "   ON x.account_id = a.id AND x.period @> {on}::date"
        " WHERE a.number = ANY({numbers}::varchar[]) ORDER BY a.number, x.usage_point_id",
        {
            "number": pl.String,
            "account_id": pl.Int64,
            "usage_point_id": pl.Int64,
            "state": pl.String,
            "unit_id": pl.Int64,
            "segment_id": pl.Int64,
        },
        on=on,
        numbers=numbers.drop_nulls().unique().to_list(),
    )


def numbers_of(account_ids: pl.Series) -> pl.DataFrame:
    """Account numbers and state for ids: ``account_id, number, unit_id, state``."""
    return query_frame(
        "SELECT id, number, unit_id, state FROM customers_account"
        " WHERE id = ANY({ids}::bigint[]) ORDER BY id",
        {"account_id": pl.Int64, "number": pl.String, "unit_id": pl.Int64, "state": pl.String},
        ids=account_ids.drop_nulls().unique().to_list(),
    )
