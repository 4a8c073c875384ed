"""What a check knows besides the file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from wattdesk.domains.identity.data import Scope

# Account numbers → usage points, from a domain above this one: takes a series of numbers, returns
# at least the columns ``number`` and ``usage_point_id`` (null: the account has no point).
Resolve = Callable[[pl.Series], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Context:
    """``within``: the only usage points that the file may speak of; ``scope``: the only units whose
    usage points it may; None: any."""

    today: date
    largest_rows: int
    resolve: Resolve | None = None
    within: pl.Series | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows that would be written, and the part of the preview that speaks of them."""

    rows: pl.DataFrame
    preview: dict[str, object]
    notes: list[str]
