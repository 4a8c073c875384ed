"""The word lists of the invented county, read once."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "data"
COUNTY = "澜川县"
COUNTY_CODE = "990121"  # 99: no province has it
CITY = "云泽市"
PROVINCE = "东陵省"


def _lines(name: str) -> list[list[str]]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@cache
def words(name: str, kind: str) -> tuple[str, ...]:
    """The words of one kind in ``data/<name>.txt``."""
    for kind_of_line, *listed in _lines(f"{name}.txt"):
        if kind_of_line == kind:
            return tuple(listed)
    raise KeyError(f"{name}.txt has no line {kind}")


@cache
def surnames() -> tuple[str, ...]:
    """Surnames, each as often as its weight."""
    return tuple(name for name, weight in _lines("surnames.txt") for _ in range(int(weight)))
