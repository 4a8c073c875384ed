"""Between the record and Polars: queries into frames, frames into tables, both by COPY."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

SLICE_ROWS = 100_000
MANY_ROWS = 2_000
Schema = Mapping[str, Any]


def query_frame(query: str, schema: Schema, **params: Any) -> pl.DataFrame:
    """Run a SELECT with ``{name}`` places and return its rows as a frame.

    ``params`` are bound as literals by the driver (lists become arrays). ``schema`` maps column
    names, in the order of the SELECT, to Polars types.
    """
    bound = sql.SQL(query).format(**{k: sql.Literal(v) for k, v in params.items()})
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
    )


@contextmanager
def joining_many(rows: int) -> Iterator[None]:
    """Statements inside join at least ``rows`` rows: for many, nested loops are forbidden.

    Right after a large load the planner may know nothing of the new rows, and then it compares
    every row with every other. For few rows nothing is changed: there an index look-up is best.
    """
    if rows < MANY_ROWS:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET enable_nestloop = off")
    failed = True
    try:
        yield
        failed = False
    finally:
        # After an error an open transaction takes no more statements; its end takes the setting
        # back by itself.
        if not (failed and connection.in_atomic_block):
            with connection.cursor() as cursor:
                cursor.execute("RESET enable_nestloop")


def query_packed_frame(query: str, schema: Schema, **params: Any) -> pl.DataFrame:
    """As :func:`query_frame`, for many narrow rows: about twice as fast, in no order.

    COPY hands rows over one by one; here the server packs a thousand into one text. The first
    column must be a whole number that is never null: rows are packed by it.
    """
    bound = sql.SQL(query).format(**{k: sql.Literal(v) for k, v in params.items()})
    names = [sql.Identifier(name) for name in schema]
    fields = [
        sql.SQL("'\"' || replace({0}, '\"', '\"\"') || '\"'").format(name)
        if schema[column] == pl.String
        else name
        for column, name in zip(schema, names, strict=True)
    ]
    statement = sql.SQL(
        "SELECT string_agg(concat({fields}), E'\\n') FROM ({query}) AS q({names})"
        " GROUP BY {first} / 1000"
    ).format(
        fields=sql.SQL(", ',', ").join(fields),
        query=bound,
        names=sql.SQL(", ").join(names),
        first=names[0],
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        text = "\n".join(packed for (packed,) in cursor.fetchall())
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(io.BytesIO(text.encode()), has_header=False, schema=dict(schema))


def copy_frame(table: str, frame: pl.DataFrame, columns: Sequence[str] | None = None) -> int:
    """Append all rows of ``frame`` to ``table`` by COPY in the open transaction; returns the rows.

    Column names of the frame are those of the table; null becomes NULL, an empty text stays one.
    """
    names = list(columns or frame.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(n) for n in names)
    )
    chosen = frame.select(names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in chosen.iter_slices(SLICE_ROWS):
            copy.write(part.write_csv(include_header=False).encode())
    return chosen.height


def reserve_ids(table: str, count: int, column: str = "id") -> pl.Series:
    """Take ``count`` numbers from the sequence of a table's key, for rows written by COPY."""
    if count == 0:
        return pl.Series(column, [], dtype=pl.Int64)
    frame = query_packed_frame(
        # OFFSET 0 keeps the look-up of the sequence from being repeated for every number.
        "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence({table}, {column})::regclass"
        " AS name OFFSET 0) AS s, generate_series(1, {count})",
        {column: pl.Int64},
        table=table,
        column=column,
        count=count,
    )
    return frame[column].sort()
