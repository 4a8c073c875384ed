"""The chart of accounts: from the rulebook into the table, and codes to keys."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.ledger.models import LedgerAccount
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, InvariantBroken
from wattdesk.toolkit.rulebook import rule
from wattdesk.toolkit.transactions import require_transaction

RULE = "chart_of_accounts.accounts"


class ChartMalformed(InvalidInput):
    """An account of the chart lacks a part, or has an unknown one."""

    code = "ledger.chart_malformed"
    message = _("The chart of accounts cannot be used: %(entry)s")


class AccountChangesMeaning(InvalidInput):
    """The chart gives an account in use another kind or another sub-ledger."""

    code = "ledger.account_changes_meaning"
    message = _("Ledger account %(account)s keeps its kind and sub-ledger; use a new code.")


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """One account as the rulebook gives it."""

    code: str
    name: str
    name_en: str
    kind: str
    by_customer: bool = False

    def __post_init__(self) -> None:
        texts = (self.code, self.name, self.name_en, self.kind)
        if not all(isinstance(text, str) and text for text in texts):
            raise ChartMalformed(entry=repr(texts))
        if self.kind not in LedgerAccount.Kind.values or type(self.by_customer) is not bool:
            raise ChartMalformed(entry=repr(self.code))


def read_chart(*, on: date) -> tuple[ChartAccount, ...]:
    """The chart in force on a day. Raises ChartMalformed, RuleMissing."""
    value = rule(RULE, on=on).value
    entries: list[Any] = value if isinstance(value, list) else []
    accounts: list[ChartAccount] = []
    for entry in entries:
        try:
            accounts.append(ChartAccount(**entry))
        except TypeError as fault:
            raise ChartMalformed(entry=repr(entry)) from fault
    if not accounts or len({account.code for account in accounts}) < len(accounts):
        raise ChartMalformed(entry=RULE)
    return tuple(accounts)


def ensure_chart(*, by: Act) -> int:
    """Bring the table of ledger accounts to the chart in force; returns how many rows changed.

    Idempotent. Accounts that the chart no longer names stay: their entries stay too. Raises
    AccountChangesMeaning, ChartMalformed.
    """
    require_transaction()
    present = {account.code: account for account in LedgerAccount.objects.all()}
    changed: list[str] = []
    for wanted in read_chart(on=civil_date(by.at)):
        known = present.get(wanted.code)
        if known is None:
            # Two first starts at once: one inserts, the other finds the row there.
            _row, created = LedgerAccount.objects.get_or_create(
                code=wanted.code,
                defaults={
                    "name": wanted.name,
                    "name_en": wanted.name_en,
                    "kind": wanted.kind,
                    "by_customer": wanted.by_customer,
                },
            )
            changed += [wanted.code] if created else []
            continue
        if (known.kind, known.by_customer) != (wanted.kind, wanted.by_customer):
            raise AccountChangesMeaning(account=wanted.code)
        if (known.name, known.name_en) != (wanted.name, wanted.name_en):
            LedgerAccount.objects.filter(pk=known.pk).update(
                name=wanted.name, name_en=wanted.name_en
            )
            changed.append(wanted.code)
    if changed:
        audit.record(
            by=by, action="ledger.chart", subjects=["ledger:chart"], after={"accounts": changed}
        )
    return len(changed)


def account_keys() -> dict[str, int]:
    """Code → key of every ledger account. Raises InvariantBroken before the chart is there."""
    keys = dict(LedgerAccount.objects.values_list("code", "pk"))
    if not keys:
        raise InvariantBroken("the chart of accounts is empty: call ledger.api.ensure_chart first")
    return keys
