"""Tables of the customers domain."""

from wattdesk.domains.customers.models.account import (
    Account,
    AccountParty,
    AccountSearch,
    AccountUsagePoint,
    LoadProfile,
)
from wattdesk.domains.customers.models.agreement import (
    Agreement,
    BlockOpening,
    RateAssignment,
)
from wattdesk.domains.customers.models.customer import ContactPhone, Customer

__all__ = [
    "Account",
    "AccountParty",
    "AccountSearch",
    "AccountUsagePoint",
    "Agreement",
    "BlockOpening",
    "ContactPhone",
    "Customer",
    "LoadProfile",
    "RateAssignment",
]
