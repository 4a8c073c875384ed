"""Fixtures for all tests. Tests run as the application's role, so missing rights show."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from django.conf import settings

_tests = count(1)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: "pytest_django.DjangoDbBlocker",  # noqa: F821
) -> Iterator[None]:
    """After the owner has made the test database: rights, cache table, then the other role."""
    from django.core.management import call_command
    from django.db import connection

    from wattdesk.toolkit import privileges

    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)
        privileges.grant()
        connection.settings_dict["OPTIONS"]["assume_role"] = settings.APP_ROLE
        connection.close()
    yield
    with django_db_blocker.unblock():
        connection.settings_dict["OPTIONS"].pop("assume_role", None)
        connection.close()


@pytest.fixture(autouse=True)
def _own_audit_folder(
    settings: "pytest_django.fixtures.SettingsWrapper",  # noqa: F821
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What audit keeps outside the database belongs to one database; tests empty theirs."""
    # Not mktemp, which lists the folder anew for each test; audit makes its folder when needed.
    settings.AUDIT_HEAD = tmp_path_factory.getbasetemp() / f"audit-{next(_tests)}"


@pytest.fixture(autouse=True)
def _owner_empties_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Emptying tables after a transactional test needs the owner; the role may not TRUNCATE."""
    names = request.fixturenames
    transactional = "transactional_db" in names or "live_server" in names
    marker = request.node.get_closest_marker("django_db")
    if marker is not None:
        transactional = transactional or bool(marker.kwargs.get("transaction"))
    if transactional:
        request.getfixturevalue("transactional_db")
    yield
    if transactional:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """Be the database's owner (a superuser) for a while: tests of tampering."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.APP_ROLE}")


SHARED = os.environ.get("WATTDESK_SHARED_DATA", "../shared/data")
