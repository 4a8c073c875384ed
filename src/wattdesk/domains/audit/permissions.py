"""Actions of the audit domain; their words stand in rulebook/roles.yaml."""

VIEW = "audit.view"
UNMASKINGS = "audit.unmaskings"
