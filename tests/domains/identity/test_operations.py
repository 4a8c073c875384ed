"""Writes on units, people and duties: allowed to those who manage them, audited, refused whole."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db import transaction

from tests.factories.identity import NOON, act, make_duty, make_staff, make_unit
from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.models import Record
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import SignIn
from wattdesk.domains.identity.models import Duty, Staff, Unit
from wattdesk.toolkit.errors import InvariantBroken
from wattdesk.toolkit.periods import PeriodOverlaps

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
GOOD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def quick_digests(settings):
    """Digests that take no time; how slow the real ones are is not the matter here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def county():
    return make_unit("33")


@pytest.fixture
def station(county):
    return make_unit("3301", parent=county)


@pytest.fixture
def manager(county):
    return make_staff("manager", role="ADMINISTRATOR", unit=county, name="管理员")


def state() -> tuple[int, ...]:
    """What a refusal must leave as it was."""
    return tuple(model.objects.count() for model in (Unit, Staff, Duty, Record))


def refused(problem: type[Exception], call, *args, **kwargs) -> Exception:
    before = state()
    with pytest.raises(problem) as caught, transaction.atomic():
        call(*args, **kwargs)
    assert state() == before
    return caught.value


class TestUnits:
    def test_stand_below_their_parents(self, county, manager):
        unit = identity.create_unit(
            code="3305", name="东营供电所", kind="STATION", parent_id=county.pk, by=act(manager)
        )
        assert unit.path == "33/3305/"
        assert identity.get_unit(code="3305") == unit
        (entry,) = audit.timeline(f"unit:{unit.id}")
        assert (entry.action, entry.actor_id) == ("identity.unit_created", manager.pk)
        assert entry.after["path"] == "33/3305/"

    def test_at_the_top_are_the_systems_to_make(self, manager):
        arguments = {"code": "44", "name": "某省", "kind": "PROVINCE", "parent_id": None}
        refused(identity.ActionMissing, identity.create_unit, **arguments, by=act(manager))
        assert identity.create_unit(**arguments, by=act()).path == "44/"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"code": "33/1"}, "code"),
            ({"code": "33%"}, "code"),
            ({"code": ""}, "code"),
            ({"code": "x" * 21}, "code"),
            ({"name": " "}, "name"),
            ({"kind": "COUNTY"}, "kind"),
            ({"kind": "GALAXY"}, "kind"),
        ],
    )
    def test_are_refused_with_the_field_that_is_wrong(self, county, change, field):
        arguments = {"code": "3305", "name": "所", "kind": "STATION", **change}
        problem = refused(
            identity.UnitInvalid,
            identity.create_unit,
            **arguments,
            parent_id=county.pk,
            by=act(),
        )
        assert list(problem.errors) == [field]

    def test_have_codes_of_their_own(self, county, station):
        problem = refused(
            identity.UnitCodeTaken,
            identity.create_unit,
            code="3301",
            name="另一所",
            kind="STATION",
            parent_id=county.pk,
            by=act(),
        )
        assert "3301" in str(problem)

    def test_need_a_parent_that_exists(self):
        refused(
            identity.UnitNotFound,
            identity.create_unit,
            code="3305",
            name="所",
            kind="STATION",
            parent_id=999,
            by=act(),
        )

    def test_can_have_another_name(self, station, manager):
        identity.rename_unit(station.pk, name="新名", by=act(manager))
        assert identity.get_unit(station.pk).name == "新名"
        entry = audit.timeline(f"unit:{station.pk}")[0]
        assert (entry.before["name"], entry.after["name"]) == ("单位3301", "新名")
        before = state()
        identity.rename_unit(station.pk, name="新名", by=act(manager))
        assert state() == before

    def test_are_listed_within_a_scope(self, county, station, manager):
        make_unit("44")
        scope = identity.scope_of(manager.pk, "identity.view", on=DAY)
        assert [unit.code for unit in identity.list_units(scope)] == ["33", "3301"]
        assert identity.unit_ids(scope) == sorted([county.pk, station.pk])
        with pytest.raises(identity.UnitNotFound):
            identity.get_unit(code="44", scope=scope)


