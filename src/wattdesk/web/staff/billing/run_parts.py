"""What people work on in a run: holds, review lists, and the time line of what they did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.domains.billing import api as billing
from wattdesk.domains.metering import api as metering
from wattdesk.web import format as fmt
from wattdesk.web.parts import Event, Tone
from wattdesk.web.staff.billing import links, words
from wattdesk.web.staff.billing.people import Party


# --- what is held --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class HoldLine:
    """An account that is held: why, about how much, who has it, since when, what decides it."""

    number: str
    holder: str
    account_url: str
    name: str
    sentence: str
    amount_fen: int | None
    owner: str
    since: datetime
    verb: str
    url: str


def hold_lines(
    holds: Sequence["billing.HoldRow"],
    parties: Mapping[int, Party],
    found: Mapping[tuple[str, str], "metering.FindingInfo"],
    status: "billing.RunStatus",
    *,
    sees: Callable[[str], bool] = lambda _action: True,
) -> list[HoldLine]:
    """Holds with names and with what decides them; ``found`` by account number and code.

    ``sees`` says whether the person may open the page behind a right; others get no link.
    """
    lines = []
    for hold in holds:
        party = parties.get(hold.account_id, Party("", "", ""))
        finding = found.get((party.number, hold.code))
        verb, right, url = decides(hold.code, party.number, status, finding.id if finding else None)
        lines.append(
            HoldLine(
                number=party.number,
                holder=party.holder,
                account_url=links.account(party.number) if sees("customers.view") else "",
                name=words.hold_name(hold.code),
                sentence=words.hold_sentence(hold.code, hold.evidence),
                amount_fen=hold.amount_fen,
                owner=hold.owner or (finding.owner_name if finding else ""),
                since=hold.since,
                verb=verb,
                url=url if sees(right) else "",
            )
        )
    return lines


def decides(
    code: str, number: str, status: "billing.RunStatus", finding_id: int | None = None
) -> tuple[str, str, str]:
    """What lifts a hold: words for the button, the right it needs, the page where it is done."""
    if code in words.FINDINGS or code == "NO_READING":
        url = links.findings(
            status.segment_code,
            status.from_date,
            status.to_date,
            code="" if code == "NO_READING" else code,
            at=finding_id,
        )
        return _("Decide the finding"), "metering.view", url
    tariffs = links.link("tariffs:tariff_list")
    if code == "NO_PRICE":
        return _("Release a tariff"), "tariffs.view", tariffs
    if code in {"CHECK_DIFFERS", "CHECK_CLASS"}:
        return _("Look at the tariff"), "tariffs.view", tariffs
    verbs = {"NO_RATE": _("Assign a price"), "NO_POINT": _("Attach a point")}
    return verbs.get(code, _("Open the account")), "customers.view", links.account(number)


@dataclass(frozen=True, slots=True)
class Tab:
    """A switch: what it shows and how many."""

    key: str
    title: str
    number: int
    url: str
    is_on: bool


def hold_tabs(
    holds: Sequence["billing.HoldSum"], run_id: int, chosen: str, *, kind: str = "group"
) -> list[Tab]:
    """All holds, then one switch for each heading that has any."""
    url = reverse("billing:held", args=[run_id])
    counted: dict[str, int] = {}
    for hold in holds:
        group = words.hold_group(hold.code)
        counted[group] = counted.get(group, 0) + hold.accounts
    shown = [Tab("", _("All"), sum(counted.values()), url, not chosen)]
    shown += [
        Tab(group, str(title), counted[group], f"{url}?{kind}={group}", group == chosen)
        for group, (title, _codes) in words.GROUPS.items()
        if group in counted
    ]
    return shown


# --- review lists --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A list made ready: how many are on it, and whether somebody has been through it."""

    name: str
    title: str
    number: int
    url: str
    by: str
    is_done: bool
    is_next: bool


