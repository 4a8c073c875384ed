"""The areas of the staff's screens: each has its own addresses, tasks and words.

An area is a package under ``web/staff``; its ``urls.py`` is included under its own name, its
``workbench.py``, where there is one, registers what the area adds to the workbench and the search.
"""

import importlib
import importlib.util

AREAS = ("customers", "metering", "billing", "ledger", "tariffs", "identity", "audit")


def load_providers() -> None:
    """Import every area's ``workbench`` module, so that it registers itself."""
    for area in AREAS:
        name = f"wattdesk.web.staff.{area}.workbench"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
