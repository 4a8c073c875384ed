"""Tables of the screens themselves: what a person has arranged for their own work."""

from wattdesk.web.models.saved_view import SavedView

__all__ = ["SavedView"]
