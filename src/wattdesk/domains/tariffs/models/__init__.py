"""Tables of the tariffs domain."""

from wattdesk.domains.tariffs.models.tariff import RateSchedule, Tariff, TariffVersion

__all__ = ["RateSchedule", "Tariff", "TariffVersion"]
