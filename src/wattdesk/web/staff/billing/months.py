"""A month of reading segments: which are due, how far each run is, what is late."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wattdesk.domains.billing import api as billing
from wattdesk.domains.metering import api as metering
from wattdesk.kernel.schedule.billing_dates import BillingDates
from wattdesk.web import format as fmt
from wattdesk.web.parts import Figure, Share, Tone
from wattdesk.web.staff.billing import words

IN_WORK = ("CALCULATING", "REVIEW", "PROPOSED", "RELEASING")
# As work comes: what somebody has to do now, then what runs, what waits, what is done.
ORDER = (
    "NOT_STARTED", "REVIEW", "PROPOSED", "CALCULATING", "RELEASING", "NOT_READ", "RELEASED",
)  # fmt: skip
PAGE = 100


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment of the month: its dates, its latest run, the sums of all its parts."""

    code: str
    name: str
    unit: str
    cycle: str
    dates: BillingDates
    deadline: datetime
    used_share: float
    accounts: int
    state: str
    run: "billing.RunRow | None"
    billed: int
    held: int
    energy_kwh: Decimal
    amount_fen: int

    @property
    def state_words(self) -> str:
        return str(words.run_state(self.state)[0])

    @property
    def tone(self) -> Tone:
        return words.run_state(self.state)[1]

    @property
    def percent(self) -> int | None:
        """How much of the present step is done; None where nothing is being worked on."""
        if self.run is None or self.state not in {"CALCULATING", "RELEASING"}:
            return None
        done = self.run.chunks_done if self.state == "CALCULATING" else self.run.chunks_released
        return 100 * done // max(self.run.chunks, 1)

    @property
    def is_open(self) -> bool:
        """Whether the deadline still counts."""
        return self.state != "RELEASED"

    @property
    def can_start(self) -> bool:
        return self.state == "NOT_STARTED" or (self.state == "RELEASED" and self.held > 0)

    @property
    def run_url(self) -> str:
        return reverse("billing:run", args=[self.run.run_id]) if self.run else ""


def lines(
    segments: Sequence["metering.Segment"],
    runs: Sequence["billing.RunRow"],
    *,
    month: date,
    accounts: Mapping[int, int],
    units: Mapping[int, str],
    now: datetime,
) -> list[SegmentLine]:
    """The segments due in a month with their runs, in order of work."""
    by_segment: dict[int, list[billing.RunRow]] = {}
    for run in runs:
        if run.state != "CANCELLED" and run.receivable_month == month:
            by_segment.setdefault(run.segment_id, []).append(run)
    found = [
        _line(
            segment,
            sorted(by_segment.get(segment.id, []), key=lambda r: r.sequence),
            month=month,
            accounts=accounts.get(segment.id, 0),
            unit=units.get(segment.unit_id, segment.unit_name),
            now=now,
        )
        for segment in segments
    ]
    return sorted(found, key=lambda x: (ORDER.index(x.state), x.dates.reading_date, x.code))


def _line(
    segment: "metering.Segment",
    parts: list["billing.RunRow"],
    *,
    month: date,
    accounts: int,
    unit: str,
    now: datetime,
) -> SegmentLine:
    dates = billing.plan_dates(segment, month)
    deadline = billing.release_deadline(dates.reading_date)
    latest = parts[-1] if parts else None
    is_read = dates.reading_date <= timezone.localdate(now)
    return SegmentLine(
        code=segment.code,
        name=segment.name,
        unit=unit,
        cycle=str(words.CYCLES.get(segment.cycle, segment.cycle)),
        dates=dates,
        deadline=deadline,
        used_share=used_share(dates.reading_date, deadline, now),
        accounts=max([accounts, *(part.accounts for part in parts)]),
        state=latest.state if latest else "NOT_STARTED" if is_read else "NOT_READ",
        run=latest,
        billed=sum(part.billed for part in parts),
        held=latest.held if latest else 0,
        energy_kwh=sum((part.energy_kwh for part in parts), Decimal(0)),
        amount_fen=sum(part.amount_fen for part in parts),
    )