class TestStaff:
    def arguments(self, unit, **changes):
        return {
            "username": "zhao.liu",
            "name": "赵六",
            "unit_id": unit.pk,
            "password": GOOD,
            **changes,
        }

    def test_are_made_without_any_right(self, station, manager):
        key = identity.create_staff(**self.arguments(station), by=act(manager))
        person = identity.get_staff(key, on=DAY)
        assert (person.username, person.unit.code, person.duties) == ("zhao.liu", "3301", ())
        assert person.must_change_password
        assert not identity.actions_of(key, on=DAY)
        (entry,) = audit.timeline(f"staff:{key}")
        assert entry.action == "identity.staff_created"
        assert GOOD not in str(entry)
        assert Staff.objects.get(pk=key).password not in str(entry)

    def test_are_refused_to_managers_of_other_units(self, manager):
        refused(
            identity.ActionMissing,
            identity.create_staff,
            **self.arguments(make_unit("44")),
            by=act(manager),
        )

    def test_have_sign_in_names_of_their_own(self, station, manager):
        identity.create_staff(**self.arguments(station), by=act(manager))
        refused(
            identity.UsernameTaken,
            identity.create_staff,
            **self.arguments(station),
            by=act(manager),
        )

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"username": "Zhao"}, "username"),
            ({"username": "z"}, "username"),
            ({"username": "a b"}, "username"),
            ({"name": ""}, "name"),
            ({"language": "fr"}, "language"),
            ({"password": "short"}, "password"),
        ],
    )
    def test_are_refused_with_the_field_that_is_wrong(self, station, change, field):
        from wattdesk.toolkit.errors import InvalidInput

        problem = refused(
            InvalidInput, identity.create_staff, **self.arguments(station, **change), by=act()
        )
        assert list(problem.errors) == [field]

    def test_lose_access_at_once(self, client, station, manager):
        person = make_staff(role="CLERK", unit=station)
        client.force_login(person)
        identity.deactivate_staff(person.pk, by=act(manager, reason="left"))
        assert not identity.actions_of(person.pk, on=DAY)
        assert "_auth_user_id" not in client.session or not _is_known(client)
        assert audit.timeline(f"staff:{person.pk}")[0].reason == "left"
        identity.reactivate_staff(person.pk, by=act(manager))
        assert identity.actions_of(person.pk, on=DAY)

    def test_cannot_end_their_own_access(self, manager):
        refused(identity.OwnAccess, identity.deactivate_staff, manager.pk, by=act(manager))

    def test_move_between_units_that_one_person_manages(self, county, station, manager):
        person = make_staff(unit=station)
        identity.move_staff(person.pk, county.pk, by=act(manager))
        assert identity.get_staff(person.pk, on=DAY).unit.code == "33"
        refused(
            identity.ActionMissing,
            identity.move_staff,
            person.pk,
            make_unit("44").pk,
            by=act(manager),
        )

    def test_choose_their_language(self, station):
        person = make_staff(unit=station)
        identity.set_language(person.pk, "en", by=act(person))
        assert identity.get_staff(person.pk, on=DAY).language == "en"
        refused(identity.StaffInvalid, identity.set_language, person.pk, "fr", by=act(person))

    def test_are_listed_with_their_duties_in_two_queries(
        self, station, manager, django_assert_num_queries
    ):
        for number in range(5):
            make_staff(f"reader{number}", role="READER", unit=station)
        scope = identity.scope_of(manager.pk, "identity.view", on=DAY)
        with django_assert_num_queries(2):
            people = identity.list_staff(on=DAY, scope=scope, text="reader", limit=3)
        assert [person.username for person in people] == ["reader0", "reader1", "reader2"]
        assert {person.role for person in people} == {"抄表员"}
        more = identity.list_staff(on=DAY, scope=scope, text="reader", after="reader2")
        assert [person.username for person in more] == ["reader3", "reader4"]

    def test_of_other_units_are_not_found(self, manager):
        other = make_staff()
        scope = identity.scope_of(manager.pk, "identity.view", on=DAY)
        with pytest.raises(identity.StaffNotFound):
            identity.get_staff(other.pk, on=DAY, scope=scope)
        with pytest.raises(identity.StaffNotFound):
            identity.find_staff(other.username, on=DAY, scope=scope)

    def test_need_a_transaction(self, station, manager):
        person = make_staff(unit=station)
        with pytest.raises(InvariantBroken):
            _outside_transaction(lambda: identity.set_language(person.pk, "en", by=act(person)))


def _is_known(client) -> bool:
    from django.contrib.auth import get_user

    class Request:
        session = client.session

    return get_user(Request()).is_authenticated


def _outside_transaction(call) -> None:
    """In a second connection, where no test has opened a transaction."""
    import threading

    from django.db import connections

    raised: list[BaseException] = []

    def run():
        try:
            call()
        except BaseException as problem:  # noqa: BLE001 - handed to the test's own thread
            raised.append(problem)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


