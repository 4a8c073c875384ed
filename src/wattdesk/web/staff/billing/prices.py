"""Price classes by name, in the reader's language."""

from django.utils.translation import get_language

from wattdesk.domains.tariffs import api as tariffs


def names() -> dict[str, str]:
    """The titles of all price classes by code."""
    english = (get_language() or "").startswith("en")
    return {
        schedule.code: (schedule.title_en if english else "") or schedule.title
        for schedule in tariffs.list_schedules()
    }


def title(chinese: str, english: str) -> str:
    """A title in the reader's language."""
    return english if english and (get_language() or "").startswith("en") else chinese
