"""Every address, every role: nobody reaches what is not theirs, and a refusal changes nothing.

The table is tests/web/rights.py. An address that is not in it fails here.
"""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.factories.identity import make_staff, make_unit, signed_in
from tests.web import rights
from tests.web.walk import METHODS, Address, addresses, ask, declared_access, fingerprint
from tests.web.world import World, make_world
from wattdesk.domains.identity import api as identity
from wattdesk.toolkit.periods import days

ALL = addresses()
LISTED = [address for address in ALL if address.name in rights.NEEDS]
GUARDED = [address for address in LISTED if address.is_guarded]
ROLES = sorted(identity.declared().roles)
REFUSED = {403, 404}
NOT_THIS_WAY, WRONG_STATE = 405, 409


def is_let_in(role: str, address: Address) -> bool:
    needed = {address.needed, rights.ALSO_NEEDS.get(address.name, address.needed)}
    return needed <= set(identity.declared().roles[role].actions)


def browser_of(role: str, world: World | None = None) -> Client:
    """A client signed in as a person with the role: of the world's unit, else of another."""
    return signed_in(
        Client(raise_request_exception=False),
        make_staff(role=role, unit=world.unit if world else make_unit()),
    )


@pytest.fixture
def world(db: None) -> World:
    return make_world()


class TestTable:
    def test_names_every_address(self):
        assert {a.name for a in ALL} - rights.NEEDS.keys() == set()

    def test_names_no_address_that_is_gone(self):
        assert rights.NEEDS.keys() - {a.name for a in ALL} == set()

    def test_names_known_actions(self):
        known = {*identity.known_actions(), rights.PUBLIC, rights.ANY_STAFF}
        assert {*rights.NEEDS.values(), *rights.ALSO_NEEDS.values()} - known == set()
        assert rights.ALSO_NEEDS.keys() <= rights.NEEDS.keys()

    def test_knows_every_parameter(self):
        unknown = {
            f"{address.name}: {name}"
            for address in ALL
            for name in address.parameters
            if all(
                address.entry(name, table) is None
                for table in (rights.OBJECTS, rights.SHARED, rights.FREE)
            )
        }
        assert unknown == set()

    def test_agrees_with_what_every_view_says_itself(self):
        told = {a.name: declared_access(a.view) for a in LISTED}
        assert told == {a.name: a.needed for a in LISTED}


class TestNobodySignedIn:
    def test_comes_to_the_sign_in_page_and_changes_nothing(self, world, client):
        before = fingerprint()
        wrong: dict[str, Any] = {}
        for address in LISTED:
            if address.needed == rights.PUBLIC:
                continue
            for method in METHODS:
                response = getattr(client, method)(address.url(world))
                if not response.get("Location", "").startswith("/sign-in/"):
                    wrong[f"{method} {address}"] = response.status_code
        _fail_for(wrong)
        assert fingerprint() == before


class TestEveryRole:
    def test_without_the_action_is_refused_and_changes_nothing(self, world):
        """Even for objects of the person's own unit."""
        wrong: dict[str, Any] = {}
        for role in ROLES:
            browser = browser_of(role, world)
            before = fingerprint()
            for address in GUARDED:
                if is_let_in(role, address):
                    continue
                codes = ask(browser, address, world)
                if not _is_refused(codes, REFUSED):
                    wrong[f"{role} {address}"] = codes
                if fingerprint() != before:
                    wrong[f"{role} {address} changed something"] = codes
                    before = fingerprint()
        _fail_for(wrong)

    def test_with_the_action_finds_nothing_of_another_unit(self, world):
        wrong: dict[str, Any] = {}
        for role in ROLES:
            browser = browser_of(role)
            before = fingerprint()
            for address in GUARDED:
                if not address.names_an_object or not is_let_in(role, address):
                    continue
                codes = ask(browser, address, world)
                if not _is_refused(codes, {404}):
                    wrong[f"{role} {address}"] = codes
                if fingerprint() != before:
                    wrong[f"{role} {address} changed something"] = codes
                    before = fingerprint()
        _fail_for(wrong)

    def test_with_the_action_sees_the_pages_of_its_own_unit(self, world):
        """So that the refusals above mean something."""
        wrong: dict[str, Any] = {}
        browsers = {role: browser_of(role, world) for role in ROLES}
        for address in GUARDED:
            role = next(role for role in ROLES if is_let_in(role, address))
            status = browsers[role].get(address.url(world)).status_code
            if status not in {200, 204, 302, NOT_THIS_WAY, WRONG_STATE}:
                wrong[f"{role} {address}"] = status
        _fail_for(wrong)

    def test_opens_the_pages_for_all_staff(self, world):
        wrong: dict[str, Any] = {}
        for role in ROLES:
            person = make_staff(role=role)
            for address in LISTED:
                if address.needed == rights.ANY_STAFF:
                    status = (
                        signed_in(Client(raise_request_exception=False), person)
                        .get(address.url(world))
                        .status_code
                    )
                    if status not in {200, 302, NOT_THIS_WAY}:
                        wrong[f"{role} {address}"] = status
        _fail_for(wrong)


def _fail_for(wrong: dict[str, Any]) -> None:
    """Fail with all that is wrong, one line each."""
    if wrong:
        pytest.fail("\n".join(f"{what}: {codes}" for what, codes in wrong.items()))


def _is_refused(codes: dict[str, int], allowed: set[int]) -> bool:
    """True when each method is refused or unknown to the view, and not all are unknown."""
    found = set(codes.values())
    return found <= {*allowed, NOT_THIS_WAY} and bool(found & allowed)


class TestDuty:
    def test_that_has_ended_opens_nothing(self, world):
        """Rights are asked at each request, not kept from signing in."""
        wrong: dict[str, Any] = {}
        people = {role: make_staff(role=role, unit=world.unit) for role in ROLES}
        browsers = {
            role: signed_in(Client(raise_request_exception=False), person)
            for role, person in people.items()
        }
        for person in people.values():
            person.duties.update(period=days(date(2000, 1, 1), date(2001, 1, 1)))
        for address in GUARDED:
            role = next(role for role in ROLES if is_let_in(role, address))
            codes = ask(browsers[role], address, world)
            if not _is_refused(codes, REFUSED):
                wrong[f"{role} {address}"] = codes
        _fail_for(wrong)


class TestPasswordToBeChanged:
    def test_leads_to_no_other_page(self, world):
        person = make_staff(role="BILLING_SUPERVISOR", unit=world.unit)
        person.must_change_password = True
        person.save()
        browser = signed_in(Client(raise_request_exception=False), person)
        for address in LISTED:
            if address.needed == rights.PUBLIC or address.name == "account_logout":
                continue
            response = browser.get(address.url(world))
            if address.name == "account_change_password":
                assert response.status_code == 200
            else:
                assert response["Location"].startswith("/password/"), address.name
