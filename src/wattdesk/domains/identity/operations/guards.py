"""What the writes of this domain share: who may, and the database's refusals in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from wattdesk.domains.identity import permissions
from wattdesk.domains.identity.rights import require
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import Problem
from wattdesk.toolkit.transactions import require_transaction


def managing(by: Act, unit_path: str) -> None:
    """Demand a transaction, and that whoever acts manages people of the unit.

    The system itself (set-up, command line on the server) may. Raises ActionMissing.
    """
    require_transaction()
    if by.staff_id is not None:
        day = civil_date(by.at)
        require(by.staff_id, permissions.MANAGE, unit_path=unit_path, on=day)


@contextmanager
def refusing_double(column: str, problem: Problem) -> Iterator[None]:
    """Turn the database's refusal of a second row with the same ``column`` into ``problem``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        diagnostic = getattr(refused.__cause__, "diag", None)
        if diagnostic is not None and f"({column})=" in (diagnostic.message_detail or ""):
            raise problem from refused
        raise
