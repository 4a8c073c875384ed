"""Language, theme, type size: kept in cookies, set by a form that works without script."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from wattdesk.domains.identity import api as identity
from wattdesk.web import access, glossary, shell
from wattdesk.web.access import public

YEAR = 365 * 24 * 3600


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep a preference for a year in the person's browser."""
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def back(request: HttpRequest, fallback: str = "/") -> str:
    """The page to return to: the form's ``next`` when it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else fallback


@public
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Set what the form names: ``language``, ``theme``, ``type``, ``nav``, ``density``.

    The language of a signed-in person is kept with the person too, for their papers.
    """
    response = redirect(back(request))
    allowed = {**shell.COOKIES, "language": tuple(code for code, _name in settings.LANGUAGES)}
    for name, values in allowed.items():
        value = request.POST.get(name)
        if value in values:
            remember(response, f"wd_{name}", value)
    language = request.POST.get("language")
    if language in allowed["language"] and request.user.is_authenticated:
        with transaction.atomic():
            identity.set_language(request.user.pk, language, by=access.act(request))
    return response


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """All terms of the glossary and the keys, for reading and printing."""
    return render(request, "wd/help.html", {"terms": glossary.terms()})
