"""What a JSON Schema cannot say: references, blocks that rise, months that cover the year, forms
that cannot be calculated yet. Works on values that have the right shape."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from wattdesk.kernel.rating import document_charge_rules as charge_rules
from wattdesk.kernel.rating import windows
from wattdesk.kernel.rating.document_errors import DocumentError
from wattdesk.kernel.rating.document_yaml import Path, Placed
from wattdesk.kernel.values.scaled import E4, LARGEST_ENERGY_E4

PRICE_DECIMALS = 8
LARGEST_KWH = Decimal(LARGEST_ENERGY_E4) / E4
NOT_KWH = ("from_date", "to_date", "months", "months_in_block_year")


def rule_errors(placed: Placed) -> list[DocumentError]:
    """Every breach of a rule, as far as the shape allows to look."""
    return [
        *_decimals(placed, placed.data, ()),
        *_dates(placed),
        *_sources(placed, placed.data, ()),
        *_windows(placed),
        *_schedules(placed),
        *_examples(placed),
    ]


def _decimals(placed: Placed, value: Any, path: Path) -> Iterator[DocumentError]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _decimals(placed, part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _decimals(placed, part, (*path, index))
    elif isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > PRICE_DECIMALS:
            yield placed.error(path, "too_many_decimals", value=value, decimals=PRICE_DECIMALS)


def _dates(placed: Placed) -> Iterator[DocumentError]:
    data = placed.data
    for name in ("effective_from", "effective_to"):
        if isinstance(data.get(name), str):
            yield placed.error((name,), "wrong_kind", value=f"“{data[name]}”", wanted="a plain day")
            return
    until = data.get("effective_to")
    if until is not None and until <= data["effective_from"]:
        yield placed.error(
            ("effective_to",), "dates_reversed", first="effective_from", last="effective_to"
        )


def _sources(placed: Placed, value: Any, path: Path) -> Iterator[DocumentError]:
    """Each ``source`` below schedules and windows names an entry of ``sources``."""
    if path and path[0] in ("sources", "examples"):
        return
    known = placed.data["sources"]
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "source" and part not in known:
                yield placed.error((*path, name), "unknown_reference", kind="source", name=part)
            else:
                yield from _sources(placed, part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _sources(placed, part, (*path, index))


def _windows(placed: Placed) -> Iterator[DocumentError]:
    for code, entry in placed.data.get("windows", {}).items():
        for fault, fields in windows.faults(windows.read_set(code, entry)):
            yield placed.error(("windows", code), fault, at_name=True, **fields)


def _schedules(placed: Placed) -> Iterator[DocumentError]:
    seen: set[str] = set()
    for index, schedule in enumerate(placed.data["schedules"]):
        path: Path = ("schedules", index)
        if schedule["code"] in seen:
            yield placed.error((*path, "code"), "code_twice", code=schedule["code"])
        seen.add(schedule["code"])
        yield from _time_of_use(placed, schedule, path)
        yield from charge_rules.charge_errors(placed, schedule, path)


def _time_of_use(placed: Placed, schedule: Any, path: Path) -> Iterator[DocumentError]:
    part = schedule.get("time_of_use")
    if part is None:
        return
    path = (*path, "time_of_use")
    known = placed.data.get("windows", {})
    if part["windows"] not in known:
        yield placed.error(
            (*path, "windows"), "unknown_reference", kind="windows", name=part["windows"]
        )
    if len(set(part["bands"])) != len(part["bands"]):
        yield placed.error((*path, "bands"), "repeated")
    for name, most, largest in (("kwh_per_band", 4, 1_000_000), ("percent", 2, 100)):
        where: Path = (*path, "tolerance", name)
        yield from charge_rules.decimals(
            placed, where, part["tolerance"][name], most, Decimal(largest)
        )
    if part["remainder_to"] not in part["bands"]:
        yield placed.error(
            (*path, "remainder_to"),
            "not_one_of",
            value=part["remainder_to"],
            choices=", ".join(part["bands"]),
        )


def _examples(placed: Placed) -> Iterator[DocumentError]:
    codes = [schedule["code"] for schedule in placed.data["schedules"]]
    shown = {example["schedule"] for example in placed.data["examples"]}
    ids: set[str] = set()
    for index, example in enumerate(placed.data["examples"]):
        path: Path = ("examples", index)
        if example["schedule"] not in codes:
            yield placed.error(
                (*path, "schedule"), "unknown_reference", kind="schedule", name=example["schedule"]
            )
        else:
            schedule = placed.data["schedules"][codes.index(example["schedule"])]
            for name in sorted(_needed(schedule) - set(example["given"])):
                yield placed.error((*path, "given"), "missing", name=name)
        if example["id"] in ids:
            yield placed.error((*path, "id"), "code_twice", code=example["id"])
        ids.add(example["id"])
        yield from _given(placed, example["given"], (*path, "given"))
    for index, code in enumerate(codes):
        if code not in shown:
            yield placed.error(("schedules", index, "code"), "no_example", code=code)


def _needed(schedule: Any) -> set[str]:
    """What an example of the schedule must give besides energy and dates."""
    bands = schedule.get("time_of_use", {"bands": []})["bands"]
    annual = any(charge.get("cycle") == "annual" for charge in schedule["charges"])
    return {f"energy_{band.lower()}" for band in bands} | ({"block_used"} if annual else set())


def _given(placed: Placed, given: Any, path: Path) -> Iterator[DocumentError]:
    for name in ("from_date", "to_date"):
        if isinstance(given[name], str):
            yield placed.error(
                (*path, name), "wrong_kind", value=f"“{given[name]}”", wanted="a plain day"
            )
            return
    if given["to_date"] <= given["from_date"]:
        yield placed.error((*path, "to_date"), "dates_reversed", first="from_date", last="to_date")
    for name, value in given.items():
        decimals = 2 if name not in ("energy", "carry") and not name.startswith("energy_") else 4
        if name not in NOT_KWH:
            yield from charge_rules.decimals(placed, (*path, name), value, decimals, LARGEST_KWH)
