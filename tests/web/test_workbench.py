"""The workbench: tasks by their clock, parts that fail alone, the calendar of segments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import translation

from tests.web.html import text_of
from wattdesk.toolkit.errors import Unavailable
from wattdesk.web import providers
from wattdesk.web.parts import Figure, Notice, SegmentDay, Signature, Task
from wattdesk.web.providers import Hit, NavCount, Viewer
from wattdesk.web.staff.workbench import board

NOW = datetime(2026, 11, 24, 2, 26, tzinfo=UTC)


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    """No area but those that a test registers."""
    monkeypatch.setattr(providers, "_areas", {})


def task(title: str, hours: float | None = 1, kind: str = "release", **more: object) -> Task:
    due = None if hours is None else datetime.now(tz=UTC) + timedelta(hours=hours)
    return Task(title, "why", due, f"/{title}/", kind, **more)


class TestOrder:
    def test_is_by_the_clock_and_not_by_kind(self):
        tasks = [task("c", None), task("b", 5, "x"), task("a", 1, "y"), task("l", -1)]
        assert [t.title for t in board.in_order(tasks)] == ["l", "a", "b", "c"]

    def test_bands_are_late_today_later_and_without_limit(self):
        def due(hours: float, **more: object) -> Task:
            return Task("t", "", NOW + timedelta(hours=hours), "/", "k", **more)

        tasks = [due(-1), due(-2, is_paused=True), due(13), due(14), Task("n", "", None, "/", "k")]
        found = {band.key: len(band.tasks) for band in board.bands(tasks, NOW)}
        # 24 November, 10:26 in Shanghai: in 13 hours it is still the 24th, in 14 no more.
        assert found == {"late": 1, "today": 2, "later": 1, "none": 1}

    def test_figures_say_how_many_are_late_and_by_how_much(self):
        late = Task("t", "", NOW - timedelta(minutes=92), "/", "k")
        due = Task("u", "", NOW + timedelta(minutes=92), "/", "k")
        with translation.override("en"):
            mine, lateness = board.own_figures([late, due], NOW)
        assert (mine.value, lateness.value) == ("2", "1")
        assert lateness.details == ("longest by 1:32",)
        assert lateness.is_alarm


class TestCalendar:
    def test_has_each_day_of_the_month_with_released_segments_first(self):
        today = date(2026, 2, 24)
        segments = [
            SegmentDay("B", "b", date(2026, 2, 3), "held"),
            SegmentDay("A", "a", date(2026, 2, 3), "released"),
            SegmentDay("C", "c", date(2026, 3, 3), "released"),
        ]
        days = board.calendar(segments, today)
        assert len(days) == 28
        assert [s.code for s in days[2].segments] == ["A", "B"]
        assert days[23].is_today
        assert sum(len(day.segments) for day in days) == 2


@pytest.mark.django_db
class TestPage:
    def test_shows_what_the_areas_provide(self, as_officer):
        providers.register(
            "billing",
            tasks=lambda viewer: [task("复核西苑一段", 1.5, used_share=0.86, amount_fen=17820641)],
            figures=lambda viewer: [Figure("本月已发行", "31", "段")],
            signatures=lambda viewer: [Signature("发行 临港一段", "韩雪 提交", "/sign/", None)],
            notices=lambda viewer: [Notice("系统", "远程采集迟到", "212 户", viewer.now)],
            segments=lambda viewer, month: [SegmentDay("0317", "西苑", viewer.today, "review")],
            counts=lambda viewer: {"workbench": NavCount(9)},
        )
        content = text_of(as_officer.get("/"))
        for text in ("复核西苑一段", "178,206.41", "本月已发行", "发行 临港一段", "远程采集迟到"):
            assert text in content
        assert "wd-count is-warn" in content
        assert 's-review" title="0317 西苑"' in content
        assert '<span class="dot">1</span>' in content

    def test_says_so_when_there_is_nothing(self, as_officer):
        content = text_of(as_officer.get("/"))
        assert "没有等您办的事" in content
        assert "没有要签的" in content
        assert "没有通知" in content

    def test_an_area_that_fails_takes_only_its_part_away(self, as_officer):
        def busy(viewer: Viewer) -> list[Task]:
            raise Unavailable()

        def broken(viewer: Viewer) -> list[Notice]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")
            raise AssertionError

        providers.register("a", tasks=busy, notices=broken)
        providers.register("b", tasks=lambda viewer: [task("still here")])
        content = text_of(as_officer.get("/"))
        assert "still here" in content
        assert "部分任务暂时取不到" in content
        assert "通知暂时取不到" in content

    def test_a_fault_of_the_program_is_not_hidden(self, as_officer):
        def wrong(viewer: Viewer) -> list[Task]:
            raise ZeroDivisionError

        providers.register("a", tasks=wrong)
        with pytest.raises(ZeroDivisionError):
            as_officer.get("/")

    def test_a_kind_can_be_chosen(self, as_officer):
        providers.register(
            "a",
            tasks=lambda viewer: [task("one", 1, "x"), task("two", 1, "y"), task("six", 1, "z")],
        )
        content = text_of(as_officer.get("/?kind=x"))
        assert "/one/" in content
        assert "/two/" not in content

    def test_long_lists_are_cut_and_say_so(self, as_officer):
        providers.register("a", tasks=lambda viewer: [task(f"t{n}") for n in range(60)])
        content = text_of(as_officer.get("/"))
        assert "另有 10 件未列出" in content

    def test_texts_of_the_areas_are_escaped(self, as_officer):
        providers.register("a", tasks=lambda viewer: [task("<script>x")])
        assert "<script>x" not in text_of(as_officer.get("/"))


@pytest.mark.django_db
class TestCounts:
    def test_are_kept_for_two_minutes(self, as_officer):
        calls = []
        providers.register("a", tasks=lambda viewer: calls.append(1) or [task("late", -1)])
        content = text_of(as_officer.get("/help/"))
        as_officer.get("/help/")
        assert len(calls) == 1
        assert '<span class="n is-bad">1</span>' in content

    def test_the_bell_lists_notices(self, as_officer):
        providers.register(
            "a", notices=lambda viewer: [Notice("规则", "R11", "x", viewer.now, "info")]
        )
        assert "R11" in text_of(as_officer.get("/notices/"))


def hits(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    title = (("澜川", False), ("恒瑞", True), ("<铸造>", False))
    return [Hit("户", title, "/a/", number=(("3701", False),), chip="欠费", tone="bad")][:limit]


@pytest.mark.django_db
class TestSearch:
    def test_marks_what_matched_and_escapes_the_rest(self, as_officer):
        providers.register("a", search=hits)
        headers = {"HX-Request": "true", "HX-Target": "wd-hits"}
        content = text_of(as_officer.get("/search/?q=hr", headers=headers))
        assert "澜川<mark>恒瑞</mark>&lt;铸造&gt;" in content
        assert 'role="option"' in content
        assert "<html" not in content

    def test_is_a_page_without_script(self, as_officer):
        providers.register("a", search=hits)
        content = text_of(as_officer.get("/search/?q=hr"))
        assert "<html" in content
        assert 'href="/a/"' in content
        assert 'role="option"' not in content

    def test_finds_pages_by_their_title(self, as_officer, in_english):
        content = text_of(in_english(as_officer).get("/search/?q=BENCH"))
        assert "Work<mark>bench</mark>" in content

    def test_says_how_to_ask_when_nothing_is_found(self, as_officer):
        content = text_of(as_officer.get("/search/?q=zzzz"))
        assert "没有找到“zzzz”" in content

    def test_an_area_that_fails_is_told(self, as_officer):
        def broken(viewer: Viewer, text: str, limit: int) -> list[Hit]:
            raise DatabaseError

        providers.register("a", search=broken)
        assert "结果可能不全" in text_of(as_officer.get("/search/?q=x"))

    def test_asks_nobody_for_nothing(self, as_officer):
        providers.register("a", search=lambda *_: pytest.fail("asked"))
        assert as_officer.get("/search/?q=%20").status_code == 200