def used_share(reading_date: date, deadline: datetime, now: datetime) -> float:
    """How much of the time from the reading day to the deadline is over."""
    begin = timezone.make_aware(datetime.combine(reading_date, time()))
    whole = (deadline - begin).total_seconds()
    return max((now - begin).total_seconds() / whole, 0.0) if whole > 0 else 1.0


def title(month: date) -> str:
    """The month's page in the way back to it."""
    return _("Segments and runs %(month)s") % {"month": fmt.month(month)}


@dataclass(frozen=True, slots=True)
class StateTab:
    """A switch above the table: all, or the segments in one state."""

    key: str
    title: str
    number: int
    is_on: bool


def tabs(found: Sequence[SegmentLine], chosen: str) -> list[StateTab]:
    """All segments, then each state that there is, in order of work."""
    counted = Counter(line.state for line in found)
    shown = [StateTab("", _("All"), len(found), not chosen)]
    shown += [
        StateTab(state, str(words.run_state(state)[0]), counted[state], state == chosen)
        for state in ORDER
        if counted[state]
    ]
    return shown


def figures(found: Sequence[SegmentLine], now: datetime, *, with_money: bool) -> list[Figure]:
    """The month in one strip: how many are done, in work, late; what is billed and held."""
    states = Counter(line.state for line in found)
    late = [line for line in found if line.is_open and line.deadline < now]
    working = sum(states[state] for state in IN_WORK)
    held = sum(line.held for line in found)
    shown = [
        Figure(
            pgettext("run", "Released"),
            str(states["RELEASED"]),
            _("of %(number)s segments") % {"number": len(found)},
            (_("in work %(number)s") % {"number": working},),
        ),
        Figure(
            _("Read, not started"),
            str(states["NOT_STARTED"]),
            ngettext("segment", "segments", states["NOT_STARTED"]),
            (_("not read yet %(number)s") % {"number": states["NOT_READ"]},),
        ),
        Figure(
            _("Late"),
            str(len(late)),
            ngettext("segment", "segments", len(late)),
            (_("longest by %(span)s") % {"span": fmt.span(now - min(x.deadline for x in late))},)
            if late
            else (_("nothing past its deadline"),),
            is_alarm=bool(late),
        ),
        Figure(
            _("Billed"),
            fmt.quantity(sum(line.billed for line in found)),
            _("of %(number)s accounts")
            % {"number": fmt.quantity(sum(line.accounts for line in found))},
            (_("held %(number)s") % {"number": fmt.quantity(held)},),
        ),
    ]
    if with_money:
        kwh = sum((line.energy_kwh for line in found), Decimal(0))
        fen = sum(line.amount_fen for line in found)
        shown += [
            Figure(_("Energy"), fmt.quantity(kwh, 0), "kWh"),
            Figure(_("Amount"), fmt.yuan(fen), _("CNY"), (mean_words(fen, kwh),)),
        ]
    return shown


def mean_words(fen: int, kwh: Decimal) -> str:
    """The mean price in words, empty where nothing was used."""
    price = mean_price(fen, kwh)
    return "" if price is None else _("mean %(price)s CNY/kWh") % {"price": mean_text(price)}


def mean_text(price: Decimal | None) -> str:
    """A mean price with its four decimals, so that a column of them lines up."""
    return fmt.quantity(price, 4)


def mean_price(fen: int, kwh: Decimal | None) -> Decimal | None:
    """Yuan for a kWh, to four decimals; None where nothing was used."""
    if not kwh:
        return None
    return (Decimal(fen).scaleb(-2) / kwh).quantize(Decimal("0.0001"))


def progress(line: SegmentLine) -> list[Share]:
    """The bar of a segment: billed, held, and the rest pale."""
    whole = max(line.accounts, 1)
    rest = max(whole - line.billed - line.held, 0)
    tone = "ok" if line.state == "RELEASED" else "info"
    return [Share(line.billed, tone), Share(line.held, "warn"), Share(rest, "none")]
