"""Meters, registers, installations and transformers of a block."""

from dataclasses import dataclass, fields
from datetime import date

import polars as pl

from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.technique import DECIMALS, DIGITS, REGISTERS

OLD_HEAD, NEW_HEAD = "9904", "9906"
SHUFFLE = 38_196_601  # odd and not a multiple of 5: times it, modulo 10⁸, no number comes twice
MODELS = {
    ("TOTAL", 1): ("DDZY-LC", "5(60)"),
    ("TPV", 1): ("DDZY-LC", "5(60)"),
    ("TOTAL", 3): ("DTZY-LC", "3×10(100)"),
    ("TPV", 3): ("DTZY-LC", "3×10(100)"),
    ("FULL", 3): ("DTZY-LC/互感", "3×1.5(6)"),
    ("FULL", 1): ("DDZY-LC", "5(60)"),
}


@dataclass(frozen=True)
class DeviceFrames:
    """Local frames of one block; ``i`` and ``meter`` (0 first, 1 after an exchange) are the key."""

    meters: pl.DataFrame
    registers: pl.DataFrame
    installations: pl.DataFrame
    transformers: pl.DataFrame

    def named(self) -> list[tuple[str, pl.DataFrame]]:
        """All frames with their names, in the order of the fields."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def device_frames(block: pl.DataFrame, draws: Draws, start: date) -> DeviceFrames:
    """Devices of the accounts of a block; an exchanged meter has a successor."""

    def day(offset: pl.Expr) -> pl.Expr:
        return (pl.lit(start) + pl.duration(days=offset)).cast(pl.Date)

    exchanged = pl.col("trouble") == "EXCHANGED"
    # Meters are taken out for verification every eight years or so.
    rotated = -draws.between("rotated", "i", 400, 3_000)
    first = block.with_columns(
        pl.lit(0).cast(pl.Int8).alias("meter"),
        day(pl.max_horizontal("opened", rotated)).alias("from_date"),
        pl.when(exchanged).then(day(pl.col("x"))).otherwise(day(pl.col("closed"))).alias("to_date"),
        pl.lit(OLD_HEAD).alias("head"),
    )
    second = block.filter(exchanged).with_columns(
        pl.lit(1).cast(pl.Int8).alias("meter"),
        day(pl.col("x")).alias("from_date"),
        day(pl.col("closed")).alias("to_date"),
        pl.lit(NEW_HEAD).alias("head"),
    )
    both = pl.concat([first, second]).sort("i", "meter")
    serial = (pl.col("i") * SHUFFLE % 10**8).cast(pl.String).str.zfill(8)
    plate = pl.concat_str("meter_class", "phases", separator=" ")
    models = {f"{c} {p}": words for (c, p), words in MODELS.items()}
    meters = both.select(
        "i",
        "meter",
        (pl.col("head") + serial).alias("number"),
        plate.replace_strict({k: v[0] for k, v in models.items()}).alias("model"),
        "phases",
        pl.when(pl.col("ct").is_null() & (pl.col("meter_class") == "FULL"))
        .then(pl.lit("3×10(100)"))
        .otherwise(plate.replace_strict({k: v[1] for k, v in models.items()}))
        .alias("rated_current_a"),
        pl.col("from_date").dt.year().alias("made_year"),
    )
    registers = pl.concat(
        [
            both.filter(pl.col("meter_class") == meter_class).select(
                "i",
                "meter",
                pl.lit(place).alias("place"),
                pl.lit(name).alias("kind"),
                pl.lit(DIGITS).alias("digits"),
                pl.lit(DECIMALS).alias("decimals"),
            )
            for meter_class, names in REGISTERS.items()
            for place, name in enumerate(names)
        ]
    ).sort("i", "meter", "place")
    phases = pl.DataFrame({"phase": ["A", "B", "C"]})
    transformers = (
        block.filter(pl.col("ct").is_not_null())
        .join(phases, how="cross")
        .sort("i", "phase")
        .select(
            "i",
            (pl.lit("CT") + serial + pl.col("phase")).alias("number"),
            pl.col("ct").alias("primary_value"),
            day(pl.col("opened")).alias("from_date"),
            day(pl.col("closed")).alias("to_date"),
        )
    )
    return DeviceFrames(
        meters=meters,
        registers=registers.drop("place"),
        installations=both.select("i", "meter", "multiplier", "from_date", "to_date"),
        transformers=transformers,
    )
