"""A tariff document, read: what both engines share, and nothing else.

Prices are yuan per kWh, limits and allowances kWh, all as Decimal exactly as written. Nothing here
is computed: a band price that follows from components is built by each engine for itself.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wattdesk.kernel.values.texts import Text

ALL_MONTHS = tuple(range(1, 13))
TOTAL = "TOTAL"  # the key of a published price that is not by band


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule or price comes from; ``mark`` is ``mem`` when not checked with the original."""

    key: str
    title: str
    where: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How kWh become billed kWh, how limits are rounded, and the decimals of a built price."""

    kwh: str  # floor_carry, half_up, decimals2
    limits: str  # whole, decimals2
    price_decimals: int


@dataclass(frozen=True, slots=True)
class BandTolerance:
    """How far the bands may miss the total register before the account is refused."""

    kwh_per_band: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class TimeOfUse:
    """Bands of a schedule (峰谷时段), the set of windows, and where a difference goes."""

    windows: str
    bands: tuple[str, ...]
    remainder_to: str
    tolerance: BandTolerance


@dataclass(frozen=True, slots=True)
class WindowRule:
    """One rule of a set of windows: minutes of the day in which a band holds."""

    band: str
    minutes: tuple[tuple[int, int], ...]
    months: tuple[int, ...]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowSet:
    """Time windows (时段划分) by which meters and curves are read; ``rest`` is the band of the
    remaining hours."""

    code: str
    rules: tuple[WindowRule, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class Household:
    """Household rules: 一户多人口 adds kWh to the limits, 低保 gives free kWh."""

    extra_persons_from: int
    extra_kwh_per_month: Decimal
    free_kwh_per_month: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class ChargeHead:
    """What every charge has: its code, the group it is printed in, its names and its ground."""

    code: str
    group: str
    name: Text
    clause: str
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class EnergyCharge:
    """One price for every kWh (form ``energy`` with a ``price``)."""

    head: ChargeHead
    price: Decimal


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a built price: it floats with the bands or stays, and may be multiplied."""

    head: ChargeHead
    price: Decimal
    floats: bool
    times: Decimal


@dataclass(frozen=True, slots=True)
class ComponentCharge:
    """Energy price of components (form ``energy`` with ``components``).

    ``bill_by`` is ``components`` (a line each) or ``published`` (the published all-in price by
    band; the components are kept and compared). ``factors`` holds, by band, the ratios whose
    product applies to the floating components.
    """

    head: ChargeHead
    bill_by: str
    components: tuple[Component, ...]
    factors: dict[str, tuple[Decimal, ...]]
    published: dict[str, Decimal]
    tolerance: Decimal


@dataclass(frozen=True, slots=True)
class BlockSeason:
    """Blocks of some months. ``prices`` has one entry more than ``upper_limits``; for increments
    the first is zero."""

    months: tuple[int, ...]
    upper_limits: tuple[Decimal, ...]
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class BlocksCharge:
    """Blocks (阶梯): each at its own price, or an increment on top of other prices (加价法)."""

    head: ChargeHead
    basis: str  # price, increment
    cycle: str  # annual, monthly
    year_starts: tuple[int, int]  # month and day
    new_account: str  # months, full
    proration: str  # days, none
    seasons: tuple[BlockSeason, ...]


@dataclass(frozen=True, slots=True)
class BandSeason:
    """Band prices of some months."""

    months: tuple[int, ...]
    prices: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class TimeOfUseCharge:
    """A price for each band (分时电价)."""

    head: ChargeHead
    seasons: tuple[BandSeason, ...]


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """Free kWh (低保免费电量), credited at ``price`` or at the price of the line ``price_of``."""

    head: ChargeHead
    price: Decimal | None
    price_of: str
    proration: str


@dataclass(frozen=True, slots=True)
class SurchargeItem:
    """One surcharge per kWh: a fund (政府性基金) or another addition."""

    head: ChargeHead
    price: Decimal


@dataclass(frozen=True, slots=True)
class SurchargeCharge:
    """Surcharges per kWh on all billed energy, a line each."""

    items: tuple[SurchargeItem, ...]


Charge = (
    EnergyCharge
    | ComponentCharge
    | BlocksCharge
    | TimeOfUseCharge
    | AllowanceCharge
    | SurchargeCharge
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """电价 (价目): one price class of the document."""

    code: str
    title: Text
    customer_class: str  # RESIDENTIAL, AGRICULTURE, COMMERCIAL
    parts: str  # SINGLE_PART, TWO_PART, "" where the class has no such choice
    voltage: str
    zone: str
    rounding: Rounding
    price_change: str  # by_days, by_reading
    time_of_use: TimeOfUse | None
    household: Household | None
    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One line that an example expects."""

    code: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: determinants and the bill they must give."""

    id: str
    title: Text
    schedule: str
    source: str
    given: dict[str, int | date]
    lines: tuple[ExampleLine, ...]
    total: Decimal
    line: int


@dataclass(frozen=True, slots=True)
class TariffDocument:
    """电价文件: one dated version, as read from its text.

    ``unchecked`` names the parts that carry ``mark: mem``: not yet compared with the original
    text of their source. ``digest`` is the text's SHA-256.
    """

    code: str
    title: Text
    region: Text
    effective_from: date
    effective_to: date | None
    invented: bool
    sources: dict[str, Source]
    windows: dict[str, WindowSet]
    schedules: tuple[Schedule, ...]
    examples: tuple[Example, ...]
    unchecked: tuple[str, ...]
    digest: str

    def schedule(self, code: str) -> Schedule:
        """The schedule of that code. Raises KeyError when the document has none."""
        for schedule in self.schedules:
            if schedule.code == code:
                return schedule
        raise KeyError(f"{self.code} has no schedule {code}")
