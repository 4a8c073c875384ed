"""What happened to a person, from the audit records: action, actor and reason only."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit.api import AuditEntry
from wattdesk.domains.identity import api as identity
from wattdesk.web.parts import Event, Tone

ACTIONS: dict[str, tuple[str, Tone, str | Promise]] = {
    "identity.staff_created": ("user-plus", "ok", gettext_lazy("Person added")),
    "identity.staff_moved": ("arrows-right-left", "", gettext_lazy("Moved to another unit")),
    "identity.staff_deactivated": ("user-off", "bad", gettext_lazy("Access ended")),
    "identity.staff_reactivated": ("user-check", "ok", gettext_lazy("Access given again")),
    "identity.password_set": ("key", "warn", gettext_lazy("First password set by another person")),
    "identity.password_changed": ("key", "", gettext_lazy("Password changed")),
    "identity.language_set": ("language", "", gettext_lazy("Language changed")),
    "identity.duty_given": ("id-badge-2", "info", gettext_lazy("Duty given")),
    "identity.duty_confirmed": ("checks", "ok", gettext_lazy("Duty confirmed")),
    "identity.duty_ended": ("id-badge-off", "", gettext_lazy("Duty ended")),
    "identity.duty_withdrawn": ("id-badge-off", "", gettext_lazy("Duty withdrawn")),
    "identity.signed_in": ("login-2", "", gettext_lazy("Signed in")),
    "identity.signed_out": ("logout", "", gettext_lazy("Signed out")),
    "identity.sign_in_failed": ("lock-exclamation", "warn", gettext_lazy("Signing in failed")),
}


def event(entry: AuditEntry) -> Event:
    """One record as a line of the time line."""
    icon, tone, words = ACTIONS.get(entry.action, ("point", "", entry.action))
    title = str(words)
    after = entry.after or entry.before or {}
    if entry.action.startswith("identity.duty_") and "role" in after:
        role = identity.declared().roles.get(str(after["role"]))
        title = _("%(what)s: %(which)s") % {"what": title, "which": role or after["role"]}
    actor = _("the program") if entry.actor_name == "system" else entry.actor_name
    by = "\u3000".join(part for part in (str(actor), entry.reason) if part)
    return Event(entry.at, title, by, icon, tone)
