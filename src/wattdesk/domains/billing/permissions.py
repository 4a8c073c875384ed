"""Actions of the billing domain that a role may hold."""

VIEW = "billing.view"
RUN = "billing.run"
PROPOSE = "billing.propose"
RELEASE = "billing.release"
CANCEL = "billing.cancel"
