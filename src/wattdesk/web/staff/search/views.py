"""The one search box: accounts by number, name, initials, phone, address, meter; and pages.

Areas give the results through their provider ``search``; pages of the navigation are found here.
The box asks for the fragment while the person types; without script the same view is a page.
"""

import time
from collections.abc import Sequence
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wattdesk.web import access, providers, shell
from wattdesk.web.providers import Hit, Viewer

LIMIT = 8  # of each area in the box; the page shows more
PAGE_LIMIT = 50
LONGEST = 60


def pages(viewer: Viewer, text: str) -> list[Hit]:
    """Items of the navigation whose title holds the text."""
    wanted = text.casefold()
    found = []
    for _title, links in shell.navigation(viewer, "", {}):
        for link in links:
            at = link.title.casefold().find(wanted)
            if at < 0:
                continue
            end = at + len(wanted)
            pieces = (
                (link.title[:at], False),
                (link.title[at:end], True),
                (link.title[end:], False),
            )
            found.append(Hit(_("Pages"), pieces, link.url, icon=link.icon))
    return found


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """``?q=``: what was found, as a fragment for the box or as a page."""
    started = time.perf_counter()
    text = " ".join(request.GET.get("q", "")[:LONGEST].split())
    is_part = access.is_part(request)
    hits: Sequence[Hit] = []
    failed: list[str] = []
    if text:
        viewer = access.viewer(request)
        limit = LIMIT if is_part else PAGE_LIMIT
        gathered = providers.gather("search", viewer, text, limit)
        hits, failed = [*gathered.items, *pages(viewer, text)], gathered.failed
    groups = [(title, list(found)) for title, found in groupby(hits, key=lambda hit: hit.group)]
    return render(
        request,
        "search/hits.html" if is_part else "search/page.html",
        {
            "q": text,
            "groups": groups,
            "failed": failed,
            "is_part": is_part,
            "milliseconds": round((time.perf_counter() - started) * 1000),
        },
    )
