"""Filling the search: words of accounts from the archive, set by set."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import connection

from wattdesk.domains.customers import pinyin, words
from wattdesk.toolkit.frames import copy_frame, query_frame
from wattdesk.toolkit.transactions import require_transaction

CHUNK_ACCOUNTS = 100_000
FEW = 1_000
# The index keeps new words in a list and sorts them in when it is full: a long list while many
# rows come, an empty one for the readers after.
BULK_LIST = "512MB"
READERS_LIST = "64kB"

ACCOUNTS = """
SELECT a.id, a.number, u.path FROM customers_account a JOIN identity_unit u ON u.id = a.unit_id
WHERE a.id BETWEEN {first} AND {last} AND ({only}::bigint[] IS NULL OR a.id = ANY({only}))
"""
# The holder now (or the last one) and whoever pays, is invoiced, or lives there now.
PEOPLE = """
SELECT h.account_id, c.id, c.name, c.kind = 'PERSON'
FROM (
  (SELECT DISTINCT ON (account_id) account_id, customer_id FROM customers_agreement
   WHERE account_id BETWEEN {first} AND {last}
     AND ({only}::bigint[] IS NULL OR account_id = ANY({only}))
   ORDER BY account_id, lower(period) DESC)
  UNION
  SELECT account_id, customer_id FROM customers_account_party
  WHERE account_id BETWEEN {first} AND {last} AND upper_inf(period)
    AND ({only}::bigint[] IS NULL OR account_id = ANY({only}))
) h JOIN customers_customer c ON c.id = h.customer_id
"""
PHONES = """
SELECT DISTINCT customer_id, phone FROM customers_contact_phone
WHERE customer_id BETWEEN {first} AND {last} AND failed_on IS NULL
  AND ({only}::bigint[] IS NULL OR customer_id = ANY({only}))
"""
PLACES = """
SELECT DISTINCT p.account_id, l.address, coalesce(m.number, '')
FROM customers_account_usage_point p
JOIN premises_usage_point up ON up.id = p.usage_point_id
JOIN premises_service_location l ON l.id = up.service_location_id
LEFT JOIN metering_installation i
  ON i.usage_point_id = p.usage_point_id AND upper_inf(i.period) AND upper_inf(p.period)
LEFT JOIN metering_meter m ON m.id = i.meter_id
WHERE p.account_id BETWEEN {first} AND {last}
  AND ({only}::bigint[] IS NULL OR p.account_id = ANY({only}))
"""


def rebuild_search(account_ids: Sequence[int] | pl.Series | None = None) -> int:
    """Make the search words of some accounts (None: of all) anew; returns how many accounts.

    Set by set: three queries and one COPY for each hundred thousand accounts; each distinct name
    is spelled once.
    """
    require_transaction()
    if account_ids is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), max(id) FROM customers_account")
            first, last = cursor.fetchone() or (None, None)
        only = None
    else:
        only = sorted({int(i) for i in account_ids})
        first, last = (only[0], only[-1]) if only else (None, None)
    if first is None or last is None:
        return 0
    if only is not None and len(only) < FEW:
        return _rebuild_chunk(first, last, only)
    _tune(BULK_LIST)
    written = 0
    for start in range(first, last + 1, CHUNK_ACCOUNTS):
        written += _rebuild_chunk(start, min(start + CHUNK_ACCOUNTS - 1, last), only)
    _tune(READERS_LIST)
    _write_one_again(first, last)
    return written


def refresh_search_of_points(usage_point_ids: Sequence[int]) -> int:
    """Make the words anew of the accounts at these usage points, after a meter was exchanged."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id FROM customers_account_usage_point"
            " WHERE usage_point_id = ANY(%s) AND upper_inf(period)",
            [list(usage_point_ids)],
        )
        return rebuild_search([row[0] for row in cursor.fetchall()])


