"""Words and tones of metering's codes on the screens."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wattdesk.web.parts import Tone

Words = Mapping[str, Promise]
Named = tuple[Promise, Tone]

QUALITIES: Mapping[str, Named] = {
    "ACTUAL": (pgettext_lazy("quality", "actual"), ""),
    "ESTIMATED": (pgettext_lazy("quality", "estimated"), "warn"),
    "CORRECTED": (pgettext_lazy("quality", "corrected"), "info"),
}
ORIGINS: Words = {
    "REMOTE": pgettext_lazy("origin", "remote"),
    "MANUAL": pgettext_lazy("origin", "on site"),
    "FILE": pgettext_lazy("origin", "file"),
    "EXCHANGE": pgettext_lazy("origin", "meter exchange"),
    "SYSTEM": pgettext_lazy("origin", "estimate of the system"),
}
METHODS: Words = {
    "LAST_YEAR_TREND": pgettext_lazy("estimate", "the same period of last year × the trend"),
    "PREVIOUS_DAILY_MEAN": pgettext_lazy("estimate", "mean day of the previous period × days"),
    "KNOWN_DAYS_MEAN": pgettext_lazy("estimate", "mean of the known days fills the gaps"),
}
BATCH_STATES: Mapping[str, Named] = {
    "CHECKED": (pgettext_lazy("batch", "Checked, not written"), "hold"),
    "REFUSED": (pgettext_lazy("batch", "Refused"), "bad"),
    "COMMITTED": (pgettext_lazy("batch", "Written"), "ok"),
}
SEVERITIES: Words = {
    "HOLD": pgettext_lazy("severity", "holds the bill"),
    "LIST": pgettext_lazy("severity", "billed and listed"),
}
FINDING_STATES: Mapping[str, Named] = {
    "OPEN": (pgettext_lazy("finding", "open"), "warn"),
    "DECIDED": (pgettext_lazy("finding", "decided"), "ok"),
    "GONE": (pgettext_lazy("finding", "no longer found"), "mute"),
}
DECISIONS: Mapping[str, Named] = {
    "ACCEPT": (pgettext_lazy("decision", "Accept"), "ok"),
    "ESTIMATE": (pgettext_lazy("decision", "Estimate"), "info"),
    "REREAD": (pgettext_lazy("decision", "Read again"), "hold"),
    "INSPECT": (pgettext_lazy("decision", "Inspect"), "hold"),
}
DECISION_RULES: Words = {
    "ACCEPT": _("The reading is right and is billed as it stands."),
    "ESTIMATE": _("The estimate below is billed and marked; the next reading trues it up."),
    "REREAD": _("Stays held until a new reading comes."),
    "INSPECT": _("Stays held; goes to the inspectors."),
}
CYCLES: Words = {
    "MONTHLY": _("every month"),
    "ODD_MONTHS": _("odd months"),
    "EVEN_MONTHS": _("even months"),
}


def named(names: Mapping[str, Named], code: str) -> tuple[str, Tone]:
    """Word and tone of a code, or the code itself where it has none yet."""
    if code not in names:
        return code, ""
    word, tone = names[code]
    return str(word), tone


def word(words: Words, code: str) -> str:
    """The word of a code, or the code itself."""
    return str(words.get(code, code))


# Rules that an imported file can break, as short names for the filter above its faults.
IMPORT_RULES: Words = {
    "after_removal": _("day after the removal"),
    "already_imported": _("imported already"),
    "before_installation": _("day before the installation"),
    "blank": _("value missing"),
    "blank_key": _("number missing"),
    "cut_off": _("half a file"),
    "decimals": _("too many decimals"),
    "digits": _("too many digits"),
    "double": _("stands twice"),
    "double_column": _("column twice"),
    "empty_file": _("empty file"),
    "encoding": _("encoding"),
    "file_kind": _("kind of file"),
    "formula": _("formula"),
    "future": _("day in the future"),
    "missing_column": _("column missing"),
    "merged_header": _("merged heads"),
    "negative": _("negative"),
    "never_installed": _("meter never installed"),
    "no_header": _("no heads"),
    "no_such_register": _("no such register"),
    "no_usage_point": _("no usage point"),
    "not_a_day": _("not a day"),
    "not_a_number": _("not a number"),
    "not_a_table": _("not a table"),
    "not_in_segment": _("another segment"),
    "not_your_unit": _("another unit"),
    "nothing_to_import": _("nothing to import"),
    "password": _("password"),
    "several_meters": _("several meters"),
    "several_points": _("several usage points"),
    "time_of_day": _("time of day"),
    "too_large": _("file too large"),
    "too_many_days": _("too many days"),
    "too_many_rows": _("too many rows"),
    "type": _("type of value"),
    "unknown_account_number": _("unknown account"),
    "unknown_column": _("unknown column"),
    "unknown_meter_number": _("unknown meter"),
    "unknown_usage_point_code": _("unknown usage point"),
    "unknown_word": _("unknown word"),
}
