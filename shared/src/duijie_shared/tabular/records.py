"""One row of a table, as text."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_CELL = 20_000
"""Characters of a cell that are kept; one more is kept of a longer one, so that it can be told."""

MOST_COLUMNS = 256
"""Cells of a row that are looked at; one more says that there are more."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, whatever it should mean. `column` counts from 0."""

    column: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number as a spreadsheet shows it, from 1, and its cells as text."""

    number: int
    cells: list[str]
    faults: tuple[Fault, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


def formula_fault(column: int) -> Fault:
    """A formula where a value should be: what it comes to is not ours to work out."""
    return Fault(
        column,
        "formula",
        "单元格是公式; 只接受填好的值, 公式不会被计算",
        "is a formula; only values are taken, formulas are never worked out",
    )
