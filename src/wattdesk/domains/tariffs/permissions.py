"""Actions of the tariffs domain; their words stand in rulebook/roles.yaml."""

VIEW = "tariffs.view"
PROPOSE = "tariffs.propose"
RELEASE = "tariffs.release"
