"""What a posting can be refused for."""

from django.utils.translation import gettext_lazy as _

from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict


class PostingMalformed(InvalidInput):
    """The amounts or dates of a posting cannot be used."""

    code = "ledger.posting_malformed"
    message = _("This cannot be posted: %(fault)s")


class AlreadyPosted(StateConflict):
    """Something is in the books under this key already, and it is not the same."""

    code = "ledger.already_posted"
    message = _("%(key)s is in the ledger already. Nothing was posted.")


class TransactionNotFound(NotFound):
    """No such transaction."""

    code = "ledger.transaction_not_found"
    message = _("The ledger has no such transaction.")


class AlreadyReversed(StateConflict):
    """A transaction can be taken back once only."""

    code = "ledger.already_reversed"
    message = _("%(key)s was taken back already, on %(day)s.")


class CannotReverse(StateConflict):
    """A reversal is not taken back: post the event anew."""

    code = "ledger.cannot_reverse"
    message = _("%(key)s takes another posting back and cannot be taken back itself.")


class ReasonMissing(InvalidInput):
    """Taking a posting back needs a reason."""

    code = "ledger.reason_missing"
    message = _("Say why this posting is taken back.")
