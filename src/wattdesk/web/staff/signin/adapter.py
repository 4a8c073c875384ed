"""How django-allauth treats our staff: nobody signs up, every try leaves a record."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.identity import api as identity
from wattdesk.web import access


class StaffAccount(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are made by an operation, never by signing up."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "The sign-in name and the password do not fit. Check capital letters; after five"
            " failures within a minute you have to wait."
        ),
        "too_many_login_attempts": _(
            "Too many failed attempts. Wait one minute, then try again; if you forgot the"
            " password, ask your administrator for a new one."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nobody needs to be told that signing in has worked."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        self._record(request, identity.SignIn.IN, user.get_username())

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            self._record(request, identity.SignIn.OUT, request.user.get_username())
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._record(request, identity.SignIn.FAILED, str(credentials.get("username", "")))

    def _record(self, request: HttpRequest, outcome: identity.SignIn, username: str) -> None:
        with transaction.atomic():
            identity.record_sign_in(
                outcome=outcome,
                username=username,
                at=access.now(request),
                address=self.get_client_ip(request),
            )
