"""Whatever somebody changes behind the program's back, with all rights of the database, shows."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.factories.audit import tamper, write_records
from tests.factories.identity import NOON, act
from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit import marks
from wattdesk.domains.audit.api import FaultCode
from wattdesk.domains.audit.models import Record, Seal

pytestmark = pytest.mark.django_db(transaction=True)


def heads_file() -> Path:
    return Path(settings.AUDIT_HEAD) / "heads.jsonl"


def found() -> set[tuple[FaultCode, int]]:
    return {(fault.code, fault.key) for fault in audit.verify().problems}


@pytest.fixture
def chain(small_seals: int) -> list[int]:
    """Twelve records in three seals, then two that wait; returns the ids."""
    ids = write_records(12)
    audit.seal_all(NOON)
    return ids + write_records(2)


class TestUntouched:
    def test_is_whole_and_says_what_waits(self, chain):
        report = audit.verify()
        assert report.is_whole
        assert (report.sealed, report.waiting, report.seals, report.heads) == (12, 2, 3, 3)
        assert report.oldest_waiting_at == NOON
        assert report.acceptances == ()

    def test_is_whole_when_there_is_nothing(self):
        report = audit.verify()
        assert report.is_whole
        assert (report.sealed, report.waiting, report.seals) == (0, 0, 0)


COLUMN_CHANGES = [
    "at = at + interval '1 microsecond'",
    "at = 'infinity'",
    "actor_id = 99",
    "actor_name = 'somebody else'",
    "action = 'a.other'",
    "reason = 'another reason'",
    "subjects = ARRAY['x:2']",
    "subjects = ARRAY[]::varchar[]",
    "subjects = subjects || ARRAY['x:2']::varchar[]",
    "unit_id = 1",
    "before = NULL",
    """before = '{"n": 100}'""",
    """after = '{"n": 1.5}'""",
    "after = ('{\"n\": ' || repeat('9', 6000) || '}')::jsonb",
    """after = '{"n": 1e400}'""",
    "mac = sha256('x')",
]


class TestRecord:
    def test_changed_after_sealing_shows(self, small_seals):
        ids = write_records(len(COLUMN_CHANGES))
        audit.seal_all(NOON)
        self.change_and_look(ids, FaultCode.RECORD_CHANGED)

    def test_changed_before_sealing_shows_and_goes_on_showing(self, small_seals):
        ids = write_records(len(COLUMN_CHANGES))
        self.change_and_look(ids, FaultCode.RECORD_FORGED)
        audit.seal_all(NOON)
        assert found() == {(FaultCode.RECORD_CHANGED, key) for key in ids}

    def change_and_look(self, ids: list[int], code: FaultCode) -> None:
        """Change one record after the other, each in another column."""
        for number, change in enumerate(COLUMN_CHANGES):
            tamper(f"UPDATE audit_record SET {change} WHERE id = {ids[number]}")
            assert found() == {(code, key) for key in ids[: number + 1]}, change

    def test_changed_together_with_its_digest_shows(self, chain):
        tamper(
            f"UPDATE audit_record SET reason = 'other' WHERE id = {chain[5]}",
            f"UPDATE audit_sealed_record SET digest = sha256('x') WHERE record_id = {chain[5]}",
        )
        assert found() == {(FaultCode.RECORD_CHANGED, chain[5]), (FaultCode.SEAL_CHANGED, 2)}

    def test_removed_after_sealing_shows(self, chain):
        tamper(f"DELETE FROM audit_record WHERE id = {chain[5]}")
        assert found() == {(FaultCode.RECORD_REMOVED, chain[5])}

    def test_removed_with_its_place_in_the_chain_shows(self, chain):
        tamper(
            f"DELETE FROM audit_record WHERE id = {chain[5]}",
            f"DELETE FROM audit_sealed_record WHERE record_id = {chain[5]}",
        )
        assert found() == {(FaultCode.SEAL_CHANGED, 2)}

    def test_removed_before_sealing_shows_at_once_and_ever_after(self, chain):
        tamper(f"DELETE FROM audit_record WHERE id = {chain[13]}")
        assert found() == {(FaultCode.RECORD_LOST, chain[13])}
        audit.seal_all(NOON)
        assert found() == {(FaultCode.RECORD_LOST, chain[13])}
        write_records(1)
        audit.seal_all(NOON)
        assert found() == {(FaultCode.RECORD_LOST, chain[13])}

    def test_inserted_shows(self, chain):
        tamper(
            "INSERT INTO audit_record (at, actor_name, action, reason, subjects, mac)"
            " SELECT at, 'admin', action, reason, subjects, mac FROM audit_record"
            f" WHERE id = {chain[5]}"
        )
        new = Record.objects.order_by("-id")[0].pk
        assert found() == {(FaultCode.RECORD_FORGED, new)}
        audit.seal_all(NOON)
        assert found() == {(FaultCode.RECORD_CHANGED, new)}

    def test_genuine_but_taken_out_of_the_chain_shows(self, chain):
        tamper(f"DELETE FROM audit_sealed_record WHERE record_id = {chain[5]}")
        # Its transaction lies before the horizon, unless the whole of it is in the newest seal.
        assert (FaultCode.SEAL_CHANGED, 2) in found()

    def test_dated_back_behind_the_seals_shows(self, chain):
        tamper(f"UPDATE audit_record SET xid = 5 WHERE id = {chain[13]}")
        assert found() == {(FaultCode.RECORD_BEHIND, chain[13])}

    def test_two_that_changed_places_show(self, chain):
        tamper(
            f"UPDATE audit_record SET id = -1 WHERE id = {chain[5]}",
            f"UPDATE audit_record SET id = {chain[5]} WHERE id = {chain[6]}",
            f"UPDATE audit_record SET id = {chain[6]} WHERE id = -1",
        )
        assert found() == {
            (FaultCode.RECORD_CHANGED, chain[5]),
            (FaultCode.RECORD_CHANGED, chain[6]),
        }


class TestChain:
    def test_a_changed_order_shows(self, chain):
        tamper(
            f"UPDATE audit_sealed_record SET position = -1 WHERE record_id = {chain[5]}",
            f"UPDATE audit_sealed_record SET position = 2 WHERE record_id = {chain[6]}",
            f"UPDATE audit_sealed_record SET position = 3 WHERE record_id = {chain[5]}",
        )
        assert found() == {(FaultCode.SEAL_CHANGED, 2)}

    @pytest.mark.parametrize(
        "change",
        [
            "at = at + interval '1 second'",
            "at = 'infinity'",
            "records = 5",
            "last_record_id = 1",
            "horizon_xid = horizon_xid + 1",
            "previous_digest = sha256('x')",
        ],
    )
    def test_a_changed_seal_shows(self, chain, change):
        tamper(f"UPDATE audit_seal SET {change} WHERE number = 2")
        assert found() == {(FaultCode.SEAL_CHANGED, 2)}

    def test_a_changed_total_shows_there_and_in_the_next(self, chain):
        tamper("UPDATE audit_seal SET total = 9 WHERE number = 2")
        assert found() == {(FaultCode.SEAL_CHANGED, 2), (FaultCode.SEAL_CHANGED, 3)}

    def test_a_seal_with_another_digest_shows(self, chain):
        tamper("UPDATE audit_seal SET digest = sha256('x') WHERE number = 2")
        assert found() == {
            (FaultCode.SEAL_FORGED, 2),
            (FaultCode.CHAIN_REWRITTEN, 2),
            (FaultCode.SEAL_CHANGED, 3),
        }

    def test_a_removed_seal_shows(self, chain):
        tamper("DELETE FROM audit_seal WHERE number = 2")
        faults = found()
        assert (FaultCode.SEAL_REMOVED, 2) in faults
        assert (FaultCode.LINK_ORPHANED, chain[5]) in faults

    def test_a_cut_tail_shows_in_the_file_of_heads_alone(self, chain):
        tamper(
            f"DELETE FROM audit_record WHERE id >= {chain[8]}",
            "DELETE FROM audit_sealed_record WHERE seal_id = 3",
            "DELETE FROM audit_seal WHERE number = 3",
        )
        assert found() >= {(FaultCode.TAIL_CUT, 3)}

    def test_no_seal_goes_on_top_of_a_cut_tail(self, chain):
        tamper(
            "DELETE FROM audit_sealed_record WHERE seal_id = 3",
            "DELETE FROM audit_seal WHERE number = 3",
        )
        with pytest.raises(audit.ChainCut):
            audit.seal_all(NOON)
        assert Seal.objects.count() == 2
        assert (FaultCode.TAIL_CUT, 3) in found()

    def test_no_seal_goes_on_top_of_a_tail_made_anew(self, chain):
        tamper("UPDATE audit_seal SET digest = sha256('x') WHERE number = 3")
        with pytest.raises(audit.ChainCut):
            audit.seal_all(NOON)
        assert Seal.objects.count() == 3

    def test_a_chain_made_anew_without_the_key_shows(self, chain):
        """Everything consistent, as anybody can compute it, but for the keyed marks."""
        tamper(f"DELETE FROM audit_record WHERE id = {chain[0]}")
        digest = marks.digest_seal(
            marks.SealHead(1, marks.micros(NOON), 0, 0, 0, 1), marks.NO_DIGEST, []
        )
        tamper(
            "DELETE FROM audit_sealed_record",
            "DELETE FROM audit_seal WHERE number > 1",
            "UPDATE audit_seal SET records = 0, total = 0, last_record_id = 0, horizon_xid = 1,"
            f" digest = decode('{digest.hex()}', 'hex')",
        )
        assert found() >= {
            (FaultCode.SEAL_FORGED, 1),
            (FaultCode.CHAIN_REWRITTEN, 1),
            (FaultCode.TAIL_CUT, 2),
        }

    def test_everything_emptied_shows(self, chain):
        tamper("TRUNCATE audit_record, audit_seal, audit_sealed_record")
        faults = found()
        assert {key for code, key in faults if code is FaultCode.TAIL_CUT} == {1, 2, 3}
        assert (FaultCode.RECORD_LOST, chain[12]) in faults

    def test_a_seal_with_a_number_out_of_this_world_is_counted_not_listed(self, chain):
        tamper("UPDATE audit_seal SET number = 9000000000000000000 WHERE number = 3")
        report = audit.verify()
        assert report.counts[FaultCode.SEAL_REMOVED] > 10**18
        assert len(report.problems) < 500


class TestHeads:
    def test_an_edited_line_shows(self, chain):
        lines = heads_file().read_text().splitlines()
        entry = json.loads(lines[1])
        entry["total"] += 1
        lines[1] = json.dumps(entry)
        heads_file().write_text("\n".join(lines) + "\n")
        assert found() == {(FaultCode.HEAD_EDITED, 2), (FaultCode.HEADS_MISSING, 2)}

    def test_garbage_in_the_middle_shows(self, chain):
        lines = heads_file().read_bytes().splitlines()
        heads_file().write_bytes(b"\n".join([lines[0], b"\xff\x00{", lines[2]]) + b"\n")
        assert found() == {(FaultCode.HEAD_EDITED, 2), (FaultCode.HEADS_MISSING, 2)}

    def test_a_removed_line_shows(self, chain):
        lines = heads_file().read_text().splitlines()
        heads_file().write_text("\n".join([lines[0], lines[2]]) + "\n")
        assert found() == {(FaultCode.HEAD_EDITED, 2), (FaultCode.HEADS_MISSING, 2)}

    def test_lines_in_another_order_show(self, chain):
        lines = heads_file().read_text().splitlines()
        heads_file().write_text("\n".join([lines[0], lines[2], lines[1]]) + "\n")
        assert FaultCode.HEAD_EDITED in {code for code, _key in found()}

    def test_two_lines_cut_from_the_end_show_and_are_not_written_again(self, chain):
        lines = heads_file().read_text().splitlines()
        heads_file().write_text(lines[0] + "\n")
        assert found() == {(FaultCode.HEADS_MISSING, 2), (FaultCode.HEADS_MISSING, 3)}
        audit.seal_all(NOON)
        assert found() == {(FaultCode.HEADS_MISSING, 2), (FaultCode.HEADS_MISSING, 3)}

    def test_a_missing_file_shows(self, chain):
        heads_file().unlink()
        assert {code for code, _key in found()} == {FaultCode.HEADS_MISSING}

    def test_a_file_written_with_another_key_shows(self, chain, settings):
        settings.AUDIT_KEY = "another key"
        codes = {code for code, _key in found()}
        assert {FaultCode.HEAD_EDITED, FaultCode.RECORD_CHANGED, FaultCode.SEAL_FORGED} <= codes


class TestAcceptance:
    def test_asks_for_a_reason(self, chain):
        with pytest.raises(audit.AcceptanceNeedsReason):
            audit.accept_state(by=act(reason=" "))
        assert audit.verify().acceptances == ()

    def test_lets_a_restored_backup_pass_and_stays_in_sight(self, chain):
        tamper(
            f"DELETE FROM audit_record WHERE id >= {chain[8]}",
            "DELETE FROM audit_sealed_record WHERE seal_id = 3",
            "DELETE FROM audit_seal WHERE number = 3",
        )
        assert not audit.verify().is_whole
        assert audit.accept_state(by=act(reason="restored the backup of last night")) == 2
        report = audit.verify()
        assert report.is_whole
        assert [(a.seal_number, a.name, a.reason) for a in report.acceptances] == [
            (2, "system", "restored the backup of last night")
        ]
        assert audit.timeline("seal:2")[0].action == "audit.state_accepted"
        write_records(5)
        audit.seal_all(NOON)
        report = audit.verify()
        assert report.is_whole
        assert len(report.acceptances) == 1

    def test_does_not_cover_what_the_heads_before_it_contradict(self, chain):
        tamper("UPDATE audit_seal SET digest = sha256('x') WHERE number = 2")
        audit.accept_state(by=act(reason="nothing to see here"))
        assert (FaultCode.CHAIN_REWRITTEN, 2) in found()

    def test_serves_a_lost_folder(self, chain):
        heads_file().unlink()
        audit.accept_state(by=act(reason="the disk with the heads died"))
        assert audit.verify().is_whole
        write_records(5)
        audit.seal_all(NOON)
        assert audit.verify().is_whole

    def test_serves_an_emptied_database(self, chain):
        tamper("TRUNCATE audit_record, audit_seal, audit_sealed_record")
        assert audit.accept_state(by=act(reason="a new start")) == 0
        assert Seal.objects.count() == 0
        audit.seal_all(NOON)
        assert audit.verify().is_whole


class TestReading:
    def test_sees_one_state_while_others_write_and_seal(self, chain):
        assert not connection.in_atomic_block
        report = audit.verify()
        write_records(3)
        audit.seal_all(NOON)
        assert report.waiting == 2
        assert audit.verify().waiting == 0

    def test_keeps_a_hundred_faults_of_a_kind_and_counts_all(self):
        write_records(150)
        tamper("UPDATE audit_record SET reason = 'other'")
        report = audit.verify()
        assert len(report.problems) == 100
        assert report.counts == {FaultCode.RECORD_FORGED: 150}

    def test_says_each_fault_in_a_sentence(self):
        for code in FaultCode:
            assert "7" in str(audit.Fault(code, 7))
