"""The invented supplier's past: its months billed and released by two people, doubts decided.

The latest month is left as a supplier finds it on any day: some segments not started, some in
review, some waiting for the second signature, some released.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from wattdesk.domains.billing import api as billing
from wattdesk.domains.identity.data import Act
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Segment
from wattdesk.kernel.schedule.billing_dates import is_due
from wattdesk.toolkit.errors import NotFound
from wattdesk.usecases import monthly_billing
from wattdesk.usecases.synthetic.spec import Spec
from wattdesk.usecases.synthetic.staffing import BILLING, RELEASING, Company, Person
from wattdesk.usecases.synthetic.supplier import moment

ALL_SEGMENTS_UP_TO = 5_000
SOME_SEGMENTS = 8
READING_DAYS_LATER = 1
SIGNED_LATER = 3
# What a reading officer does with a doubt of each kind that holds an account; else an estimate.
ACCEPTED = ("SUDDEN_CHANGE", "ROLLOVER", "EXCHANGED", "ZERO", "SAME_AS_LAST")
# Where the runs of the latest month stand, one segment after another.
STAGES = ("RELEASED", "REVIEW", "PROPOSED", "")


@dataclass(frozen=True, slots=True)
class Billed:
    """What the past holds."""

    runs: int
    bills: int
    amount_fen: int
    stages: dict[str, int]


class Past:
    """Bills the months of some segments; what is done already is left alone."""

    def __init__(self, spec: Spec, company: Company, say: Callable[[str], None]) -> None:
        self.spec = spec
        self.officer = company.of_role(BILLING)
        self.supervisor = company.of_role(RELEASING)
        self.reading_officer = company.of_role("READING_OFFICER")
        self.say = say

    def chosen_segments(self) -> list[Segment]:
        """All segments of a small supplier; of a large one a few, and the first of its firms."""
        segments = [s for s in metering.list_segments() if s.code.startswith("LC")]
        if self.spec.customers <= ALL_SEGMENTS_UP_TO:
            return segments
        firms = [s for s in segments if s.reading_day == 1][:1]
        return [*segments[:SOME_SEGMENTS], *firms]

    def bill(self) -> Billed:
        """Bill month after month; the latest one only as far as each segment's stage."""
        segments = self.chosen_segments()
        stages: dict[str, int] = {}
        for month in self.spec.receivable_months:
            for place, segment in enumerate(segments):
                if not is_due(segment.cycle, month):
                    continue
                is_latest = month == self.spec.last_month
                stage = STAGES[place % len(STAGES)] if is_latest else "RELEASED"
                if is_latest:
                    stages[stage or "NOT_STARTED"] = stages.get(stage or "NOT_STARTED", 0) + 1
                if stage:
                    self._bring(segment, month, stage)
                if not is_latest:
                    self._decide_and_bill_rest(segment, month)
            self.say(f"{month:%Y-%m} billed")
        rows = billing.list_runs(scope=None, limit=100_000)
        released = [run for run in rows if run.state == "RELEASED"]
        return Billed(
            runs=len(rows),
            bills=sum(run.billed for run in released),
            amount_fen=sum(run.amount_fen for run in released),
            stages=stages,
        )

    def _act(self, person: Person, segment: Segment, month: date, *, later: int, why: str) -> Act:
        """An act of somebody so many days after the segment's reading day."""
        day = month.replace(day=segment.reading_day) + timedelta(days=later)
        return Act(person.staff_id, person.name, moment(day), why)

    def _bring(self, segment: Segment, month: date, stage: str) -> int:
        """Start the run where there is none, and take it to its stage; returns its id."""
        by = self._act(self.officer, segment, month, later=READING_DAYS_LATER, why="例行核算")
        signing = self._act(self.supervisor, segment, month, later=SIGNED_LATER, why="复核无误")
        try:
            run_id = billing.latest_run(segment.code, month)
        except NotFound:
            run_id = monthly_billing.start(segment.code, month, by=by, today=self.spec.until)
        self._take_on(run_id, stage, by, signing)
        return run_id

    def _take_on(self, run_id: int, stage: str, by: Act, signing: Act) -> None:
        """From wherever the run stands to the stage: a start that was killed goes on here."""
        steps: dict[str, tuple[str, Callable[[], object]]] = {
            "CALCULATING": (
                "REVIEW",
                lambda: monthly_billing.calculate(run_id, act_now=lambda: by),
            ),
            "REVIEW": ("PROPOSED", lambda: monthly_billing.propose(run_id, by=by)),
            "PROPOSED": ("RELEASING", lambda: monthly_billing.sign(run_id, by=signing)),
            "RELEASING": (
                "RELEASED",
                lambda: monthly_billing.post(run_id, act_now=lambda: signing),
            ),
        }
        state = billing.get_run(run_id).state
        while state != stage and state in steps:
            state, step = steps[state]
            step()

    def _decide_and_bill_rest(self, segment: Segment, month: date) -> None:
        """Decide what held accounts in the month's run, and bill those in a second one."""
        run = billing.get_run(billing.latest_run(segment.code, month))
        if run.sequence > 1 and run.state != "RELEASED":
            self._bring(segment, month, "RELEASED")
            return
        if run.sequence > 1 or not run.held:
            return
        findings = metering.findings_of(segment.id, run.from_date, run.to_date)
        holding = findings.filter(findings["holds"])
        decided = [
            self._decide(key, code, segment, month)
            for key, code in holding.select("id", "code").iter_rows()
        ]
        if not any(decided):
            return
        by = self._act(self.officer, segment, month, later=SIGNED_LATER + 1, why="异常处理后补核算")
        signing = self._act(self.supervisor, segment, month, later=SIGNED_LATER + 2, why="复核无误")
        try:
            run_id = monthly_billing.start(segment.code, month, by=by, today=self.spec.until)
        except billing.NothingToBill:
            return
        self._take_on(run_id, "RELEASED", by, signing)

    def _decide(self, finding: int, code: str, segment: Segment, month: date) -> bool:
        """Decide one doubt; False when it stays open."""
        by = self._act(
            self.reading_officer, segment, month, later=READING_DAYS_LATER + 1, why="现场核实"
        )
        wanted = "ACCEPT" if code in ACCEPTED else "ESTIMATE"
        try:
            with transaction.atomic():
                metering.decide_findings([finding], wanted, by=by)
        except (metering.NoEstimate, metering.NothingToAccept, metering.FindingClosed):
            return False
        return True
