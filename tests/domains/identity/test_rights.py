"""Rights are role × unit subtree × action, on a day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.factories.identity import NOON, make_duty, make_staff, make_unit
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.identity.models import Duty, RoleAction, Unit

DAY = date(2026, 11, 22)


@pytest.fixture
def tree(db):
    county = make_unit("33")
    east = make_unit("3301", parent=county)
    west = make_unit("3302", parent=county)
    team = make_unit("330101", parent=east)
    return {"county": county, "east": east, "west": west, "team": team}


class TestMay:
    def test_covers_the_unit_and_all_below_and_nothing_beside_or_above(self, tree):
        clerk = make_staff(role="CLERK", unit=tree["east"])

        def reaches(unit: Unit) -> bool:
            return identity.may(clerk.pk, "customers.view", unit_path=unit.path, on=DAY)

        assert [name for name, unit in tree.items() if reaches(unit)] == ["east", "team"]

    def test_takes_no_code_for_the_beginning_of_another(self, tree):
        other = make_unit("330", kind="COUNTY")
        clerk = make_staff(role="CLERK", unit=tree["county"])
        assert not identity.may(clerk.pk, "customers.view", unit_path=other.path, on=DAY)

    def test_knows_the_action(self, tree):
        clerk = make_staff(role="CLERK", unit=tree["east"])
        path = tree["east"].path
        assert not identity.may(clerk.pk, "billing.release", unit_path=path, on=DAY)
        with pytest.raises(identity.ActionMissing) as refused:
            identity.require(clerk.pk, "billing.release", unit_path=path, on=DAY)
        assert refused.value.code == "identity.action_missing"
        assert "电费发行" in str(refused.value)

    def test_begins_and_ends_on_the_days_of_the_duty(self, tree):
        person = make_staff(unit=tree["east"])
        make_duty(
            person, "CLERK", from_date=DAY - timedelta(days=1), to_date=DAY + timedelta(days=1)
        )
        path = tree["east"].path
        days = [DAY + timedelta(days=shift) for shift in (-2, -1, 0, 1)]
        assert [
            identity.may(person.pk, "customers.view", unit_path=path, on=day) for day in days
        ] == [False, True, True, False]

    def test_ends_at_once_when_the_person_may_no_longer_sign_in(self, tree):
        person = make_staff(role="CLERK", unit=tree["east"])
        person.is_active = False
        person.save()
        assert not identity.scope_of(person.pk, "customers.view", on=DAY).paths

    def test_waits_for_the_second_person(self, tree):
        person, giver = make_staff(unit=tree["east"]), make_staff(unit=tree["east"])
        duty = make_duty(person, "CLERK")
        Duty.objects.filter(pk=duty.pk).update(given_by=giver, confirmed_at=None)
        assert not identity.actions_of(person.pk, on=DAY)

    def test_follows_a_change_of_the_role_at_once(self, tree):
        person = make_staff(role="CLERK", unit=tree["east"])
        assert "customers.view" in identity.actions_of(person.pk, on=DAY)
        RoleAction.objects.filter(action="customers.view").delete()
        assert "customers.view" not in identity.actions_of(person.pk, on=DAY)


class TestExampleOfTheDocumentation:
    def test_comes_out_as_docs_domain_rights_says(self, db):
        county = make_unit("33")
        station, other = make_unit("3301", parent=county), make_unit("3302", parent=county)
        team = make_unit("330102", parent=station)
        person = make_staff(unit=station, name="李四")
        make_duty(person, "CLERK", station, from_date=date(2026, 11, 1))
        make_duty(
            person, "SUPERVISOR", team, from_date=date(2026, 11, 20), to_date=date(2026, 11, 25)
        )

        def paths(action: str, day: int) -> tuple[str, ...]:
            return identity.scope_of(person.pk, action, on=date(2026, 11, day)).paths

        assert paths("customers.view", 22) == ("33/3301/",)
        assert paths("billing.release", 22) == ("33/3301/330102/",)
        assert paths("billing.release", 25) == ()
        assert not identity.scope_of(person.pk, "customers.view", on=date(2026, 11, 22)).covers(
            other.path
        )


class TestScope:
    def test_is_the_widest_of_several_duties_in_one_query(self, tree, django_assert_num_queries):
        person = make_staff(role="CLERK", unit=tree["team"])
        make_duty(person, "SUPERVISOR", tree["east"])
        make_duty(person, "READER", tree["west"])
        with django_assert_num_queries(1):
            scope = identity.scope_of(person.pk, "customers.view", on=DAY)
        assert scope == Scope("customers.view", ("33/3301/", "33/3302/"))
        assert scope.covers(tree["team"].path)
        assert not scope.covers(tree["county"].path)

    def test_is_empty_without_a_duty(self, tree):
        person = make_staff(unit=tree["east"])
        assert identity.scope_of(person.pk, "customers.view", on=DAY).paths == ()

    def test_all_scopes_come_in_one_query_and_agree(self, tree, django_assert_num_queries):
        person = make_staff(role="CLERK", unit=tree["team"])
        make_duty(person, "AUDITOR", tree["west"])
        with django_assert_num_queries(1):
            scopes = identity.scopes_of(person.pk, on=DAY)
        assert set(scopes) == identity.actions_of(person.pk, on=DAY)
        for action, scope in scopes.items():
            assert scope == identity.scope_of(person.pk, action, on=DAY)


class TestWithin:
    def test_keeps_the_rows_of_the_scope(self, tree):
        inside = identity.within(
            Unit.objects.order_by("path"), Scope("a", ("33/3301/", "33/3302/")), "path"
        )
        assert [unit.code for unit in inside] == ["3301", "330101", "3302"]

    def test_keeps_nothing_for_an_empty_scope(self, tree, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert not list(identity.within(Unit.objects.all(), Scope("a", ()), "path"))


class TestDatabase:
    def test_refuses_a_second_duty_for_the_same_days(self, tree):
        person = make_staff(role="CLERK", unit=tree["east"])
        with pytest.raises(IntegrityError), transaction.atomic():
            make_duty(person, "CLERK", from_date=DAY)

    @pytest.mark.parametrize("second", ["giver", "receiver", None])
    def test_refuses_one_person_in_both_places(self, tree, second):
        receiver, giver = make_staff(unit=tree["east"]), make_staff(unit=tree["east"])
        duty = make_duty(receiver, "CLERK")
        people = {"giver": giver, "receiver": receiver, None: None}
        with pytest.raises(IntegrityError), transaction.atomic():
            Duty.objects.filter(pk=duty.pk).update(
                given_by=giver, confirmed_by=people[second], confirmed_at=NOON
            )

    def test_refuses_a_duty_given_to_oneself(self, tree):
        person = make_staff(role="ADMINISTRATOR", unit=tree["east"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Duty.objects.update(given_by=person)

    def test_refuses_a_unit_that_moves(self, tree):
        for change in ({"parent": tree["west"]}, {"code": "9", "path": "9/"}):
            with pytest.raises(IntegrityError, match="keeps"), transaction.atomic():
                Unit.objects.filter(pk=tree["team"].pk).update(**change)

    def test_refuses_a_path_that_is_not_the_parents(self, tree):
        with pytest.raises(IntegrityError, match="path"), transaction.atomic():
            Unit.objects.create(
                code="X", name="X", kind="TEAM", parent=tree["east"], path="33/3302/X/"
            )
