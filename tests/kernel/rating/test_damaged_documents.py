"""Whatever is done to a document, it is read or refused in words; nothing else ever happens."""

import copy
import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from tests.kernel.rating.samples import FOLDER, NAMES
from tests.kernel.rating.variants import VARIANTS
from wattdesk.kernel.checking.examples import play_examples
from wattdesk.kernel.rating.documents import DocumentErrors, parse

ODD: list[Any] = [
    None, True, 0, -1, 13, 999, 10**17, Decimal("0.12345678"), Decimal("99999.5"), "", "x",
    "0.5", "-0.5", "ENERGY_T1", "PEAK", "days", "annual",
    [], [1], ["PEAK"], {}, {"zh": "x", "en": "x"}, {"PEAK": "1"}, date(2026, 1, 1), "TOTAL",
    {"of": "PEAK", "times": "1"}, "energy", "blocks", "time_of_use", "allowance", "surcharge",
    "capacity", "increment", "price", "monthly", "published", "12-01", "none", [12, 1],
]  # fmt: skip


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value))
)


class _Loader(yaml.SafeLoader):
    """Numbers as they are written."""


_Loader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: Decimal(str(loader.construct_scalar(node)))
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a document."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(part, (*path, name))
    return found


def damaged(data: Any, pick: random.Random) -> Any:
    """A copy with one to three parts removed, replaced, doubled or moved."""
    data = copy.deepcopy(data)
    for _ in range(pick.choice([1, 1, 2, 3])):
        everywhere = places(data)
        *above, last = pick.choice(everywhere)
        parent = data
        for name in above:
            parent = parent[name]
        kind = pick.random()
        if kind < 0.3:
            del parent[last]
        elif kind < 0.7:
            parent[last] = copy.deepcopy(pick.choice(ODD))
        elif kind < 0.85 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[last]))
        else:
            source: Any = data
            for name in pick.choice(everywhere):
                if not isinstance(source, dict | list) or (
                    name not in source if isinstance(source, dict) else name >= len(source)
                ):
                    break
                source = source[name]
            parent[last] = copy.deepcopy(source)
    return data


def read(text: str) -> str:
    """What became of the text."""
    try:
        document = parse(text)
    except DocumentErrors as refused:
        assert refused.errors
        for error in refused.errors:
            assert error.sentence
            assert error.line >= 1
            assert error.column >= 1
        return "refused"
    play_examples(document)
    return "read"


@pytest.mark.parametrize("name", NAMES)
def test_damage_is_told_in_words(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=_Loader)
    pick = random.Random(name)
    outcomes = [
        read(yaml.dump(damaged(data, pick), Dumper=_Dumper, allow_unicode=True, sort_keys=False))
        for _ in range(12)
    ]
    assert "refused" in outcomes


def test_cut_off_texts_are_told_in_words() -> None:
    text = (FOLDER / "sichuan-residential.yaml").read_text(encoding="utf-8")
    outcomes = {read(text[: len(text) * part // 40]) for part in range(40)}
    assert outcomes == {"refused"}


def test_variants_are_documents_too() -> None:
    assert all(document.examples for document in VARIANTS.values())
