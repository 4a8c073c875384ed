"""Views of a run's drafts: the lists to look through, who is missing, one draft bill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wattdesk.domains.billing import api as billing
from wattdesk.domains.metering import api as metering
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.staff.billing import bill_page, links, people, prices, run_parts, runs, words
from wattdesk.web.staff.billing.people import Party
from wattdesk.web.staff.billing.segments import number_of, pager

PAGE = 50


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One account of a list: what it is billed now and was billed last, and what is marked."""

    account_id: int
    number: str
    holder: str
    url: str
    price: str
    energy_kwh: Decimal | None
    last_energy_kwh: Decimal | None
    total_fen: int | None
    last_total_fen: int | None
    marks: list[str]
    notes: list[str]

    @property
    def change_fen(self) -> int | None:
        if self.total_fen is None or self.last_total_fen is None:
            return None
        return self.total_fen - self.last_total_fen


def draft_lines(
    rows: Sequence[Mapping[str, Any]],
    parties: Mapping[int, Party],
    names: Mapping[str, str],
    run_id: int,
    query: str,
) -> list[DraftLine]:
    """Draft rows with names; each billed one leads to its draft bill."""
    lines = []
    for row in rows:
        account_id = row["account_id"]
        party = parties.get(account_id, Party(row["number"] or "", "", ""))
        url = ""
        if row["outcome"] == "BILLED":
            url = f"{reverse('billing:draft', args=[run_id, account_id])}?{query}"
        lines.append(
            DraftLine(
                account_id=account_id,
                number=party.number,
                holder=party.holder,
                url=url,
                price=names.get(row["schedule_code"], row["schedule_code"] or ""),
                energy_kwh=_kwh(row["energy_e2"]),
                last_energy_kwh=_kwh(row["last_energy_e2"]),
                total_fen=row["total_fen"],
                last_total_fen=row["last_total_fen"],
                marks=words.marks(row["marks"] or ()),
                notes=_notes(row),
            )
        )
    return lines


def _kwh(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-2)


def _notes(row: Mapping[str, Any]) -> list[str]:
    if row["hold_code"]:
        return [words.hold_name(row["hold_code"])]
    return [metering.name_of(code) for code in row["listed"] or () if code in words.FINDINGS]


