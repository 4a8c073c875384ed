"""Reads of the tariffs domain. Parsed documents and compiled plans are kept by digest."""

import difflib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import DateRange

from wattdesk.domains.tariffs.checks import schedules_of
from wattdesk.domains.tariffs.data import (
    ScheduleInfo,
    TariffInfo,
    VersionInfo,
    VersionInForce,
)
from wattdesk.domains.tariffs.models import RateSchedule, Tariff, TariffVersion
from wattdesk.kernel.rating.document_types import TariffDocument
from wattdesk.kernel.rating.documents import digest_of, parse
from wattdesk.kernel.rating.plan import Plan, compile_schedule
from wattdesk.toolkit.errors import InvariantBroken, NotFound


class VersionNotFound(NotFound):
    """There is no such version of a tariff document."""

    code = "tariffs.version_not_found"
    message = _("There is no such tariff version.")


class ScheduleNotFound(NotFound):
    """There is no such price class, or the version does not price it."""

    code = "tariffs.schedule_not_found"
    message = _("There is no price class %(code)s.")


def list_schedules(customer_class: str | None = None) -> list[ScheduleInfo]:
    """All price classes by code, or those of one customer class."""
    rows = RateSchedule.objects.select_related("tariff").order_by("code")
    if customer_class is not None:
        rows = rows.filter(customer_class=customer_class)
    return [_schedule(row) for row in rows]


def get_schedule(code: str) -> ScheduleInfo:
    """One price class by its code. Raises ScheduleNotFound."""
    row = RateSchedule.objects.select_related("tariff").filter(code=code).first()
    if row is None:
        raise ScheduleNotFound(code=code)
    return _schedule(row)


def _schedule(row: RateSchedule) -> ScheduleInfo:
    return ScheduleInfo(
        id=row.pk,
        code=row.code,
        title=row.title,
        title_en=row.title_en,
        customer_class=row.customer_class,
        tariff_code=row.tariff.code,
    )


def list_tariffs() -> list[TariffInfo]:
    """All tariff documents by code, with how many versions they have and how many wait."""
    released = Q(versions__state=TariffVersion.State.RELEASED)
    rows = Tariff.objects.order_by("code").annotate(
        count=Count("versions"),
        waiting=Count("versions", filter=Q(versions__state=TariffVersion.State.PROPOSED)),
        current=Max("versions__number", filter=released),
    )
    return [
        TariffInfo(row.pk, row.code, row.title, row.title_en, row.count, row.waiting, row.current)
        for row in rows
    ]


def list_versions(tariff_code: str | None = None) -> list[VersionInfo]:
    """Versions of one tariff or of all, newest number first."""
    rows = _versions().order_by("tariff__code", "-number")
    if tariff_code is not None:
        rows = rows.filter(tariff__code=tariff_code)
    return [version_info(row) for row in rows]


def get_version(version_id: int) -> VersionInfo:
    """One version with its text. Raises VersionNotFound."""
    row = _versions().filter(pk=version_id).first()
    if row is None:
        raise VersionNotFound
    return version_info(row)


def find_version(tariff_code: str, number: int | None = None) -> VersionInfo:
    """A version by tariff code and number; without a number the newest. Raises VersionNotFound."""
    rows = _versions().filter(tariff__code=tariff_code).order_by("-number")
    row = (rows if number is None else rows.filter(number=number)).first()
    if row is None:
        raise VersionNotFound
    return version_info(row)


def _versions() -> QuerySet[TariffVersion]:
    return TariffVersion.objects.select_related("tariff", "proposed_by", "decided_by")


def version_info(row: TariffVersion) -> VersionInfo:
    """A row with its tariff and people as the public type."""
    return VersionInfo(
        id=row.pk,
        tariff_code=row.tariff.code,
        number=row.number,
        title=row.tariff.title,
        title_en=row.tariff.title_en,
        from_date=row.period.lower,
        to_date=row.period.upper,
        state=row.state,
        sha256=row.sha256,
        text=row.document,
        proposed_by_id=row.proposed_by_id,
        proposed_by=row.proposed_by.name,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        reason=row.reason,
    )


def diff(version_id: int) -> str:
    """The text of a version as a unified difference to the version before it.

    The version before is the one with the next lower number that was not rejected; without one
    everything is new. Raises VersionNotFound.
    """
    version = get_version(version_id)
    before = (
        TariffVersion.objects.filter(tariff__code=version.tariff_code, number__lt=version.number)
        .exclude(state=TariffVersion.State.REJECTED)
        .order_by("-number")
        .first()
    )
    lines = difflib.unified_diff(
        before.document.splitlines() if before else [],
        version.text.splitlines(),
        fromfile=f"{version.tariff_code} {before.number}" if before else "/dev/null",
        tofile=f"{version.tariff_code} {version.number}",
        lineterm="",
    )
    return "\n".join(lines)


def versions_in_force(
    schedule_codes: Sequence[str], from_date: date, to_date: date
) -> list[VersionInForce]:
    """Released versions that price any of the classes in ``[from_date, to_date)``, by date.

    Each is clipped to the period. A class without a row for some days has no price then.
    """
    rows = (
        TariffVersion.objects.filter(
            state=TariffVersion.State.RELEASED,
            period__overlap=DateRange(from_date, to_date),
            tariff__schedules__code__in=list(schedule_codes),
        )
        .distinct()
        .order_by("period", "pk")
        .values_list("pk", "sha256", "tariff__code", "number", "period")
    )
    found = []
    for pk, digest, tariff_code, number, period in rows:
        document = _document(digest, pk)
        priced = tuple(c for c in schedules_of(document) if c in schedule_codes)
        if priced:
            upper = period.upper or to_date
            found.append(
                VersionInForce(
                    version_id=pk,
                    tariff_code=tariff_code,
                    number=number,
                    from_date=max(period.lower, from_date),
                    to_date=min(upper, to_date),
                    schedule_codes=priced,
                    document=document,
                )
            )
    return found


def document_of(version_id: int) -> TariffDocument:
    """The parsed document of a version. Raises VersionNotFound."""
    return _document(_digest_of(version_id), version_id)


def plan_for(version_id: int, schedule_code: str) -> Plan:
    """The compiled plan of a price class in a version, from memory when it was compiled before.

    Raises VersionNotFound, ScheduleNotFound.
    """
    return _plan(_digest_of(version_id), version_id, schedule_code)


def _digest_of(version_id: int) -> str:
    digest = TariffVersion.objects.filter(pk=version_id).values_list("sha256", flat=True).first()
    if digest is None:
        raise VersionNotFound
    return digest


@lru_cache(maxsize=64)
def _document(digest: str, version_id: int) -> TariffDocument:
    text = TariffVersion.objects.values_list("document", flat=True).get(pk=version_id)
    if digest_of(text) != digest:
        raise InvariantBroken(f"tariff version {version_id}: the text is not that of its digest")
    return parse(text)


@lru_cache(maxsize=512)
def _plan(digest: str, version_id: int, schedule_code: str) -> Plan:
    document = _document(digest, version_id)
    if schedule_code not in schedules_of(document):
        raise ScheduleNotFound(code=schedule_code)
    return compile_schedule(document, schedule_code)


def released_of(tariff_id: int) -> QuerySet[TariffVersion]:
    """Released versions of a tariff by the day they begin."""
    return TariffVersion.objects.filter(
        tariff_id=tariff_id, state=TariffVersion.State.RELEASED
    ).order_by("period")
