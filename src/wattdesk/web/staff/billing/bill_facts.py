"""What stands around a bill's lines: the last bill, blocks, evidence, money, the months before."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wattdesk.domains.billing import api as billing
from wattdesk.domains.billing.data import BillDocument
from wattdesk.domains.ledger import api as ledger
from wattdesk.kernel.values.chinese_amount import capital_words, english_words
from wattdesk.web import format as fmt
from wattdesk.web.parts import Tone
from wattdesk.web.staff.billing import links
from wattdesk.web.staff.billing.months import mean_price

MONTHS = 13
PART = 100  # positions of the lines of a period's second price begin at 101
BAR_ROOM = Decimal("1.15")  # the last block has no end: the bar shows a piece of it


# --- against the last bill -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the last bill and of this one, and the difference, each written out."""

    name: str
    last: str
    this: str
    change: str
    direction: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """This bill beside the last: facts only; what caused the difference is not guessed."""

    month: date
    url: str
    change_fen: int
    last_fen: int
    facts: list[Fact]


def comparison(document: BillDocument, last: "billing.BillRow | None") -> Comparison | None:
    """Days, energy, energy a day, mean price, amount; None for a first bill."""
    if last is None:
        return None
    days = (document.to_date - document.from_date).days
    last_days = (last.to_date - last.from_date).days
    daily, last_daily = (
        (kwh / number).quantize(Decimal("0.1"))
        for kwh, number in ((document.energy_kwh, days), (last.energy_kwh, last_days))
    )
    price = mean_price(document.total_fen, document.energy_kwh)
    last_price = mean_price(last.total_fen, last.energy_kwh)
    facts = [
        _fact(_("Days"), last_days, days, 0),
        _fact(_("Energy (kWh)"), last.energy_kwh, document.energy_kwh, None),
        _fact(_("Energy a day (kWh)"), last_daily, daily, 1),
    ]
    if price is not None and last_price is not None:
        facts.append(_fact(_("Mean price (CNY/kWh)"), last_price, price, 4))
    return Comparison(
        month=last.receivable_month,
        url=links.link("billing:bill", last.bill_id),
        change_fen=document.total_fen - last.total_fen,
        last_fen=last.total_fen,
        facts=facts,
    )


def _fact(name: str, last: Decimal | int, this: Decimal | int, places: int | None) -> Fact:
    change = Decimal(this) - Decimal(last)
    return Fact(
        name=name,
        last=fmt.quantity(last, places),
        this=fmt.quantity(this, places),
        change=fmt.signed_quantity(change, places),
        direction="up" if change > 0 else "down" if change < 0 else "",
    )


# --- blocks --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class BlockMark:
    """Where a block ends on the bar, in percent, and its limit."""

    at: str
    limit: str
    name: str


@dataclass(frozen=True, slots=True)
class BlockBar:
    """Place in the blocks: a sentence, and a bar whose parts are percents."""

    is_year: bool
    sentence: str
    before: str
    this: str
    limits: list[BlockMark]
    resets: date | None


def blocks(document: BillDocument) -> BlockBar | None:
    """Where the account stands in its blocks after this bill; None where it has none."""
    limits, used = document.block_limits_kwh, document.block_used_kwh
    if not limits or used is None:
        return None
    scale = max(used, limits[-1] * BAR_ROOM)
    inside = sum(used > limit for limit in limits)
    sentence = _("%(used)s kWh used, %(this)s of them in this bill: block %(number)s") % {
        "used": fmt.quantity(used),
        "this": fmt.quantity(document.energy_kwh),
        "number": inside + 1,
    }
    if inside < len(limits):
        sentence += _(", %(left)s kWh left in it") % {"left": fmt.quantity(limits[inside] - used)}
    before = max(used - document.energy_kwh, Decimal(0))

    def share(kwh: Decimal) -> str:
        return f"{min(max(kwh, Decimal(0)), scale) * 100 / scale:.2f}"

    start = document.block_year_start
    return BlockBar(
        is_year=start is not None,
        sentence=sentence,
        before=share(before),
        this=share(used - before),
        limits=[
            BlockMark(share(limit), fmt.quantity(limit), _("block %(number)s") % {"number": n})
            for n, limit in enumerate(limits, start=1)
        ],
        resets=date(start.year + 1, start.month, 1) if start else None,
    )


