"""What metering adds to the workbench: findings to decide, files that wait to be written."""

from collections.abc import Mapping, Sequence

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.domains.metering import api as metering
from wattdesk.web import format as fmt
from wattdesk.web import providers
from wattdesk.web.parts import Task
from wattdesk.web.providers import NavCount, Viewer
from wattdesk.web.staff.metering.findings import HOLDING

DECIDE = "metering.decide"
IMPORT = "metering.import"
MOST_FILES = 20


def tasks(viewer: Viewer) -> Sequence[Task]:
    """One task for each segment and period with findings that hold, one for each waiting file."""
    found: list[Task] = []
    if viewer.may(DECIDE):
        found += _findings(viewer)
    if viewer.may(IMPORT):
        found += _files(viewer)
    return found


def _findings(viewer: Viewer) -> list[Task]:
    rows = (
        metering.finding_rows(viewer.scope(DECIDE))
        .filter(HOLDING)
        .values("segment__code", "segment__name", "from_date", "to_date")
        .annotate(number=Count("pk"), most=Max("at_risk_kwh"))
        .order_by("to_date", "segment__code")
    )
    found = []
    for row in rows:
        words = ngettext("Decide %(n)s finding", "Decide %(n)s findings", row["number"])
        code = row["segment__code"]
        url = (
            f"{reverse('metering:finding_list')}?segment={code}&holding=1"
            f"&from_date={row['from_date']}&to_date={row['to_date']}"
        )
        found.append(
            Task(
                title=words % {"n": row["number"]},
                reason=_("held accounts stay without a bill; most at risk %(kwh)s kWh")
                % {"kwh": fmt.quantity(row["most"], 0)},
                due_at=None,
                url=url,
                kind="findings",
                kind_name=_("Findings"),
                icon="checkup-list",
                subject=f"{row['segment__name']} {code}",
                subject_detail=fmt.period(row["from_date"], row["to_date"]),
                origin=_("reading check"),
                verb=_("Decide"),
            )
        )
    return found


def _files(viewer: Viewer) -> list[Task]:
    batches = metering.batch_rows(viewer.scope(IMPORT)).filter(
        Q(created_by=viewer.staff), state="CHECKED"
    )
    return [
        Task(
            title=_("Write the checked file"),
            reason=batch["file_name"],
            due_at=None,
            url=reverse("metering:import_batch", args=[batch["pk"]]),
            kind="imports",
            kind_name=_("Imports"),
            icon="file-import",
            subject=batch["segment__code"] or "",
            subject_detail=fmt.moment(batch["created_at"]),
            origin=_("import of readings"),
            verb=_("Look"),
        )
        for batch in batches.order_by("-pk").values(
            "pk", "file_name", "segment__code", "created_at"
        )[:MOST_FILES]
    ]


def counts(viewer: Viewer) -> Mapping[str, NavCount]:
    """How many findings keep accounts out of the bill, beside the item of the navigation."""
    if not viewer.may("metering.view"):
        return {}
    scope = viewer.scope("metering.view")
    number = metering.finding_rows(scope).filter(HOLDING).values("pk")[:1000].count()
    return {"metering:finding_list": NavCount(number)}


providers.register("metering", tasks=tasks, counts=counts)
