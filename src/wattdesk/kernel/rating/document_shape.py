"""Validation of a document's shape: jsonschema finds, this says it in words with a place."""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from wattdesk.kernel.rating.document_errors import REASONS, DocumentError
from wattdesk.kernel.rating.document_yaml import Path, Placed

KINDS = {
    "object": "a group of named parts",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


def shape_errors(placed: Placed) -> list[DocumentError]:
    """Every departure from the schema."""
    errors = []
    for fault in _validator().iter_errors(_as_json(placed.data)):
        path = tuple(fault.absolute_path)
        errors.extend(_in_words(placed, path, fault))
    return errors


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # takes a moment to import

    from wattdesk.kernel.rating.document_schema import SCHEMA

    return Draft202012Validator(SCHEMA)


def _as_json(value: Any) -> Any:
    """Days as text: JSON knows no days."""
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _in_words(placed: Placed, path: Path, fault: Any) -> list[DocumentError]:
    rule, limit, value = fault.validator, fault.validator_value, fault.instance
    wanted = fault.schema.get("title") if isinstance(fault.schema, dict) else None
    if rule == "required":
        # One fault for each missing name; the name is only in its English sentence.
        missing = fault.message.split("'")[1]
        return [placed.error(path, "missing", name=missing)]
    if rule == "additionalProperties":
        return _unknown(placed, path, fault)
    if rule == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return [
            placed.error(
                path,
                "wrong_kind",
                value=_shown(value),
                wanted=wanted or " / ".join(KINDS[k] for k in kinds),
            )
        ]
    if rule in ("enum", "const"):
        choices = limit if rule == "enum" else [limit]
        return [
            placed.error(
                path, "not_one_of", value=value, choices=", ".join(str(c) for c in choices)
            )
        ]
    if rule == "pattern":
        return [placed.error(path, "not_in_form", value=value, wanted=wanted or limit)]
    return [_of_size(placed, path, rule, limit, value)]


def _of_size(placed: Placed, path: Path, rule: str, limit: Any, value: Any) -> DocumentError:
    if rule in ("minItems", "minProperties", "minLength"):
        return placed.error(path, "too_few", count=limit)
    if rule in ("maxItems", "maxProperties", "maxLength"):
        return placed.error(path, "too_many", count=limit)
    if rule in ("minimum", "maximum"):
        sign = "≥" if rule == "minimum" else "≤"
        return placed.error(path, "out_of_range", value=value, range=f"{sign} {limit}")
    if rule == "uniqueItems":
        return placed.error(path, "repeated")
    return placed.error(path, "not_possible", reason=REASONS["shape"])


def _unknown(placed: Placed, path: Path, fault: Any) -> list[DocumentError]:
    patterns = fault.schema.get("patternProperties", {})
    known = list(fault.schema.get("properties", {})) or list(patterns)
    return [
        placed.error((*path, name), "unknown", at_name=True, name=name, known=", ".join(known))
        for name in fault.instance
        if name not in fault.schema.get("properties", {})
        and not any(re.search(pattern, name) for pattern in patterns)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return KINDS["object"]
    if isinstance(value, list):
        return KINDS["array"]
    return KINDS["null"] if value is None else f"“{value}”"
