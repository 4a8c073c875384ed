"""Evidence that something was seen or tried: unmaskings, signing in and out."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.data import SignIn
from wattdesk.domains.identity.models import Staff
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput

UNMASKED = "customers.unmask"


class UnmaskingNeedsReason(InvalidInput):
    """Personal data is shown in full only for a reason in words."""

    code = "identity.unmasking_needs_reason"
    message = _("Say what you need it for.")


def record_unmasking(
    *, subject: str, fields: Sequence[str], by: Act, unit_id: int | None = None
) -> None:
    """Record that the person who acts now sees ``fields`` of ``subject`` in full.

    ``subject`` as in audit (``account:12``), ``fields`` names what is shown, never its content.
    That the person may was checked by the caller, who returns the values. Raises
    UnmaskingNeedsReason.
    """
    if not by.reason.strip():
        raise UnmaskingNeedsReason
    audit.record(
        by=by,
        action=UNMASKED,
        subjects=[subject],
        unit_id=unit_id,
        after={"fields": sorted(fields)},
    )


def record_sign_in(*, outcome: SignIn, username: str, at: datetime, address: str = "") -> None:
    """Record that somebody signed in or out, or failed to; ``address`` is the client's.

    A sign-in name that nobody has is not kept: it may be a password typed into the wrong field.
    """
    person = Staff.objects.filter(username=username).first()
    if person is None:
        by, subject, unit_id = Act(None, "?", at), "staff:unknown", None
    else:
        by, subject, unit_id = Act(person.pk, person.name, at), f"staff:{person.pk}", person.unit_id
    audit.record(
        by=by,
        action=outcome.value,
        subjects=[subject],
        unit_id=unit_id,
        after={"address": address} if address else None,
    )
