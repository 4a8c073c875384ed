"""How each account is supplied, metered and priced: voltage, capacity, meter, multiplier, class."""

import polars as pl

from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.places import firm_kva
from wattdesk.usecases.synthetic.skeleton import BODIES

# The registers of each class of meter, in the meter's own display order.
REGISTERS: dict[str, tuple[str, ...]] = {
    "TOTAL": ("ACTIVE_TOTAL",),
    "TPV": ("ACTIVE_TOTAL", "ACTIVE_PEAK", "ACTIVE_VALLEY"),
    "FULL": (
        "ACTIVE_TOTAL",
        "ACTIVE_SHARP",
        "ACTIVE_PEAK",
        "ACTIVE_FLAT",
        "ACTIVE_VALLEY",
        "REACTIVE_FORWARD",
    ),
}
DIGITS = 6
DECIMALS = 2
CT_PRIMARY_A = (75, 100, 150, 200, 250, 300, 400, 500)
AMPERE_PER_KVA_E3 = 1519  # at 380 V, three phases
SHARED_PER_MILLION = 12_000
TOU_URBAN_PER_MILLION = 280_000
TOU_RURAL_PER_MILLION = 120_000


def with_technique(block: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add schedule, options, meter_class, capacity_kva, voltage, metering, phases, ct (null
    without), multiplier, start_e2 (reading of the total at the start) and origin."""
    kind = pl.col("kind")
    tou = draws.below("tou", "i", 1_000_000)
    is_tou = tou < pl.when("is_urban").then(TOU_URBAN_PER_MILLION).otherwise(TOU_RURAL_PER_MILLION)
    is_shared = tou >= 1_000_000 - SHARED_PER_MILLION
    with_schedule = block.with_columns(
        pl.when(kind == "HOME")
        .then(
            pl.when(is_tou)
            .then(pl.lit("LC-RES-TOU"))
            .when(is_shared)
            .then(pl.lit("LC-RES-SHARED"))
            .otherwise(pl.lit("LC-RES"))
        )
        .when(kind == "INSTITUTION")
        .then(pl.lit("LC-RES-SHARED"))
        .when(kind == "SHOP")
        .then(pl.lit("LC-COM-FLAT"))
        .when(kind == "FARM")
        .then(pl.lit("LC-AGR"))
        .otherwise(pl.lit("LC-COM-1KV"))
        .alias("schedule"),
    )
    small = draws.below("small.kva", "i", 1_000)
    capacity = (
        pl.when(kind == "HOME").then(4 + small % 9)
        .when(kind == "SHOP").then(8 + small % 33)
        .when(kind == "FARM").then(10 + small % 51)
        .when(kind == "INSTITUTION").then(30 + small % 70)
        .when((kind == "FIRM") & pl.col("dedicated").is_not_null()).then(firm_kva(draws, "i"))
        .when(kind == "FIRM").then(30 + small % 66)
        .otherwise(15 + small % 30)
    )  # fmt: skip
    with_meter = with_schedule.with_columns(
        capacity.cast(pl.Int64).alias("capacity_kva"),
        pl.when(pl.col("schedule") == "LC-RES-TOU")
        .then(pl.lit("TPV"))
        .when(pl.col("schedule") == "LC-COM-1KV")
        .then(pl.lit("FULL"))
        .otherwise(pl.lit("TOTAL"))
        .alias("meter_class"),
        # A dedicated transformer is the supplier's; its customer is metered and priced below 1 kV.
        pl.lit("LT1KV").alias("voltage"),
        pl.lit("LL").alias("metering"),
        pl.when(kind.is_in(["FARM", *BODIES]) | ((kind == "SHOP") & (small % 10 < 3)))
        .then(3)
        .otherwise(1)
        .alias("phases"),
    )
    ampere = pl.col("capacity_kva") * AMPERE_PER_KVA_E3 // 1000
    smallest = pl.coalesce(pl.when(ampere <= size).then(size) for size in CT_PRIMARY_A)
    with_ct = with_meter.with_columns(
        pl.when(kind == "FIRM").then(pl.coalesce(smallest, CT_PRIMARY_A[-1])).alias("ct")
    )
    return with_ct.with_columns(
        pl.coalesce(pl.col("ct") // 5, pl.lit(1)).cast(pl.Int64).alias("multiplier"),
        draws.between("start", "i", 20_000, 4_000_000).alias("start_e2"),
        pl.when(draws.chance("manual", "i", 80_000))
        .then(pl.lit("MANUAL"))
        .otherwise(pl.lit("REMOTE"))
        .alias("origin"),
        _options(draws).alias("options"),
    )


def _options(draws: Draws) -> pl.Expr:
    """What the assigned price needs to know: large families (一户多人口) and 低保 homes."""
    is_home = pl.col("kind") == "HOME"
    draw = draws.below("options", "i", 1_000_000)
    return (
        pl.when(is_home & (draw < 15_000))
        .then(pl.lit('{"extra_kwh_per_month": 100}'))
        .when(is_home & (draw >= 990_000))
        .then(pl.lit('{"free_kwh_per_month": 15}'))
        .otherwise(pl.lit("{}"))
    )
