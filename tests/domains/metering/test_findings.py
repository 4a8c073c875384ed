"""Findings: stored once, decided with a reason, lifted or not; the work list."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from django.db import transaction
from django.utils import translation

from tests.factories import metering as make
from tests.factories.identity import act, make_staff
from wattdesk.domains.audit.models import Record
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import FindingFilter, Kind, Measured
from wattdesk.domains.metering.models import Finding, Reading, ReadingSegment
from wattdesk.kernel.readings.codes import FindingCode

pytestmark = pytest.mark.django_db

DECEMBER, BEGIN, END = date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)
CHECKED = make.act_at(date(2026, 2, 2))


@pytest.fixture
def segment(unit: Unit) -> ReadingSegment:
    return make.make_segment(unit=unit)


def measure(*points: int) -> Measured:
    return api.measure(pl.Series("usage_point_id", points, dtype=pl.Int64), BEGIN, END)


def store(segment: ReadingSegment, *points: int, measured: Measured | None = None) -> Measured:
    measured = measured or measure(*points)
    with transaction.atomic():
        api.store_findings(
            segment_id=segment.pk, from_date=BEGIN, to_date=END, findings=measured.findings,
            by=CHECKED, checked=pl.Series("usage_point_id", points, dtype=pl.Int64),
        )  # fmt: skip
    return measured


def decide(ids: list[int], decision: str, *, reason: str = "looked at it") -> int:
    with transaction.atomic():
        return api.decide_findings(ids, decision, by=make.act_at(date(2026, 2, 3), reason=reason))


def holds(segment: ReadingSegment, measured: Measured) -> set[str]:
    frame = api.open_holds(measured.findings, segment_id=segment.pk, from_date=BEGIN, to_date=END)
    return set(frame["code"].to_list())


def sudden(unit: Unit, *, this: int = 5000) -> tuple[int, int]:
    """A point that used 300 in December and much more in January; its total register."""
    point = make.make_point(unit)
    register = make.hang(point)[Kind.ACTIVE_TOTAL]
    make.read(register, {DECEMBER: 0, BEGIN: 310, END: 310 + this})
    return point, register


def finding(point: int, code: str) -> Finding:
    return Finding.objects.get(usage_point_id=point, code=code)


class TestStoring:
    def test_keeps_figures_and_what_is_at_risk(self, unit: Unit, segment: ReadingSegment) -> None:
        point, _register = sudden(unit)
        store(segment, point)
        row = finding(point, "SUDDEN_CHANGE")
        assert (row.state, row.severity, row.segment_id) == ("OPEN", "HOLD", segment.pk)
        assert row.at_risk_kwh == 5000 - 310
        assert row.evidence["energy_e4"] == 50_000_000

    def test_the_same_again_changes_nothing(self, unit: Unit, segment: ReadingSegment) -> None:
        point, _register = sudden(unit)
        store(segment, point)
        before = list(Finding.objects.values().order_by("id"))
        records = Record.objects.count()
        store(segment, point)
        assert list(Finding.objects.values().order_by("id")) == before
        assert Record.objects.count() == records

    def test_what_is_no_longer_found_is_gone(self, unit: Unit, segment: ReadingSegment) -> None:
        point, register = sudden(unit)
        store(segment, point)
        wrong = Reading.objects.get(register=register, reading_date=END)
        with transaction.atomic():
            api.correct_reading(
                wrong.pk, Decimal(610), by=make.act_at(date(2026, 2, 3), reason="misread")
            )
        store(segment, point)
        assert finding(point, "SUDDEN_CHANGE").state == "GONE"

    def test_other_points_of_the_segment_are_left_alone(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        first, _r = sudden(unit)
        second, _r = sudden(unit)
        store(segment, first)
        store(segment, second)
        assert finding(first, "SUDDEN_CHANGE").state == "OPEN"

    def test_a_decision_stands_while_the_figures_are_the_same(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point, register = sudden(unit)
        store(segment, point)
        decide([finding(point, "SUDDEN_CHANGE").pk], "ACCEPT")
        store(segment, point)
        assert finding(point, "SUDDEN_CHANGE").decision == "ACCEPT"
        wrong = Reading.objects.get(register=register, reading_date=END)
        with transaction.atomic():
            api.correct_reading(
                wrong.pk, Decimal(9000), by=make.act_at(date(2026, 2, 4), reason="misread again")
            )
        store(segment, point)
        row = finding(point, "SUDDEN_CHANGE")
        assert (row.state, row.decision, row.reason) == ("OPEN", "", "")

    def test_another_estimate_beside_the_same_figures_does_not_open_it_again(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point, _register = sudden(unit)
        measured = store(segment, point)
        decide([finding(point, "SUDDEN_CHANGE").pk], "ACCEPT")
        other = measured.findings.with_columns(
            pl.col("evidence").str.replace('"method":"PREVIOUS_DAILY_MEAN"', '"method":"OTHER"')
        )
        assert not other.equals(measured.findings)
        changed = Measured(measured.registers, measured.usage, other)
        store(segment, point, measured=changed)
        assert finding(point, "SUDDEN_CHANGE").state == "DECIDED"
        assert holds(segment, changed) == set()

    def test_yuan_at_risk_is_kept_where_the_caller_knows_it(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point, _register = sudden(unit)
        measured = measure(point)
        priced = measured.findings.with_columns(pl.lit(123_456).alias("at_risk_fen"))
        store(segment, point, measured=Measured(measured.registers, measured.usage, priced))
        assert finding(point, "SUDDEN_CHANGE").at_risk_fen == 123_456


class TestDeciding:
    def test_accept_lifts_the_hold_and_says_why(self, unit: Unit, segment: ReadingSegment) -> None:
        point, _register = sudden(unit)
        measured = store(segment, point)
        assert holds(segment, measured) == {"SUDDEN_CHANGE"}
        key = finding(point, "SUDDEN_CHANGE").pk
        assert decide([key], "ACCEPT", reason="new heating, looked at the bill of the oven") == 1
        assert holds(segment, measure(point)) == set()
        record = Record.objects.get(action="metering.finding.decide")
        assert f"finding:{key}" in record.subjects
        assert record.reason.startswith("new heating")
        row = api.findings_of(segment.pk, BEGIN, END).filter(id=key).row(0, named=True)
        assert (row["decision"], row["holds"]) == ("ACCEPT", False)

    @pytest.mark.parametrize("decision", ["REREAD", "INSPECT"])
    def test_reread_and_inspect_keep_the_hold_and_may_be_decided_anew(
        self, unit: Unit, segment: ReadingSegment, decision: str
    ) -> None:
        point, _register = sudden(unit)
        measured = store(segment, point)
        key = finding(point, "SUDDEN_CHANGE").pk
        decide([key], decision)
        assert holds(segment, measured) == {"SUDDEN_CHANGE"}
        assert decide([key], "ACCEPT") == 1

    def test_estimate_of_a_missing_reading_is_billed_and_trued_up(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point = make.make_point(unit)
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        make.read(register, {DECEMBER: 4890, BEGIN: 5200})
        store(segment, point)
        key = finding(point, "MISSING").pk
        decide([key], "ESTIMATE", reason="nobody at home")
        measured = measure(point)
        assert measured.usage["energy_total_e4"].to_list() == [3_100_000]
        assert measured.usage["marks"].to_list() == [["ESTIMATED"]]
        assert holds(segment, measured) == set()
        row = Reading.objects.get(register=register, reading_date=END)
        assert (row.value, row.quality, row.origin) == (5510, "ESTIMATED", "SYSTEM")
        store(segment, point)
        assert finding(point, "MISSING").decision == "ESTIMATE"
        # The reading of March is actual: the two months together are what the meter counted.
        make.read(register, {date(2026, 3, 1): 5600})
        march = api.measure(
            pl.Series("usage_point_id", [point], dtype=pl.Int64), END, date(2026, 3, 1)
        )
        assert march.usage["energy_total_e4"].to_list() == [900_000]

    def test_estimate_of_a_doubted_reading_keeps_the_reading(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point, register = sudden(unit)
        store(segment, point)
        decide([finding(point, "SUDDEN_CHANGE").pk], "ESTIMATE")
        assert measure(point).usage["energy_total_e4"].to_list() == [3_100_000]
        doubted = Reading.objects.get(register=register, value=5310)
        assert doubted.superseded_at == make.act_at(date(2026, 2, 3)).at

    def test_two_findings_of_one_point_write_one_estimate(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point, register = sudden(unit, this=90_000)
        store(segment, point)
        keys = [finding(point, code).pk for code in ("SUDDEN_CHANGE", "ABOVE_CAPACITY", "ABSURD")]
        assert decide(keys, "ESTIMATE") == 3
        assert Reading.objects.filter(register=register, quality="ESTIMATED").count() == 1

    def test_estimate_without_history_is_refused(self, unit: Unit, segment: ReadingSegment) -> None:
        point = make.make_point(unit)
        make.read(make.hang(point)[Kind.ACTIVE_TOTAL], {BEGIN: 10})
        store(segment, point)
        with pytest.raises(api.NoEstimate):
            decide([finding(point, "MISSING").pk], "ESTIMATE")
        assert finding(point, "MISSING").state == "OPEN"
        assert not Reading.objects.filter(quality="ESTIMATED").exists()

    def test_a_missing_quantity_cannot_be_accepted(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point = make.make_point(unit)
        make.read(make.hang(point)[Kind.ACTIVE_TOTAL], {BEGIN: 10})
        store(segment, point)
        with pytest.raises(api.NothingToAccept):
            decide([finding(point, "MISSING").pk], "ACCEPT")
        assert finding(point, "MISSING").state == "OPEN"

    def test_accepting_a_fall_says_that_the_register_rolled_over(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point = make.make_point(unit, capacity_kva=None)
        register = make.hang(point, digits=5, plate="")[Kind.ACTIVE_TOTAL]
        make.read(register, {BEGIN: 85_000, END: 2_000})
        assert store(segment, point).usage["energy_total_e4"].to_list() == [None]
        decide([finding(point, "NEGATIVE").pk], "ACCEPT", reason="seen on the photo")
        measured = measure(point)
        assert measured.usage["energy_total_e4"].to_list() == [170_000_000]
        assert "NEGATIVE" not in measured.findings["code"].to_list()

    def test_a_fall_from_an_estimate_cannot_be_accepted(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point = make.make_point(unit)
        register = make.hang(point)[Kind.ACTIVE_TOTAL]
        make.read(register, {BEGIN: 500}, quality=api.Quality.ESTIMATED)
        make.read(register, {END: 450})
        store(segment, point)
        with pytest.raises(api.NothingToAccept):
            decide([finding(point, "NEGATIVE").pk], "ACCEPT")

    def test_needs_a_reason_a_known_word_and_an_open_finding(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        point, _register = sudden(unit)
        store(segment, point)
        key = finding(point, "SUDDEN_CHANGE").pk
        with pytest.raises(api.DecisionNeedsReason):
            decide([key], "ACCEPT", reason="  ")
        with pytest.raises(api.DecisionUnknown):
            decide([key], "IGNORE")
        with pytest.raises(api.FindingNotFound):
            decide([key, 987654], "ACCEPT")
        assert finding(point, "SUDDEN_CHANGE").state == "OPEN"
        decide([key], "ACCEPT")
        with pytest.raises(api.FindingClosed):
            decide([key], "INSPECT")
        assert finding(point, "SUDDEN_CHANGE").decision == "ACCEPT"

    def test_of_many_is_all_or_none(self, unit: Unit, segment: ReadingSegment) -> None:
        first, _r = sudden(unit)
        second, _r = sudden(unit)
        store(segment, first, second)
        keys = [finding(point, "SUDDEN_CHANGE").pk for point in (first, second)]
        decide(keys[:1], "ACCEPT")
        with pytest.raises(api.FindingClosed):
            decide(keys, "INSPECT")
        assert finding(second, "SUDDEN_CHANGE").state == "OPEN"


class TestWorkList:
    @pytest.fixture
    def points(self, unit: Unit, segment: ReadingSegment) -> list[int]:
        made = [sudden(unit, this=this)[0] for this in (2000, 5000, 3000)]
        store(segment, *made)
        return made

    def test_comes_by_what_is_at_risk_page_by_page(
        self, points: list[int], segment: ReadingSegment
    ) -> None:
        chosen = FindingFilter(segment_id=segment.pk, codes=("SUDDEN_CHANGE",))
        seen: list[int] = []
        cursor = ""
        for _page in range(3):
            page = api.list_findings(chosen, limit=1, cursor=cursor)
            seen += [row.usage_point_id for row in page.rows]
            cursor = page.next_cursor
        assert seen == [points[1], points[2], points[0]]
        assert cursor == ""

    def test_yuan_come_before_kwh(self, points: list[int]) -> None:
        Finding.objects.filter(usage_point_id=points[0], code="SUDDEN_CHANGE").update(at_risk_fen=1)
        chosen = FindingFilter(codes=("SUDDEN_CHANGE",))
        first = api.list_findings(chosen, limit=2)
        rest = api.list_findings(chosen, limit=2, cursor=first.next_cursor)
        order = [row.usage_point_id for row in (*first.rows, *rest.rows)]
        assert order == [points[0], points[1], points[2]]

    def test_rows_say_why_in_a_sentence(self, points: list[int]) -> None:
        with translation.override("en"):
            row = api.list_findings(FindingFilter(codes=("SUDDEN_CHANGE",))).rows[0]
        assert row.holds
        assert "161.29 kWh a day" in row.sentence
        assert row.estimate_kwh == 310
        assert "310 kWh in 31 days" in row.estimate_sentence

    def test_is_filtered(self, points: list[int], segment: ReadingSegment) -> None:
        def keys(**given: object) -> int:
            return len(api.list_findings(FindingFilter(**given)).rows)  # type: ignore[arg-type]

        staff = make_staff()
        one = finding(points[0], "SUDDEN_CHANGE")
        with transaction.atomic():
            assert api.assign_findings([one.pk], staff.pk, by=act(staff)) == 1
        decide([one.pk], "INSPECT")
        assert keys(codes=("SUDDEN_CHANGE",)) == 2
        assert keys(codes=("SUDDEN_CHANGE",), states=("DECIDED",)) == 1
        assert keys(codes=("SUDDEN_CHANGE",), holding=True) == 3
        assert keys(owner_id=staff.pk, states=()) == 1
        assert keys(usage_point_ids=(points[1],), severity="HOLD") == 1
        assert keys(from_date=date(2025, 1, 1)) == 0

    def test_is_bounded_by_the_scope(self, points: list[int], unit: Unit) -> None:
        chosen = FindingFilter(codes=("SUDDEN_CHANGE",))
        mine = Scope("metering.view", (unit.path,))
        other = Scope("metering.view", ("elsewhere/",))
        assert len(api.list_findings(chosen, scope=mine).rows) == 3
        assert api.list_findings(chosen, scope=other).rows == ()
        assert api.count_findings(chosen, scope=other) == []

    def test_is_counted_by_code(self, points: list[int], segment: ReadingSegment) -> None:
        decide([finding(points[0], "SUDDEN_CHANGE").pk], "ACCEPT")
        counts = {c.code: c for c in api.count_findings(FindingFilter(segment_id=segment.pk))}
        row = counts[FindingCode.SUDDEN_CHANGE]
        assert (row.open, row.decided, row.holding) == (2, 1, 2)
        assert row.at_risk_kwh == 2000 + 5000 + 3000 - 3 * 310

    def test_a_cursor_that_is_none_is_refused(self) -> None:
        from wattdesk.toolkit.errors import InvalidInput

        with pytest.raises(InvalidInput):
            api.list_findings(FindingFilter(), cursor="a_b")


class TestBesideTheWorkList:
    def test_obstacles_are_told_before_anything_is_decided(
        self, unit: Unit, segment: ReadingSegment
    ) -> None:
        bare, risen = make.make_point(unit), sudden(unit)[0]
        make.read(make.hang(bare)[Kind.ACTIVE_TOTAL], {BEGIN: 10})
        store(segment, bare, risen)
        keys = [finding(bare, "MISSING").pk, finding(risen, "SUDDEN_CHANGE").pk]
        assert set(api.obstacles_to(keys, "ACCEPT")) == {keys[0]}
        assert isinstance(api.obstacles_to(keys, "ESTIMATE")[keys[0]], api.NoEstimate)
        assert api.obstacles_to(keys, "INSPECT") == {}
        assert set(api.finding_infos(keys)) == set(keys)

    def test_readings_that_came_in_are_counted(self, unit: Unit) -> None:
        points = [make.make_point(unit) for _ in range(3)]
        for point in points[:2]:
            make.hang(point)
        register = make.registers_of(api.installed_at(points, BEGIN)[points[0]].meter.id)
        make.read(register[Kind.ACTIVE_TOTAL], {END: 5})
        ids = pl.Series("usage_point_id", points, dtype=pl.Int64)
        count = api.readings_in(ids, on=END)
        assert (count.due, count.with_meter, count.received, count.manual) == (3, 2, 1, 1)
        assert (count.missing, count.without_meter) == (1, 1)
