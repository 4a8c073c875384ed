"""Tables of the metering domain."""

from wattdesk.domains.metering.models.device import (
    Installation,
    InstrumentTransformer,
    Meter,
    Register,
)
from wattdesk.domains.metering.models.finding import Finding
from wattdesk.domains.metering.models.imports import ImportBatch
from wattdesk.domains.metering.models.reading import CurveFile, Reading
from wattdesk.domains.metering.models.segment import ReadingSegment

__all__ = [
    "CurveFile",
    "Finding",
    "ImportBatch",
    "Installation",
    "InstrumentTransformer",
    "Meter",
    "Reading",
    "ReadingSegment",
    "Register",
]
