"""Faults of tariff documents in the reader's language.

The kernel finds them and knows no translation: the same sentences stand here once more for the
catalogue. A test compares both lists.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from wattdesk.kernel.rating.documents import DocumentError

SENTENCES: dict[str, Promise] = {
    "too_long": _("The text is longer than %(limit)s characters."),
    "not_yaml": _("This cannot be read as YAML: %(reason)s."),
    "empty": _("There is no document in the text."),
    "several": _("The text holds more than one document."),
    "too_deep": _("Parts are nested more than %(limit)s deep."),
    "anchor": _("Anchors, aliases and tags are not used in tariff documents: write the value out."),
    "key_not_text": _("A name must be plain text."),
    "duplicate_key": _("“%(name)s” stands here twice."),
    "bad_date": _("“%(value)s” is not a day of the calendar."),
    "bad_number": _("“%(value)s” is not a plain decimal number such as 0.538."),
    "missing": _("“%(name)s” is missing here."),
    "unknown": _("“%(name)s” is not known here. Known: %(known)s."),
    "wrong_kind": _("%(value)s stands here, but %(wanted)s is wanted."),
    "not_one_of": _("“%(value)s” is not one of: %(choices)s."),
    "not_in_form": _("“%(value)s” does not have the form of %(wanted)s."),
    "too_few": _("At least %(count)s are needed here."),
    "too_many": _("At most %(count)s fit here."),
    "out_of_range": _("%(value)s is outside the range: %(range)s."),
    "repeated": _("The same entry stands here twice."),
    "not_possible": _("This combination is not possible: %(reason)s"),
    "code_twice": _("The code “%(code)s” is used twice."),
    "unknown_reference": _("There is no %(kind)s “%(name)s” in this document."),
    "form_not_ready": _(
        "The charge form “%(form)s” is part of the document form but cannot be calculated yet;"
        " a document with it is refused rather than billed without it."
    ),
    "feature_not_ready": _(
        "“%(name)s: %(value)s” is part of the document form but cannot be calculated yet;"
        " a document with it is refused rather than billed without it."
    ),
    "limits_not_rising": _("Upper limits must rise from block to block."),
    "count_differs": _("%(name)s needs %(wanted)s entries, not %(count)s."),
    "months_once": _("Each month must stand in exactly one season; wrong: %(months)s."),
    "dates_reversed": _("%(last)s must lie after %(first)s."),
    "bands_differ": _("The bands here (%(bands)s) must be those of time_of_use (%(wanted)s)."),
    "bands_needed": _("Prices by band need the part time_of_use in this schedule."),
    "windows_overlap": _(
        "%(first)s and %(second)s hold at the same time (month %(month)s, %(time)s)."
    ),
    "windows_gap": _("No band holds in month %(month)s at %(time)s, and there is no “rest”."),
    "too_many_decimals": _("%(value)s has more than %(decimals)s decimals."),
    "no_example": _("The schedule “%(code)s” has no worked example in this document."),
    "too_many_lines": _(
        "A schedule can have at most %(limit)s charge lines, this one has %(count)s."
    ),
}

# Words that stand in the places of the sentences.
PARTS = frozenset(
    {
        gettext_noop("a group of named parts"),
        gettext_noop("a list"),
        gettext_noop("a text"),
        gettext_noop("a number"),
        gettext_noop("a whole number"),
        gettext_noop("true or false"),
        gettext_noop("nothing"),
        gettext_noop("a day such as 2026-08-01"),
        gettext_noop("a decimal number such as 0.538"),
        gettext_noop("a price in yuan such as 0.538"),
        gettext_noop("a code of capitals, digits, - and _"),
        gettext_noop("a line code of up to 23 capitals, digits and _"),
        gettext_noop("mem: from memory, not checked with the original"),
        gettext_noop("months from 1 to 12"),
        gettext_noop("hours such as 22:00-08:00"),
        gettext_noop("a ratio such as 1.49, or {of: PEAK, times: 1.25}"),
        gettext_noop("the first day of a month such as 01-01, or anniversary"),
        gettext_noop("degrees Celsius of the day"),
        gettext_noop("a text in zh and en"),
        gettext_noop("this needs components"),
        gettext_noop("price and components exclude each other"),
        gettext_noop("either prices or seasons must stand here, not both"),
        gettext_noop("either price or price_of must stand here, not both"),
        gettext_noop("this has no meaning for the cycle of these blocks"),
        gettext_noop("annual blocks have no seasons"),
        gettext_noop("with seasons, this stands in each season"),
        gettext_noop("every season needs the same number of blocks; repeat the last price"),
        gettext_noop("the basis price takes prices, the basis increment takes increments"),
        gettext_noop("the value does not fit the document form"),
        gettext_noop("source"),
        gettext_noop("windows"),
        gettext_noop("schedule"),
        gettext_noop("plain ratio"),
        gettext_noop("earlier line"),
        gettext_noop("a plain day"),
    }
)


def in_words(error: DocumentError) -> str:
    """The sentence of a fault in the language of the reader."""
    fields = {
        name: gettext(value) if isinstance(value, str) and value in PARTS else value
        for name, value in error.fields.items()
    }
    return str(SENTENCES[error.code]) % fields
