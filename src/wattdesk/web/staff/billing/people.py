"""Names on billing's screens: customers' by right, colleagues' in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import HttpRequest

from wattdesk.domains.billing.data import BillDocument
from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.toolkit.errors import NotFound
from wattdesk.web import access

SEE_NAMES = "customers.view"


@dataclass(frozen=True, slots=True)
class Party:
    """Number and holder of an account, the name masked for those who may not see it."""

    number: str
    holder: str
    address: str


def sees_names(request: HttpRequest) -> bool:
    """Whether this person sees customers' names and addresses in full."""
    return access.viewer(request).may(SEE_NAMES)


def parties(request: HttpRequest, accounts: Iterable[int], end: date) -> dict[int, Party]:
    """Who holds these accounts on the last day of a period that ends before ``end``."""
    on = end - timedelta(days=1)
    found = customers.bill_parties([(account, on) for account in dict.fromkeys(accounts)])
    whole = sees_names(request)
    return {
        key: Party(
            party.account_number,
            party.holder if whole else identity.mask_name(party.holder),
            party.address if whole else identity.mask_address(party.address),
        )
        for key, party in found.items()
    }


def shown(request: HttpRequest, document: BillDocument) -> BillDocument:
    """The bill as this person may see it."""
    if sees_names(request):
        return document
    return replace(
        document,
        holder=identity.mask_name(document.holder),
        payer=identity.mask_name(document.payer),
        invoice_title=identity.mask_name(document.invoice_title),
        present_user=identity.mask_name(document.present_user),
        address=identity.mask_address(document.address),
    )


def colleague(request: HttpRequest, staff_id: int | None, fallback: str = "") -> str:
    """The name of a member of staff in the reader's language."""
    if staff_id is None:
        return fallback
    try:
        return str(identity.get_staff(staff_id, on=access.today(request)))
    except NotFound:
        return fallback


def unit(unit_id: int, fallback: str = "") -> str:
    """The name of a unit in the reader's language."""
    try:
        return str(identity.get_unit(unit_id))
    except NotFound:
        return fallback
