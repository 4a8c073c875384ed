"""Collects measured rows and writes them as a table."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure; ``goal`` is the ratio asked for, "" where there is none."""

    part: str
    what: str
    figure: str
    ratio: str = ""
    goal: str = ""


@dataclass(slots=True)
class Report:
    """All rows of one run of the benchmark."""

    machine: str
    day: date
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, part: str, what: str, figure: str, ratio: str = "", goal: str = "") -> None:
        """Add a row and say it at once: a benchmark takes minutes."""
        row = Row(part, what, figure, ratio, goal)
        self.rows.append(row)
        print(f"{part:<10} {what:<64} {figure:<26} {ratio:<12} {goal}", flush=True)

    def text(self) -> str:
        """The table for the terminal."""
        return "\n".join(
            f"{r.part:<10} {r.what:<64} {r.figure:<26} {r.ratio:<12} {r.goal}" for r in self.rows
        )

    def markdown(self) -> str:
        """The page docs/performance.md."""
        head = (
            "# Performance\n\n"
            "Written by `make bench`; ratios are within one run on one machine, and no test"
            " asserts a time.\n\n"
            f"Machine: {self.machine}. Day: {self.day}.\n\n"
            "| Part | What | Figure | Ratio | Goal |\n|---|---|---|---|---|\n"
        )
        rows = "".join(
            f"| {r.part} | {r.what} | {r.figure} | {r.ratio} | {r.goal} |\n" for r in self.rows
        )
        notes = "".join(f"- {note}\n" for note in self.notes)
        return head + rows + ("\n" + notes if notes else "")
