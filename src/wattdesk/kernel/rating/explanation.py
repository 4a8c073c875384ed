"""How a line explains itself: from its own stored columns and the trace, never computed anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wattdesk.kernel.values.scaled import from_fen, from_scaled
from wattdesk.kernel.values.texts import Text, figure, money

GROUP_NAMES = {
    "ENERGY": Text("电量电费", "Energy"),
    "LOSS": Text("上网环节线损费用", "Network losses"),
    "GRID": Text("输配电费", "Transmission and distribution"),
    "SYSTEM": Text("系统运行费用", "System operation"),
    "FUND": Text("政府性基金及附加", "Government funds"),
    "ADJUSTMENT": Text("调整与减免", "Adjustments and allowances"),
}
BAND_NAMES = {
    "SHARP": Text("尖峰", "sharp peak"),
    "PEAK": Text("高峰", "peak"),
    "FLAT": Text("平段", "flat"),
    "VALLEY": Text("低谷", "valley"),
    "DEEP": Text("深谷", "deep valley"),
}
AMOUNT = Text(
    "金额：电量 × 电价，四舍五入到分", "Amount: energy × price, rounded half up to the fen"
)
QUANTITY = Text("计费电量", "Billed energy")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``label`` in words, ``formula`` with its figures."""

    label: Text
    formula: str


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """What a clerk reads when a line is opened. ``mark`` is ``mem`` for unchecked sources."""

    position: int
    code: str
    group: str
    group_name: Text
    name: Text
    band: str
    steps: tuple[Step, ...]
    clause: str
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The stored figures of one line and of its account, as numbers with units."""

    line: Mapping[str, Any]
    trace: Mapping[str, Any]

    @property
    def quantity(self) -> Decimal:
        return from_scaled(int(self.line["quantity_e4"]), 4)

    @property
    def price(self) -> Decimal:
        return from_scaled(int(self.line["price_e8"]), 8)

    @property
    def amount(self) -> Decimal:
        return from_fen(int(self.line["amount_fen"]))

    def kwh(self, name: str) -> Decimal:
        """A figure of the trace; the decimals are told by its name."""
        return from_scaled(int(self.trace[name]), 4 if name.endswith("_e4") else 2)

    def whole(self, name: str) -> int:
        return int(self.trace[name])

    def has(self, name: str) -> bool:
        return self.trace.get(name) is not None


def amount_step(figures: Figures) -> Step:
    """``190 × 0.588 = 111.72``."""
    return Step(
        AMOUNT,
        f"{figure(figures.quantity)} × {figure(figures.price)} = {money(figures.amount)}",
    )


def kwh(value: Decimal) -> str:
    """``190 kWh``."""
    return f"{figure(value)} kWh"
