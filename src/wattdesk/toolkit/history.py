"""History of rows that may change: every earlier state is kept, with who changed it and why.

A trigger copies the row as it was into ``<table>_history`` before each update and delete; inserts
need no copy, because ``recorded_at`` says since when the row stands. Together they answer what was
known at any moment. This is a memory, not a protection: what must never change has raw triggers
and privileges (see :mod:`wattdesk.toolkit.guards`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import pghistory
from django.db import models
from django.db.models.functions import Now

M = TypeVar("M", bound=type[models.Model])


class TransactionNow(Now):
    """The moment the open transaction began, as the history trigger writes it too."""

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="transaction_timestamp()", **context)


class RecordedAtField(models.DateTimeField):  # type: ignore[type-arg]
    """When the row was recorded, filled in by the database. Effective time is elsewhere."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(db_default=TransactionNow(), editable=False)
        super().__init__(**kwargs)


def keep_history(table: str) -> Callable[[M], M]:
    """Class decorator: keep every earlier state of the model's rows in ``<table>_history``."""

    def decorate(model: M) -> M:
        tracked: M = pghistory.track(
            pghistory.UpdateEvent("changed", row=pghistory.Old),
            pghistory.DeleteEvent("removed"),
            model_name=f"{model.__name__}History",
            obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
            context_field=pghistory.ContextJSONField(null=True),
            context_id_field=None,  # type: ignore[arg-type]  # the documented way to have none
            meta={"db_table": f"{table}_history"},
        )(model)
        return tracked

    return decorate


@contextmanager
def changed_by(*, actor_id: int | None, name: str, reason: str) -> Iterator[None]:
    """History rows written inside say who did it and why."""
    with pghistory.context(actor=actor_id, name=name, reason=reason):
        yield


def as_known_at(model: type[models.Model], key: int, moment: datetime) -> dict[str, Any] | None:
    """One row as it stood at ``moment``, column → value; None when it was not there yet or gone.

    The earliest copy made after the moment is what was true then; without one, the row itself is.
    """
    history = model._meta.apps.get_model(model._meta.app_label, f"{model.__name__}History")
    columns = [field.attname for field in model._meta.local_fields]
    later = (
        history._default_manager.filter(pgh_obj_id=key, pgh_created_at__gt=moment)
        .order_by("pgh_id")
        .values(*columns)
        .first()
    )
    row: dict[str, Any] | None = (
        later or model._default_manager.filter(pk=key).values(*columns).first()
    )
    if row is None or row["recorded_at"] > moment:
        return None
    return row
