"""Audit records: written in the writer's transaction, kept, read back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories.identity import NOON, act
from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.models import Record
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvariantBroken


@pytest.mark.django_db
class TestRecord:
    def test_keeps_who_when_why_and_what_changed(self):
        by = Act(7, "张三", datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC), "改错字")
        key = audit.record(
            by=by,
            action="customers.renamed",
            subjects=["account:12", "customer:3"],
            unit_id=5,
            before={"name": "李西"},
            after={"name": "李四", "since": date(2026, 11, 1), "kva": Decimal("1.50")},
        )
        (entry,) = audit.timeline("account:12", limit=10)
        assert entry == audit.AuditEntry(
            id=key,
            at=by.at,
            actor_id=7,
            actor_name="张三",
            action="customers.renamed",
            reason="改错字",
            subjects=("account:12", "customer:3"),
            unit_id=5,
            before={"name": "李西"},
            after={"name": "李四", "since": "2026-11-01", "kva": "1.50"},
        )

    def test_vanishes_with_its_transaction(self):
        with pytest.raises(RuntimeError), transaction.atomic():
            audit.record(by=act(), action="a.b", subjects=["x:1"])
            raise RuntimeError
        assert not audit.timeline("x:1")

    def test_refuses_a_reason_that_does_not_fit(self):
        with pytest.raises(audit.ReasonTooLong):
            audit.record(by=act(reason="长" * 401), action="a.b", subjects=["x:1"])
        assert not Record.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [{"subjects": []}, {"subjects": ["x" * 61]}, {"action": ""}, {"after": {"a": 0.1}}],
    )
    def test_refuses_what_no_record_holds(self, changes):
        arguments = {"action": "a.b", "subjects": ["x:1"], **changes}
        with pytest.raises(InvariantBroken):
            audit.record(by=act(), **arguments)
        assert not Record.objects.exists()

    def test_refuses_a_moment_without_a_time_zone(self):
        with pytest.raises(InvariantBroken):
            audit.record(
                by=act(at=datetime(2026, 1, 1)),  # noqa: DTZ001 - the point of the test
                action="a.b",
                subjects=["x:1"],
            )

    def test_takes_two_queries(self, django_assert_num_queries):
        with django_assert_num_queries(2):
            audit.record(by=act(), action="a.b", subjects=["x:1"])


@pytest.mark.django_db(transaction=True)
class TestRecordAlone:
    def test_is_refused_outside_a_transaction(self):
        with pytest.raises(InvariantBroken):
            audit.record(by=act(), action="a.b", subjects=["x:1"])
        assert not Record.objects.exists()


@pytest.mark.django_db
class TestRecordMany:
    def test_writes_all_in_order_and_returns_their_ids(self, django_assert_num_queries):
        new = [audit.NewRecord("a.b", (f"x:{i}",), after={"i": i}) for i in range(700)]
        with django_assert_num_queries(3):
            ids = audit.record_many(new, by=act())
        assert ids == sorted(ids)
        assert list(Record.objects.order_by("id").values_list("id", "subjects")) == [
            (key, [f"x:{i}"]) for i, key in enumerate(ids)
        ]

    def test_writes_nothing_for_nothing(self):
        assert audit.record_many([], by=act()) == []


@pytest.mark.django_db
class TestFinality:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_record SET reason = 'other'",
            "DELETE FROM audit_record",
            "TRUNCATE audit_record",
            "ALTER TABLE audit_record DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
        ],
    )
    def test_the_program_itself_cannot_change_records(self, statement):
        audit.record(by=act(), action="a.b", subjects=["x:1"])
        with (
            pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert audit.timeline("x:1")[0].reason == "because a test asks"

    @pytest.mark.parametrize(
        "statement", ["UPDATE audit_record SET reason = 'other'", "DELETE FROM audit_record"]
    )
    def test_the_owner_is_stopped_by_the_trigger(self, as_owner, statement):
        audit.record(by=act(), action="a.b", subjects=["x:1"])
        with (
            pytest.raises(DatabaseError, match="final"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db
class TestTimeline:
    def test_is_newest_first_and_goes_on_behind_a_page(self):
        ids = [audit.record(by=act(), action="a.b", subjects=["x:1"]) for _ in range(5)]
        audit.record(by=act(), action="a.b", subjects=["x:2"])
        first = audit.timeline("x:1", limit=3)
        assert [entry.id for entry in first] == ids[:1:-1]
        rest = audit.timeline("x:1", limit=3, before_id=first[-1].id)
        assert [entry.id for entry in rest] == ids[1::-1]

    def test_uses_the_index_on_subjects(self):
        audit.record_many([audit.NewRecord("a.b", (f"x:{i}",)) for i in range(3000)], by=act())
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("ANALYZE audit_record")
            cursor.execute("SET ROLE wattdesk_app")
        plan = Record.objects.filter(subjects__contains=["x:5"]).order_by("-id")[:50].explain()
        assert "audit_record_subjects" in plan


@pytest.mark.django_db
class TestListEntries:
    def test_narrows_by_whatever_is_given(self):
        later = NOON.replace(hour=5)
        one = audit.record(by=act(), action="a.b", subjects=["x:1"], unit_id=1)
        two = audit.record(by=act(at=later), action="a.c", subjects=["x:1"], unit_id=2)
        three = audit.record(by=Act(9, "王五", later), action="a.c", subjects=["x:2"])

        def found(**narrowed):
            return [entry.id for entry in audit.list_entries(**narrowed)]

        assert found() == [three, two, one]
        assert found(unit_ids=[1, 2]) == [two, one]
        assert found(unit_ids=[]) == []
        assert found(actor_id=9) == [three]
        assert found(actions=["a.c"]) == [three, two]
        assert found(from_at=later) == [three, two]
        assert found(to_at=later) == [one]
        assert found(subject="x:1", before_id=two) == [one]
