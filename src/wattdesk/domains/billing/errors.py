"""What can be wrong with a run, in the words of the billing office."""

from django.utils.translation import gettext_lazy as _

from wattdesk.toolkit.errors import InvalidInput, StateConflict


class SegmentNotDue(InvalidInput):
    """The segment's cycle is not read in that month."""

    code = "billing.segment_not_due"
    message = _("Segment %(segment)s is not due in %(month)s: its cycle is %(cycle)s.")


class NothingToBill(StateConflict):
    """No account of the segment is due, or all are billed already."""

    code = "billing.nothing_to_bill"
    message = _(
        "No account of segment %(segment)s is left to bill in %(month)s:"
        " none is due, or all have their bill."
    )


class RunAlreadyAlive(StateConflict):
    """Somebody else has started this run."""

    code = "billing.run_already_alive"
    message = _(
        "%(person)s started the run of segment %(segment)s for %(month)s at %(at)s."
        " Open that run; a second one would bill the same accounts."
    )


class PeriodNotOver(StateConflict):
    """The reading day lies in the future."""

    code = "billing.period_not_over"
    message = _("The reading day of segment %(segment)s for %(month)s is %(day)s: not yet come.")


class EarlierMonthOpen(StateConflict):
    """The month before is not released: its block totals and fractions are not known yet."""

    code = "billing.earlier_month_open"
    message = _(
        "The run of %(earlier)s of segment %(segment)s is not released yet."
        " Release or cancel it first: this month's blocks continue from it."
    )


class WrongRunState(StateConflict):
    """The run is not in the state that this step needs."""

    code = "billing.wrong_run_state"
    message = _("The run is in state %(state)s; this needs %(needed)s.")


class ChunksFailed(StateConflict):
    """Some chunks could not be calculated."""

    code = "billing.chunks_failed"
    message = _(
        "%(count)s part(s) of the run could not be calculated: %(error)s."
        " Mend the cause and continue the run."
    )


class SamePerson(StateConflict):
    """The person who worked on the run may not release it (R-SEC-01)."""

    code = "billing.same_person"
    message = _(
        "You started or proposed this run, so you cannot release it. Another person with the"
        " right to release bills has to sign."
    )


class DraftsChangedSinceProposal(StateConflict):
    """What would be released is not what was proposed."""

    code = "billing.drafts_changed"
    message = _(
        "The drafts were calculated again after they were proposed."
        " Review them and propose the release anew."
    )


class ReasonNeeded(InvalidInput):
    """A step that needs words."""

    code = "billing.reason_needed"
    message = _("Say why: the reason is kept with the run.")
