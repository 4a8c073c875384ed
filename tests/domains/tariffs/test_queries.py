"""What billing and screens read of tariffs."""

from datetime import date

import pytest
from django.db import connection

from tests.factories.tariffs import propose_text, release_shipped, release_text
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs import queries
from wattdesk.toolkit.errors import InvariantBroken

pytestmark = pytest.mark.django_db
FIRST = tariffs.shipped_text("lanchuan-2025-01")


class TestVersionsInForce:
    def test_are_clipped_to_the_period_in_order(self) -> None:
        first, second = release_shipped("lanchuan-2025-01", "lanchuan-2026-07")
        found = tariffs.versions_in_force(["LC-RES"], date(2026, 6, 15), date(2026, 7, 15))
        assert [(v.version_id, v.from_date, v.to_date) for v in found] == [
            (first.id, date(2026, 6, 15), date(2026, 7, 1)),
            (second.id, date(2026, 7, 1), date(2026, 7, 15)),
        ]
        assert [v.document.effective_from for v in found] == [date(2025, 1, 1), date(2026, 7, 1)]
        assert found[0].schedule_codes == ("LC-RES",)

    def test_are_none_before_the_first_and_for_unknown_classes(self) -> None:
        release_shipped("lanchuan-2025-01")
        assert tariffs.versions_in_force(["LC-RES"], date(2024, 12, 1), date(2025, 1, 1)) == []
        assert tariffs.versions_in_force(["NOPE"], date(2026, 1, 1), date(2026, 2, 1)) == []

    def test_leave_out_versions_that_do_not_price_the_class(self) -> None:
        start = FIRST.index("  - code: LC-AGR")
        end = FIRST.index("examples:")
        example = FIRST.index("  - id: LC-AGR")
        without = FIRST[:start] + FIRST[end:example]
        release_text(without.replace("effective_from: 2025-01-01", "effective_from: 2024-01-01"))
        release_text(FIRST)
        found = tariffs.versions_in_force(["LC-AGR"], date(2024, 6, 1), date(2025, 6, 1))
        assert [(v.from_date, v.to_date) for v in found] == [(date(2025, 1, 1), date(2025, 6, 1))]

    def test_of_several_classes_and_tariffs_come_together(self) -> None:
        release_shipped("lanchuan-2025-01", "beijing-residential-2012")
        found = tariffs.versions_in_force(
            ["LC-RES", "LC-AGR", "BJ-RES-M"], date(2026, 1, 1), date(2026, 2, 1)
        )
        assert {v.tariff_code: v.schedule_codes for v in found} == {
            "LC-2026": ("LC-RES", "LC-AGR"),
            "BJ-RES-2012": ("BJ-RES-M",),
        }

    def test_do_not_show_proposals(self) -> None:
        propose_text(FIRST)
        assert tariffs.versions_in_force(["LC-RES"], date(2026, 1, 1), date(2026, 2, 1)) == []


class TestPlanFor:
    def test_is_compiled_once(self) -> None:
        (version,) = release_shipped("lanchuan-2025-01")
        plan = tariffs.plan_for(version.id, "LC-RES")
        assert plan.schedule.code == "LC-RES"
        assert tariffs.plan_for(version.id, "LC-RES") is plan

    def test_of_an_unknown_class_or_version_is_refused(self) -> None:
        (version,) = release_shipped("lanchuan-2025-01")
        with pytest.raises(tariffs.ScheduleNotFound):
            tariffs.plan_for(version.id, "NOPE")
        with pytest.raises(tariffs.VersionNotFound):
            tariffs.plan_for(version.id + 1_000, "LC-RES")

    def test_of_a_text_changed_behind_the_programs_back_is_refused(self, as_owner: None) -> None:
        (version,) = release_shipped("sichuan-residential")
        queries._document.cache_clear()
        queries._plan.cache_clear()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # triggers off
            cursor.execute("UPDATE tariffs_version SET document = document || ' '")
            cursor.execute("SET LOCAL session_replication_role = origin")
        with pytest.raises(InvariantBroken):
            tariffs.plan_for(version.id, "SC-RES")


class TestLists:
    def test_tell_versions_waiting_and_current(self) -> None:
        release_shipped("lanchuan-2025-01")
        propose_text(tariffs.shipped_text("lanchuan-2026-07"))
        (info,) = tariffs.list_tariffs()
        assert (info.code, info.versions, info.waiting, info.current_number) == ("LC-2026", 2, 1, 1)
        assert [v.number for v in tariffs.list_versions("LC-2026")] == [2, 1]
        assert tariffs.list_versions("NOPE") == []

    def test_find_a_version_by_code_and_number(self) -> None:
        first, second = release_shipped("lanchuan-2025-01", "lanchuan-2026-07")
        assert tariffs.find_version("LC-2026") == tariffs.get_version(second.id)
        assert tariffs.find_version("LC-2026", 1) == tariffs.get_version(first.id)
        with pytest.raises(tariffs.VersionNotFound):
            tariffs.find_version("LC-2026", 9)

    def test_show_price_classes_of_one_kind_of_customer(self) -> None:
        release_shipped("lanchuan-2025-01")
        assert [s.code for s in tariffs.list_schedules("COMMERCIAL")] == [
            "LC-COM-1KV",
            "LC-COM-FLAT",
        ]
        with pytest.raises(tariffs.ScheduleNotFound):
            tariffs.get_schedule("NOPE")


class TestDiff:
    def test_is_against_the_version_before(self) -> None:
        _first, second = release_shipped("lanchuan-2025-01", "lanchuan-2026-07")
        text = tariffs.diff(second.id)
        assert text.startswith("--- LC-2026 1\n+++ LC-2026 2\n")
        assert "-        prices: [0.538, 0.588, 0.838]" in text
        assert "+        prices: [0.548, 0.598, 0.848]" in text

    def test_of_the_first_version_is_all_new(self) -> None:
        (version,) = release_shipped("sichuan-residential")
        lines = tariffs.diff(version.id).splitlines()
        assert lines[0] == "--- /dev/null"
        assert all(line.startswith("+") for line in lines[3:])


class TestShipped:
    def test_documents_are_named(self) -> None:
        assert "lanchuan-2025-01" in tariffs.shipped_names()
        with pytest.raises(tariffs.NotShipped):
            tariffs.shipped_text("../roles")
