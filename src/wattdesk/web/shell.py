"""What the frame around every page shows: navigation by role, the person, preferences, counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.identity import api as identity
from wattdesk.web import access, providers

COUNTS_FOR = timedelta(minutes=2)
COOKIES = {
    "theme": ("light", "dark"),
    "type": ("normal", "large"),
    "nav": ("wide", "narrow"),
    "density": ("standard", "compact", "comfortable"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the navigation: shown when its address exists and the person has the right."""

    icon: str
    title: str | Promise
    url_name: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    items: tuple[Item, ...]


NAVIGATION = (
    Group("", (Item("layout-dashboard", pgettext_lazy("nav", "Workbench"), "workbench"),)),
    Group(
        pgettext_lazy("nav", "Customers"),
        (
            Item(
                "home-bolt",
                pgettext_lazy("nav", "Accounts"),
                "customers:account_list",
                "customers.view",
            ),
        ),
    ),
    Group(
        pgettext_lazy("nav", "Metering and billing"),
        (
            Item(
                "file-import",
                pgettext_lazy("nav", "Import readings"),
                "metering:import_list",
                "metering.import",
            ),
            Item(
                "checkup-list",
                pgettext_lazy("nav", "Findings"),
                "metering:finding_list",
                "metering.view",
            ),
            Item(
                "calculator",
                pgettext_lazy("nav", "Segments and runs"),
                "billing:segment_list",
                "segments.view",
            ),
            Item(
                "file-invoice", pgettext_lazy("nav", "Bills"), "billing:bill_list", "billing.view"
            ),
        ),
    ),
    Group(
        pgettext_lazy("nav", "Money"),
        (Item("book-2", pgettext_lazy("nav", "Ledger"), "ledger:overview", "ledger.view"),),
    ),
    Group(
        pgettext_lazy("nav", "Prices"),
        (Item("tags", pgettext_lazy("nav", "Tariffs"), "tariffs:tariff_list", "tariffs.view"),),
    ),
    Group(
        pgettext_lazy("nav", "Administration"),
        (
            Item(
                "users-group",
                pgettext_lazy("nav", "Staff and duties"),
                "identity:staff_list",
                "identity.view",
            ),
            Item("shield-check", pgettext_lazy("nav", "Audit trail"), "audit:trail", "audit.view"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An item as drawn: with its address, whether it is the present one, and its count."""

    icon: str
    title: str
    url: str
    is_current: bool
    count: int = 0
    is_late: bool = False


def address(url_name: str, *args: object) -> str:
    """The address of a page, or "" while no area has one of that name."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def preferences(request: HttpRequest) -> dict[str, str]:
    """Theme, type size, navigation and row height from the cookies; unknown values are dropped."""
    chosen = {}
    for name, values in COOKIES.items():
        value = request.COOKIES.get(f"wd_{name}", values[0])
        chosen[name] = value if value in values else values[0]
    return chosen


def navigation(viewer: providers.Viewer, path: str, counts: dict[str, list[int]]) -> list[Any]:
    """Groups with the links that this person has: ``[(title, [Link, …]), …]``."""
    drawn = []
    for group in NAVIGATION:
        links = []
        for item in group.items:
            if item.action and not viewer.may(item.action):
                continue
            url = address(item.url_name)
            if not url:
                continue
            number, late = counts.get(item.url_name, [0, 0])
            links.append(
                Link(item.icon, str(item.title), url, _is_current(path, url), number, bool(late))
            )
        if links:
            drawn.append((str(group.title), links))
    return drawn


def _is_current(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)


def texts() -> dict[str, str]:
    """Words that scripts need; {0} and {1} are filled in there."""
    return {
        "left": _("%(span)s left") % {"span": "{0}"},
        "late": _("late %(span)s") % {"span": "{0}"},
        "days": ngettext("%(count)s day", "%(count)s days", 2) % {"count": "{0}"},
        "days-hours": _("%(days)s d %(hours)s h") % {"days": "{0}", "hours": "{1}"},
        "selected": ngettext("%(count)s selected", "%(count)s selected", 2) % {"count": "{0}"},
        "unreachable": str(_("No answer from the server. Nothing was changed; try again.")),
    }


def counts(request: HttpRequest, *, fresh: bool = False) -> dict[str, Any]:
    """Numbers for the navigation and the bell, kept in the session for two minutes.

    ``{"nav": {url name: [number, late]}, "notices": number}``: so the frame costs a page nothing
    but once every two minutes, and the workbench itself is always fresh.
    """
    kept = request.session.get("wd_counts")
    now = access.now(request)
    if kept and not fresh and datetime.fromisoformat(kept["at"]) + COUNTS_FOR > now:
        found: dict[str, Any] = kept
        return found
    viewer = access.viewer(request)
    nav = {
        name: [count.number, int(count.is_late)]
        for name, count in providers.gather("counts", viewer).items
    }
    tasks = providers.gather("tasks", viewer).items
    late = sum(1 for task in tasks if task.due_at and task.due_at < now and not task.is_paused)
    nav["workbench"] = [len(tasks), int(late > 0)]
    made = {
        "at": now.isoformat(),
        "nav": nav,
        "notices": len(providers.gather("notices", viewer).items),
    }
    request.session["wd_counts"] = made
    return made


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame: ``shell`` and ``now``."""
    language = "en" if (get_language() or "").startswith("en") else "zh-Hans"
    shell: dict[str, Any] = {"language": language, "texts": texts(), **preferences(request)}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": shell, "now": access.now(request)}
    if access.is_part(request):
        return {"shell": shell, "now": access.now(request)}
    viewer = access.viewer(request)
    numbers = counts(request)
    shell |= {
        "person": identity.get_staff(user.pk, on=access.today(request)),
        "navigation": navigation(viewer, request.path, numbers["nav"]),
        "notices": numbers["notices"],
    }
    return {"shell": shell, "now": access.now(request)}
