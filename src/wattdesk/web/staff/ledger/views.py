"""Views of the books: trial balance, statement of an account, postings of a bill, the proof."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import api as billing
from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.ledger import api as ledger
from wattdesk.kernel.schedule.billing_dates import add_months, parse_month
from wattdesk.toolkit import rulebook
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.staff.ledger import words

VIEW = "ledger.view"
BOOKS = "ledger:books"
VERIFIED = "ledger.verify"
KEPT = 20
YEAR = 12
YEARS = range(1990, 2200)  # further away nothing is booked, and dates run out


# --- trial balance -------------------------------------------------------------------------------
@needs(VIEW)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Turnover of every ledger account, for a unit and those below it, in a month or in all."""
    scope = access.scope(request, VIEW)
    units = identity.list_units(scope)
    chosen = next((unit for unit in units if unit.path == request.GET.get("unit")), None)
    month, is_all = _month(request)
    found = ledger.trial_balance(scope, unit_path=chosen.path if chosen else "", month=month)
    names = {row.code: words.title(row.name, row.name_en) for row in found.rows}
    return render(
        request,
        "ledger/overview.html",
        {
            "units": units,
            "chosen": chosen,
            "month": month,
            "is_all": is_all,
            "before": fmt.month(add_months(month, -1)) if month else "",
            "after": fmt.month(add_months(month, 1)) if month else "",
            "rows": [
                {"row": row, "name": names[row.code], "kind": words.KINDS.get(row.kind, row.kind)}
                for row in found.rows
            ],
            "found": found,
            "difference": found.debit_fen - found.credit_fen,
            "moved": sum(1 for row in found.rows if row.debit_fen or row.credit_fen),
            "latest": _latest(scope),
        },
    )


def _month(request: HttpRequest) -> tuple[date | None, bool]:
    """The month asked for; all months with ``month=all``, the present one without a word."""
    text = request.GET.get("month", "")
    if text == "all":
        return None, True
    try:
        month = parse_month(text)
    except ValueError:
        return access.today(request).replace(day=1), False
    return month if month.year in YEARS else access.today(request).replace(day=1), False


# --- statement -----------------------------------------------------------------------------------
@needs(VIEW)
@require_GET
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """An account's movements between two days, with the balance after each."""
    today = access.today(request)
    account = customers.get_account(number, scope=access.scope(request, VIEW), on=today)
    first = _day(request, "from", add_months(today, -YEAR))
    last = _day(request, "to", today)
    names = _account_names(today)
    found = ledger.statement(
        account.id, from_date=first, to_date=max(first, last) + timedelta(days=1)
    )
    return render(
        request,
        "ledger/statement.html",
        {
            "account": account,
            "holder": _name(request, account.holder_name),
            "account_url": _link("customers:account", number),
            "first": first,
            "last": max(first, last),
            "found": found,
            "rows": [
                {
                    "row": row,
                    "event": words.event(row.event),
                    "name": names.get(row.ledger_account, row.ledger_account),
                }
                for row in found.rows
            ],
            "balance": ledger.balance(account.id, as_of=today),
            "ledger_url": reverse("ledger:overview"),
        },
    )


