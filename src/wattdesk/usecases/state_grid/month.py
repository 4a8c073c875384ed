"""One real month: 20,691 State Grid customers, daily kWh of 1 to 26 January 2014, billed.

Import through the ordinary profile, run, propose, release by a second person, and a report in
which no customer is missing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from django.db import transaction

from wattdesk.domains.billing import api as billing
from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.toolkit.errors import InvalidInput
from wattdesk.usecases import monthly_billing
from wattdesk.usecases.state_grid import archive

PROFILE = "daily_wide"
FIRST_DAY = date(2014, 1, 1)
LAST_DAY = date(2014, 1, 27)  # the first day not included
MONTH = date(2014, 1, 1)
WORKED_ON = date(2014, 1, 28)
Say = Callable[[str], None]
Work = Callable[[int, str], int]


@dataclass(frozen=True, slots=True)
class Report:
    """What the month came to; ``seconds`` by step, ``stages`` of the calculation and posting."""

    customers: int
    status: "billing.RunStatus"
    seconds: dict[str, float]

    @property
    def is_complete(self) -> bool:
        """Billed, held and not due add up to all customers of the file."""
        s = self.status
        return s.billed + s.held + s.not_due == self.customers


def play(path: Path, *, password: str, work: Work, say: Say) -> Report:
    """Import the file, bill its period and release it.

    ``work(run_id, phase)`` carries out a phase of the run (``calculate``, ``post``), in this
    process or several. Raises InvalidInput when the file is refused.
    """
    seconds: dict[str, float] = {}

    def timed(name: str, began: float) -> None:
        seconds[name] = round(time.perf_counter() - began, 2)
        say(f"{name}: {seconds[name]:.2f} s")

    began = time.perf_counter()
    with transaction.atomic():
        office = archive.found_office(password=password, at=archive.moment(FIRST_DAY))
    numbers = pl.read_parquet(path, columns=["CONS_NO"])["CONS_NO"]
    with transaction.atomic():
        count = archive.open_accounts(
            numbers, office, since=FIRST_DAY, at=archive.moment(FIRST_DAY)
        )
    timed("archive", began)

    began = time.perf_counter()
    _import(path, office)
    timed("import", began)

    began = time.perf_counter()
    officer = office.act("state.billing", archive.moment(WORKED_ON), "2014 年 1 月核算")
    run_id = monthly_billing.start(
        office.segment_code, MONTH, by=officer, today=LAST_DAY + timedelta(days=1)
    )
    work(run_id, "calculate")
    timed("calculation", began)

    began = time.perf_counter()
    monthly_billing.propose(run_id, by=officer)
    monthly_billing.sign(
        run_id, by=office.act("state.release", archive.moment(WORKED_ON, 15), "复核无误")
    )
    work(run_id, "post")
    timed("release", began)
    return Report(customers=count, status=billing.get_run(run_id), seconds=seconds)


def _import(path: Path, office: archive.Office) -> None:
    by = office.act("state.reading", archive.moment(WORKED_ON, 9), "采集系统日电量")
    with transaction.atomic():
        batch = metering.check_file(
            path, PROFILE, segment_code=office.segment_code,
            resolve=lambda n: customers.usage_points_of_accounts(n, FIRST_DAY), by=by,
        )  # fmt: skip
    if batch.state != "CHECKED":
        raise InvalidInput({"file": [fault.message for fault in batch.errors[:20]]})
    with transaction.atomic():
        metering.commit_batch(batch.id, by=by)
