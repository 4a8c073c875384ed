"""Writes of the tariffs domain: propose, release, reject. Each leaves an audit record."""

from datetime import date
from typing import NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.types.range import DateRange

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity import api as identity
from wattdesk.domains.tariffs import locks, permissions
from wattdesk.domains.tariffs.checks import check_document
from wattdesk.domains.tariffs.data import DocumentReport, VersionInfo
from wattdesk.domains.tariffs.models import RateSchedule, Tariff, TariffVersion
from wattdesk.domains.tariffs.queries import VersionNotFound, get_version, released_of
from wattdesk.kernel.rating.document_types import TariffDocument
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotAllowed, StateConflict
from wattdesk.toolkit.transactions import require_transaction

State = TariffVersion.State


class DocumentRefused(InvalidInput):
    """The text is not a tariff document that can be billed; ``report`` says what is wrong.

    ``errors`` maps ``line:column`` to sentences.
    """

    code = "tariffs.document_refused"
    message = gettext_lazy("The tariff document cannot be taken.")

    def __init__(self, report: DocumentReport) -> None:
        errors: dict[str, list[str]] = {}
        for fault in report.faults:
            path = f"{fault.path}: " if fault.path else ""
            errors.setdefault(f"{fault.line}:{fault.column}", []).append(path + fault.sentence)
        for example in report.examples:
            for difference in example.differences:
                errors.setdefault(f"{example.line}:1", []).append(f"{example.id}: {difference}")
        self.report = report
        super().__init__(errors)


class DocumentKnown(StateConflict):
    """The same text waits or is in force already."""

    code = "tariffs.document_known"
    message = gettext_lazy("This text is already there as version %(number)s of %(tariff)s.")


class VersionDecided(StateConflict):
    """The version is no longer a proposal."""

    code = "tariffs.version_decided"
    message = gettext_lazy("Version %(number)s of %(tariff)s is decided already: %(state)s.")


class SamePerson(StateConflict):
    """Who proposed a version may not release it."""

    code = "tariffs.same_person"
    message = gettext_lazy("A tariff is released by another person than the one who proposed it.")


class DayTaken(StateConflict):
    """Another version begins on the same day."""

    code = "tariffs.day_taken"
    message = gettext_lazy(
        "Version %(number)s of %(tariff)s is in force from %(day)s already; a correction needs"
        " another day."
    )


class ScheduleTaken(StateConflict):
    """A price class of the document belongs to another tariff."""

    code = "tariffs.schedule_taken"
    message = gettext_lazy("The price class %(code)s belongs to the tariff %(tariff)s.")


class ReasonNeeded(InvalidInput):
    """A rejection says why."""

    code = "tariffs.reason_needed"
    message = gettext_lazy("A rejection needs a reason.")


def propose(text: str, *, by: Act) -> VersionInfo:
    """Check a document and store it as a proposal that another person may release.

    Raises DocumentRefused with every fault, DocumentKnown, NotAllowed.
    """
    require_transaction()
    person = _allowed(by, permissions.PROPOSE)
    document = _sound(text)
    tariff, _new = Tariff.objects.get_or_create(
        code=document.code,
        defaults={"title": document.title.zh, "title_en": document.title.en},
    )
    tariff = locks.lock_tariff(tariff.pk)
    known = tariff.versions.filter(sha256=document.digest).exclude(state=State.REJECTED).first()
    if known is not None:
        raise DocumentKnown(number=known.number, tariff=tariff.code)
    latest = tariff.versions.order_by("-number").first()
    version = TariffVersion.objects.create(
        tariff=tariff,
        number=latest.number + 1 if latest else 1,
        period=DateRange(document.effective_from, document.effective_to),
        document=text,
        sha256=document.digest,
        state=State.PROPOSED,
        proposed_by_id=person,
        proposed_at=by.at,
    )
    _record(version, "tariffs.propose", by, before=None)
    return get_version(version.pk)


def release(version_id: int, *, by: Act) -> VersionInfo:
    """Put a proposed version into force from its day; the version before it ends there.

    The document is checked once more, by the engines of today. Its price classes enter the
    catalogue. Raises VersionNotFound, VersionDecided, SamePerson, DocumentRefused, DayTaken,
    ScheduleTaken, NotAllowed.
    """
    require_transaction()
    person = _allowed(by, permissions.RELEASE)
    version = _proposed(version_id)
    if version.proposed_by_id == person:
        raise SamePerson
    document = _sound(version.document)
    before = _state(version)
    upper, previous = _place(version, document)
    if previous is not None:
        previous.period = DateRange(previous.period.lower, document.effective_from)
        previous.save(update_fields=["period"])
    version.period = DateRange(document.effective_from, upper)
    _decide(version, State.RELEASED, person, by)
    _enter_schedules(version, document)
    _record(version, "tariffs.release", by, before=before)
    return get_version(version.pk)


