"""Actions of the ledger domain that a role may hold; their words stand in rulebook/roles.yaml."""

VIEW = "ledger.view"
