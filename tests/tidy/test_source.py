"""Our own rules of style, as tests: size, float, clocks, doors, leftovers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "wattdesk"
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("timezone", "now"), ("timezone", "localdate"), ("time", "time"),
}  # fmt: skip
BELOW_THE_EDGE = ("kernel", "toolkit", "domains", "usecases")


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in MODULES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


class TestSize:
    def test_functions_stay_under_seventy_lines(self) -> None:
        long = [
            f"{name(path)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
            for path, tree in trees()
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.end_lineno is not None
            and node.end_lineno - node.lineno + 1 > 70
        ]
        assert long == []

    def test_files_stay_under_450_lines(self) -> None:
        long = [
            f"{name(p)} {n}"
            for p in MODULES
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > 450
        ]
        assert long == []


class TestKernel:
    def test_knows_no_float(self) -> None:
        found = [
            f"{name(path)}:{node.lineno}"
            for path, tree in trees()
            if name(path).startswith("kernel/")
            for node in ast.walk(tree)
            if (isinstance(node, ast.Name) and node.id == "float")
            or (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.Attribute) and node.attr in {"Float64", "Float32"})
        ]
        assert found == []


class TestClock:
    def test_only_the_edge_reads_it(self) -> None:
        found = [
            f"{name(path)}:{node.lineno}"
            for path, tree in trees()
            if path.relative_to(SOURCE).parts[0] in BELOW_THE_EDGE
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id, node.attr) in CLOCKS
        ]
        assert found == []


class TestDomains:
    @pytest.mark.parametrize(
        "folder",
        sorted(p for p in (SOURCE / "domains").iterdir() if p.is_dir() and p.name[0] != "_"),
        ids=lambda p: p.name,
    )
    def test_has_a_door_and_says_what_it_owns(self, folder: Path) -> None:
        readme = (folder / "README.md").read_text(encoding="utf-8")
        for word in ("Owns", "Does not own", "Invariants"):
            assert word.lower() in readme.lower(), word
        door = ast.parse((folder / "api.py").read_text(encoding="utf-8"))
        names = [
            t.id
            for node in door.body
            if isinstance(node, ast.Assign)
            for t in node.targets
            if isinstance(t, ast.Name)
        ]
        assert "__all__" in names
        assert (folder / "__init__.py").read_text(encoding="utf-8") == ""


class TestLeftovers:
    def test_nothing_unfinished_is_marked(self) -> None:
        marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "NotImplemented" + "Error")
        found = [
            f"{name(p)}: {mark}"
            for p in MODULES
            for mark in marks
            if mark in p.read_text(encoding="utf-8")
        ]
        assert found == []

    def test_every_public_function_says_what_it_does(self) -> None:
        silent = [
            f"{name(path)}:{node.lineno} {node.name}"
            for path, tree in trees()
            if path.relative_to(SOURCE).parts[0] in BELOW_THE_EDGE
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
        ]
        assert silent == []
