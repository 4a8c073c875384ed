"""What every request passes: content policy, the person's language, sign-in required."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

Next = Callable[[HttpRequest], HttpResponse]


class ContentPolicy:
    """Only our own scripts and styles; no frames, no inline scripts."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            " font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
        )
        response.setdefault("Referrer-Policy", "same-origin")
        return response


class StaffLanguage:
    """The language of the cookie, else Chinese; browsers' own wishes are not asked."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get("wd_language", "zh-hans")
        language = "en" if chosen == "en" else "zh-hans"
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language):
            return self.get_response(request)


class SignInRequired:
    """Every page needs a signed-in person unless its view says ``public = True``."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if request.user.is_authenticated or getattr(view, "public", False):
            return None
        return redirect(f"/sign-in/?next={request.get_full_path()}")
