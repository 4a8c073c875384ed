"""Tables of the billing domain."""

from wattdesk.domains.billing.models.bill import Bill, BillLine
from wattdesk.domains.billing.models.run import Hold, Run, RunChunk

__all__ = ["Bill", "BillLine", "Hold", "Run", "RunChunk"]
