"""Actions of the metering domain; their words stand in rulebook/roles.yaml."""

VIEW = "metering.view"
IMPORT = "metering.import"
CORRECT = "metering.correct"
DECIDE = "metering.decide"
SEGMENTS = "segments.view"
