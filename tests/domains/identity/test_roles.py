"""The declared roles: complete, consistent, and brought into the database once."""

import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.db import transaction

from tests.factories.identity import act, make_staff, make_unit
from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.models import Role, RoleAction
from wattdesk.domains.identity.roles import read_roles

DOMAINS = Path(__file__).resolve().parents[3] / "src" / "wattdesk" / "domains"


class TestDeclaration:
    def test_has_the_roles_of_the_trade(self):
        assert set(identity.declared().roles) >= {
            "READER", "READING_OFFICER", "BILLING_OFFICER", "BILLING_SUPERVISOR",
            "TARIFF_OFFICER", "TARIFF_SUPERVISOR", "CLERK", "ACCOUNTANT", "SUPERVISOR",
            "AUDITOR", "ADMINISTRATOR",
        }  # fmt: skip

    def test_keeps_customers_from_the_administrator(self):
        areas = {a.split(".")[0] for a in identity.declared().roles["ADMINISTRATOR"].actions}
        assert areas == {"identity"}

    def test_gives_nobody_who_manages_rights_anything_else(self):
        for role in identity.declared().roles.values():
            if "identity.manage" in role.actions:
                assert {a.split(".")[0] for a in role.actions} == {"identity"}

    def test_gives_every_action_to_some_role(self):
        given = {a for role in identity.declared().roles.values() for a in role.actions}
        assert given == set(identity.known_actions())

    @pytest.mark.parametrize(
        "domain", sorted(p.name for p in DOMAINS.iterdir() if (p / "permissions.py").exists())
    )
    def test_knows_the_actions_of_every_domain(self, domain):
        name = f"wattdesk.domains.{domain}.permissions"
        assert find_spec(name)
        module = importlib.import_module(name)
        actions = {value for key, value in vars(module).items() if key.isupper()}
        assert actions <= set(identity.known_actions())

    def test_names_every_fault_of_a_file(self):
        with pytest.raises(identity.RolesMalformed) as refused:
            read_roles(
                "actions: {a.view: {name: 看, name_en: See}, a.edit: {name: 改}}\n"
                "roles:\n"
                "  X: {name: 某, name_en: Some, actions: [a.view, a.nothing]}\n"
                "  Y: {name: 某, actions: []}\n"
            )
        assert sorted(refused.value.errors) == ["X", "Y", "a.edit"]
        assert "a.nothing" in refused.value.errors["X"][0]

    @pytest.mark.parametrize("text", ["", "[]", "roles: {}"])
    def test_refuses_another_kind_of_file(self, text):
        with pytest.raises(identity.RolesMalformed):
            read_roles(text)


@pytest.mark.django_db
class TestLoadRoles:
    def test_makes_them_once(self):
        assert identity.load_roles(by=act()) == len(identity.declared().roles)
        assert identity.load_roles(by=act()) == 0
        assert {role.code: role for role in identity.list_roles()} == identity.declared().roles

    def test_brings_back_what_differs_and_records_it(self):
        identity.load_roles(by=act())
        clerk = Role.objects.get(code="CLERK")
        RoleAction.objects.create(role=clerk, action="billing.release")
        assert identity.load_roles(by=act()) == 1
        assert "billing.release" not in {row.action for row in clerk.actions.all()}
        entry = audit.timeline(f"role:{clerk.pk}")[0]
        assert "billing.release" in entry.before["actions"]
        assert "billing.release" not in entry.after["actions"]

    def test_empties_a_role_that_is_no_longer_declared(self):
        old = Role.objects.create(code="OLD", name="旧", name_en="Old")
        RoleAction.objects.create(role=old, action="customers.view")
        identity.load_roles(by=act())
        assert not old.actions.exists()
        assert identity.load_roles(by=act()) == 0

    def test_is_refused_to_people_who_manage_only_a_unit(self):
        county = make_unit()
        person = make_staff(role="ADMINISTRATOR", unit=county)
        with pytest.raises(identity.ActionMissing), transaction.atomic():
            identity.load_roles(by=act(person))
        assert Role.objects.count() == 1
