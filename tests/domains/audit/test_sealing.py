"""The sealing job: complete, once each, in order, safe to kill and to start twice."""

import contextlib
import os
import random
import signal
import threading
import time
import warnings
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from tests.factories.audit import tamper, write_records
from tests.factories.identity import NOON, act
from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit import heads, marks, rows, sealing, waiting
from wattdesk.domains.audit.models import Seal, SealedRecord
from wattdesk.toolkit.errors import InvariantBroken

pytestmark = pytest.mark.django_db(transaction=True)


def heads_file() -> Path:
    return Path(settings.AUDIT_HEAD) / "heads.jsonl"


def in_thread(work) -> threading.Thread:
    """Run ``work`` beside us, with a database connection of its own."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


class TestSeal:
    def test_takes_batches_until_nothing_waits(self, small_seals):
        ids = write_records(10)
        assert audit.seal(NOON) == 4
        assert audit.seal_all(NOON) == 6
        assert audit.seal(NOON) == 0
        assert (
            list(
                SealedRecord.objects.order_by("seal_id", "position").values_list(
                    "record_id", flat=True
                )
            )
            == ids
        )
        assert list(Seal.objects.order_by("number").values_list("number", "records", "total")) == [
            (1, 4, 4),
            (2, 4, 8),
            (3, 2, 10),
        ]
        report = audit.verify()
        assert report.is_whole
        assert (report.sealed, report.waiting, report.seals, report.heads) == (10, 0, 3, 3)

    def test_splits_a_transaction_that_is_larger_than_a_batch(self, small_seals):
        write_records(6)
        assert audit.seal(NOON) == 4
        write_records(1)
        assert audit.seal_all(NOON) == 3
        assert audit.verify().is_whole

    def test_is_refused_inside_a_transaction(self):
        with pytest.raises(InvariantBroken), transaction.atomic():
            audit.seal(NOON)

    def test_takes_a_late_commit_into_a_later_seal(self):
        written, may_commit = threading.Event(), threading.Event()

        def slow_writer():
            with transaction.atomic():
                audit.record(by=act(), action="a.slow", subjects=["x:1"])
                written.set()
                may_commit.wait(10)

        thread = in_thread(slow_writer)
        written.wait(10)
        (quick,) = write_records(1)
        assert audit.seal_all(NOON) == 1
        assert SealedRecord.objects.get().record_id == quick
        may_commit.set()
        thread.join()
        assert audit.verify().waiting == 1
        write_records(1)
        assert audit.seal_all(NOON) == 2
        assert audit.verify().is_whole

    def test_leaves_out_what_was_rolled_back(self):
        with contextlib.suppress(RuntimeError), transaction.atomic():
            audit.record(by=act(), action="a.b", subjects=["x:1"])
            raise RuntimeError
        with transaction.atomic():
            audit.record(by=act(), action="a.b", subjects=["x:1"])
            with contextlib.suppress(RuntimeError), transaction.atomic():
                audit.record(by=act(), action="a.b", subjects=["x:1"])
                raise RuntimeError
        write_records(1)
        assert audit.seal_all(NOON) == 2
        report = audit.verify()
        assert report.is_whole
        assert report.skipped == 1  # the one rolled back before the first does not show
        assert not waiting.peek(rows.server())

    def test_seals_each_record_once_when_started_many_times(self, small_seals):
        write_records(60)
        sealed: list[int] = []
        threads = [in_thread(lambda: sealed.append(audit.seal_all(NOON))) for _ in range(4)]
        for thread in threads:
            thread.join()
        assert sum(sealed) == 60
        report = audit.verify()
        assert report.is_whole
        assert (report.sealed, report.heads) == (60, 15)

    def test_goes_on_in_another_server_with_other_transaction_numbers(self, small_seals):
        """Restored tables: the last seal's horizon lies ahead of anything this server knows."""
        head = marks.SealHead(1, marks.micros(NOON), 0, 0, 0, horizon_xid=10**15)
        digest = marks.digest_seal(head, marks.NO_DIGEST, [])
        seal = marks.SealRow(head, marks.NO_DIGEST, digest, marks.mark_seal(digest))
        sealing._store(seal, NOON, [], [])
        write_records(9)
        assert audit.verify().is_whole
        assert [audit.seal(NOON) for _ in range(4)] == [4, 4, 1, 0]
        assert Seal.objects.get(number=4).horizon_xid <= rows.horizon()
        write_records(1)
        assert audit.seal_all(NOON) == 1
        assert audit.verify().is_whole


