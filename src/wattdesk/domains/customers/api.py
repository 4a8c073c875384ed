"""The customers domain's door: customers, accounts, agreements, prices assigned, search."""

from wattdesk.domains.customers.account_operations import (
    AccountClosed,
    NumberTaken,
    WrongState,
    assign_rate,
    attach_point,
    change_holder,
    close_account,
    detach_point,
    open_account,
    set_party,
    set_stopped,
)
from wattdesk.domains.customers.bill_parties import BillParties, bill_parties
from wattdesk.domains.customers.capture import phone_faults
from wattdesk.domains.customers.detail_operations import (
    set_block_opening,
    set_care,
    set_profile,
)
from wattdesk.domains.customers.listing import (
    AccountCard,
    PointHolder,
    account_cards,
    account_rows,
    found_by,
    holders_of_points,
    priced_by,
)
from wattdesk.domains.customers.operations import (
    PhoneKnown,
    add_phone,
    check_customer,
    confirm_phone,
    correct_customer,
    mark_phone_failed,
    register_customer,
    remove_phone,
)
from wattdesk.domains.customers.pinyin import sort_key
from wattdesk.domains.customers.queries import (
    accounts_at_points,
    get_account,
    get_account_view,
    get_customer,
)
from wattdesk.domains.customers.roster import (
    billing_roster,
    block_openings,
    chunk_bounds,
    numbers_of,
    rate_changes,
    usage_points_of_accounts,
)
from wattdesk.domains.customers.search import search
from wattdesk.domains.customers.search_index import rebuild_search, refresh_search_of_points
from wattdesk.domains.customers.takeover import reserve, take_over

__all__ = [
    "AccountCard",
    "AccountClosed",
    "BillParties",
    "NumberTaken",
    "PhoneKnown",
    "PointHolder",
    "WrongState",
    "account_cards",
    "account_rows",
    "accounts_at_points",
    "add_phone",
    "assign_rate",
    "attach_point",
    "bill_parties",
    "billing_roster",
    "block_openings",
    "change_holder",
    "check_customer",
    "chunk_bounds",
    "close_account",
    "confirm_phone",
    "correct_customer",
    "detach_point",
    "found_by",
    "get_account",
    "get_account_view",
    "get_customer",
    "holders_of_points",
    "mark_phone_failed",
    "numbers_of",
    "open_account",
    "phone_faults",
    "priced_by",
    "rate_changes",
    "rebuild_search",
    "refresh_search_of_points",
    "register_customer",
    "remove_phone",
    "reserve",
    "search",
    "set_block_opening",
    "set_care",
    "set_party",
    "set_profile",
    "set_stopped",
    "sort_key",
    "take_over",
    "usage_points_of_accounts",
]
