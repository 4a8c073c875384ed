"""Rows that a write locks: the tariff first, then its versions."""

from wattdesk.domains.tariffs.models import Tariff, TariffVersion


def lock_tariff(tariff_id: int) -> Tariff:
    """The tariff, so that two proposals or releases of one tariff follow each other."""
    return Tariff.objects.select_for_update().get(pk=tariff_id)


def lock_version(version_id: int) -> TariffVersion | None:
    """The version with its tariff locked before it; None when there is no such version."""
    tariff_id = (
        TariffVersion.objects.filter(pk=version_id).values_list("tariff_id", flat=True).first()
    )
    if tariff_id is None:
        return None
    lock_tariff(tariff_id)
    return TariffVersion.objects.select_for_update().select_related("tariff").get(pk=version_id)
