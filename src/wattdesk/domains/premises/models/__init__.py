"""Tables of the premises domain."""

from wattdesk.domains.premises.models.network import Feeder, Substation, TransformerArea
from wattdesk.domains.premises.models.place import (
    AdministrativeDivision,
    OwnershipBoundary,
    ServiceLocation,
    SupplyPoint,
    UsagePoint,
    UsagePointArea,
)

__all__ = [
    "AdministrativeDivision",
    "Feeder",
    "OwnershipBoundary",
    "ServiceLocation",
    "Substation",
    "SupplyPoint",
    "TransformerArea",
    "UsagePoint",
    "UsagePointArea",
]