class TestPasswords:
    def test_of_ones_own_counts_as_changed(self, station):
        person = make_staff(unit=station)
        Staff.objects.update(must_change_password=True)
        identity.set_password(person.pk, GOOD, by=act(person))
        person.refresh_from_db()
        assert check_password(GOOD, person.password)
        assert not person.must_change_password
        assert audit.timeline(f"staff:{person.pk}")[0].action == "identity.password_changed"

    def test_set_by_another_must_be_changed(self, station, manager):
        person = make_staff(unit=station)
        identity.set_password(person.pk, GOOD, by=act(manager))
        person.refresh_from_db()
        assert person.must_change_password
        assert audit.timeline(f"staff:{person.pk}")[0].action == "identity.password_set"

    def test_of_others_are_for_those_who_manage_them(self, station):
        person, other = make_staff(unit=station), make_staff(role="CLERK", unit=station)
        refused(identity.ActionMissing, identity.set_password, person.pk, GOOD, by=act(other))

    def test_of_the_last_five_may_not_come_back(self, station):
        person = make_staff(unit=station)
        for number in range(6):
            at = NOON + timedelta(minutes=number)
            identity.set_password(person.pk, f"{GOOD}-{number}", by=act(person, at=at))
        for number in range(1, 6):
            problem = refused(
                identity.PasswordRefused,
                identity.set_password,
                person.pk,
                f"{GOOD}-{number}",
                by=act(person, at=NOON + timedelta(hours=1)),
            )
            assert len(problem.errors["password"]) == 1
        identity.set_password(person.pk, f"{GOOD}-0", by=act(person, at=NOON + timedelta(hours=1)))

    @pytest.mark.parametrize(
        "password",
        [
            "zhangxiaosan-99",
            "my.Zhang-Xiao-San",
            "abc张小三defghi",
            "xsz33-garden-path",
            "Xiaosan-garden-path",
            "shortpass",
            "123456789012",
            "password123456",
        ],
    )
    def test_that_are_easy_to_guess_are_refused(self, station, password):
        person = make_staff("xsz33", unit=station, name="张小三")
        Staff.objects.filter(pk=person.pk).update(name_en="Xiaosan Zhang")
        refused(
            identity.PasswordRefused, identity.set_password, person.pk, password, by=act(person)
        )

    def test_know_every_reading_of_a_name(self, station):
        person = make_staff(unit=station, name="单雄")
        refused(
            identity.PasswordRefused,
            identity.set_password,
            person.pk,
            "shanxiong-2026",
            by=act(person),
        )

    def test_made_by_the_program_will_do(self, station):
        person = make_staff(unit=station)
        made = {identity.make_initial_password(on=DAY) for _ in range(20)}
        assert len(made) == 20
        assert not any(identity.password_faults(person, password, on=DAY) for password in made)


