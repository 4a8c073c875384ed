"""Writes about what an account needs known: who cares for it, its profile, its block year."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from wattdesk.domains.customers.account_operations import live_account, record
from wattdesk.domains.customers.data import ProfileEntry
from wattdesk.domains.customers.models import BlockOpening, LoadProfile
from wattdesk.domains.customers.operations import history
from wattdesk.domains.identity.data import Act
from wattdesk.toolkit.errors import InvalidInput
from wattdesk.toolkit.transactions import require_transaction


def set_care(
    account_id: int,
    *,
    manager_id: int | None,
    segment_id: int | None,
    paper_file: str,
    note: str,
    by: Act,
) -> None:
    """Set who looks after the account, its segment, paper file and note. Raises NotFound,
    AccountClosed."""
    require_transaction()
    row = live_account(account_id)
    fields = ("manager_id", "segment_id", "paper_file", "note")
    before = {field: getattr(row, field) for field in fields}
    row.manager_id, row.segment_id = manager_id, segment_id
    row.paper_file, row.note = paper_file.strip(), note.strip()
    with history(by):
        row.save(update_fields=["manager", "segment", "paper_file", "note"])
    record(
        row, "set_care", by, before=before, after={field: getattr(row, field) for field in fields}
    )


def set_profile(account_id: int, entry: ProfileEntry, *, by: Act) -> None:
    """Describe what the account uses power for (用电特征, R-CUST-02).

    Raises NotFound, AccountClosed, InvalidInput with all wrong fields.
    """
    require_transaction()
    row = live_account(account_id)
    faults: dict[str, list[str]] = {}
    for field, choices in (
        ("use", LoadProfile.Use),
        ("hours", LoadProfile.Hours),
        ("dependence", LoadProfile.Dependence),
        ("backup", LoadProfile.Backup),
    ):
        if getattr(entry, field) not in choices.values:
            faults[field] = [_("Choose one of the list.")]
    for field in ("load_kw", "backup_kw"):
        value: Decimal | None = getattr(entry, field)
        if value is not None and value < 0:
            faults[field] = [_("This cannot be below zero.")]
    if faults:
        raise InvalidInput(faults)
    present = LoadProfile.objects.filter(account=row).first()
    before = None if present is None else {"use": present.use, "dependence": present.dependence}
    with history(by):
        LoadProfile.objects.update_or_create(account=row, defaults=asdict(entry))
    record(
        row,
        "set_profile",
        by,
        before=before,
        after={k: str(v) if isinstance(v, Decimal) else v for k, v in asdict(entry).items()},
    )


def set_block_opening(account_id: int, *, year_start: date, energy_kwh: Decimal, by: Act) -> None:
    """Note the kWh used in a block year before the first bill made here (年阶梯期初).

    Raises NotFound, AccountClosed, InvalidInput below zero.
    """
    require_transaction()
    row = live_account(account_id)
    if energy_kwh < 0:
        raise InvalidInput({"energy_kwh": [_("This cannot be below zero.")]})
    present = BlockOpening.objects.filter(account=row, year_start=year_start).first()
    with history(by):
        BlockOpening.objects.update_or_create(
            account=row, year_start=year_start, defaults={"energy_kwh": energy_kwh}
        )
    record(
        row,
        "set_block_opening",
        by,
        before=None if present is None else {"energy_kwh": str(present.energy_kwh)},
        after={"year_start": year_start.isoformat(), "energy_kwh": str(energy_kwh)},
    )
