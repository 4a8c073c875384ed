"""Queries into frames and frames into tables."""

import polars as pl
import pytest
from django.db import connection, utils

from wattdesk.toolkit import frames

pytestmark = pytest.mark.django_db


class TestQueryFrame:
    def test_returns_typed_rows(self) -> None:
        frame = frames.query_frame(
            "SELECT n, 'x' || n FROM unnest({numbers}::bigint[]) AS n ORDER BY n",
            {"n": pl.Int64, "word": pl.String},
            numbers=[3, 1, 2],
        )
        assert frame.to_dict(as_series=False) == {"n": [1, 2, 3], "word": ["x1", "x2", "x3"]}

    def test_no_rows_keep_the_schema(self) -> None:
        frame = frames.query_frame("SELECT 1 WHERE false", {"n": pl.Int64})
        assert frame.height == 0
        assert frame.schema == {"n": pl.Int64}


class TestApplicationRole:
    def test_may_not_empty_or_change_final_tables(self) -> None:
        for table in ("audit_record", "billing_bill", "ledger_entry"):
            for statement in (f"TRUNCATE {table} CASCADE", f"DELETE FROM {table}"):
                with (
                    pytest.raises(utils.ProgrammingError, match="permission denied"),
                    connection.cursor() as cursor,
                ):
                    cursor.execute("SAVEPOINT s")
                    try:
                        cursor.execute(statement)
                    finally:
                        cursor.execute("ROLLBACK TO SAVEPOINT s")


class TestCopyFrame:
    def test_keeps_nulls_empty_texts_and_odd_characters(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE t (n bigint, word text)")
        given = pl.DataFrame({"n": [1, 2, None, 4], "word": ["", None, 'a "quoted", 行\n', "\\N"]})
        assert frames.copy_frame("t", given) == 4
        back = frames.query_frame(
            "SELECT n, word FROM t ORDER BY n NULLS LAST", {"n": pl.Int64, "word": pl.String}
        )
        assert back.rows() == [(1, ""), (2, None), (4, "\\N"), (None, 'a "quoted", 行\n')]
