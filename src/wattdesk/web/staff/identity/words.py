"""Kinds of units, areas of actions and states of people and duties, in words."""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.identity.data import DutyInfo
from wattdesk.web.parts import Tone

UNIT_KINDS: dict[str, str | Promise] = {
    "PROVINCE": pgettext_lazy("unit", "Province"),
    "CITY": pgettext_lazy("unit", "City"),
    "COUNTY": pgettext_lazy("unit", "County"),
    "STATION": pgettext_lazy("unit", "Station"),
    "TEAM": pgettext_lazy("unit", "Team"),
    "AREA": pgettext_lazy("unit", "Area"),
}
AREAS: dict[str, str | Promise] = {
    "customers": gettext_lazy("Customers"),
    "metering": gettext_lazy("Meters and readings"),
    "segments": gettext_lazy("Reading segments"),
    "billing": gettext_lazy("Bills and runs"),
    "ledger": gettext_lazy("Ledger"),
    "tariffs": gettext_lazy("Tariffs"),
    "identity": gettext_lazy("Staff and duties"),
    "audit": gettext_lazy("Audit"),
}


def unit_kind(code: str) -> str:
    return str(UNIT_KINDS.get(code, code))


def area(action: str) -> str:
    """The area of an action: of ``billing.release`` the words for billing."""
    name = action.partition(".")[0]
    return str(AREAS.get(name, name))


def duty_state(duty: DutyInfo, today: date) -> tuple[str, Tone]:
    """How a duty stands on a day."""
    if not duty.is_confirmed:
        return _("waits for a second person"), "warn"
    if duty.to_date is not None and duty.to_date <= today:
        return _("ended"), "mute"
    if duty.from_date > today:
        return _("begins later"), "info"
    return _("in force"), "ok"