@needs("billing.view")
@require_http_methods(["GET", "POST"])
def draft_list(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """One review list, page by page; POST says that it was looked through and goes to the next."""
    if name not in words.REVIEW_LISTS:
        raise NotFound
    if name == "MISSING":
        return redirect("billing:missing", run_id)
    if request.method == "POST":
        return _reviewed(request, run_id, name)
    status = runs.status_of(request, run_id, "billing.view")
    page = number_of(request, "page", 1)
    offset = (page - 1) * PAGE
    rows = billing.draft_rows(run_id, name, offset=offset, limit=PAGE).to_dicts()
    parties = people.parties(request, [row["account_id"] for row in rows], status.to_date)
    lists = _lists(run_id, status)
    total = dict(lists["counts"]).get(name, 0)
    return render(
        request,
        "billing/draft_list.html",
        {
            **runs.head(request, status),
            **runs.below(status),
            "name": name,
            "title": words.REVIEW_LISTS[name],
            "lines": draft_lines(
                rows, parties, prices.names(), run_id, urlencode({"list": name, "page": page})
            ),
            "total": total,
            "pager": pager(total, page, PAGE),
            **_marking(request, status, name, lists),
        },
    )


def _lists(run_id: int, status: "billing.RunStatus") -> dict[str, Any]:
    _rows, missing = billing.missing_accounts(run_id, limit=0)
    counts = {**dict(billing.review_lists(run_id)), "MISSING": missing}
    return {
        "counts": counts,
        "lines": run_parts.review_lines(status, counts, billing.reviewed_lists(run_id)),
    }


def _marking(
    request: HttpRequest, status: "billing.RunStatus", name: str, lists: dict[str, Any]
) -> dict[str, Any]:
    """The list among the others: done or not, by whom, which comes next, who may say so."""
    lines = lists["lines"]
    own = next((line for line in lines if line.name == name), None)
    following = [line for line in lines if not line.is_done and line.name != name]
    rights = runs.rights_in(request, status)
    return {
        "lists": lines,
        "all_lists": [
            (key, words.REVIEW_LISTS[key], lists["counts"].get(key, 0)) for key in ("ALL", "HELD")
        ],
        "own": own,
        "following": following[0] if following else None,
        "may_mark": own is not None
        and status.state in {"REVIEW", "PROPOSED"}
        and (rights.propose or rights.release),
    }


def _reviewed(request: HttpRequest, run_id: int, name: str) -> HttpResponse:
    """Note that this person looked through the list; then to the next one, or to the run."""
    status = runs.status_of(request, run_id, "billing.view")
    rights = runs.rights_in(request, status)
    if not (rights.propose or rights.release) or name not in words.TO_REVIEW:
        raise NotFound
    counts = _lists(run_id, status)["counts"]
    with transaction.atomic():
        billing.mark_reviewed(
            run_id, name, accounts=counts.get(name, 0), by=access.act(request, "looked through")
        )
    following = [line for line in _lists(run_id, status)["lines"] if not line.is_done]
    if following:
        return redirect(following[0].url)
    messages.success(request, _("All lists are looked through: the run can be proposed."))
    return redirect("billing:run", run_id)


@needs("billing.view")
@require_http_methods(["GET", "POST"])
def missing(request: HttpRequest, run_id: int) -> HttpResponse:
    """Accounts with a bill of the period before and none now: held, ended, or lost."""
    if request.method == "POST":
        return _reviewed(request, run_id, "MISSING")
    status = runs.status_of(request, run_id, "billing.view")
    page = number_of(request, "page", 1)
    rows, total = billing.missing_accounts(run_id, offset=(page - 1) * PAGE, limit=PAGE)
    parties = people.parties(request, [row.account_id for row in rows], status.from_date)
    lists = _lists(run_id, status)
    return render(
        request,
        "billing/missing.html",
        {
            **runs.head(request, status),
            **runs.below(status),
            "name": "MISSING",
            "title": words.REVIEW_LISTS["MISSING"],
            "lines": [
                {
                    "row": row,
                    "party": parties.get(row.account_id, Party("", "", "")),
                    "why": _why_missing(row),
                    "account_url": links.account(
                        parties.get(row.account_id, Party("", "", "")).number
                    )
                    if people.sees_names(request)
                    else "",
                }
                for row in rows
            ],
            "total": total,
            "pager": pager(total, page, PAGE),
            **_marking(request, status, "MISSING", lists),
        },
    )


def _why_missing(row: "billing.MissingAccount") -> tuple[str, str]:
    """In a few words, with a tone: only an account that the run does not know is alarming."""
    if row.outcome == "HELD":
        return _("held: %(why)s") % {"why": words.hold_name(row.hold_code)}, "warn"
    if row.outcome == "NOT_DUE":
        return _("not due in this period"), "mute"
    return _("not on this segment's roster any more"), "bad"


@needs("billing.view")
@require_GET
def draft(request: HttpRequest, run_id: int, account_id: int) -> HttpResponse:
    """A draft bill with everything a bill shows, and its neighbors on the list it came from."""
    scope = access.scope(request, "billing.view")
    status = runs.status_of(request, run_id, "billing.view")
    document = billing.get_draft_document(run_id, account_id, scope=scope)
    name = request.GET.get("list", "")
    context: dict[str, Any] = {
        **bill_page.context(request, people.shown(request, document)),
        **runs.below(status),
        "list_name": words.REVIEW_LISTS.get(name, ""),
        "list_url": "",
    }
    if name in words.REVIEW_LISTS and name != "MISSING":
        page = number_of(request, "page", 1)
        context["list_url"] = (
            f"{reverse('billing:draft_list', args=[run_id, name])}?{urlencode({'page': page})}"
        )
        context |= _neighbors(run_id, account_id, name, page)
    return render(request, "billing/bill.html", context)


def _neighbors(run_id: int, account_id: int, name: str, page: int) -> dict[str, str]:
    """The drafts before and after this one on the page of its list, and across its edges."""
    first = (page - 1) * PAGE
    before = 1 if first else 0
    rows = billing.draft_rows(run_id, name, offset=first - before, limit=PAGE + before + 1)
    ids = rows["account_id"].to_list()
    if account_id not in ids:
        return {}
    at = ids.index(account_id)

    def url(place: int) -> str:
        if not 0 <= place < len(ids):
            return ""
        query = urlencode({"list": name, "page": (first - before + place) // PAGE + 1})
        return f"{reverse('billing:draft', args=[run_id, ids[place]])}?{query}"

    return {"previous_url": url(at - 1), "next_url": url(at + 1)}
