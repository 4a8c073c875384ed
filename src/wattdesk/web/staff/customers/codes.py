"""Words of the archive's codes and tones of its states, as the pages of an account show them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from wattdesk.web.parts import Tone

Words = Mapping[str, Promise]

STATES: Words = {
    "ACTIVE": _("In supply"),
    "STOPPED": _("Stopped"),
    "CLOSED": _("Closed"),
    "FORMER": _("Former holder"),
}
STATE_TONES: Mapping[str, Tone] = {
    "ACTIVE": "ok",
    "STOPPED": "warn",
    "CLOSED": "mute",
    "FORMER": "mute",
}
CUSTOMER_KINDS: Words = {
    "PERSON": _("Person"),
    "ENTERPRISE": _("Enterprise"),
    "INSTITUTION": _("Institution"),
    "SOCIAL_GROUP": _("Social organization"),
    "GOVERNMENT": _("Government body"),
    "SOLE_TRADER": _("Sole trader"),
}
ID_KINDS: Words = {
    "ID_CARD": _("Identity card"),
    "UNIFIED_CREDIT_CODE": _("Unified social credit code"),
    "PASSPORT": _("Passport"),
    "OTHER": _("Other document"),
}
PURPOSES: Words = {
    "GENERAL": pgettext_lazy("phone", "Contact"),
    "BILLING": pgettext_lazy("phone", "Bills"),
    "ELECTRICAL": _("Electrical manager"),
    "NIGHT": _("Night contact"),
}
ROLES: Words = {
    "HOLDER": pgettext_lazy("party", "Holder"),
    "PAYER": pgettext_lazy("party", "Payer"),
    "INVOICE_TITLE": pgettext_lazy("party", "Invoice title"),
    "PRESENT_USER": pgettext_lazy("party", "Present user"),
}
CLASSES: Words = {
    "RESIDENTIAL": _("Residential"),
    "COMMERCIAL": _("Industrial and commercial"),
    "AGRICULTURE": _("Agriculture"),
}
VOLTAGES: Words = {
    "LT1KV": _("below 1 kV"),
    "KV1_10": _("10 kV"),
    "KV35": _("35 kV"),
    "KV110": _("110 kV"),
    "KV220": _("220 kV"),
}
METERING: Words = {
    "HH": _("supplied high, metered high"),
    "HL": _("supplied high, metered low"),
    "LL": _("supplied low, metered low"),
}
RESPONSIBLE: Words = {
    "CUSTOMER": pgettext_lazy("responsible", "Customer"),
    "SUPPLIER": pgettext_lazy("responsible", "Supplier"),
    "PROPERTY_MANAGER": pgettext_lazy("responsible", "Property manager"),
}
CYCLES: Words = {
    "MONTHLY": _("every month"),
    "ODD_MONTHS": _("every two months, odd"),
    "EVEN_MONTHS": _("every two months, even"),
}
USES: Words = {
    "RESIDENTIAL": pgettext_lazy("use", "Home"),
    "COMMERCIAL": pgettext_lazy("use", "Trade and services"),
    "INDUSTRIAL": pgettext_lazy("use", "Industry"),
    "AGRICULTURE": pgettext_lazy("use", "Farming"),
    "PUBLIC": pgettext_lazy("use", "Public service"),
}
HOURS: Words = {
    "HOUSEHOLD": pgettext_lazy("hours", "Household"),
    "DAYTIME": _("One shift"),
    "TWO_SHIFTS": _("Two shifts"),
    "CONTINUOUS": _("Round the clock"),
    "SEASONAL": _("Seasonal"),
}
DEPENDENCE: Words = {
    "NORMAL": pgettext_lazy("dependence", "Ordinary"),
    "LIFE_SUPPORT": _("Life support at home"),
    "IMPORTANT_2": _("Important customer, grade 2"),
    "IMPORTANT_1": _("Important customer, grade 1"),
    "IMPORTANT_TOP": _("Important customer, special grade"),
}
BACKUPS: Words = {
    "NONE": pgettext_lazy("backup", "None"),
    "SECOND_FEEDER": _("Second feeder"),
    "GENERATOR": _("Generator"),
    "STORAGE": _("Storage"),
}
OPTIONS: Words = {
    "extra_kwh_per_month": _("Household of many persons: kWh more a month"),
    "free_kwh_per_month": _("Household in need: free kWh a month"),
    "demand_contract_kw": _("Contracted demand, kW"),
    "power_factor_standard": _("Standard power factor"),
}


def word(words: Words, code: str) -> str:
    """The word of a code, or the code itself where it has none yet."""
    return str(words.get(code, code))


def capacity(kva: Decimal | None) -> str:
    """``8 kVA``, or "" where the archive does not know it."""
    return "" if kva is None else f"{kva.normalize():,f} kVA"


def mark_words(marks: Sequence[str]) -> list[tuple[str, str]]:
    """Marks as ``(words, tone)``."""
    words = {
        "ESTIMATED": (pgettext("mark", "estimated"), "warn"),
        "CORRECTED": (pgettext("mark", "corrected"), "info"),
        "EXCHANGED": (pgettext("mark", "exchanged"), "info"),
        "ROLLOVER": (pgettext("mark", "rolled over"), ""),
    }
    return [words.get(mark, (mark, "")) for mark in marks]
