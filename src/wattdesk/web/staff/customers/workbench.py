"""What accounts add to the search: hits by number, name, initials, phone, meter or address."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import Hit as Found
from wattdesk.domains.customers.data import Part
from wattdesk.domains.ledger import api as ledger
from wattdesk.web import format as fmt
from wattdesk.web import providers
from wattdesk.web.providers import Hit, Pieces, Viewer
from wattdesk.web.staff.customers import codes


def search(viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """Accounts of the person's units that a typed text finds, best first; masked."""
    scope = viewer.scope("customers.view")
    found = customers.search(text, scope=scope, limit=limit)
    sees_money = viewer.may("billing.view")
    owed = ledger.receivables_of([hit.account_id for hit in found]) if sees_money else {}
    return [_hit(hit, owed.get(hit.account_id, 0)) for hit in found]


def _hit(hit: Found, owed_fen: int) -> Hit:
    chip, tone = "", codes.STATE_TONES["ACTIVE"]
    if hit.state != "ACTIVE":
        chip, tone = codes.word(codes.STATES, hit.state), codes.STATE_TONES[hit.state]
    elif owed_fen > 0:
        chip, tone = _("owes %(yuan)s") % {"yuan": fmt.yuan(owed_fen)}, "bad"
    return Hit(
        group=pgettext("list", "Accounts"),
        title=_pieces(hit.title_parts),
        url=reverse("customers:account", args=[hit.number]),
        detail=_pieces(hit.subtitle_parts),
        number=_pieces(hit.number_parts),
        note=hit.matched_text,
        chip=chip,
        tone=tone,
    )


def _pieces(parts: Sequence[Part]) -> Pieces:
    return tuple((part.text, part.is_match) for part in parts)


providers.register("customers", search=search)