class TestCrash:
    def test_between_commit_and_head_is_repaired_and_is_no_fault(self):
        write_records(2)
        audit.seal_all(NOON)
        before = heads_file().read_bytes()
        write_records(2)
        audit.seal_all(NOON)
        heads_file().write_bytes(before)
        report = audit.verify()
        assert report.is_whole
        assert report.head_behind
        audit.seal_all(NOON)
        report = audit.verify()
        assert report.is_whole
        assert not report.head_behind
        assert report.heads == 2

    def test_before_the_very_first_head_is_repaired_too(self):
        write_records(2)
        audit.seal_all(NOON)
        heads_file().unlink()
        assert audit.verify().head_behind
        audit.seal_all(NOON)
        assert audit.verify().is_whole
        assert heads.read_tip().number == 1

    def test_in_the_middle_of_a_head_is_repaired_and_is_no_fault(self):
        write_records(2)
        audit.seal_all(NOON)
        whole = heads_file().read_bytes()
        for length in (1, len(whole) // 2, len(whole) - 1):
            heads_file().write_bytes(whole[:length])
            report = audit.verify()
            assert report.is_whole
            assert report.torn_head
            audit.seal_all(NOON)
            assert heads_file().read_bytes() == whole

    def test_a_seal_forged_at_the_place_of_a_crash_gets_no_head(self):
        write_records(2)
        audit.seal_all(NOON)
        tamper(
            "INSERT INTO audit_seal (number, at, records, total, last_record_id, horizon_xid,"
            " previous_digest, digest, mac) SELECT 2, at, 0, total, last_record_id, horizon_xid,"
            " digest, sha256('x'), mac FROM audit_seal"
        )
        write_records(1)
        audit.seal_all(NOON)
        codes = {fault.code for fault in audit.verify().problems}
        assert audit.FaultCode.SEAL_FORGED in codes
        assert audit.FaultCode.HEADS_MISSING in codes

    def test_with_the_waiting_list_taken_away_loses_nothing(self):
        write_records(2)
        waiting.take(rows.server())
        write_records(1)
        assert {item.record_id for item in waiting.peek(rows.server())} != set()
        assert audit.seal_all(NOON) == 3
        assert audit.verify().is_whole
        audit.seal(NOON)
        assert not waiting.peek(rows.server())

    def test_by_kill_at_any_moment_leaves_a_whole_chain(self, small_seals):
        """A real process, killed twenty times while it seals what others write meanwhile."""
        chance = random.Random(7)
        written = 0
        for _round in range(20):
            written += len(write_records(chance.randint(20, 60)))
            connections.close_all()
            with warnings.catch_warnings():
                # Newer Pythons warn of threads; the child lives for milliseconds and is killed.
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
            if child == 0:
                with contextlib.suppress(BaseException):
                    sealing.seal_all(NOON)
                os._exit(0)
            time.sleep(chance.random() * 0.06)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            _wait_until_alone()
            assert audit.verify().is_whole
        audit.seal_all(NOON)
        report = audit.verify()
        assert report.is_whole
        assert report.sealed == written
        assert report.heads == report.seals


def _wait_until_alone() -> None:
    """Until the server has noticed that the killed process is gone."""
    for _attempt in range(500):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")  # others' sessions are the superuser's to see
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            others = cursor.fetchone()[0]
            cursor.execute("SET ROLE wattdesk_app")
        if others == 0:
            return
        time.sleep(0.01)
    raise AssertionError("the killed process's connection stays")
