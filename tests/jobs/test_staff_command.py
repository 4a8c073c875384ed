"""wattdesk staff: from an empty database to people who can work, and help in emergencies."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.models import Duty, Staff
from wattdesk.jobs.cli.staff import staff
from wattdesk.kernel.schedule.civil import civil_date

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(staff, list(arguments), input=typed)


def today():
    return civil_date(datetime.now(tz=UTC))


@pytest.fixture
def supplier():
    assert run("unit", "33", "某县供电公司", "--kind", "COUNTY").output == "33/\n"
    assert run("unit", "3301", "城关所", "--kind", "STATION", "--parent", "33").exit_code == 0
    result = run("add", "li.si", "李四", "--unit", "3301", "--role", "CLERK")
    assert result.exit_code == 0, result.output
    return result


class TestAdd:
    def test_prints_a_password_that_works_once(self, supplier):
        password = supplier.output.split()[-1]
        person = Staff.objects.get(username="li.si")
        assert person.check_password(password)
        assert person.must_change_password
        assert "customers.view" in identity.actions_of(person.pk, on=today())

    def test_takes_a_typed_password(self, supplier):
        typed = "correct-horse-battery\n" * 2
        result = run("add", "wang", "王五", "--unit", "33", "--ask", typed=typed)
        assert result.exit_code == 0
        assert "correct" not in result.output
        assert Staff.objects.get(username="wang").check_password("correct-horse-battery")

    def test_refuses_in_words_and_makes_nothing(self, supplier):
        for arguments, word in (
            (("li.si", "x", "--unit", "33"), "identity.username_taken"),
            (("x.y", "x", "--unit", "99"), "identity.unit_not_found"),
            (("x.y", "x", "--unit", "33", "--role", "KING"), "identity.role_not_found"),
            (("X", "x", "--unit", "33"), "username"),
        ):
            result = run("add", *arguments)
            assert result.exit_code == 2
            assert word in result.output
        assert Staff.objects.count() == 1

    def test_is_on_record_with_the_account_of_the_machine(self, supplier):
        entries = audit.timeline(f"staff:{Staff.objects.get().pk}")
        assert [entry.action for entry in entries] == [
            "identity.duty_given",
            "identity.staff_created",
        ]
        assert all(entry.actor_id is None for entry in entries)
        assert all("command line" in entry.reason for entry in entries)


class TestDuty:
    def test_is_given_and_ended(self, supplier):
        person = Staff.objects.get()
        assert run("duty", "li.si", "READER", "33").exit_code == 0
        assert "READER@33" in run("list").output
        assert run("duty", "li.si", "READER", "33", "--end").exit_code == 0
        assert "READER@33" not in run("list").output
        assert Duty.objects.filter(staff=person).count() == 1
        result = run("duty", "li.si", "READER", "33", "--end")
        assert result.exit_code == 2
        assert "identity.duty_not_found" in result.output

    def test_can_be_dated(self, supplier):
        run("duty", "li.si", "READER", "33", "--from", "2030-01-01", "--to", "2030-02-01")
        held = identity.list_duties(Staff.objects.get().pk)[-1]
        assert (held.from_date.isoformat(), held.to_date.isoformat()) == (
            "2030-01-01",
            "2030-02-01",
        )


class TestPassword:
    def test_is_set_anew(self, supplier):
        password = run("password", "li.si").output.split()[-1]
        assert Staff.objects.get().check_password(password)


class TestLeave:
    def test_ends_access_and_gives_it_back(self, supplier):
        run("leave", "li.si")
        assert not Staff.objects.get().is_active
        assert "left" in run("list", "--unit", "3301").output
        run("leave", "li.si", "--again")
        assert Staff.objects.get().is_active


class TestRoles:
    def test_are_loaded_and_listed(self):
        output = run("roles").output
        assert "核算主管" in output
        assert "0 roles changed" in run("roles").output
