"""What the frame around every page shows: navigation by role, the person, notices."""

from typing import Any

from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of the shell."""
    return {}
