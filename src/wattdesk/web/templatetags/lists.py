"""Tags of the list templates: cells, column heads, hidden state."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wattdesk.web import format as fmt
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import Filter
from wattdesk.web.lists.state import PLACE, State, without
from wattdesk.web.templatetags import values, wd

register = template.Library()

WRITE: dict[str, Any] = {
    "id": fmt.grouped,
    "money": values.money,
    "signed_money": values.signed_money,
    "quantity": fmt.quantity,
    "price": fmt.price,
    "int": lambda value: fmt.quantity(value, 0),
    "day": fmt.day,
    "month": fmt.month,
    "moment": fmt.moment,
    "tou": wd.tou,
}
NO_BREAK = {"id", "day", "month", "moment"}


def _written(column: Column, cell: Cell) -> str | SafeString:
    if cell.value is None or cell.value == "":
        return SafeString(f'<span class="ink-3">{fmt.NONE}</span>')
    if column.format == "state":
        return wd.state(cell.value, cell.tone or "mute")
    if column.format == "chip":
        return wd.chip(cell.value, cell.tone)
    write = WRITE.get(column.format)
    text: str | SafeString = write(cell.value) if write else str(cell.value)
    return text


@register.simple_tag
def cell(column: Column, row: Row) -> SafeString:
    """One ``<td>``: the value in its format, linked, with its second line."""
    value = row.cells.get(column.key)
    filled = value if isinstance(value, Cell) else Cell(value)
    text = _written(column, filled)
    if filled.url:
        text = format_html('<a href="{}">{}</a>', filled.url, text)
    if filled.second:
        text = format_html('{}<div class="t-xs ink-3 clip">{}</div>', text, filled.second)
    classes = "num" if column.is_number else "wd-id" if column.format in NO_BREAK else ""
    if filled.tone and column.format not in {"state", "chip"}:
        classes += f" c-{filled.tone}"
    title = format_html(' title="{}"', filled.title) if filled.title else ""
    return format_html('<td class="{}"{}>{}</td>', classes.strip(), title, text)


@register.simple_tag
def head_cell(column: Column, asked: State) -> SafeString:
    """One ``<th>``: the title, and for sortable columns the link that sorts by it."""
    unit = format_html(' <span class="u">({})</span>', column.unit) if column.unit else ""
    classes = "num" if column.is_number else ""
    if not column.sort:
        return format_html('<th class="{}" scope="col">{}{}</th>', classes, column.title, unit)
    is_here = asked.sort.lstrip("-") == column.key
    descending = asked.sort.startswith("-")
    # Numbers are first wanted from the largest down, names from the first up.
    turned = not descending if is_here else column.is_number
    url = "?" + without(asked.given, *PLACE, sort=f"{'-' if turned else ''}{column.key}")
    arrow = wd.icon("arrow-down" if descending else "arrow-up") if is_here else ""
    words = ("descending" if descending else "ascending") if is_here else "none"
    return format_html(
        '<th class="{}" scope="col" aria-sort="{}"><a href="{}" title="{}">{}{} {}</a></th>',
        classes, words, url, _("Sort by this column"), column.title, unit, arrow,
    )  # fmt: skip


@register.simple_tag
def hidden_state(asked: State, *names: str) -> SafeString:
    """The address' other values as hidden fields, so that a form changes only its own."""
    skipped = {*names, *PLACE}
    pairs = (
        (name, value)
        for name, values in asked.given.lists()
        if name not in skipped
        for value in values
        if value
    )
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag
def hidden_state_without_filters(asked: State, filters: list[Filter]) -> SafeString:
    """As ``hidden_state``, for the form that holds all the filters itself."""
    return hidden_state(asked, *(name for one in filters for name in one.names()))


@register.simple_tag
def list_url(asked: State, **changes: str) -> str:
    """The address of the list with some values changed, from its first page."""
    names = [name for name, value in changes.items() if not value]
    kept = {name: value for name, value in changes.items() if value}
    return "?" + without(asked.given, *PLACE, *names, **kept)


@register.simple_tag
def page_url(asked: State, cursor: str) -> str:
    """The address of another page of the same list."""
    return "?" + without(asked.given, *PLACE, after=cursor)


@register.simple_tag
def export_url(asked: State) -> str:
    """The address of the same list as an Excel file."""
    return "?" + without(asked.given, *PLACE, export="xlsx")


@register.simple_tag
def filter_values(one: Filter, asked: State) -> dict[str, Any]:
    """What the filter's fields show: its value when set, or what was typed and not understood."""
    given = {name: asked.given.get(name, "") for name in one.names()}
    chosen = set(asked.given.getlist(one.key))
    return {"given": given, "chosen": chosen, "names": one.names()}


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """``{{ mapping|item:key }}`` for a key that is itself a variable."""
    return mapping.get(key, "")
