"""What staff and duties add to the workbench: duties that wait for this person's confirmation."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import DutyInfo
from wattdesk.web import format as fmt
from wattdesk.web import providers
from wattdesk.web.parts import Signature
from wattdesk.web.providers import NavCount, Viewer
from wattdesk.web.staff.identity.reach import MANAGE


def _waiting(viewer: Viewer) -> list[DutyInfo]:
    if not viewer.may(MANAGE):
        return []
    me = viewer.staff.pk
    duties = identity.list_unconfirmed_duties(viewer.scope(MANAGE))
    return [duty for duty in duties if me not in (duty.given_by_id, duty.staff_id)]


def signatures(viewer: Viewer) -> Sequence[Signature]:
    """One for each duty that somebody else gave."""
    duties = _waiting(viewer)
    people = identity.staff_by_id({duty.staff_id for duty in duties}, on=viewer.today)
    return [
        Signature(
            title=_("%(role)s for %(name)s") % {"role": duty.role, "name": people[duty.staff_id]},
            detail=f"{duty.unit} {fmt.period(duty.from_date, duty.to_date)}",
            url=reverse("identity:person", args=[duty.staff_id]),
        )
        for duty in duties
    ]


def counts(viewer: Viewer) -> Mapping[str, NavCount]:
    """How many duties wait, beside the item of the navigation."""
    number = len(_waiting(viewer))
    return {"identity:staff_list": NavCount(number)} if number else {}


providers.register("identity", signatures=signatures, counts=counts)