def _day(request: HttpRequest, name: str, fallback: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return fallback
    return day if day.year in YEARS else fallback


def _name(request: HttpRequest, name: str) -> str:
    return name if access.viewer(request).may("customers.view") else identity.mask_name(name)


def _account_names(on: date) -> dict[str, str]:
    """Ledger accounts by code, in the reader's language, as the chart has them."""
    chart: Any = rulebook.rule("chart_of_accounts.accounts", on=on).value
    return {row["code"]: words.title(row["name"], row.get("name_en", "")) for row in chart}


def _link(name: str, *arguments: Any) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


# --- postings of a bill --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction of a bill with its entries, each on its side."""

    posted: "ledger.PostedTransaction"
    event: str
    entries: list[tuple[str, int | None, int | None]]  # ledger account, debit, credit


@needs(VIEW)
@require_GET
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """What the ledger holds of one bill: its release and everything that moved it since."""
    document = billing.get_bill_document(bill_id, scope=access.scope(request, VIEW))
    names = _account_names(access.today(request))
    postings = [_posting(posted, names) for posted in _of_bill(request, document, bill_id)]
    open_fen = sum(
        row.receivable_fen
        for row in ledger.receivable_by_bill(document.account_id, open_only=False)
        if row.bill_id == bill_id
    )
    return render(
        request,
        "ledger/bill.html",
        {
            "bill": document,
            "bill_id": bill_id,
            "holder": _name(request, document.holder),
            "postings": postings,
            "open_fen": open_fen,
            "ledger_url": reverse("ledger:overview"),
            "statement_url": reverse("ledger:statement", args=[document.account_number]),
        },
    )


def _of_bill(request: HttpRequest, document: Any, bill_id: int) -> list["ledger.PostedTransaction"]:
    """The bill's release by its key, then what else names the bill, in order of booking."""
    sequence = int(document.number.rpartition("-")[2])
    key = ledger.bill_key(document.account_id, document.receivable_month, sequence)
    released = ledger.find_transaction(key)
    moved = ledger.statement(
        document.account_id,
        from_date=document.from_date,
        to_date=access.today(request) + timedelta(days=1),
    )
    ids = dict.fromkeys(row.transaction_id for row in moved.rows if row.bill_id == bill_id)
    found = [released] if released else []
    known = {posted.id for posted in found}
    return [*found, *(ledger.get_transaction(key) for key in ids if key not in known)]


def _posting(posted: "ledger.PostedTransaction", names: dict[str, str]) -> Posting:
    return Posting(
        posted,
        words.event(posted.event),
        [
            (
                names.get(entry.ledger_account, entry.ledger_account),
                entry.amount_fen if entry.side == "D" else None,
                entry.amount_fen if entry.side == "C" else None,
            )
            for entry in posted.entries
        ],
    )


# --- the proof -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found, as it was recorded."""

    at: Any
    by: str
    problems: int
    sentences: list[dict[str, Any]]
    transactions: int
    entries: int
    debit_fen: int
    credit_fen: int
    seconds: str

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        if not self.problems:
            return _("The books balance, and bills and ledger agree.")
        return ngettext(
            "%(number)s thing is wrong with the books.",
            "%(number)s things are wrong with the books.",
            self.problems,
        ) % {"number": self.problems}


@needs(VIEW)
@require_http_methods(["GET", "POST"])
def books(request: HttpRequest) -> HttpResponse:
    """The last proof of the books; POST makes a new one. All books are read, so it needs all."""
    scope = access.scope(request, VIEW)
    is_whole = _is_whole(scope)
    if request.method == "POST":
        if not is_whole:
            raise identity.ActionMissing(action=identity.action_words(VIEW))
        _verify(request)
        if not access.is_part(request):
            return redirect("ledger:books")
    proofs = _proofs()
    template = "ledger/proof.html" if access.is_part(request) else "ledger/books.html"
    return render(
        request,
        template,
        {
            "latest": proofs[0] if proofs else None,
            "earlier": proofs[1:],
            "is_whole": is_whole,
            "ledger_url": reverse("ledger:overview"),
        },
    )


def _is_whole(scope: Scope) -> bool:
    """Whether the scope reaches over everybody's books: only units above it lie outside."""
    return bool(scope.paths) and all(
        scope.covers(unit.path) or any(path.startswith(unit.path) for path in scope.paths)
        for unit in identity.list_units()
    )


def _verify(request: HttpRequest) -> None:
    """Read all books and bills, and record what was found."""
    began = time.perf_counter()
    report = ledger.verify()
    problems = [*report.problems, *billing.verify_against_ledger()]
    seconds = time.perf_counter() - began
    with transaction.atomic():
        audit.record(
            by=access.act(request, _("proof of the books")),
            action=VERIFIED,
            subjects=[BOOKS],
            after={
                "problems": len(problems),
                "sentences": [_evidence(problem) for problem in problems[:KEPT]],
                "transactions": report.transactions,
                "entries": report.entries,
                "debit_fen": report.debit_fen,
                "credit_fen": report.credit_fen,
                "seconds": f"{seconds:.1f}",
            },
        )


def _evidence(problem: "ledger.Problem") -> dict[str, str]:
    figures = ", ".join(f"{name} {value}" for name, value in problem.evidence.items())
    return {"code": problem.code, "sentence": problem.sentence, "figures": figures}


def _proofs(limit: int = 10) -> list[Proof]:
    return [
        Proof(
            at=entry.at,
            by=entry.actor_name,
            problems=int((entry.after or {}).get("problems") or 0),
            sentences=_sentences(entry.after or {}),
            transactions=int((entry.after or {}).get("transactions") or 0),
            entries=int((entry.after or {}).get("entries") or 0),
            debit_fen=int((entry.after or {}).get("debit_fen") or 0),
            credit_fen=int((entry.after or {}).get("credit_fen") or 0),
            seconds=str((entry.after or {}).get("seconds") or ""),
        )
        for entry in audit.timeline(BOOKS, limit=limit)
        if entry.action == VERIFIED
    ]


def _sentences(after: dict[str, Any]) -> list[dict[str, Any]]:
    found: Sequence[dict[str, Any]] = after.get("sentences") or ()
    return list(found)


def _latest(scope: Scope) -> Proof | None:
    found = _proofs(1)
    return found[0] if found and scope.paths else None
