"""What the tests of register imports share: files of one meter, a check, a commit, a refusal."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.factories import metering as make
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import ImportBatchInfo
from wattdesk.domains.metering.models import CurveFile, Reading

TODAY = date(2026, 2, 3)
HEAD = ("表号", "示数类型", "抄表日期", "示数")


def check(path: Path, unit: Unit, profile: str = "register_long", **given: Any) -> ImportBatchInfo:
    with transaction.atomic():
        return api.check_file(path, profile, unit_id=unit.pk, by=make.act_at(TODAY), **given)


def commit(batch: ImportBatchInfo, *, reason: str = "month end", **given: Any) -> ImportBatchInfo:
    with transaction.atomic():
        return api.commit_batch(batch.id, by=make.act_at(TODAY, reason=reason), **given)


def long_rows(*rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [HEAD, *rows]


def recorded(day: date = date(2026, 2, 1)) -> dict[str, Decimal]:
    rows = Reading.objects.filter(reading_date=day, superseded_at__isnull=True)
    return {row.register.kind: row.value for row in rows.select_related("register")}


def refused(batch: ImportBatchInfo, rule: str, *, cell: str | None = None) -> api.Fault:
    """The batch is refused for the rule, in words, and nothing was written."""
    assert batch.state == "REFUSED", batch.preview
    fault = next(f for f in batch.errors if f.rule == rule)
    assert fault.message
    assert fault.todo
    assert "%(" not in fault.message + fault.todo
    if cell is not None:
        assert fault.cell == cell
    assert batch.error_count >= len(batch.errors) >= 1
    assert not Reading.objects.filter(batch__isnull=False).exists()
    assert not CurveFile.objects.exists()
    with pytest.raises(api.BatchNotChecked):
        commit(batch)
    return fault
