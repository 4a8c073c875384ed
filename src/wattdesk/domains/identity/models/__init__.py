"""Tables of the identity domain."""

from wattdesk.domains.identity.models.rights import Duty, Role, RoleAction
from wattdesk.domains.identity.models.staff import Staff, StaffManager, UsedPassword
from wattdesk.domains.identity.models.unit import Unit

__all__ = ["Duty", "Role", "RoleAction", "Staff", "StaffManager", "Unit", "UsedPassword"]
