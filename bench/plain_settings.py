"""The product's settings with one page more: what ``bench.pages`` compares the customer page to."""

from pathlib import Path

from wattdesk.config.settings import *  # noqa: F403
from wattdesk.config.settings import TEMPLATES

ROOT_URLCONF = "bench.plain_view"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
