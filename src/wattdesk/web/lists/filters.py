"""Filters of a list. Each reads its value from the address, narrows the query, tells it in words.

A filter that cannot understand what stands in the address raises :class:`BadValue` with a sentence;
the list then shows the sentence and goes on without that filter.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wattdesk.web import format as fmt

Words = str | Promise
Rows = QuerySet[Any, Any]
LONGEST_TEXT = 100


class BadValue(ValueError):
    """What stands in the address is no value of this filter; the message is for the person."""


@dataclass(frozen=True)
class Filter(ABC):
    """What all filters have. ``where`` narrows in another way than by ``field``."""

    key: str
    title: Words
    field: str = ""
    where: Callable[[Rows, Any], Rows] | None = None
    kind: ClassVar[str] = ""

    def names(self) -> tuple[str, ...]:
        """The names it uses in the address."""
        return (self.key,)

    @abstractmethod
    def read(self, given: QueryDict) -> Any:
        """Its value, or None when it is not set. Raises BadValue."""

    @abstractmethod
    def condition(self, value: Any) -> Q:
        """What has to be true of a row."""

    def apply(self, rows: Rows, value: Any) -> Rows:
        return self.where(rows, value) if self.where else rows.filter(self.condition(value))

    @abstractmethod
    def words(self, value: Any) -> str:
        """The value as its chip says it."""


@dataclass(frozen=True)
class TextFilter(Filter):
    """Text in one of several fields; ``lookup`` as in Django (icontains, startswith, exact)."""

    fields: Sequence[str] = ()
    lookup: str = "icontains"
    placeholder: Words = ""
    kind: ClassVar[str] = "text"

    def read(self, given: QueryDict) -> str | None:
        text = " ".join(given.get(self.key, "").split())
        if len(text) > LONGEST_TEXT:
            raise BadValue(_("The text is too long."))
        if "\x00" in text:
            raise BadValue(_("The text has characters that cannot be."))
        return text or None

    def condition(self, value: str) -> Q:
        names = self.fields or (self.field,)
        return reduce(or_, (Q(**{f"{name}__{self.lookup}": value}) for name in names))

    def words(self, value: str) -> str:
        return _("“%(text)s”") % {"text": value}


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One or several of given values. ``choices`` are ``(value, words)``, or a function of them."""

    choices: Sequence[tuple[str, Words]] | Callable[[], Sequence[tuple[str, Words]]] = ()
    kind: ClassVar[str] = "choice"

    def options(self) -> Sequence[tuple[str, Words]]:
        return self.choices() if callable(self.choices) else self.choices

    def read(self, given: QueryDict) -> tuple[str, ...] | None:
        wanted = tuple(dict.fromkeys(v for v in given.getlist(self.key) if v))
        if not wanted:
            return None
        known = {str(value) for value, _words in self.options()}
        if not known.issuperset(wanted):
            raise BadValue(_("There is no such choice."))
        return wanted

    def condition(self, value: tuple[str, ...]) -> Q:
        return Q(**{f"{self.field}__in": value})

    def words(self, value: tuple[str, ...]) -> str:
        names = [str(words) for option, words in self.options() if str(option) in value]
        return _(", ").join(names)


@dataclass(frozen=True)
class FlagFilter(Filter):
    """Only those to which a condition applies: ``when`` is the condition."""

    when: Q = field(default_factory=Q)
    kind: ClassVar[str] = "flag"

    def read(self, given: QueryDict) -> bool | None:
        return True if given.get(self.key) == "1" else None

    def condition(self, value: bool) -> Q:
        return self.when

    def words(self, value: bool) -> str:
        return _("yes")


@dataclass(frozen=True)
class DateFilter(Filter):
    """Days from–to, both included, as people say it; ``is_moment`` where the field is a moment."""

    is_moment: bool = False
    kind: ClassVar[str] = "date"

    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")

    def read(self, given: QueryDict) -> tuple[date | None, date | None] | None:
        low, high = (self._day(given.get(name, "")) for name in self.names())
        if low is None and high is None:
            return None
        if low and high and high < low:
            raise BadValue(_("The last day lies before the first."))
        return (low, high)

    @staticmethod
    def _day(text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as problem:
            raise BadValue(_("Write days as 2026-11-22.")) from problem

    def condition(self, value: tuple[date | None, date | None]) -> Q:
        low, high = value
        found = Q()
        if low:
            found &= Q(**{f"{self.field}__gte": self._start(low)})
        if high:
            found &= Q(**{f"{self.field}__lt": self._start(high + timedelta(days=1))})
        return found

    def _start(self, day: date) -> date:
        """The day, or the moment at which it begins in Shanghai."""
        return timezone.make_aware(datetime.combine(day, time())) if self.is_moment else day

    def words(self, value: tuple[date | None, date | None]) -> str:
        low, high = value
        if low and high:
            return _("%(low)s to %(high)s") % {"low": fmt.day(low), "high": fmt.day(high)}
        if low:
            return _("from %(day)s") % {"day": fmt.day(low)}
        return _("until %(day)s") % {"day": fmt.day(high)}


@dataclass(frozen=True)
class NumberFilter(Filter):
    """Numbers from–to, both included. ``is_money``: entered in yuan, compared in fen."""

    unit: Words = ""
    is_money: bool = False
    kind: ClassVar[str] = "number"
    LARGEST: ClassVar[Decimal] = Decimal(10) ** 13

    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_min", f"{self.key}_max")

    def read(self, given: QueryDict) -> tuple[Decimal | None, Decimal | None] | None:
        low, high = (self._number(given.get(name, "")) for name in self.names())
        if low is None and high is None:
            return None
        if low is not None and high is not None and high < low:
            raise BadValue(_("The upper number lies below the lower."))
        return (low, high)

    def _number(self, text: str) -> Decimal | None:
        plain = text.strip().replace(",", "").replace(fmt.MINUS, "-")
        if not plain:
            return None
        try:
            number = Decimal(plain)
        except InvalidOperation as problem:
            raise BadValue(_("This is no number: %(text)s") % {"text": text}) from problem
        if not number.is_finite() or abs(number) > self.LARGEST:
            raise BadValue(_("This number cannot be: %(text)s") % {"text": text})
        return number

    def condition(self, value: tuple[Decimal | None, Decimal | None]) -> Q:
        low, high = (None if v is None else v * 100 if self.is_money else v for v in value)
        found = Q()
        if low is not None:
            found &= Q(**{f"{self.field}__gte": low})
        if high is not None:
            found &= Q(**{f"{self.field}__lte": high})
        return found

    def words(self, value: tuple[Decimal | None, Decimal | None]) -> str:
        low, high = value
        unit = f" {self.unit}" if self.unit else ""
        if low is not None and high is not None:
            return f"{fmt.quantity(low)} {fmt.EN_DASH} {fmt.quantity(high)}{unit}"
        if low is not None:
            return _("%(number)s and more") % {"number": fmt.quantity(low)} + unit
        return _("%(number)s and less") % {"number": fmt.quantity(high)} + unit
