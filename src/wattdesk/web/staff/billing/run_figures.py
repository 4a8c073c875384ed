"""A run in figures: against earlier runs, by price class, by change; and the runs beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wattdesk.domains.billing import api as billing
from wattdesk.web import format as fmt
from wattdesk.web.parts import Figure, Share
from wattdesk.web.staff.billing import words
from wattdesk.web.staff.billing.months import mean_price, mean_text


# --- key figures ---------------------------------------------------------------------------------
def figures(
    status: "billing.RunStatus",
    earlier: "billing.EarlierFigures",
    *,
    holds: Sequence["billing.HoldSum"],
    missing: int,
) -> list[Figure]:
    """The run against the period before and the year before; each figure leads to its list.

    While it is being calculated the figures are those of the parts that are done, and a comparison
    would say nothing.
    """
    is_whole = status.state != "CALCULATING"
    last, year = (earlier.last, earlier.last_year) if is_whole else (None, None)
    lists = reverse("billing:draft_list", args=[status.run_id, "ALL"])
    return [
        Figure(
            _("Accounts due"),
            fmt.quantity(status.accounts),
            _("accounts"),
            _beside(last and fmt.quantity(last.accounts), year and fmt.quantity(year.accounts)),
        ),
        Figure(
            _("Billed"),
            fmt.quantity(status.billed),
            _("accounts"),
            (_("no use %(number)s") % {"number": fmt.quantity(status.billed_zero)},),
            url=lists,
        ),
        *_sums(status, last, year, lists),
        Figure(
            _("Held"),
            fmt.quantity(status.held),
            _("accounts"),
            _held_details(holds),
            url=reverse("billing:held", args=[status.run_id]),
        ),
        Figure(
            _("Billed last, not now"),
            fmt.quantity(missing) if is_whole else fmt.NONE,
            _("accounts") if is_whole else "",
            _missing_details(missing) if is_whole else (),
            url=reverse("billing:missing", args=[status.run_id]),
            is_alarm=is_whole and missing > 0,
        ),
    ]


def _missing_details(missing: int) -> list[str]:
    return [_("held, ended, or lost?") if missing else _("nobody is missing")]


def _sums(
    status: "billing.RunStatus",
    last: "billing.RunFigures | None",
    year: "billing.RunFigures | None",
    url: str,
) -> list[Figure]:
    """Energy, amount and mean price with their changes."""
    return [
        Figure(
            _("Energy"),
            fmt.quantity(status.energy_kwh, 0),
            "kWh",
            _change(
                status.energy_kwh,
                last.energy_kwh if last else None,
                year.energy_kwh if year else None,
            ),
            url=url,
        ),
        Figure(
            _("Amount"),
            fmt.yuan(status.amount_fen),
            _("CNY"),
            _change(
                Decimal(status.amount_fen),
                Decimal(last.amount_fen) if last else None,
                Decimal(year.amount_fen) if year else None,
            ),
            url=url,
        ),
        Figure(
            _("Mean price"),
            mean_text(mean_price(status.amount_fen, status.energy_kwh)),
            _("CNY/kWh"),
            _beside(last and _price_of(last), year and _price_of(year)),
        ),
    ]


def _price_of(sums: "billing.RunFigures") -> str:
    return mean_text(mean_price(sums.amount_fen, sums.energy_kwh))


def _beside(last: object, year: object) -> list[str]:
    found = []
    if last:
        found.append(_("last %(figure)s") % {"figure": last})
    if year:
        found.append(_("last year %(figure)s") % {"figure": year})
    return found


def _change(now: Decimal, last: Decimal | None, year: Decimal | None) -> list[str]:
    found = []
    if last:
        found.append(_("on last %(percent)s") % {"percent": percent(now, last)})
    if year:
        found.append(_("on last year %(percent)s") % {"percent": percent(now, year)})
    return found


def percent(now: Decimal | int, before: Decimal | int) -> str:
    """A change in percent with its sign and one decimal: ``+6.1%``."""
    value = (Decimal(now) - Decimal(before)) * 100 / abs(Decimal(before))
    return f"{fmt.signed_quantity(value.quantize(Decimal('0.1')), 1)}%"


def _held_details(holds: Sequence["billing.HoldSum"]) -> list[str]:
    if not holds:
        return [_("nothing is held")]
    amount = sum(h.amount_fen for h in holds)
    return [
        _("about %(amount)s CNY") % {"amount": fmt.yuan(amount)},
        _("oldest %(day)s") % {"day": f"{fmt.day(min(h.oldest for h in holds))[5:]}"},
    ]


# --- price classes and changes -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ClassLine:
    """One price class now and on the same accounts' last bills."""

    name: str
    accounts: int
    energy_kwh: Decimal
    amount_fen: int
    mean: str
    last_mean: str
    last_amount_fen: int
    change: str
    direction: str


