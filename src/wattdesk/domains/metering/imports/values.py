"""Texts to numbers, days and words: whole columns at once, exactly, with a reason for each refusal.

What is accepted with a note: blanks around a number, full-width digits (１２), commas between
thousands (1,234.50). Everything else that is not a plain number is refused.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import polars as pl

from wattdesk.domains.metering.imports.profiles import plain

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)$"
THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
EXPONENT = r"^[+-]?\d+(\.\d+)?[eE][+-]?\d{1,3}$"
WHOLE_DIGITS = 12
NOT_NUMBER, TOO_LARGE, DECIMALS, NEGATIVE = "NOT_NUMBER", "TOO_LARGE", "DECIMALS", "NEGATIVE"
# Serial day 1 of Excel is 1 January 1900, with a 29 February 1900 that never was.
EXCEL_ORIGIN = date(1899, 12, 30)
EXCEL_DAYS = range(20_000, 80_000)
DAY_FORMS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
MIDNIGHT = re.compile(r"(.*\d日?)[ T]+0{1,2}:00(:00(\.0+)?)?(Z|\+00:00)?")


def tidy(texts: pl.Series) -> pl.Series:
    """Texts without blanks around, digits and signs half-width."""
    return texts.str.normalize("NFKC").str.strip_chars()


def parse_numbers(
    texts: pl.Series, *, decimals: int, missing: frozenset[str], rounds: bool
) -> pl.DataFrame:
    """Parse a column of numbers.

    Returns, row by row: ``value`` (Int64, × 10^decimals; null when blank, missing or refused),
    ``shown`` (decimals written, zeros at the end not counted), ``problem`` (null, NOT_NUMBER,
    TOO_LARGE, DECIMALS, NEGATIVE), ``tidied`` (accepted although not plainly written), ``rounded``.
    With ``rounds`` further decimals are rounded half away from zero instead of refused.
    """
    frame = pl.DataFrame({"given": texts.cast(pl.String)}).with_columns(
        tidy(texts.cast(pl.String)).alias("text")
    )
    frame = frame.with_columns(
        pl.when(pl.col("text").is_in(sorted(missing | {""})))
        .then(None)
        .otherwise(pl.col("text"))
        .alias("text")
    )
    grouped = pl.col("text").str.contains(THOUSANDS)
    frame = frame.with_columns(
        pl.when(grouped)
        .then(pl.col("text").str.replace_all(",", ""))
        .otherwise("text")
        .alias("text")
    )
    frame = _without_exponents(frame)
    plain = pl.col("text").str.contains(NUMBER)
    digits = pl.col("text").str.strip_chars_start("+-")
    whole = digits.str.extract(r"^(\d*)").str.strip_chars_start("0")
    part = digits.str.extract(r"\.(\d*)$").fill_null("").str.strip_chars_end("0")
    frame = frame.with_columns(
        plain.alias("plain"),
        whole.alias("whole"),
        part.alias("part"),
        pl.col("text").str.starts_with("-").alias("minus"),
    )
    kept = pl.concat_str("whole", pl.col("part").str.head(decimals).str.pad_end(decimals, "0"))
    next_digit = pl.col("part").str.slice(decimals, 1)
    up = (next_digit >= "5").fill_null(False) if rounds else pl.lit(False)
    size = kept.str.pad_start(1, "0").cast(pl.Int64, strict=False) + up.cast(pl.Int64)
    value = pl.when("minus").then(-size).otherwise(size)
    too_many = pl.col("part").str.len_bytes() > decimals
    problem = (
        pl.when(pl.col("text").is_null())
        .then(None)
        .when(~pl.col("plain"))
        .then(pl.lit(NOT_NUMBER))
        .when(pl.col("whole").str.len_bytes() > WHOLE_DIGITS)
        .then(pl.lit(TOO_LARGE))
        .when(too_many & (not rounds))
        .then(pl.lit(DECIMALS))
        .when(pl.col("minus") & (size != 0))
        .then(pl.lit(NEGATIVE))
    )
    frame = frame.with_columns(problem.alias("problem"), value.alias("value"))
    sound = pl.col("text").is_not_null() & pl.col("problem").is_null()
    return frame.select(
        pl.when(sound).then("value").alias("value"),
        pl.col("part").str.len_bytes().cast(pl.Int32).alias("shown"),
        "problem",
        (sound & (pl.col("given") != pl.col("text"))).fill_null(False).alias("tidied"),
        (sound & too_many).fill_null(False).alias("rounded"),
    )


def _without_exponents(frame: pl.DataFrame) -> pl.DataFrame:
    """Write 1.5E3 as 1500: few cells have one, so each different text is turned by itself."""
    odd = frame.filter(pl.col("text").str.contains(EXPONENT))["text"].unique()
    if len(odd) == 0:
        return frame
    written: dict[str, str] = {}
    for text in odd:
        try:
            written[text] = f"{Decimal(text):f}"
        except InvalidOperation:
            continue
    return frame.with_columns(pl.col("text").replace(written))


def parse_days(texts: pl.Series) -> pl.Series:
    """Parse a column of days; null where a text is none of the known forms.

    2014-01-05, 2014/1/5, 2014.1.5, 2014年1月5日, 20140105, an Excel serial number, each with a
    midnight behind it or not. 05/01/2014 is refused: it may be either of two days.
    """
    different = texts.drop_nulls().unique().to_list()
    days = {text: day for text in different if (day := parse_day(text)) is not None}
    return texts.replace_strict(days, default=None, return_dtype=pl.Date)


def parse_day(text: str) -> date | None:
    """One day, or None."""
    text = tidy(pl.Series([text])).item()
    if midnight := MIDNIGHT.fullmatch(text):
        text = midnight[1]
    for form in DAY_FORMS:
        if match := form.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
            try:
                return date(year, month, day)
            except ValueError:
                return None
    if re.fullmatch(r"\d{5}(\.0+)?", text) and int(text[:5]) in EXCEL_DAYS:
        return EXCEL_ORIGIN + timedelta(days=int(text[:5]))
    return None


def has_time_of_day(text: str) -> bool:
    """Whether a text is a day with a time that is not midnight."""
    try:
        return datetime.fromisoformat(tidy(pl.Series([text])).item()).time() != datetime.min.time()
    except ValueError:
        return False


def parse_words(texts: pl.Series, values: Mapping[str, str], default: str) -> pl.Series:
    """Words to what they stand for; blank ones to ``default``; null where a word is unknown."""
    different = texts.drop_nulls().unique().to_list()
    known = {text: values[plain(text)] for text in different if plain(text) in values}
    return (
        pl.DataFrame({"text": texts})
        .select(
            pl.when(pl.col("text").is_null())
            .then(pl.lit(default))
            .otherwise(pl.col("text").replace_strict(known, default=None, return_dtype=pl.String))
        )
        .to_series()
    )
