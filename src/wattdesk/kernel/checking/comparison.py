"""Bills of the check engine beside those of the plan: which accounts differ, and in what."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from wattdesk.kernel.checking.readings import Refused
from wattdesk.kernel.rating.rated import MOST_POSITIONS, Rated

if TYPE_CHECKING:
    from wattdesk.kernel.checking.engine import CheckedBill

INPUTS = (
    "from_date",
    "to_date",
    "months",
    "months_in_block_year",
    "energy_total_e4",
    "energy_sharp_e4",
    "energy_peak_e4",
    "energy_flat_e4",
    "energy_valley_e4",
    "energy_deep_e4",
    "carry_e4",
    "block_used_e2",
    "extra_kwh_per_month_e2",
    "free_kwh_per_month_e2",
)
DIFFERENCE_SCHEMA = {
    "account_id": pl.Int64,
    "rated_fen": pl.Int64,
    "expected_fen": pl.Int64,
    "detail": pl.String,
}
BILL = {
    "account_id": pl.Int64,
    "expected_fen": pl.Int64,
    "expected_energy_e2": pl.Int64,
    "expected_carry_e4": pl.Int64,
    "expected_funds_fen": pl.Int64,
    "expected_refusal": pl.String,
}
LINE = {
    "account_id": pl.Int64,
    "part": pl.Int64,
    "code": pl.String,
    "expected_quantity_e4": pl.Int64,
    "expected_price_e8": pl.Int64,
    "expected_amount_fen": pl.Int64,
}
Bill = Callable[..., "CheckedBill"]


def differences(bill: Bill, frames: Sequence[pl.DataFrame], rated: Rated) -> pl.DataFrame:
    """Accounts of the frames whose rated bill is not the expected one."""
    bills, lines = _expected(bill, frames)
    found = pl.concat([_bill_differences(bills, rated), _line_differences(bills, lines, rated)])
    return (
        found.unique("account_id", keep="first", maintain_order=True)
        .join(rated.bills.select("account_id", "total_fen"), on="account_id", how="left")
        .join(bills.select("account_id", "expected_fen"), on="account_id", how="left")
        .select("account_id", pl.col("total_fen").alias("rated_fen"), "expected_fen", "detail")
        .cast(DIFFERENCE_SCHEMA)  # type: ignore[arg-type]
        .sort("account_id")
    )


def _rows(frame: pl.DataFrame) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Account and determinants of each row, without the cost of named rows."""
    names = [name for name in INPUTS if name in frame.columns]
    columns = [frame[name].to_list() for name in names]
    ids = frame["account_id"].to_list()
    if not columns:
        yield from ((account_id, {}) for account_id in ids)
        return
    for account_id, row in zip(ids, zip(*columns, strict=True), strict=True):
        yield account_id, dict(zip(names, row, strict=True))


def _accounts(frames: Sequence[pl.DataFrame]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    if len(frames) == 1:
        yield from ((account_id, (given,)) for account_id, given in _rows(frames[0]))
        return
    found: dict[int, list[Any]] = {}
    for index, frame in enumerate(frames):
        for account_id, given in _rows(frame):
            found.setdefault(account_id, [None] * len(frames))[index] = given
    yield from ((account_id, tuple(parts)) for account_id, parts in found.items())


def _expected(bill: Bill, frames: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    bills: list[tuple[int, int | None, int | None, int | None, int | None, str | None]] = []
    lines: list[tuple[int, int, str, int, int, int]] = []
    prices: dict[Any, int] = {}
    for account_id, given in _accounts(frames):
        try:
            found = bill(*given)
        except Refused as refusal:
            bills.append((account_id, None, None, None, None, refusal.code))
            continue
        bills.append(
            (
                account_id,
                found.total_fen,
                int(found.energy * 100),
                int(found.carry_out * 10_000),
                found.funds_fen,
                None,
            )
        )
        for code, kwh, price, amount, _fund in found.lines:
            scaled = prices.get(price)
            if scaled is None:
                scaled = prices[price] = int(price.scaleb(8))
            part, _, name = code.rpartition(":")
            lines.append((account_id, int(part or 0), name, int(kwh * 10_000), scaled, amount))
    return (
        pl.DataFrame(bills, schema=BILL, orient="row"),
        pl.DataFrame(lines, schema=LINE, orient="row"),
    )


def _bill_differences(bills: pl.DataFrame, rated: Rated) -> pl.DataFrame:
    """Refused by one engine only, in neither outcome, or different in a figure of the bill."""
    both = bills.join(rated.bills, on="account_id", how="left").join(
        rated.refused.unique("account_id").select("account_id", "code"),
        on="account_id",
        how="left",
    )
    missing = pl.col("total_fen").is_null()
    pairs = [
        ("energy_e2", "expected_energy_e2"),
        ("carry_out_e4", "expected_carry_e4"),
        ("total_fen", "expected_fen"),
        ("funds_fen", "expected_funds_fen"),
    ]
    detail = (
        pl.when(missing & pl.col("code").is_null())
        .then(pl.lit("the account is in neither bills nor refusals"))
        .when(missing & pl.col("expected_refusal").is_null())
        .then(pl.format("refused by the plan only: {}", "code"))
        .when(~missing & pl.col("expected_refusal").is_not_null())
        .then(pl.format("refused by the check only: {}", "expected_refusal"))
    )
    for name, expected in pairs:
        detail = detail.when(~missing & (pl.col(name) != pl.col(expected))).then(
            pl.format(f"{name}: {{}}, expected {{}}", name, expected)
        )
    return both.select("account_id", detail.otherwise(None).alias("detail")).drop_nulls("detail")


def _line_differences(bills: pl.DataFrame, lines: pl.DataFrame, rated: Rated) -> pl.DataFrame:
    """Lines that only one engine has, or that differ in quantity, price or amount."""
    own = rated.lines.join(
        bills.filter(pl.col("expected_refusal").is_null()).select("account_id"),
        on="account_id",
        how="semi",
    ).with_columns((pl.col("position").cast(pl.Int64) // MOST_POSITIONS).alias("part"))
    both = lines.join(own, on=["account_id", "part", "code"], how="full", coalesce=True)
    wrong = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"expected_{name}"))
        for name in ("quantity_e4", "price_e8", "amount_fen")
    )
    shown = [
        pl.col(name).cast(pl.String).fill_null("–")
        for name in (
            "quantity_e4",
            "price_e8",
            "amount_fen",
            "expected_quantity_e4",
            "expected_price_e8",
            "expected_amount_fen",
        )
    ]
    detail = pl.format("{}: {} × {} = {}, expected {} × {} = {}", "code", *shown)
    return (
        both.filter(wrong)
        .sort("account_id", "part", "code")
        .select("account_id", detail.alias("detail"))
    )
