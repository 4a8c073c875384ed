"""Actions of the identity domain; their words stand in rulebook/roles.yaml."""

VIEW = "identity.view"
MANAGE = "identity.manage"
