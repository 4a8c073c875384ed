"""What is wrong with a tariff document: sentences with their place in the text."""

from dataclasses import dataclass, field

# code → English sentence with named places. The tariffs domain holds the same sentences for
# translation; a test compares the two.
SENTENCES = {
    "too_long": "The text is longer than %(limit)s characters.",
    "not_yaml": "This cannot be read as YAML: %(reason)s.",
    "empty": "There is no document in the text.",
    "several": "The text holds more than one document.",
    "too_deep": "Parts are nested more than %(limit)s deep.",
    "anchor": "Anchors, aliases and tags are not used in tariff documents: write the value out.",
    "key_not_text": "A name must be plain text.",
    "duplicate_key": "“%(name)s” stands here twice.",
    "bad_date": "“%(value)s” is not a day of the calendar.",
    "bad_number": "“%(value)s” is not a plain decimal number such as 0.538.",
    "missing": "“%(name)s” is missing here.",
    "unknown": "“%(name)s” is not known here. Known: %(known)s.",
    "wrong_kind": "%(value)s stands here, but %(wanted)s is wanted.",
    "not_one_of": "“%(value)s” is not one of: %(choices)s.",
    "not_in_form": "“%(value)s” does not have the form of %(wanted)s.",
    "too_few": "At least %(count)s are needed here.",
    "too_many": "At most %(count)s fit here.",
    "out_of_range": "%(value)s is outside the range: %(range)s.",
    "repeated": "The same entry stands here twice.",
    "not_possible": "This combination is not possible: %(reason)s",
    "code_twice": "The code “%(code)s” is used twice.",
    "unknown_reference": "There is no %(kind)s “%(name)s” in this document.",
    "form_not_ready": "The charge form “%(form)s” is part of the document form but cannot be "
    "calculated yet; a document with it is refused rather than billed without it.",
    "feature_not_ready": "“%(name)s: %(value)s” is part of the document form but cannot be "
    "calculated yet; a document with it is refused rather than billed without it.",
    "limits_not_rising": "Upper limits must rise from block to block.",
    "count_differs": "%(name)s needs %(wanted)s entries, not %(count)s.",
    "months_once": "Each month must stand in exactly one season; wrong: %(months)s.",
    "dates_reversed": "%(last)s must lie after %(first)s.",
    "bands_differ": "The bands here (%(bands)s) must be those of time_of_use (%(wanted)s).",
    "bands_needed": "Prices by band need the part time_of_use in this schedule.",
    "windows_overlap": "%(first)s and %(second)s hold at the same time"
    " (month %(month)s, %(time)s).",
    "windows_gap": "No band holds in month %(month)s at %(time)s, and there is no “rest”.",
    "too_many_decimals": "%(value)s has more than %(decimals)s decimals.",
    "no_example": "The schedule “%(code)s” has no worked example in this document.",
    "too_many_lines": "A schedule can have at most %(limit)s charge lines, this one has %(count)s.",
}

# Parts of sentences that stand in their fields, so that these can be translated as well.
REASONS = {
    "needs_components": "this needs components",
    "price_or_components": "price and components exclude each other",
    "prices_or_seasons": "either prices or seasons must stand here, not both",
    "price_or_price_of": "either price or price_of must stand here, not both",
    "not_for_cycle": "this has no meaning for the cycle of these blocks",
    "annual_no_seasons": "annual blocks have no seasons",
    "in_each_season": "with seasons, this stands in each season",
    "same_blocks": "every season needs the same number of blocks; repeat the last price",
    "by_basis": "the basis price takes prices, the basis increment takes increments",
    "shape": "the value does not fit the document form",
}
NOUNS = ("source", "windows", "schedule", "plain ratio", "earlier line", "a plain day")


@dataclass(frozen=True, slots=True)
class DocumentError:
    """One fault: where (line and column from 1, path of names), which, and in words."""

    line: int
    column: int
    path: str
    code: str
    fields: dict[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code] % self.fields

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}"
        return (
            f"{place}: {self.path}: {self.sentence}" if self.path else f"{place}: {self.sentence}"
        )


class DocumentErrors(ValueError):
    """All faults of a document at once, in the order of the text."""

    def __init__(self, errors: list[DocumentError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda e: (e.line, e.column, e.path)))
        super().__init__("\n".join(str(error) for error in self.errors))
