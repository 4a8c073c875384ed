"""What tariffs add to the workbench: versions that wait for this person's release."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.data import VersionInfo
from wattdesk.web import format as fmt
from wattdesk.web import providers
from wattdesk.web.parts import Signature
from wattdesk.web.providers import NavCount, Viewer
from wattdesk.web.staff.tariffs import words
from wattdesk.web.staff.tariffs.pages import RELEASE


def _waiting(viewer: Viewer) -> list[VersionInfo]:
    if not viewer.may(RELEASE) or not any(t.waiting for t in tariffs.list_tariffs()):
        return []
    return [
        version
        for version in tariffs.list_versions()
        if version.state == "PROPOSED" and version.proposed_by_id != viewer.staff.pk
    ]


def signatures(viewer: Viewer) -> Sequence[Signature]:
    """One for each version that somebody else proposed."""
    return [
        Signature(
            title=_("%(tariff)s version %(n)s")
            % {"tariff": words.title(version), "n": version.number},
            detail=_("in force from %(day)s, proposed by %(name)s")
            % {"day": fmt.day(version.from_date), "name": version.proposed_by},
            url=reverse("tariffs:version", args=[version.id]),
        )
        for version in _waiting(viewer)
    ]


def counts(viewer: Viewer) -> Mapping[str, NavCount]:
    """How many versions wait, beside the item of the navigation."""
    number = len(_waiting(viewer))
    return {"tariffs:tariff_list": NavCount(number)} if number else {}


providers.register("tariffs", signatures=signatures, counts=counts)
