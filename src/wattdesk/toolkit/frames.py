"""Between the record and Polars: queries into frames, frames into tables, both by COPY."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

SLICE_ROWS = 100_000
Schema = Mapping[str, Any]


def query_frame(query: str, schema: Schema, **params: Any) -> pl.DataFrame:
    """Run a SELECT with ``{name}`` places and return its rows as a frame.

    ``params`` are bound as literals by the driver (lists become arrays). ``schema`` maps column
    names, in the order of the SELECT, to Polars types.
    """
    bound = sql.SQL(query).format(**{k: sql.Literal(v) for k, v in params.items()})  # type: ignore[arg-type]
    chunks: list[bytes] = []
    with connection.cursor() as cursor:
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(bound)
        with cursor.copy(statement) as copy:
            chunks.extend(bytes(part) for part in copy)
    if not chunks:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(
        io.BytesIO(b"".join(chunks)),
        has_header=False,
        schema=dict(schema),
        try_parse_dates=False,
        missing_utf8_is_empty_string=True,
    )


def copy_frame(table: str, frame: pl.DataFrame, columns: Sequence[str] | None = None) -> int:
    """Append all rows of ``frame`` to ``table`` by COPY in the open transaction; returns the rows.

    Column names of the frame are those of the table; null becomes NULL, an empty text stays one.
    """
    names = list(columns or frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(n) for n in names)
    )
    chosen = frame.select(names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in chosen.iter_slices(SLICE_ROWS):
            copy.write(part.write_csv(include_header=False, null_value="\\N").encode())
    return chosen.height


def reserve_ids(table: str, count: int, column: str = "id") -> pl.Series:
    """Take ``count`` numbers from the sequence of a table's key, for rows written by COPY."""
    if count == 0:
        return pl.Series(column, [], dtype=pl.Int64)
    frame = query_frame(
        "SELECT nextval(pg_get_serial_sequence({table}, {column}))"
        " FROM generate_series(1, {count})",
        {column: pl.Int64},
        table=table,
        column=column,
        count=count,
    )
    return frame[column]
