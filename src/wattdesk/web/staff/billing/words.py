"""The words of billing: states of runs, review lists, marks, and why an account is held."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.metering import api as metering
from wattdesk.web import format as fmt
from wattdesk.web.parts import Tone

Words = str | Promise
Named = tuple[Words, Tone]

RUN_STATES: dict[str, Named] = {
    "CALCULATING": (pgettext_lazy("run", "Calculating"), "info"),
    "REVIEW": (pgettext_lazy("run", "In review"), "info"),
    "PROPOSED": (pgettext_lazy("run", "Release proposed"), "hold"),
    "RELEASING": (pgettext_lazy("run", "Being released"), "info"),
    "RELEASED": (pgettext_lazy("run", "Released"), "ok"),
    "CANCELLED": (pgettext_lazy("run", "Given up"), "mute"),
    # A segment of the month that has no run.
    "NOT_STARTED": (pgettext_lazy("run", "Not started"), "warn"),
    "NOT_READ": (pgettext_lazy("run", "Not read yet"), "mute"),
}
CYCLES: dict[str, Words] = {
    "MONTHLY": gettext_lazy("every month"),
    "ODD_MONTHS": gettext_lazy("odd months"),
    "EVEN_MONTHS": gettext_lazy("even months"),
}
MARKS: dict[str, Words] = {
    "ESTIMATED": pgettext_lazy("bill mark", "estimated"),
    "CORRECTED": pgettext_lazy("bill mark", "corrected"),
    "EXCHANGED": pgettext_lazy("bill mark", "meter exchanged"),
    "ROLLOVER": pgettext_lazy("bill mark", "rolled over"),
}
VOLTAGES: dict[str, Words] = {
    "LT1KV": gettext_lazy("below 1 kV"),
    "KV1_10": gettext_lazy("10 kV"),
    "KV35": gettext_lazy("35 kV"),
    "KV110": gettext_lazy("110 kV"),
    "KV220": gettext_lazy("220 kV"),
}
REVIEW_LISTS: dict[str, Words] = {
    "FIRST_BILL": pgettext_lazy("review list", "First bill"),
    "ZERO": pgettext_lazy("review list", "No use"),
    "NEGATIVE": pgettext_lazy("review list", "Below zero"),
    "OUTLIER": pgettext_lazy("review list", "Many times the last"),
    "ESTIMATED": pgettext_lazy("review list", "Estimated"),
    "EXCHANGED": pgettext_lazy("review list", "Meter exchanged"),
    "CORRECTED": pgettext_lazy("review list", "Corrected"),
    "LISTED": pgettext_lazy("review list", "Findings, billed"),
    "LARGEST": pgettext_lazy("review list", "50 largest"),
    "MISSING": pgettext_lazy("review list", "Billed last, not now"),
    "NOT_DUE": pgettext_lazy("review list", "Not due"),
    "RANDOM": pgettext_lazy("review list", "Random 30"),
    "ALL": pgettext_lazy("review list", "All drafts"),
    "HELD": pgettext_lazy("review list", "Held"),
}
# Lists that a reviewer goes through one after the other; the others are for looking things up.
TO_REVIEW = tuple(name for name in REVIEW_LISTS if name not in {"ALL", "HELD"})
HOLD_NAMES: dict[str, Words] = {
    "NO_POINT": gettext_lazy("No usage point"),
    "NO_RATE": gettext_lazy("No price class"),
    "NO_PRICE": gettext_lazy("No tariff in force"),
    "RATE_CHANGED": gettext_lazy("Price class changed inside"),
    "NO_READING": gettext_lazy("Energy unknown"),
    "RATING_REFUSED": gettext_lazy("Cannot be rated"),
    "RATING_FAILED": gettext_lazy("Calculation failed"),
    "CHECK_DIFFERS": gettext_lazy("Check differs"),
    "CHECK_CLASS": gettext_lazy("Price class differs"),
    "NOT_DUE": gettext_lazy("Not due in this period"),
}
GROUPS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "readings": (pgettext_lazy("holds", "Readings"), ("NO_READING",)),
    "price": (
        pgettext_lazy("holds", "Price"),
        ("NO_RATE", "NO_PRICE", "RATE_CHANGED", "RATING_REFUSED"),
    ),
    "contract": (pgettext_lazy("holds", "Contract"), ("NO_POINT",)),
    "check": (
        pgettext_lazy("holds", "Check"),
        ("CHECK_DIFFERS", "CHECK_CLASS", "RATING_FAILED"),
    ),
}
FINDINGS = frozenset(metering.FindingCode)


def run_state(state: str) -> Named:
    """Words and tone of a run's state; an unknown one says itself."""
    return RUN_STATES.get(state, (state, "mute"))


def marks(codes: object) -> list[str]:
    """The marks of a bill in words."""
    return [str(MARKS.get(code, code)) for code in codes]  # type: ignore[attr-defined]


def hold_group(code: str) -> str:
    """Under which heading a hold stands: readings, price, contract, check."""
    for name, (_words, codes) in GROUPS.items():
        if code in codes:
            return name
    return "readings" if code in FINDINGS else "check"


def codes_of(group: str, present: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the present codes that stand under a heading."""
    return tuple(code for code in present if hold_group(code) == group)


def hold_name(code: str) -> str:
    """The short name of why an account is held."""
    if code in FINDINGS:
        return metering.name_of(code)
    return str(HOLD_NAMES.get(code, code))


def hold_sentence(code: str, evidence: Mapping[str, Any]) -> str:
    """Why an account is held, in one sentence with its figures."""
    if code in FINDINGS:
        return metering.describe(code, evidence)
    if code == "CHECK_DIFFERS":
        return _("The two calculations give %(rated)s and %(expected)s CNY: %(detail)s") % {
            "rated": fmt.yuan(_fen(evidence.get("rated_fen"))),
            "expected": fmt.yuan(_fen(evidence.get("expected_fen"))),
            "detail": evidence.get("detail") or _("no line could be named"),
        }
    if code == "CHECK_CLASS":
        return _(
            "%(differing)s of %(checked)s bills of this price class differ in the independent"
            " check, so the whole class waits."
        ) % {"differing": evidence.get("differing"), "checked": evidence.get("checked")}
    if code == "RATING_REFUSED":
        return _("The tariff cannot rate this account: %(detail)s") % {
            "detail": evidence.get("detail") or evidence.get("why") or ""
        }
    if code == "RATING_FAILED":
        return _("The calculation of this account stopped: %(error)s") % {
            "error": evidence.get("error") or ""
        }
    return str(_PLAIN.get(code, code))


def _fen(value: object) -> int | None:
    return value if isinstance(value, int) else None


_PLAIN: dict[str, Words] = {
    "NO_POINT": gettext_lazy("The account has no usage point in this period."),
    "NO_RATE": gettext_lazy("No price class is assigned to the account."),
    "NO_PRICE": gettext_lazy("No released tariff covers the whole period for this price class."),
    "RATE_CHANGED": gettext_lazy(
        "The price class changes inside the period: assign it from a reading day."
    ),
    "NO_READING": gettext_lazy("The readings do not tell how much was used."),
    "NOT_DUE": gettext_lazy("Opened after, or closed before, this period."),
}