def class_lines(summary: pl.DataFrame, names: Mapping[str, str]) -> list[ClassLine]:
    """The price classes of a run with their sum at the end; empty for a run without drafts."""
    rows = [_class_line(row, names) for row in summary.iter_rows(named=True)]
    if not rows:
        return []
    columns = [c for c in summary.columns if c != "schedule_code"]
    total = summary.select(pl.col(columns).cast(pl.Int64).sum()).row(0, named=True)
    return [*rows, _class_line({**total, "schedule_code": ""}, {"": _("Total")})]


def _class_line(row: Mapping[str, Any], names: Mapping[str, str]) -> ClassLine:
    energy, last_energy = (
        Decimal(row[key] or 0).scaleb(-2) for key in ("energy_e2", "last_energy_e2")
    )
    now, last = int(row["total_fen"] or 0), int(row["last_total_fen"] or 0)
    return ClassLine(
        name=names.get(row["schedule_code"], row["schedule_code"]),
        accounts=row["accounts"],
        energy_kwh=energy,
        amount_fen=now,
        mean=mean_text(mean_price(now, energy)),
        last_mean=mean_text(mean_price(last, last_energy)),
        last_amount_fen=last,
        change=percent(now, last) if last else "",
        direction="up" if now > last else "down" if now < last else "",
    )


@dataclass(frozen=True, slots=True)
class Bucket:
    """Accounts whose bill changed by about so much; the two ends lead to their lists."""

    label: str
    words: str
    accounts: int
    height: str  # of the bar, in percent of the highest
    url: str
    is_end: bool


# Short below the bar, in full for whoever points at it or listens.
BUCKETS: dict[str, tuple[str, str]] = {
    "TO_ZERO": ("→ 0", gettext_noop("now zero")),
    "-50": ("< −50", gettext_noop("more than 50 % less")),
    "-20": ("−50", gettext_noop("20 to 50 % less")),
    "-10": ("−20", gettext_noop("10 to 20 % less")),
    "10": ("±10", gettext_noop("within 10 %")),
    "20": ("+10", gettext_noop("10 to 20 % more")),
    "50": ("+20", gettext_noop("20 to 50 % more")),
    "100": ("+50", gettext_noop("50 to 100 % more")),
    "300": ("+100", gettext_noop("100 to 300 % more")),
    "ABOVE": ("> +300", gettext_noop("more than 300 % more")),
}


def buckets(histogram: pl.DataFrame, run_id: int) -> list[Bucket]:
    """The change against the last bill, as bars; empty where no account had one."""
    rows: dict[str, int] = dict(histogram.iter_rows())
    highest = max(rows.values(), default=0)
    if not highest:
        return []
    lists = {"TO_ZERO": "ZERO", "ABOVE": "OUTLIER"}
    return [
        Bucket(
            label=BUCKETS[name][0],
            words=_(BUCKETS[name][1]),
            accounts=number,
            height=f"{Decimal(100 * number) / highest:.1f}",
            url=reverse("billing:draft_list", args=[run_id, lists[name]])
            if name in lists and number
            else "",
            is_end=name in lists,
        )
        for name, number in rows.items()
        if name in BUCKETS
    ]


# --- the other runs ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run in work: its segment, a bar, its state in a few words."""

    name: str
    url: str
    shares: list[Share]
    words: str
    is_here: bool


def other_run(row: "billing.RunRow", here: int) -> OtherRun:
    """One line of the panel of runs in work."""
    moving = row.state in {"CALCULATING", "RELEASING"}
    done = row.chunks_done if row.state == "CALCULATING" else row.chunks_released
    share = 100 * done // max(row.chunks, 1) if moving else 100
    tone = {"PROPOSED": "hold", "REVIEW": "warn" if row.held else "info"}.get(row.state, "info")
    text = str(words.run_state(row.state)[0])
    if moving:
        text = f"{text} {share} %"
    elif row.state == "REVIEW" and row.held:
        text = _("held %(number)s") % {"number": fmt.quantity(row.held)}
    return OtherRun(
        name=f"{row.segment_name} {row.segment_code}",
        url=reverse("billing:run", args=[row.run_id]),
        shares=[Share(share, tone), Share(100 - share, "none")],
        words=text,
        is_here=row.run_id == here,
    )
