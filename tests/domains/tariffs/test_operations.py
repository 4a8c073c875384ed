"""Proposing, releasing and rejecting tariff documents."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.identity import act, make_staff
from tests.factories.tariffs import (
    make_proposer,
    make_releaser,
    propose_text,
    release_shipped,
    release_text,
)
from wattdesk.domains.audit import api as audit
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.models import RateSchedule, Tariff, TariffVersion
from wattdesk.toolkit.errors import InvariantBroken, NotAllowed

pytestmark = pytest.mark.django_db
FIRST = tariffs.shipped_text("lanchuan-2025-01")
SECOND = tariffs.shipped_text("lanchuan-2026-07")


def moved(day: str, *, until: str | None = None) -> str:
    """The first document with another first day (and last)."""
    text = FIRST.replace("effective_from: 2025-01-01", f"effective_from: {day}")
    return text.replace(day, f"{day}\neffective_to: {until}", 1) if until else text


def periods() -> list[tuple[int, str, str | None]]:
    rows = TariffVersion.objects.order_by("number")
    return [
        (r.number, str(r.period.lower), str(r.period.upper) if r.period.upper else None)
        for r in rows
    ]


class TestPropose:
    def test_stores_the_text_as_it_is(self) -> None:
        proposer = make_proposer()
        version = propose_text(FIRST, proposer=proposer)
        assert (version.tariff_code, version.number, version.state) == ("LC-2026", 1, "PROPOSED")
        assert version.text == FIRST
        assert (version.from_date, version.to_date) == (date(2025, 1, 1), None)
        assert version.proposed_by == proposer.name
        assert tariffs.list_schedules() == []
        assert tariffs.versions_in_force(["LC-RES"], date(2026, 1, 1), date(2026, 2, 1)) == []

    def test_leaves_a_record(self) -> None:
        version = propose_text(FIRST)
        (entry,) = audit.timeline(f"tariff_version:{version.id}", 10)
        assert (entry.action, entry.reason) == ("tariffs.propose", "because a test asks")
        assert entry.after is not None
        assert entry.after["sha256"] == version.sha256

    def test_refuses_a_faulty_document_and_stores_nothing(self) -> None:
        with pytest.raises(tariffs.DocumentRefused) as refused:
            propose_text(FIRST.replace("cycle: annual", "cycle: yearly"))
        lines = FIRST.splitlines()
        wrong = [str(n) for n, line in enumerate(lines, 1) if "cycle: annual" in line]
        assert [place.split(":")[0] for place in refused.value.errors] == wrong
        assert Tariff.objects.count() == TariffVersion.objects.count() == 0

    def test_refuses_a_document_whose_example_is_wrong(self) -> None:
        with pytest.raises(tariffs.DocumentRefused) as refused:
            propose_text(FIRST.replace("total: 170.90", "total: 170.91"))
        (sentences,) = refused.value.errors.values()
        assert len(sentences) == 2
        assert all(sentence.startswith("LC-BLOCKS: ") for sentence in sentences)
        assert TariffVersion.objects.count() == 0

    def test_refuses_the_same_text_twice(self) -> None:
        propose_text(FIRST)
        with pytest.raises(tariffs.DocumentKnown):
            propose_text(FIRST)
        assert TariffVersion.objects.count() == 1

    def test_may_bring_a_rejected_text_again(self) -> None:
        version = propose_text(FIRST)
        with transaction.atomic():
            tariffs.reject(version.id, by=act(make_releaser()))
        assert propose_text(FIRST).number == 2

    def test_needs_the_right(self) -> None:
        with pytest.raises(NotAllowed), transaction.atomic():
            tariffs.propose(FIRST, by=act(make_staff(role="CLERK")))
        with pytest.raises(NotAllowed), transaction.atomic():
            tariffs.propose(FIRST, by=act())
        assert TariffVersion.objects.count() == 0


class TestRelease:
    def test_puts_the_version_in_force_and_its_price_classes_in_the_catalogue(self) -> None:
        (version,) = release_shipped("lanchuan-2025-01")
        assert (version.state, version.decided_by) == ("RELEASED", "电价乙")
        assert [s.code for s in tariffs.list_schedules()] == [
            "LC-AGR", "LC-COM-1KV", "LC-COM-FLAT", "LC-RES", "LC-RES-SHARED", "LC-RES-TOU",
        ]  # fmt: skip
        schedule = tariffs.get_schedule("LC-RES-TOU")
        assert (schedule.customer_class, schedule.tariff_code) == ("RESIDENTIAL", "LC-2026")
        assert schedule.title_en.startswith("Household with own meter")

    def test_ends_the_version_before(self) -> None:
        release_shipped("lanchuan-2025-01", "lanchuan-2026-07")
        assert periods() == [(1, "2025-01-01", "2026-07-01"), (2, "2026-07-01", None)]

    def test_of_an_earlier_day_ends_where_the_later_begins(self) -> None:
        release_text(SECOND)
        release_text(FIRST)
        assert periods() == [(1, "2026-07-01", None), (2, "2025-01-01", "2026-07-01")]

    def test_between_two_versions_takes_its_place(self) -> None:
        release_shipped("lanchuan-2025-01", "lanchuan-2026-07")
        release_text(moved("2026-03-01"))
        assert periods() == [
            (1, "2025-01-01", "2026-03-01"),
            (2, "2026-07-01", None),
            (3, "2026-03-01", "2026-07-01"),
        ]

    def test_of_a_document_with_an_end_ends_there(self) -> None:
        release_text(moved("2025-01-01", until="2025-02-01"))
        assert periods() == [(1, "2025-01-01", "2025-02-01")]
        release_text(moved("2025-03-01"))
        assert periods() == [(1, "2025-01-01", "2025-02-01"), (2, "2025-03-01", None)]

    def test_leaves_a_record_of_before_and_after(self) -> None:
        (version,) = release_shipped("lanchuan-2025-01")
        entry = audit.timeline(f"tariff_version:{version.id}", 10)[0]
        assert entry.action == "tariffs.release"
        assert entry.before is not None
        assert entry.after is not None
        assert (entry.before["state"], entry.after["state"]) == ("PROPOSED", "RELEASED")

    def test_needs_another_person(self) -> None:
        releaser = make_releaser()
        version = propose_text(FIRST, proposer=releaser)
        with pytest.raises(tariffs.SamePerson), transaction.atomic():
            tariffs.release(version.id, by=act(releaser))
        assert tariffs.get_version(version.id).state == "PROPOSED"
        assert tariffs.list_schedules() == []

    def test_by_the_same_person_is_refused_by_the_database_too(self) -> None:
        releaser = make_releaser()
        version = propose_text(FIRST, proposer=releaser)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            TariffVersion.objects.filter(pk=version.id).update(
                state="RELEASED", decided_by=releaser, decided_at=version.proposed_at
            )

    def test_needs_the_right(self) -> None:
        version = propose_text(FIRST)
        with pytest.raises(NotAllowed), transaction.atomic():
            tariffs.release(version.id, by=act(make_proposer()))
        assert tariffs.get_version(version.id).state == "PROPOSED"

    def test_of_a_decided_version_is_refused(self) -> None:
        (version,) = release_shipped("lanchuan-2025-01")
        with pytest.raises(tariffs.VersionDecided), transaction.atomic():
            tariffs.release(version.id, by=act(make_releaser()))
        with pytest.raises(tariffs.VersionNotFound), transaction.atomic():
            tariffs.release(version.id + 1_000, by=act(make_releaser()))

    def test_on_the_day_of_another_version_is_refused(self) -> None:
        release_text(FIRST)
        other = propose_text(FIRST.replace("0.538", "0.539").replace("59.18", "59.29")
                             .replace("170.90", "171.01").replace("96.84", "97.02")
                             .replace("-8.07", "-8.09").replace("88.77", "88.93")
                             .replace("118.36", "118.58").replace("235.96", "236.18"))  # fmt: skip
        with pytest.raises(tariffs.DayTaken), transaction.atomic():
            tariffs.release(other.id, by=act(make_releaser()))
        assert periods() == [(1, "2025-01-01", None), (2, "2025-01-01", None)]
        assert tariffs.get_version(other.id).state == "PROPOSED"

    def test_refuses_price_classes_of_another_tariff(self) -> None:
        release_text(FIRST)
        other = propose_text(moved("2025-06-01").replace("code: LC-2026", "code: LC-OTHER"))
        with pytest.raises(tariffs.ScheduleTaken), transaction.atomic():
            tariffs.release(other.id, by=act(make_releaser()))
        assert tariffs.get_version(other.id).state == "PROPOSED"
        assert set(RateSchedule.objects.values_list("tariff__code", flat=True)) == {"LC-2026"}

    def test_brings_titles_up_to_the_version_that_begins_last(self) -> None:
        release_text(SECOND.replace("zh: 居民合表,", "zh: 居民合表二,"))
        release_text(FIRST)
        assert tariffs.get_schedule("LC-RES-SHARED").title == "居民合表二"
        later = SECOND.replace("2026-07-01", "2026-09-01").replace("2026-08-01", "2026-09-01")
        release_text(later.replace("to_date: 2026-09-01", "to_date: 2026-10-01"))
        assert tariffs.get_schedule("LC-RES-SHARED").title == "居民合表"


@pytest.mark.django_db(transaction=True)
def test_writes_demand_a_transaction() -> None:
    for write in (lambda: tariffs.propose(FIRST, by=act()), lambda: tariffs.release(1, by=act())):
        with pytest.raises(InvariantBroken):
            write()
    assert TariffVersion.objects.count() == 0


class TestReject:
    def test_keeps_the_reason(self) -> None:
        version = propose_text(FIRST)
        with transaction.atomic():
            rejected = tariffs.reject(version.id, by=act(make_releaser(), reason="价格有误"))
        assert (rejected.state, rejected.reason) == ("REJECTED", "价格有误")
        assert audit.timeline(f"tariff_version:{version.id}", 1)[0].action == "tariffs.reject"

    def test_needs_a_reason_and_another_person(self) -> None:
        releaser = make_releaser()
        version = propose_text(FIRST, proposer=releaser)
        with pytest.raises(tariffs.ReasonNeeded), transaction.atomic():
            tariffs.reject(version.id, by=act(make_releaser(), reason=" "))
        with pytest.raises(tariffs.SamePerson), transaction.atomic():
            tariffs.reject(version.id, by=act(releaser))
        assert tariffs.get_version(version.id).state == "PROPOSED"


class TestFinality:
    @pytest.mark.parametrize(
        "change", [{"document": "x"}, {"sha256": "0" * 64}, {"state": "REJECTED"}, {"number": 7}]
    )
    def test_of_text_and_decision_is_kept_by_the_database(self, change: dict[str, object]) -> None:
        (version,) = release_shipped("lanchuan-2025-01")
        with pytest.raises(IntegrityError, match="final"), transaction.atomic():
            TariffVersion.objects.filter(pk=version.id).update(**change)
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            TariffVersion.objects.filter(pk=version.id).delete()

    def test_two_versions_in_force_on_one_day_are_impossible(self) -> None:
        release_shipped("lanchuan-2025-01", "lanchuan-2026-07")
        with (
            pytest.raises(IntegrityError, match="one_in_force"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE tariffs_version SET period = daterange('2025-01-01', NULL) WHERE number = 1"
            )
