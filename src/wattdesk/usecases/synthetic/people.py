"""Persons and bodies: names, numbers of their papers, phones. None of them exists."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from wattdesk.usecases.synthetic import book
from wattdesk.usecases.synthetic.draws import Draws, chosen

TWO_CHARACTERS = 850_000  # of a million given names
PHONE_HEAD = "164"  # allotted to no carrier, as far as we know
YOUNG_SINCE = 1985
# Persons are counted through birthdays (20 to 88 years old) and order numbers.
STREAMS = ("holder", "former", "payer", "user")
STREAM_STEP = 2_000_000
YOUNGEST, AGES, ORDERS = 20 * 365, 68 * 365, 1000
SHUFFLE = 15_485_863  # a prime: times it, modulo ages × orders, no number comes twice
# GB 11643 and GB 32100, for digits: weights, and check characters by the sum's remainder.
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
CREDIT_CHECKS = "0YXWUTRQPNMLKJHGFEDCBA987654321"


def person_name(draws: Draws, stream: str, index: str, born_year: pl.Expr) -> pl.Expr:
    """Surname and given name; characters by sex and by the years in which they were in use."""
    is_woman = draws.chance(f"{stream}.sex", index, 490_000)
    is_young = born_year >= YOUNG_SINCE

    def given(part: str) -> pl.Expr:
        by_style = {
            style: draws.pick(f"{stream}.{part}.{style}", index, book.words("given", style))
            for style in ("men-old", "men-young", "women-old", "women-young")
        }
        return (
            pl.when(is_woman & is_young)
            .then(by_style["women-young"])
            .when(is_woman)
            .then(by_style["women-old"])
            .when(is_young)
            .then(by_style["men-young"])
            .otherwise(by_style["men-old"])
        )

    second = (
        pl.when(draws.chance(f"{stream}.two", index, TWO_CHARACTERS))
        .then(given("second"))
        .otherwise(pl.lit(""))
    )
    surname = draws.pick(f"{stream}.surname", index, book.surnames())
    return pl.concat_str(surname, given("first"), second)


def with_checked(
    frame: pl.DataFrame, head: str, weights: Sequence[int], checks: str
) -> pl.DataFrame:
    """Add ``id_number``: the 17 digits of the column ``head`` and their check character.

    ``checks`` are the check characters by the weighted sum of the digits modulo their number.
    """
    digits = frame.with_columns(pl.col(head).cast(pl.Int64).alias("_digits"))
    total = pl.sum_horizontal(
        [pl.col("_digits") // 10 ** (16 - place) % 10 * w for place, w in enumerate(weights)]
    )
    checked = digits.with_columns((total % len(checks)).alias("_sum"))
    return checked.with_columns(
        (pl.col(head) + chosen(list(checks), pl.col("_sum"))).alias("id_number")
    ).drop("_digits", "_sum")


def phone(draws: Draws, stream: str, index: str) -> pl.Expr:
    """A mobile number of a range that nobody has."""
    digits = draws.below(f"{stream}.phone", index, 10**8)
    return pl.lit(PHONE_HEAD) + digits.cast(pl.String).str.zfill(8)


def person_frame(draws: Draws, stream: str, indices: pl.DataFrame, until: date) -> pl.DataFrame:
    """Columns of customers for a frame with a column ``i``: persons.

    ``stream`` is one of STREAMS: birthday and order number together come once over all of them,
    so no two persons share an identity number.
    """
    serial = (pl.col("i") + STREAMS.index(stream) * STREAM_STEP) * SHUFFLE % (AGES * ORDERS)
    made = indices.select("i", serial.alias("serial")).with_columns(
        (
            pl.lit(until) - pl.duration(days=pl.col("serial") // ORDERS + YOUNGEST)
        ).cast(pl.Date).alias("born"),
        (pl.col("serial") % ORDERS).cast(pl.String).str.zfill(3).alias("order"),
    )  # fmt: skip
    made = made.with_columns(
        (pl.lit(book.COUNTY_CODE) + pl.col("born").dt.strftime("%Y%m%d") + pl.col("order"))
        .alias("head"),
        pl.col("born").dt.year().alias("year"),
    )  # fmt: skip
    return with_checked(made, "head", ID_WEIGHTS, ID_CHECKS).select(
        "i",
        pl.lit("PERSON").alias("kind"),
        person_name(draws, stream, "i", pl.col("year")).alias("name"),
        pl.lit("ID_CARD").alias("id_kind"),
        "id_number",
        pl.lit("").alias("industry"),
        phone(draws, stream, "i").alias("phone"),
        pl.lit("").alias("person"),
    )


def brand(draws: Draws, stream: str, index: str) -> pl.Expr:
    """Two characters that a firm or shop calls itself by."""
    first = draws.pick(f"{stream}.brand1", index, book.words("bodies", "brand-first"))
    return first + draws.pick(f"{stream}.brand2", index, book.words("bodies", "brand-second"))


def body_frame(draws: Draws, stream: str, bodies: pl.DataFrame, towns: pl.Series) -> pl.DataFrame:
    """Columns of customers for a frame with ``i``, ``kind_of`` (SHOP, FIRM …) and ``town``."""
    town = pl.lit(towns).gather(pl.col("town"))
    trade = draws.pick(f"{stream}.trade", "i", book.words("bodies", "trade"))
    shop = draws.pick(f"{stream}.shop", "i", book.words("bodies", "shop"))
    farm = draws.pick(f"{stream}.farm", "i", book.words("bodies", "farm"))
    called = brand(draws, stream, "i")
    kind_of = pl.col("kind_of")

    def of(kind: str, word: str) -> pl.Expr:
        return town + draws.pick(f"{stream}.{word}", "i", book.words("bodies", word))

    named = bodies.with_columns(
        pl.when(kind_of == "FIRM")
        .then(
            pl.lit("澜川") + called + trade
            + draws.pick(f"{stream}.last", "i", book.words("bodies", "body-last"))
        )
        .when(kind_of == "SHOP").then(called + shop)
        .when(kind_of == "FARM").then(town + called + farm)
        .when(kind_of == "INSTITUTION").then(of("INSTITUTION", "institution"))
        .when(kind_of == "GOVERNMENT").then(of("GOVERNMENT", "government"))
        .otherwise(of("GROUP", "group"))
        .alias("name"),
        kind_of.replace_strict(
            {"FIRM": "ENTERPRISE", "SHOP": "SOLE_TRADER", "FARM": "SOLE_TRADER",
             "INSTITUTION": "INSTITUTION", "GOVERNMENT": "GOVERNMENT", "GROUP": "SOCIAL_GROUP"},
        ).alias("kind"),
        kind_of.replace_strict(
            {"FIRM": "91", "SHOP": "92", "FARM": "92", "INSTITUTION": "12", "GOVERNMENT": "11",
             "GROUP": "51"},
        ).alias("code_head"),
        draws.below(f"{stream}.body", "i", 10**9).cast(pl.String).str.zfill(9).alias("body"),
        draws.between(f"{stream}.year", "i", 1950, 2004).alias("year"),
    )  # fmt: skip
    named = named.with_columns(
        (pl.col("code_head") + pl.lit(book.COUNTY_CODE) + pl.col("body")).alias("head")
    )
    return with_checked(named, "head", CREDIT_WEIGHTS, CREDIT_CHECKS).select(
        "i",
        "kind",
        "name",
        pl.lit("UNIFIED_CREDIT_CODE").alias("id_kind"),
        "id_number",
        pl.when(kind_of == "FIRM").then(trade).when(kind_of == "SHOP").then(shop)
        .when(kind_of == "FARM").then(farm).otherwise(pl.lit("公共服务")).alias("industry"),
        phone(draws, stream, "i").alias("phone"),
        person_name(draws, f"{stream}.contact", "i", pl.col("year")).alias("person"),
    )  # fmt: skip
