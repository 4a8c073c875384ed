"""Fixtures of the tests of screens: people with a duty, signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories.identity import make_staff, make_unit, signed_in
from wattdesk.domains.identity.models import Staff, Unit

CHINESE, ENGLISH = "zh-hans", "en"


@pytest.fixture
def station(db: None) -> Unit:
    """A station below a county."""
    return make_unit("370101", parent=make_unit("3701", name="澜川供电公司"), name="澜西供电所")


@pytest.fixture
def officer(station: Unit) -> Staff:
    """A billing officer of the station."""
    return make_staff("wangruoxi", role="BILLING_OFFICER", unit=station, name="王若溪")


@pytest.fixture
def as_officer(officer: Staff) -> Client:
    """A client signed in as the billing officer, in Chinese."""
    return signed_in(Client(), officer)


@pytest.fixture
def in_english() -> Callable[[Client], Client]:
    """Switch a client to English."""

    def switch(client: Client) -> Client:
        client.cookies["wd_language"] = ENGLISH
        return client

    return switch
