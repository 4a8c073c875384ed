"""Queries whose rows the server packs."""

from datetime import date

import polars as pl
import pytest
from django.db import connection, transaction
from psycopg.errors import DivisionByZero

from wattdesk.toolkit.frames import joining_many, query_frame, query_packed_frame

pytestmark = pytest.mark.django_db

SCHEMA = {"n": pl.Int64, "word": pl.String, "day": pl.Date, "flag": pl.Int16}
QUERY = (
    "SELECT n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE {odd} || n END,"
    " CASE WHEN n % 2 = 0 THEN DATE '2014-01-01' + n END, n % 5"
    " FROM generate_series(1, {count}) AS n"
)
ODD = 'a "quoted", 行\n%(s)s {x} '


class TestQueryPackedFrame:
    def test_gives_the_same_rows_as_the_plain_way(self) -> None:
        given = {"count": 2500, "odd": ODD}
        packed = query_packed_frame(QUERY, SCHEMA, **given).sort("n")
        plain = query_frame(QUERY, SCHEMA, **given).sort("n")
        assert packed.schema == pl.Schema(SCHEMA)
        assert packed.equals(plain)
        assert packed["day"][1] == date(2014, 1, 3)

    def test_no_rows_keep_the_schema(self) -> None:
        frame = query_packed_frame(QUERY, SCHEMA, count=0, odd="")
        assert frame.height == 0
        assert frame.schema == pl.Schema(SCHEMA)


class TestJoiningMany:
    def nested_loops(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_nestloop")
            return str(cursor.fetchone()[0])

    def test_forbids_nested_loops_for_many_rows_and_allows_them_again(self) -> None:
        with joining_many(10):
            assert self.nested_loops() == "on"
        with joining_many(5_000):
            assert self.nested_loops() == "off"
        assert self.nested_loops() == "on"

    def test_an_error_inside_leaves_no_trace(self) -> None:
        with pytest.raises(DivisionByZero), transaction.atomic(), joining_many(5_000):
            query_frame("SELECT 1 / 0", {"n": pl.Int64})
        assert self.nested_loops() == "on"

    @pytest.mark.django_db(transaction=True)
    def test_nor_does_one_outside_a_transaction(self) -> None:
        with pytest.raises(DivisionByZero), joining_many(5_000):
            query_frame("SELECT 1 / 0", {"n": pl.Int64})
        assert self.nested_loops() == "on"
