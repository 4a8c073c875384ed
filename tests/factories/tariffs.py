"""Tariffs for tests: shipped documents, proposed and released by two people."""

from django.db import transaction

from tests.factories.identity import act, make_staff
from wattdesk.domains.identity.models import Staff, Unit
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.data import VersionInfo


def make_proposer(unit: Unit | None = None) -> Staff:
    """A tariff officer: may propose."""
    return make_staff(role="TARIFF_OFFICER", unit=unit, name="电价甲")


def make_releaser(unit: Unit | None = None) -> Staff:
    """A tariff supervisor: may propose and release."""
    return make_staff(role="TARIFF_SUPERVISOR", unit=unit, name="电价乙")


def propose_text(text: str, *, proposer: Staff | None = None) -> VersionInfo:
    """A proposal of this text."""
    with transaction.atomic():
        return tariffs.propose(text, by=act(proposer or make_proposer()))


def release_text(
    text: str, *, proposer: Staff | None = None, releaser: Staff | None = None
) -> VersionInfo:
    """A version of this text, in force."""
    version = propose_text(text, proposer=proposer)
    with transaction.atomic():
        return tariffs.release(version.id, by=act(releaser or make_releaser()))


def release_shipped(
    *names: str, proposer: Staff | None = None, releaser: Staff | None = None
) -> list[VersionInfo]:
    """Shipped documents in force, in this order: ``release_shipped("lanchuan-2025-01")``."""
    proposer = proposer or make_proposer()
    releaser = releaser or make_releaser()
    return [
        release_text(tariffs.shipped_text(name), proposer=proposer, releaser=releaser)
        for name in names
    ]
