"""Signing in and out, and changing one's password."""

from typing import Any

from allauth.account.views import LoginView, LogoutView
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wattdesk.domains.identity import api as identity
from wattdesk.web import access
from wattdesk.web.access import public
from wattdesk.web.preferences import remember
from wattdesk.web.staff.signin import forms


class SignIn(LoginView):  # type: ignore[misc]
    """The sign-in page. Failures are throttled by name and by address (settings)."""

    template_name = "signin/sign_in.html"

    def get_form_class(self) -> type[forms.SignIn]:
        return forms.SignIn

    def form_valid(self, form: forms.SignIn) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES and form.user:
            remember(response, settings.LANGUAGE_COOKIE_NAME, form.user.language)
        return response

    def form_invalid(self, form: forms.SignIn) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


class SignOut(LogoutView):  # type: ignore[misc]
    """Asked by GET it shows a button; only a POST signs out."""

    template_name = "signin/sign_out.html"


sign_in = public(SignIn.as_view())
sign_out = SignOut.as_view()
sign_out.before_password_change = True


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's password; who must, comes here before any other page."""
    person = access.staff(request)
    is_forced = person.must_change_password
    form = forms.ChangePassword(request.POST or None, person=person)
    if request.method == "POST":
        limited = ratelimit.consume_or_429(request, action="change_password", user=person)
        if isinstance(limited, HttpResponse):
            return limited
        if form.is_valid() and _changed(request, form):
            messages.success(
                request, _("The new password holds from now on; other sessions ended.")
            )
            return redirect(_next(request))
    context: dict[str, Any] = {
        "form": form,
        "is_forced": is_forced,
        "next": _next(request),
        "rules": password_validators_help_texts(),
    }
    status = 422 if form.errors else 200
    return render(request, "signin/change_password.html", context, status=status)


change_password.before_password_change = True  # type: ignore[attr-defined]


def _changed(request: HttpRequest, form: forms.ChangePassword) -> bool:
    """Set the new password and keep this one session; False with the reasons in the form."""
    person = access.staff(request)
    try:
        with transaction.atomic():
            identity.set_password(person.pk, form.cleaned_data["new"], by=access.act(request))
    except identity.PasswordRefused as refused:
        for sentence in refused.errors["password"]:
            form.add_error("new", sentence)
        return False
    person.refresh_from_db()
    update_session_auth_hash(request, person)
    return True


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"
