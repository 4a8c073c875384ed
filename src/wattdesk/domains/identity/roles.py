"""The roles and actions that rulebook/roles.yaml declares, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.identity.data import Action, RoleInfo
from wattdesk.toolkit.errors import InvalidInput

FILE = Path(__file__).resolve().parents[2] / "rulebook" / "roles.yaml"


class RolesMalformed(InvalidInput):
    """The file of roles names an unknown action or lacks a word; ``errors`` says where."""

    code = "identity.roles_malformed"
    message = _("The file of roles cannot be used.")


@dataclass(frozen=True, slots=True)
class RoleBook:
    """All actions and roles of one file, by code."""

    actions: Mapping[str, Action]
    roles: Mapping[str, RoleInfo]


def read_roles(text: str) -> RoleBook:
    """Read a file of roles. Raises RolesMalformed with every fault, not the first."""
    document = yaml.safe_load(text)
    faults: dict[str, list[str]] = {}
    if not isinstance(document, dict) or not {"actions", "roles"} <= document.keys():
        raise RolesMalformed({"file": [str(_("It needs the parts actions and roles."))]})
    actions = {
        code: Action(code, *words)
        for code, entry in document["actions"].items()
        if (words := _words(code, entry, faults))
    }
    roles = {}
    for code, entry in document["roles"].items():
        words = _words(code, entry, faults)
        listed = entry.get("actions", []) if isinstance(entry, dict) else []
        for action in listed:
            if action not in document["actions"]:
                faults.setdefault(code, []).append(
                    str(_("unknown action %(action)s") % {"action": action})
                )
        if words:
            roles[code] = RoleInfo(code, *words, tuple(sorted(set(listed))))
    if faults:
        raise RolesMalformed(faults)
    return RoleBook(actions, roles)


def _words(code: str, entry: Any, faults: dict[str, list[str]]) -> tuple[str, str] | None:
    """The Chinese and the English name of an entry; a missing one is a fault."""
    if isinstance(entry, dict) and entry.get("name") and entry.get("name_en"):
        return str(entry["name"]), str(entry["name_en"])
    faults.setdefault(code, []).append(str(_("name and name_en are both needed")))
    return None


@cache
def declared() -> RoleBook:
    """The roles and actions of this program's own file; read once, as code is."""
    return read_roles(FILE.read_text(encoding="utf-8"))
