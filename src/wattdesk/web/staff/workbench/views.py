"""Workbench 工作台: what this person has to do, by the clock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wattdesk.web import access, providers, shell
from wattdesk.web.staff.workbench import board


@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """Tasks of all areas, figures, what waits for a second signature, notices, the segments."""
    viewer = access.viewer(request)
    shell.counts(request, fresh=True)
    tasks = providers.gather("tasks", viewer)
    figures = providers.gather("figures", viewer)
    signatures = providers.gather("signatures", viewer)
    notices = providers.gather("notices", viewer)
    segments = providers.gather("segments", viewer, viewer.today)
    chosen = request.GET.get("kind", "")
    mine = [task for task in tasks.items if not chosen or task.kind == chosen]
    ordered = board.in_order(mine)
    return render(
        request,
        "workbench/workbench.html",
        {
            "today": viewer.today,
            "figures": [*board.own_figures(tasks.items, viewer.now), *figures.items],
            "bands": board.bands(mine, viewer.now),
            "kinds": board.kinds(tasks.items, chosen),
            "total": len(mine),
            "not_shown": max(len(mine) - board.SHOWN, 0),
            "first": ordered[0] if ordered else None,
            "signatures": signatures.items,
            "notices": sorted(notices.items, key=lambda n: n.at, reverse=True),
            "segments": segments.items,
            "calendar": board.calendar(segments.items, viewer.today),
            "segments_url": shell.address("billing:segment_list"),
            "state_counts": board.state_counts(segments.items),
            "failed": {
                "tasks": tasks.failed,
                "signatures": signatures.failed,
                "notices": notices.failed,
                "segments": segments.failed,
            },
        },
    )


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The list behind the bell."""
    found = providers.gather("notices", access.viewer(request))
    return render(
        request,
        "workbench/notices.html",
        {"notices": sorted(found.items, key=lambda n: n.at, reverse=True), "failed": found.failed},
    )
