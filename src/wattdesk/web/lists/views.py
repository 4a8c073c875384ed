"""Saving and deleting views of lists."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from wattdesk.web import access
from wattdesk.web.lists import saved
from wattdesk.web.preferences import back


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Save the address of a list under ``name``; then back to the list."""
    with transaction.atomic():
        saved.save(
            access.staff(request),
            request.POST.get("list", "")[:60],
            request.POST.get("name", ""),
            request.POST.get("query", ""),
            access.now(request),
        )
    return redirect(back(request))


@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete one of one's own views; then to the list without conditions."""
    with transaction.atomic():
        saved.delete(access.staff(request), view_id)
    return redirect(back(request))