def refresh_search_of_customer(customer_id: int) -> int:
    """Make the words anew of every account that names this customer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id FROM customers_agreement WHERE customer_id = %(c)s"
            " UNION SELECT account_id FROM customers_account_party WHERE customer_id = %(c)s",
            {"c": customer_id},
        )
        return rebuild_search([row[0] for row in cursor.fetchall()])


def _tune(pending: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gin_pending_list_limit', %s, true),"
            " set_config('work_mem', '256MB', true)",
            [pending],
        )


def _write_one_again(first: int, last: int) -> None:
    """Write one row again, so that the index sorts its list in now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM customers_account_search WHERE account_id ="
            " (SELECT min(account_id) FROM customers_account_search"
            "  WHERE account_id BETWEEN %s AND %s) RETURNING account_id, unit_path, words)"
            " INSERT INTO customers_account_search (account_id, unit_path, words)"
            " SELECT account_id, unit_path, words FROM taken",
            [first, last],
        )


def _rebuild_chunk(first: int, last: int, only: list[int] | None) -> int:
    ids = None if only is None else [i for i in only if first <= i <= last]
    if ids is not None and not ids:
        return 0
    if ids is not None:
        first, last = ids[0], ids[-1]
    accounts = query_frame(
        ACCOUNTS,
        {"account_id": pl.Int64, "number": pl.String, "path": pl.String},
        first=first,
        last=last,
        only=ids,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customers_account_search WHERE account_id BETWEEN %s AND %s"
            " AND (%s::bigint[] IS NULL OR account_id = ANY(%s::bigint[]))",
            [first, last, ids, ids],
        )
    bounds = {"first": first, "last": last, "only": ids}
    gathered = pl.concat([_own_words(accounts), _people_words(bounds), _place_words(bounds)])
    rows = (
        accounts.select("account_id", pl.col("path").alias("unit_path"))
        .join(
            gathered.group_by("account_id").agg(pl.col("words").str.join(" ")),
            on="account_id",
            how="left",
        )
        .with_columns(pl.col("words").fill_null(""))
    )
    return copy_frame("customers_account_search", rows)


def _mapped(column: pl.Series, make: dict[str, str]) -> pl.Series:
    return column.replace_strict(make, return_dtype=pl.String)


def _own_words(accounts: pl.DataFrame) -> pl.DataFrame:
    numbers = accounts["number"].to_list()
    paths = {path: words.vector_text(words.unit_words(path)) for path in accounts["path"].unique()}
    return accounts.select(
        "account_id",
        (
            pl.Series(
                [words.vector_text(words.digit_words("N", n)) for n in numbers], dtype=pl.String
            )
            + " "
            + _mapped(accounts["path"], paths)
        ).alias("words"),
    )


def _people_words(bounds: dict[str, Any]) -> pl.DataFrame:
    people = query_frame(
        PEOPLE,
        {
            "account_id": pl.Int64,
            "customer_id": pl.Int64,
            "name": pl.String,
            "is_person": pl.String,
        },
        **bounds,
    ).with_columns(pl.col("is_person") == "t")
    made: list[pl.DataFrame] = []
    for is_person in (True, False):
        part = people.filter(pl.col("is_person") == is_person)
        spelled = pinyin.spell_all(part["name"].unique().to_list(), is_person=is_person)
        texts = {n: words.vector_text(words.name_words(n, s)) for n, s in spelled.items()}
        made.append(part.select("account_id", _mapped(part["name"], texts).alias("words")))
    if people.height:
        phones = query_frame(
            PHONES,
            {"customer_id": pl.Int64, "phone": pl.String},
            first=people["customer_id"].min(),
            last=people["customer_id"].max(),
            only=people["customer_id"].unique().to_list() if people.height < FEW else None,
        )
        reached = people.select("account_id", "customer_id").join(phones, on="customer_id")
        made.append(
            reached.select(
                "account_id",
                pl.Series(
                    "words",
                    [words.vector_text(words.digit_words("P", p)) for p in reached["phone"]],
                    dtype=pl.String,
                ),
            )
        )
    return pl.concat(made)


def _place_words(bounds: dict[str, Any]) -> pl.DataFrame:
    places = query_frame(
        PLACES,
        {"account_id": pl.Int64, "address": pl.String, "meter": pl.String},
        **bounds,
    )
    texts = [
        words.vector_text(
            [*words.address_words(address or ""), *words.digit_words("M", meter or "")]
        )
        for address, meter in zip(places["address"], places["meter"], strict=True)
    ]
    return places.select("account_id", pl.Series("words", texts, dtype=pl.String))