class TestDuties:
    def give(self, person, unit, by, **changes):
        return identity.give_duty(
            **{
                "staff_id": person.pk,
                "role_code": "CLERK",
                "unit_id": unit.pk,
                "from_date": DAY,
                "by": by,
                **changes,
            }
        )

    @pytest.fixture
    def clerk(self, station):
        make_staff(role="CLERK", unit=station)  # the role exists
        return make_staff("clerk", unit=station)

    @pytest.fixture
    def second(self, county):
        return make_staff("second", role="ADMINISTRATOR", unit=county)

    def test_given_by_the_system_are_in_force_at_once(self, clerk, station):
        self.give(clerk, station, act())
        assert "customers.view" in identity.actions_of(clerk.pk, on=DAY)

    def test_given_by_a_person_wait_for_another(self, clerk, station, manager, second):
        key = self.give(clerk, station, act(manager))
        assert not identity.actions_of(clerk.pk, on=DAY)
        scope = identity.scope_of(second.pk, "identity.manage", on=DAY)
        assert [duty.id for duty in identity.list_unconfirmed_duties(scope)] == [key]
        identity.confirm_duty(key, by=act(second))
        assert "customers.view" in identity.actions_of(clerk.pk, on=DAY)
        assert [entry.action for entry in audit.timeline(f"duty:{key}")] == [
            "identity.duty_confirmed",
            "identity.duty_given",
        ]
        refused(identity.DutyNotWaiting, identity.confirm_duty, key, by=act(second))

    def test_take_two_people_neither_of_whom_receives_them(self, clerk, station, manager, second):
        refused(identity.SamePerson, self.give, manager, station, act(manager))
        key = self.give(clerk, station, act(manager))
        refused(identity.SamePerson, identity.confirm_duty, key, by=act(manager))
        refused(identity.SamePerson, identity.confirm_duty, key, by=act())
        for_second = self.give(second, station, act(manager))
        refused(identity.SamePerson, identity.confirm_duty, for_second, by=act(second))

    def test_are_given_only_within_what_one_manages(self, clerk, manager):
        refused(identity.ActionMissing, self.give, clerk, make_unit("44"), act(manager))

    def test_are_refused_for_what_does_not_exist(self, clerk, station):
        refused(identity.RoleNotFound, self.give, clerk, station, act(), role_code="KING")
        refused(identity.UnitNotFound, self.give, clerk, station, act(), unit_id=999)
        refused(identity.StaffNotFound, self.give, clerk, station, act(), staff_id=999)
        refused(identity.DutyPeriodWrong, self.give, clerk, station, act(), to_date=DAY)

    def test_of_the_same_kind_do_not_overlap(self, clerk, station):
        self.give(clerk, station, act(), to_date=DAY + timedelta(days=10))
        refused(PeriodOverlaps, self.give, clerk, station, act(), from_date=DAY + timedelta(days=9))
        self.give(clerk, station, act(), from_date=DAY + timedelta(days=10))

    def test_end_on_a_day(self, clerk, station, manager):
        duty = make_duty(clerk, "CLERK")
        identity.end_duty(duty.pk, to_date=DAY + timedelta(days=1), by=act(manager))
        assert identity.actions_of(clerk.pk, on=DAY)
        assert not identity.actions_of(clerk.pk, on=DAY + timedelta(days=1))
        (held,) = identity.list_duties(clerk.pk)
        assert held.to_date == DAY + timedelta(days=1)
        assert held.is_in_force(DAY)
        assert not held.is_in_force(DAY + timedelta(days=1))

    def test_do_not_end_in_the_past(self, clerk, manager):
        duty = make_duty(clerk, "CLERK")
        refused(
            identity.DutyEndPast,
            identity.end_duty,
            duty.pk,
            to_date=DAY - timedelta(days=1),
            by=act(manager),
        )

    def test_that_never_began_go_away_and_stay_on_record(self, clerk, station, manager):
        key = self.give(clerk, station, act(manager), from_date=DAY)
        identity.end_duty(key, to_date=DAY, by=act(clerk))
        assert identity.list_duties(clerk.pk) == []
        entry = audit.timeline(f"duty:{key}")[0]
        assert (entry.action, entry.before["role"]) == ("identity.duty_withdrawn", "CLERK")
        refused(identity.DutyNotFound, identity.end_duty, key, to_date=DAY, by=act())


class TestEvidence:
    def test_of_unmasking_says_who_saw_what_of_whom_and_why(self, station):
        clerk = make_staff(role="CLERK", unit=station)
        identity.record_unmasking(
            subject="account:12",
            fields=["phone", "id_number"],
            by=act(clerk, reason="用户来电核对"),
            unit_id=station.pk,
        )
        (entry,) = audit.timeline("account:12")
        assert (entry.action, entry.actor_id, entry.reason) == (
            "customers.unmask",
            clerk.pk,
            "用户来电核对",
        )
        assert entry.after == {"fields": ["id_number", "phone"]}

    def test_of_unmasking_needs_a_reason(self, station):
        clerk = make_staff(role="CLERK", unit=station)
        refused(
            identity.UnmaskingNeedsReason,
            identity.record_unmasking,
            subject="account:12",
            fields=["phone"],
            by=act(clerk, reason=" "),
        )

    def test_of_signing_in_names_the_person(self, station):
        clerk = make_staff("clerk", role="CLERK", unit=station)
        for outcome in SignIn:
            identity.record_sign_in(outcome=outcome, username="clerk", at=NOON, address="192.0.2.7")
        entries = audit.timeline(f"staff:{clerk.pk}")
        assert [entry.action for entry in entries] == [
            "identity.signed_out",
            "identity.sign_in_failed",
            "identity.signed_in",
        ]
        assert entries[0].after == {"address": "192.0.2.7"}

    def test_of_a_failed_sign_in_keeps_no_name_that_nobody_has(self):
        identity.record_sign_in(outcome=SignIn.FAILED, username="my-secret-password", at=NOON)
        (entry,) = audit.timeline("staff:unknown")
        assert "my-secret-password" not in str(entry)
