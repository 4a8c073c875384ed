"""How django-allauth treats our staff: nobody signs up, names are ours."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccount(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are made by an operation, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