def review_lines(
    status: "billing.RunStatus",
    counts: Mapping[str, int],
    reviewed: Mapping[str, "billing.Reviewed"],
) -> list[ReviewLine]:
    """The lists in the order of review; an empty one is done by itself, the first open is next."""
    lines: list[ReviewLine] = []
    has_next = status.state not in {"REVIEW", "PROPOSED"}
    for name in words.TO_REVIEW:
        number = counts.get(name, 0)
        is_done = number == 0 or name in reviewed
        is_next = not is_done and not has_next
        has_next = has_next or is_next
        lines.append(
            ReviewLine(
                name=name,
                title=str(words.REVIEW_LISTS[name]),
                number=number,
                url=reverse("billing:draft_list", args=[status.run_id, name]),
                by=reviewed[name].by if name in reviewed else "",
                is_done=is_done,
                is_next=is_next,
            )
        )
    return lines


# --- time line -----------------------------------------------------------------------------------
EVENTS: dict[str, tuple[str, Tone]] = {
    "billing.run.start": ("player-play", "info"),
    "billing.run.recalculate": ("refresh", "info"),
    "billing.run.review": ("list-check", ""),
    "billing.run.propose": ("send", "info"),
    "billing.run.withdraw": ("arrow-back-up", "warn"),
    "billing.run.release": ("signature", "ok"),
    "billing.chunk.release": ("book-2", ""),
    "billing.run.cancel": ("ban", "warn"),
    "billing.run.print": ("printer", ""),
}


# What people gave a reason for; the others' reasons say what the title says.
WITH_REASON = {
    "billing.run.start", "billing.run.recalculate", "billing.run.propose",
    "billing.run.withdraw", "billing.run.release", "billing.run.cancel",
}  # fmt: skip


def events(entries: Sequence[Any]) -> list[Event]:
    """The run's time line in words. ``entries`` are audit entries, newest first."""
    return [_event(entry) for entry in entries if entry.action in EVENTS]


def _event(entry: Any) -> Event:
    icon, tone = EVENTS[entry.action]
    after = entry.after or {}
    by = entry.actor_name if entry.actor_id else _("the program")
    reason = entry.reason if entry.action in WITH_REASON else ""
    amount = after.get("amount_fen", after.get("total_fen"))
    return Event(
        at=entry.at,
        title=_title(entry.action, after),
        by=_(": ").join(part for part in (by, reason) if part),
        icon=icon,
        tone=tone,
        amount_fen=amount if isinstance(amount, int) else None,
    )


def _title(action: str, after: Mapping[str, Any]) -> str:
    number = fmt.quantity(int(after.get("billed") or after.get("bills") or 0))
    if action == "billing.run.start":
        sequence = int(after.get("sequence") or 1)
        return (
            _("Run started")
            if sequence == 1
            else _("Part %(number)s started") % {"number": sequence}
        )
    if action == "billing.run.recalculate":
        chunks = int(after.get("chunks") or 0)
        return ngettext(
            "%(number)s part to be calculated again",
            "%(number)s parts to be calculated again",
            chunks,
        ) % {"number": chunks}
    if action == "billing.run.review":
        name = str(after.get("list"))
        return _("Looked through: %(list)s, %(number)s accounts") % {
            "list": words.REVIEW_LISTS.get(name, name),
            "number": fmt.quantity(int(after.get("accounts") or 0)),
        }
    if action == "billing.chunk.release":
        return _("Part %(part)s posted: %(number)s bills") % {
            "part": after.get("chunk"),
            "number": number,
        }
    plain = {
        "billing.run.propose": _("Release of %(number)s accounts proposed"),
        "billing.run.withdraw": _("Proposal taken back"),
        "billing.run.release": _("Release of %(number)s accounts signed"),
        "billing.run.cancel": _("Run given up"),
        "billing.run.print": _("Bills printed into one file"),
    }
    text = plain[action]
    return text % {"number": number} if "%(" in text else text


def begun(entries: Sequence[Any], status: "billing.RunStatus") -> datetime:
    """When the present step of a run began."""
    if status.state == "RELEASING" and status.released_at:
        return status.released_at
    for entry in entries:
        if entry.action == "billing.run.recalculate":
            moment: datetime = entry.at
            return moment
    return status.started_at
