"""The list page: one declaration gives filters, views, sorting, paging, columns, export, bulk.

See docs/howto/add-a-screen.md for an example. Everything a list shows is in its address, so a list
can be sent, saved and gone back to, and it reads without script.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.views import View

from wattdesk.web import access
from wattdesk.web.lists import bulk_steps, export, keyset, saved
from wattdesk.web.lists.bulk import Bulk
from wattdesk.web.lists.columns import Column, Row
from wattdesk.web.lists.filters import Filter, TextFilter
from wattdesk.web.lists.state import SIZES, State, read

COUNT_LIMIT = 10_000
DROP_LIMIT = 1_000
CHUNK = 2_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnView:
    """A view that the list itself offers as a tab: a title and a query."""

    title: str | Promise
    query: str = ""


@dataclass(frozen=True, slots=True)
class Droppable:
    """A set filter that stands in the way: what would be found without it."""

    title: str
    words: str
    url: str
    number: int
    is_more: bool


class ListView(View, ABC):
    """Base of all list pages. Subclasses declare, and give :meth:`rows` and :meth:`present`."""

    key: ClassVar[str]  # stable name, e.g. "customers.accounts": saved views hang on it
    title: ClassVar[str | Promise]
    noun: ClassVar[str | Promise] = ""  # what is counted: accounts, bills
    action: ClassVar[str]  # the right that opens the page
    columns: ClassVar[Sequence[Column]]
    values: ClassVar[tuple[str, ...]]  # fields that one row needs
    search: ClassVar[TextFilter | None] = None
    filters: ClassVar[Sequence[Filter]] = ()
    views: ClassVar[Sequence[OwnView]] = ()
    bulks: ClassVar[Sequence[Bulk]] = ()
    default_sort: ClassVar[str] = "pk"
    count_limit: ClassVar[int] = COUNT_LIMIT
    template_name: ClassVar[str] = "wd/list/page.html"

    # --- what a list says of itself -----------------------------------------------------------
    @abstractmethod
    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        """All rows this person may see, through the domain's api and scope; no order, no limit."""

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        """Rows as shown: mask, name, link. ``found`` are dictionaries of :attr:`values`."""
        return [Row(values["pk"], values) for values in found]

    def subtitle(self, request: HttpRequest) -> str:
        """A few words beside the title: the unit, the day of the data."""
        return ""

    def extra(self, request: HttpRequest) -> dict[str, Any]:
        """More context for a template of one's own."""
        return {}

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """As Django's, with the action kept on the view for the walk over all addresses."""
        view = super().as_view(**initkwargs)
        view.action = cls.action  # type: ignore[attr-defined]
        return view

    # --- how it works ---------------------------------------------------------------------------
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        access.require(request, self.action)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = self.asked(request)
        if request.GET.get("export") == "xlsx":
            return self.workbook(request, asked)
        return self.answer(request, asked)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return bulk_steps.take(self, request)

    def all_filters(self) -> list[Filter]:
        return [*([self.search] if self.search else []), *self.filters]

    def asked(self, request: HttpRequest) -> State:
        return read(request.GET, self.columns, self.all_filters(), self.default_sort)

    def filtered(self, request: HttpRequest, asked: State) -> QuerySet[Any, Any]:
        rows = self.rows(request)
        for one in asked.filters:
            rows = one.filter.apply(rows, one.value)
        return rows

    def answer(self, request: HttpRequest, asked: State, **more: Any) -> HttpResponse:
        """The page, or only its list for a script that asks for that part."""
        context = self.context(request, asked) | more
        template = "wd/list/list.html" if access.is_part(request) else self.template_name
        response = render(request, template, context)
        response["Vary"] = "HX-Request, HX-Target, Cookie"
        return response

    def context(self, request: HttpRequest, asked: State) -> dict[str, Any]:
        found: dict[str, Any] = {
            "list": self,
            "asked": asked,
            "subtitle": self.subtitle(request),
            "tabs": saved.tabs(request, self, asked),
            "bulks": [b for b in self.bulks if access.viewer(request).may(b.action)],
            "sizes": SIZES,
            **self.extra(request),
        }
        try:
            with transaction.atomic():
                found |= self.found(request, asked)
        except DatabaseError:
            log.exception("the list %s could not be read", self.key)
            found |= {"rows": [], "is_failed": True}
        return found

    def found(self, request: HttpRequest, asked: State) -> dict[str, Any]:
        rows = self.filtered(request, asked)
        page = keyset.page(rows, asked.order, asked.size, asked.cursor, self.values)
        if asked.cursor and not page.rows:
            # What stood beyond the cursor is gone: begin again rather than show an empty page.
            page = keyset.page(rows, asked.order, asked.size, "", self.values)
        shown = self.present(request, page.rows)
        is_all = not (page.next_cursor or page.previous_cursor)
        number = len(shown) if is_all else keyset.count_up_to(rows, self.count_limit)
        return {
            "rows": shown,
            "page": page,
            "number": min(number, self.count_limit),
            "is_more": number > self.count_limit,
            "drops": self.drops(request, asked) if not shown else [],
        }

    def drops(self, request: HttpRequest, asked: State) -> list[Droppable]:
        """For an empty list: what each filter alone keeps away."""
        found = []
        for one in asked.filters:
            rows = self.rows(request)
            for other in asked.filters:
                if other is not one:
                    rows = other.filter.apply(rows, other.value)
            number = keyset.count_up_to(rows, DROP_LIMIT)
            if number:
                found.append(
                    Droppable(
                        str(one.filter.title),
                        one.words,
                        one.url_without,
                        min(number, DROP_LIMIT),
                        number > DROP_LIMIT,
                    )
                )
        return sorted(found, key=lambda drop: -drop.number)

    # --- Excel ----------------------------------------------------------------------------------
    def workbook(self, request: HttpRequest, asked: State) -> FileResponse:
        """All filtered rows in the order and with the columns of the screen."""
        file = export.write(asked.columns, self.all_rows(request, asked), str(self.title))
        name = f"{self.key.replace('.', '-')}-{access.today(request):%Y%m%d}.xlsx"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type=export.CONTENT_TYPE
        )

    def all_rows(self, request: HttpRequest, asked: State) -> Iterator[Row]:
        """Every filtered row, page by page: constant memory, and bounded queries."""
        rows = self.filtered(request, asked)
        cursor = ""
        while True:
            page = keyset.page(rows, asked.order, CHUNK, cursor, self.values)
            yield from self.present(request, page.rows)
            if not page.next_cursor:
                return
            cursor = page.next_cursor
