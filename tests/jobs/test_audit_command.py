"""wattdesk audit: plain words, figures, and an exit code that a timer can use."""

import pytest
from click.testing import CliRunner, Result

from tests.factories.audit import tamper, write_records
from wattdesk.domains.audit import api
from wattdesk.domains.audit.models import Seal
from wattdesk.jobs.cli.audit import audit

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(audit, list(arguments))


class TestVerify:
    def test_ends_with_zero_when_whole(self):
        write_records(3)
        assert "sealed 3 records" in run("seal").output
        write_records(1)
        result = run("verify")
        assert result.exit_code == 0
        assert "3 records in 1 seals" in result.output
        assert "1 records not in the chain yet" in result.output
        assert "whole" in result.output

    def test_ends_with_one_and_names_the_record_when_something_is_wrong(self):
        ids = write_records(3)
        run("seal")
        tamper(f"UPDATE audit_record SET reason = 'other' WHERE id = {ids[1]}")
        result = run("verify")
        assert result.exit_code == 1
        assert str(ids[1]) in result.output
        assert "audit.record_changed" in result.output
        assert "whole" not in result.output


class TestSeal:
    def test_says_when_there_is_nothing(self):
        assert "nothing waits" in run("seal").output

    def test_refuses_a_cut_chain_with_exit_code_two(self):
        write_records(1)
        run("seal")
        tamper("TRUNCATE audit_seal, audit_sealed_record")
        result = run("seal")
        assert result.exit_code == 2
        assert "audit.chain_cut" in result.output
        assert not Seal.objects.exists()


class TestAccept:
    def test_shows_in_every_later_verification(self):
        write_records(1)
        run("seal")
        tamper("TRUNCATE audit_seal, audit_sealed_record")
        result = run("accept", "--name", "王维 运行", "--reason", "restored a backup")
        assert result.exit_code == 0
        run("seal")
        result = run("verify")
        assert result.exit_code == 0
        assert "王维 运行" in result.output
        assert "restored a backup" in result.output

    def test_needs_a_reason(self):
        assert run("accept", "--name", "x", "--reason", " ").exit_code == 2
        assert not api.verify().acceptances


class TestShow:
    def test_prints_the_time_line(self):
        write_records(1, subject="account:12")
        output = run("show", "account:12").output
        assert "a.b" in output
        assert "by system: because a test asks" in output
        assert 'before {"n": 0}' in output

    def test_says_when_there_is_none(self):
        assert "no record names account:13" in run("show", "account:13").output