def reject(version_id: int, *, by: Act) -> VersionInfo:
    """Turn a proposal down, with a reason. The one who proposed it cannot decide it either way.

    Raises VersionNotFound, VersionDecided, SamePerson, ReasonNeeded, NotAllowed.
    """
    require_transaction()
    person = _allowed(by, permissions.RELEASE)
    if not by.reason.strip():
        raise ReasonNeeded({"reason": [_("Say why.")]})
    version = _proposed(version_id)
    if version.proposed_by_id == person:
        raise SamePerson
    before = _state(version)
    _decide(version, State.REJECTED, person, by)
    _record(version, "tariffs.reject", by, before=before)
    return get_version(version.pk)


def _allowed(by: Act, action: str) -> int:
    """The person of the act, who must have the right. Tariffs belong to no unit: the right for any
    unit will do."""
    if (
        by.staff_id is None
        or not identity.scope_of(by.staff_id, action, on=civil_date(by.at)).paths
    ):
        _refuse(action)
    return by.staff_id


def _refuse(action: str) -> NoReturn:
    raise NotAllowed(action=identity.action_words(action))


def _sound(text: str) -> TariffDocument:
    report = check_document(text)
    if not report.ok or report.document is None:
        raise DocumentRefused(report)
    return report.document


def _proposed(version_id: int) -> TariffVersion:
    version = locks.lock_version(version_id)
    if version is None:
        raise VersionNotFound
    if version.state != State.PROPOSED:
        raise VersionDecided(number=version.number, tariff=version.tariff.code, state=version.state)
    return version


def _place(
    version: TariffVersion, document: TariffDocument
) -> tuple[date | None, TariffVersion | None]:
    """Where the version ends, and the version before it that must end where this one begins."""
    start, upper = document.effective_from, document.effective_to
    previous = None
    for other in released_of(version.tariff_id):
        if other.period.lower == start:
            raise DayTaken(number=other.number, tariff=version.tariff.code, day=start)
        if other.period.lower > start:
            upper = other.period.lower if upper is None else min(upper, other.period.lower)
            break
        if other.period.upper is None or other.period.upper > start:
            previous = other
    return upper, previous


def _decide(version: TariffVersion, state: State, person: int, by: Act) -> None:
    version.state = state
    version.decided_by_id = person
    version.decided_at = by.at
    version.reason = by.reason
    version.save(update_fields=["state", "decided_by", "decided_at", "reason", "period"])


def _enter_schedules(version: TariffVersion, document: TariffDocument) -> None:
    """Bring the catalogue up to the document; titles follow the version that begins last."""
    begins = [other.period.lower for other in released_of(version.tariff_id)]
    is_latest = max(begins) == document.effective_from
    codes = [schedule.code for schedule in document.schedules]
    known = {
        row.code: row
        for row in RateSchedule.objects.select_related("tariff").filter(code__in=codes)
    }
    for schedule in document.schedules:
        row = known.get(schedule.code)
        if row is not None and row.tariff_id != version.tariff_id:
            raise ScheduleTaken(code=schedule.code, tariff=row.tariff.code)
        if row is None:
            row = RateSchedule(code=schedule.code, tariff_id=version.tariff_id)
        elif not is_latest:
            continue
        row.title, row.title_en = schedule.title.zh, schedule.title.en
        row.customer_class = schedule.customer_class
        row.save()
    if is_latest:
        tariff = version.tariff
        tariff.title, tariff.title_en = document.title.zh, document.title.en
        tariff.save(update_fields=["title", "title_en"])


def _state(version: TariffVersion) -> dict[str, object]:
    upper = version.period.upper
    return {
        "state": str(version.state),
        "from_date": version.period.lower.isoformat(),
        "to_date": upper.isoformat() if upper else None,
        "sha256": version.sha256,
    }


def _record(
    version: TariffVersion, action: str, by: Act, *, before: dict[str, object] | None
) -> None:
    audit.record(
        by=by,
        action=action,
        subjects=[f"tariff:{version.tariff_id}", f"tariff_version:{version.pk}"],
        before=before,
        after=_state(version),
    )
