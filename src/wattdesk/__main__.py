"""``python -m wattdesk`` is the command ``wattdesk``."""

from wattdesk.jobs.cli import main

main()
