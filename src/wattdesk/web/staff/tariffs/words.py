"""Codes of tariff documents in words."""

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wattdesk.domains.identity.data import in_language
from wattdesk.domains.tariffs.api import VersionInfo
from wattdesk.kernel.rating.explanation import BAND_NAMES, GROUP_NAMES
from wattdesk.kernel.values.texts import Text
from wattdesk.web.parts import Tone

Words = dict[str, str | Promise]

CLASSES: Words = {
    "RESIDENTIAL": gettext_lazy("Residential"),
    "AGRICULTURE": gettext_lazy("Agriculture"),
    "COMMERCIAL": gettext_lazy("Commercial and industrial"),
}
PARTS: Words = {
    "SINGLE_PART": gettext_lazy("Single part"),
    "TWO_PART": gettext_lazy("Two part"),
}
KWH_RULES: Words = {
    "floor_carry": gettext_lazy("whole kWh are billed, the fraction is carried to the next bill"),
    "half_up": gettext_lazy("kWh are rounded half up to whole kWh"),
    "decimals2": gettext_lazy("kWh are billed with two decimals"),
}
LIMIT_RULES: Words = {
    "whole": gettext_lazy("limits are whole kWh"),
    "decimals2": gettext_lazy("limits have two decimals"),
}
PRICE_CHANGES: Words = {
    "by_days": gettext_lazy("a period with two prices is split by days"),
    "by_reading": gettext_lazy("a period with two prices is split by a reading on that day"),
}
DAY_KINDS: Words = {
    "workdays": gettext_lazy("workdays"),
    "weekends": gettext_lazy("weekends"),
    "holidays": gettext_lazy("public holidays"),
}
# Determinants of worked examples; figures are scaled as their names say (_e4, _e2).
GIVEN: Words = {
    "energy_total_e4": gettext_lazy("energy"),
    "energy_sharp_e4": gettext_lazy("sharp"),
    "energy_peak_e4": gettext_lazy("peak"),
    "energy_flat_e4": gettext_lazy("flat"),
    "energy_valley_e4": gettext_lazy("valley"),
    "energy_deep_e4": gettext_lazy("deep valley"),
    "carry_e4": gettext_lazy("carried over"),
    "block_used_e2": gettext_lazy("used before in the block year"),
    "extra_kwh_per_month_e2": gettext_lazy("more persons, a month"),
    "free_kwh_per_month_e2": gettext_lazy("free energy, a month"),
    "months": gettext_lazy("months"),
    "months_in_block_year": gettext_lazy("months of the block year"),
}
STATES: dict[str, tuple[str | Promise, Tone]] = {
    "PROPOSED": (pgettext_lazy("tariff version", "Waits for release"), "warn"),
    "REJECTED": (pgettext_lazy("tariff version", "Rejected"), "bad"),
    "IN_FORCE": (pgettext_lazy("tariff version", "In force"), "ok"),
    "COMING": (pgettext_lazy("tariff version", "Released, not in force yet"), "info"),
    "PAST": (pgettext_lazy("tariff version", "No longer in force"), "mute"),
}


def word(table: Words, code: str) -> str:
    """The words of a code; the code itself where there are none."""
    return str(table.get(code, code))


def text(value: Text) -> str:
    """A text of a document in the reader's language."""
    return in_language(value.zh, value.en)


def band(code: str) -> str:
    return text(BAND_NAMES[code]) if code in BAND_NAMES else code


def group(code: str) -> str:
    return text(GROUP_NAMES[code]) if code in GROUP_NAMES else code


def title(version: VersionInfo) -> str:
    return in_language(version.title, version.title_en)


def standing(version: VersionInfo, today: date) -> str:
    """A key of :data:`STATES`: what a released version is today, else its state."""
    if version.state != "RELEASED":
        return version.state
    if version.from_date > today:
        return "COMING"
    ended = version.to_date is not None and version.to_date <= today
    return "PAST" if ended else "IN_FORCE"


def state(version: VersionInfo, today: date) -> tuple[str, Tone]:
    """The words and the tone of a version's state on a day."""
    words, tone = STATES[standing(version, today)]
    return str(words), tone


def months(numbers: tuple[int, ...]) -> str:
    """Months of a year as people say them: ``1–6, 9–12``; all twelve are the whole year."""
    if len(numbers) == 12:
        return _("whole year")
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    spans = (f"{run[0]}" if len(run) == 1 else f"{run[0]}\u2013{run[-1]}" for run in runs)
    return _("months %(months)s") % {"months": _(", ").join(spans)}


def clock(minutes: tuple[int, int]) -> str:
    """A window of the day: ``08:00–22:00``."""
    begin, end = minutes
    return f"{begin // 60:02d}:{begin % 60:02d}\u2013{end // 60:02d}:{end % 60:02d}"
