"""What a synthetic supplier is made from: its size, seed and months, and what follows from them."""

from dataclasses import dataclass
from datetime import date, timedelta

from wattdesk.kernel.schedule.billing_dates import add_months

SMALL = 50_000
MOST_CUSTOMERS = 1_000_000
FEWEST_CUSTOMERS = 50


def last_full_month(until: date) -> date:
    """First day of the last month that has ended when ``until`` is over."""
    return add_months(until + timedelta(days=1), -1)


@dataclass(frozen=True, slots=True)
class Spec:
    """``months`` receivable months up to and with ``last_month``; ``until`` is the world's today.

    ``segment_accounts`` is about how many accounts a reading segment has, ``block_accounts`` how
    many are made and written at a time.
    """

    customers: int
    seed: int
    months: int
    until: date
    segment_accounts: int
    block_accounts: int = 50_000

    @classmethod
    def of(
        cls,
        customers: int,
        seed: int,
        *,
        months: int | None = None,
        until: date = date(2026, 10, 31),
        segment_accounts: int | None = None,
        block_accounts: int = 50_000,
    ) -> "Spec":
        """With the usual choices where nothing is said. Raises ValueError outside the bounds."""
        if not FEWEST_CUSTOMERS <= customers <= MOST_CUSTOMERS:
            raise ValueError(f"{customers} customers: {FEWEST_CUSTOMERS} to {MOST_CUSTOMERS}")
        months = months or (13 if customers <= SMALL else 2)
        if not 1 <= months <= 36:
            raise ValueError(f"{months} months: 1 to 36")
        return cls(
            customers=customers,
            seed=seed,
            months=months,
            until=until,
            segment_accounts=segment_accounts or min(max(customers // 8, 200), 1000),
            block_accounts=block_accounts,
        )

    @property
    def last_month(self) -> date:
        return last_full_month(self.until)

    @property
    def receivable_months(self) -> list[date]:
        return [add_months(self.last_month, -back) for back in range(self.months - 1, -1, -1)]

    @property
    def first_month(self) -> date:
        return self.receivable_months[0]

    @property
    def areas(self) -> int:
        """Public transformer areas, about 120 accounts each."""
        return max(4, round(self.customers / 120))

    @property
    def towns(self) -> int:
        return min(max(4, self.customers // 12_000), 60)

    @property
    def stations(self) -> int:
        return min(max(3, self.customers // 25_000), 30)
