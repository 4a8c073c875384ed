"""Folders of their own for uploads and daily energy, and one meter to import for."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from tests.factories import metering as make
from tests.factories.identity import make_unit
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering.api import Kind


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are asserted in English; that the Chinese ones exist is the catalogue check's."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Settings) -> Path:
    settings.IMPORTS = tmp_path / "imports"
    settings.CURVES = tmp_path / "curves"
    return tmp_path


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def meter(unit: Unit) -> str:
    """A meter 0012 with total, peak and valley, installed on 1 March 2020, read at the new year."""
    point = make.make_point(unit)
    registers = make.hang(
        point,
        since=date(2020, 3, 1),
        number="0012",
        kinds=(Kind.ACTIVE_TOTAL, Kind.ACTIVE_PEAK, Kind.ACTIVE_VALLEY),
    )
    for register, value in zip(registers.values(), (100, 60, 40), strict=True):
        make.read(register, {date(2026, 1, 1): value})
    return "0012"
