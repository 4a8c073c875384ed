"""What every request passes: content policy, language, sign-in, refusals as pages."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from wattdesk.toolkit.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    Problem,
    StateConflict,
    Unavailable,
)
from wattdesk.web import access

Next = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        # Widths of bars and columns are written as style attributes; scripts never are.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
STATUS: tuple[tuple[type[Problem], int], ...] = (
    (InvalidInput, 422),
    (NotFound, 404),
    (NotAllowed, 403),
    (StateConflict, 409),
    (Unavailable, 503),
)


class ContentPolicy:
    """Only our own scripts and styles; no frames, no inline scripts."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(self)")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            # Computers at a counter are shared: after signing out nothing is left to go back to.
            response.setdefault("Cache-Control", "private, no-store")
        return response


class StaffLanguage:
    """The language of the cookie, else Chinese; browsers' own wishes are not asked."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = "en" if chosen == "en" else "zh-hans"
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.setdefault("Content-Language", "en" if language == "en" else "zh-Hans")
        return response


class SignInRequired:
    """Every page needs a signed-in person unless its view says ``public = True``.

    A person with a password that somebody else has set comes to no page before it is changed.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if getattr(view, "public", False):
            return None
        if not request.user.is_authenticated:
            return _leave_for(request, f"{reverse('account_login')}?{_back_to(request)}")
        if getattr(request.user, "must_change_password", False) and not getattr(
            view, "before_password_change", False
        ):
            return _leave_for(request, f"{reverse('account_change_password')}?{_back_to(request)}")
        return None


class Refusals:
    """Anticipated errors become a page that says what is wrong and what to do next."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Problem):
            return None
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
        is_part = access.is_part(request)
        template = "wd/problem_part.html" if is_part else "wd/problem.html"
        response = render(request, template, {"problem": error, "status": status}, status=status)
        if is_part:
            # The sentence goes above the page, not into the place of what was asked for.
            response["HX-Retarget"] = "#wd-messages"
            response["HX-Reswap"] = "innerHTML show:top"
        return response


def _back_to(request: HttpRequest) -> str:
    """The way back after signing in; only what can be asked again by GET."""
    path = request.get_full_path() if request.method == "GET" else "/"
    return urlencode({"next": path})


def _leave_for(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False) or request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
