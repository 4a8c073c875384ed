"""Walking every address of the project: what there is, how to call it, what it changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from tests.web import rights
from tests.web.world import World

METHODS = ("get", "post")


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full name, its parameters, its view."""

    name: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]

    def __str__(self) -> str:
        return self.name

    @property
    def needed(self) -> str:
        """What the table says about who may come here."""
        return rights.NEEDS[self.name]

    @property
    def is_guarded(self) -> bool:
        """True when an action is needed."""
        return self.needed not in {rights.PUBLIC, rights.ANY_STAFF}

    @property
    def names_an_object(self) -> bool:
        """True when a parameter names something that belongs to a unit."""
        return any(self.entry(name, rights.OBJECTS) for name in self.parameters)

    def entry(self, parameter: str, table: dict[str, Any]) -> Any:
        """The line of a table for a parameter: of this area, or of all."""
        area = self.name.rpartition(":")[0]
        return table.get(f"{area}:{parameter}", table.get(parameter))

    def url(self, world: World) -> str:
        """The address of the world's objects."""
        values = {}
        for name in self.parameters:
            taken = self.entry(name, rights.OBJECTS) or self.entry(name, rights.SHARED)
            values[name] = taken(world) if taken else self.entry(name, rights.FREE)
        asked = rights.ASKED.get(self.name)
        return reverse(self.name, kwargs=values) + (asked(world) if asked else "")


def addresses() -> list[Address]:
    """Every address of the project, by name."""
    return sorted(_walk(get_resolver().url_patterns, "", ()), key=lambda found: found.name)


def _walk(
    patterns: Iterable[URLPattern | URLResolver], namespace: str, above: tuple[str, ...]
) -> Iterator[Address]:
    for pattern in patterns:
        parameters = (*above, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, parameters)
        else:
            name = pattern.name or f"without a name: {pattern.pattern}"
            yield Address(f"{namespace}{name}", parameters, pattern.callback)


def declared_access(view: Callable[..., Any]) -> str:
    """What the view itself says about who may see it."""
    if getattr(view, "public", False):
        return rights.PUBLIC
    return str(getattr(view, "action", rights.ANY_STAFF))


def ask(client: Client, address: Address, world: World) -> dict[str, int]:
    """The status of a request by each method, without any data."""
    url = address.url(world)
    return {method: getattr(client, method)(url).status_code for method in METHODS}


def fingerprint() -> dict[str, tuple[int, int]]:
    """Rows and a sum over their contents, of every table of ours: equal means nothing changed."""
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("wattdesk.") and not model._meta.proxy
    )
    parts = [
        f"SELECT '{table}', count(*), coalesce(sum(hashtext(t::text)), 0) FROM {table} t"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {table: (rows, content) for table, rows, content in cursor}
