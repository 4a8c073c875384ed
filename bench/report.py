"""Collects measured rows, prints them as they come and keeps them in docs/performance.md."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

HEAD = "| Part | What | Figure | Ratio | Goal | Day |\n|---|---|---|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure; ``goal`` is the ratio asked for, "" where there is none."""

    part: str
    what: str
    figure: str
    ratio: str
    goal: str
    day: str

    @property
    def markdown(self) -> str:
        """Its line of the page's table."""
        cells = (self.part, self.what, self.figure, self.ratio, self.goal, self.day)
        return "| " + " | ".join(cells) + " |\n"


@dataclass(slots=True)
class Report:
    """All rows of one run of the benchmark."""

    machine: str
    day: date
    rows: list[Row] = field(default_factory=list)

    def add(self, part: str, what: str, figure: str, ratio: str = "", goal: str = "") -> None:
        """Add a row and say it at once: a benchmark takes minutes."""
        self.rows.append(Row(part, what, figure, ratio, goal, f"{self.day}"))
        print(f"{part:<10} {what:<64} {figure:<26} {ratio:<12} {goal}", flush=True)

    def update(self, page: Path, order: list[str]) -> None:
        """Put the measured rows into the page in place of older ones of the same parts.

        What stands below the table, people wrote; it stays.
        """
        text = page.read_text(encoding="utf-8")
        before, _, after = text.partition(HEAD)
        table, _, below = after.partition("\n\n")
        measured = {row.part for row in self.rows}
        kept = [_row(line) for line in table.strip().splitlines()]
        rows = [row for row in kept if row.part not in measured] + self.rows
        rows.sort(key=lambda row: order.index(row.part))
        intro, _, _ = before.partition("Machine: ")
        head = f"{intro}Machine: {self.machine}.\n\n{HEAD}"
        page.write_text(
            head + "".join(row.markdown for row in rows) + "\n" + below.lstrip("\n"),
            encoding="utf-8",
        )


def _row(line: str) -> Row:
    return Row(*(cell.strip() for cell in line.strip().strip("|").split("|")))
