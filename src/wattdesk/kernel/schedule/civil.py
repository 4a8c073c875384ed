"""Civil time: which day a moment falls on. Days and months are those of Asia/Shanghai."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def civil_date(at: datetime) -> date:
    """The civil day of an aware moment. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a moment without a zone falls on no day")
    return at.astimezone(ZONE).date()
