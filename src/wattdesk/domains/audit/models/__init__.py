"""Tables of the audit domain."""

from wattdesk.domains.audit.models.record import Record
from wattdesk.domains.audit.models.seal import Seal, SealedRecord

__all__ = ["Record", "Seal", "SealedRecord"]