# --- what to trust -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Trust:
    """One line of evidence."""

    text: str
    tone: Tone
    url: str = ""


def trust(document: BillDocument, tariff_url: str = "") -> list[Trust]:
    """Who calculated and released it, by which prices, and what is not plain about it."""
    found = [
        Trust(_("Independent check agrees, difference 0.00"), "ok"),
        Trust(_("Calculated: %(name)s") % {"name": document.calculated_by}, "ok"),
    ]
    if document.is_draft:
        found.append(Trust(_("Not released: nobody owes this yet"), "hold"))
    else:
        released = {"name": document.released_by, "at": fmt.moment(document.released_at)}
        found.append(Trust(_("Released: %(name)s %(at)s") % released, "ok"))
    found.append(
        Trust(
            _("Tariff %(code)s, version %(number)s")
            % {"code": document.tariff_code, "number": document.tariff_version},
            "ok",
            tariff_url,
        )
    )
    notes = [_mark_trust(mark) for mark in document.marks]
    if len({line.position // PART for line in document.lines}) > 1:
        notes.append(Trust(_("The price changes inside the period: two parts"), "warn"))
    return [*found, *(notes or [Trust(_("No estimate, no correction, no exchange"), "mute")])]


def _mark_trust(mark: str) -> Trust:
    texts = {
        "ESTIMATED": _("Estimated: the next reading sets it right"),
        "CORRECTED": _("A reading was corrected; the earlier one is kept"),
        "EXCHANGED": _("The meter was exchanged inside the period"),
        "ROLLOVER": _("A register passed its last digit"),
    }
    return Trust(texts.get(mark, mark), "warn" if mark == "ESTIMATED" else "info")


# --- money ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Money:
    """What is left to pay of a released bill, and since when it is overdue."""

    open_fen: int
    paid_fen: int
    overdue_days: int


def open_of(document: BillDocument, today: date) -> Money | None:
    """What the ledger says of a bill; None for a draft, which is in no ledger."""
    if document.bill_id is None:
        return None
    rows = ledger.receivable_by_bill(document.account_id, open_only=False)
    left = sum(row.receivable_fen for row in rows if row.bill_id == document.bill_id)
    late = (today - document.due_date).days if left > 0 else 0
    return Money(left, document.total_fen - left, max(late, 0))


def in_words(fen: int) -> str:
    """大写金额, or the English words of an amount."""
    english = (get_language() or "").startswith("en")
    return english_words(fen) if english else capital_words(fen)


# --- the months before ---------------------------------------------------------------------------
def months_chart(document: BillDocument) -> dict[str, Any] | None:
    """The amounts of up to 13 months, this bill the last; None with fewer than two."""
    rows = [
        row
        for row in billing.account_bills(document.account_id, limit=MONTHS + 1)
        if row.receivable_month < document.receivable_month
    ]
    points: list[tuple[date, int, bool]] = [
        (row.receivable_month, row.total_fen, "ESTIMATED" in row.marks)
        for row in reversed(rows[: MONTHS - 1])
    ]
    points.append((document.receivable_month, document.total_fen, "ESTIMATED" in document.marks))
    if len(points) < 2:
        return None
    # A picture only, so whole yuan: the exact amounts stand on the bills.
    values = [(fen + 50) // 100 for _month, fen, _estimated in points]
    hatched = [at for at, point in enumerate(points) if point[2]]
    here = len(points) - 1
    return {
        # Every second month is named, counted from this bill back: thirteen do not fit.
        "labels": [
            f"{month:%m}" if (here - at) % 2 == 0 else ""
            for at, (month, _fen, _estimated) in enumerate(points)
        ],
        "unit": _("CNY"),
        "series": [
            {
                "name": _("This bill"),
                "values": [None] * here + [values[here]],
                "color": "ch-1",
                "hatched": [at for at in hatched if at == here],
                "labelled": [here],
            },
            {
                "name": _("Earlier bills"),
                "values": [*values[:here], None],
                "color": "ch-2",
                "hatched": [at for at in hatched if at != here],
            },
        ],
    }
