"""Which address needs which action: one line for each name. The rights test walks all of them.

A new page needs a line in ``NEEDS``. A parameter of an address that names an object of a unit needs
a line in ``OBJECTS``, which takes it from the world of the test (tests/web/world.py); one that
names an object of no unit needs a line in ``SHARED``, any other one in ``FREE``. A parameter may be
given for one area only: ``billing:code``.
"""

from collections.abc import Callable
from typing import Any

from tests.web.world import World

PUBLIC = "(public)"  # everybody, also before signing in
ANY_STAFF = "(any staff)"  # everybody who signed in; shows and changes only what is their own

NEEDS: dict[str, str] = {
    # signing in, the frame of every page
    "account_login": PUBLIC,
    "account_inactive": PUBLIC,
    "preferences": PUBLIC,
    "account_logout": ANY_STAFF,
    "account_change_password": ANY_STAFF,
    "workbench": ANY_STAFF,
    "notices": ANY_STAFF,
    "search": ANY_STAFF,
    "help": ANY_STAFF,
    "save_view": ANY_STAFF,
    "delete_view": ANY_STAFF,
    # customers
    "customers:account_list": "customers.view",
    "customers:account": "customers.view",
    "customers:agreement": "customers.view",
    "customers:people": "customers.view",
    "customers:time_line": "customers.view",
    "customers:use": "metering.view",
    "customers:points": "metering.view",
    "customers:bills": "billing.view",
    "customers:statement": "billing.view",
    "customers:assign_price": "customers.edit",
    "customers:add_phone": "customers.edit",
    "customers:mark_phone": "customers.edit",
    "customers:correct": "customers.edit",
    "customers:unmask": "customers.unmask",
    # metering
    "metering:import_list": "metering.import",
    "metering:import_new": "metering.import",
    "metering:template": "metering.import",
    "metering:import_commit": "metering.import",
    "metering:import_batch": "metering.view",
    "metering:import_faults": "metering.view",
    "metering:finding_list": "metering.view",
    "metering:meter": "metering.view",
    "metering:decide": "metering.decide",
    "metering:segment_list": "segments.view",
    "metering:segment_page": "segments.view",
    "metering:correct_reading": "metering.correct",
    # ledger
    "ledger:overview": "ledger.view",
    "ledger:books": "ledger.view",
    "ledger:statement": "ledger.view",
    "ledger:bill": "ledger.view",
    # tariffs: prices belong to no unit
    "tariffs:tariff_list": "tariffs.view",
    "tariffs:version": "tariffs.view",
    "tariffs:text": "tariffs.view",
    "tariffs:changes": "tariffs.view",
    "tariffs:propose": "tariffs.propose",
    "tariffs:decide": "tariffs.release",
    # people
    "identity:staff_list": "identity.view",
    "identity:unit_tree": "identity.view",
    "identity:roles": "identity.view",
    "identity:waiting": "identity.view",
    "identity:person": "identity.view",
    "identity:add_person": "identity.manage",
    "identity:set_access": "identity.manage",
    "identity:set_password": "identity.manage",
    "identity:give_duty": "identity.manage",
    "identity:confirm_duty": "identity.manage",
    "identity:end_duty": "identity.manage",
    # audit
    "audit:trail": "audit.view",
    "audit:record": "audit.view",
    "audit:verification": "audit.view",
    "audit:unmaskings": "audit.unmaskings",
    # billing
    "billing:segment_list": "segments.view",
    "billing:start": "billing.run",
    "billing:rehearsal": "billing.run",
    "billing:recalculate": "billing.run",
    "billing:go_on": "billing.run",
    "billing:run": "billing.view",
    "billing:run_progress": "billing.view",
    "billing:held": "billing.view",
    "billing:draft_list": "billing.view",
    "billing:missing": "billing.view",
    "billing:draft": "billing.view",
    "billing:print_run": "billing.view",
    "billing:prints": "billing.view",
    "billing:run_pdf": "billing.view",
    "billing:bill_list": "billing.view",
    "billing:bill": "billing.view",
    "billing:bill_pdf": "billing.view",
    # Whoever proposed may take it back, and so may whoever could release: the operation decides.
    "billing:withdraw": "billing.view",
    "billing:propose": "billing.propose",
    "billing:sign": "billing.release",
    "billing:cancel": "billing.cancel",
}

# Pages that need a second action besides, because they hold names of customers.
ALSO_NEEDS: dict[str, str] = {
    "billing:print_run": "customers.view",
    "billing:run_pdf": "customers.view",
}

# Parameter of an address → that object of the world's unit.
OBJECTS: dict[str, Callable[[World], Any]] = {
    "customers:number": lambda world: world.account_number,
    "customers:customer_id": lambda world: world.customer_id,
    "customers:phone_id": lambda world: world.phone_id,
    "ledger:number": lambda world: world.account_number,
    "metering:number": lambda world: world.meter_number,
    "metering:reading_id": lambda world: world.reading_id,
    "code": lambda world: world.segment_code,
    "finding_id": lambda world: world.finding_id,
    "batch_id": lambda world: world.import_batch,
    "staff_id": lambda world: world.person.pk,
    "duty_id": lambda world: world.duty_id,
    "unit_id": lambda world: world.unit.pk,
    "record_id": lambda world: world.audit_record,
    "run_id": lambda world: world.run_in_review,
    "account_id": lambda world: world.account_id,
    "bill_id": lambda world: world.bill_id,
}

# Parameter of an address → that object of the world, which belongs to no unit.
SHARED: dict[str, Callable[[World], Any]] = {
    "tariffs:version_id": lambda world: world.tariff_version,
}

# Parameters that name no object at all, with a value to walk with.
FREE: dict[str, Any] = {
    "view_id": 1,  # a saved view: one's own or none, see the tests of lists
    "language": "zh-hans",
    "billing:name": "ALL",
    "metering:profile": "excel_template",
}

# What a page must be asked for besides, so that it shows something.
ASKED: dict[str, Callable[[World], str]] = {
    "customers:unmask": lambda world: f"?what=name:{world.customer_id}",
}
