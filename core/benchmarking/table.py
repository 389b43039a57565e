"""Figures as aligned text for the screen, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

Cell = str | int | float | None


@dataclass(frozen=True)
class ResultTable:
    """
    Rows under named columns.

    Parameters
    ----------
    title
        What the figures are, in one sentence.
    columns
        Names, units included.
    rows
        One cell per column; ``None``: there is no such figure.

    Raises
    ------
    ValueError
        When a row has not one cell per column.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Expected {len(self.columns)} cells in {self.title!r}, got {row}."
                )

    def text(self) -> str:
        """Return title, columns and rows, aligned; words left, numbers right."""
        shown = [self.columns, *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        words = [
            any(isinstance(row[i], str) for row in self.rows)
            for i in range(len(self.columns))
        ]
        lines = [
            "  ".join(
                cell.ljust(width) if word else cell.rjust(width)
                for cell, width, word in zip(row, widths, words, strict=True)
            ).rstrip()
            for row in shown
        ]
        return "\n".join([self.title, *lines])

    def csv(self) -> bytes:
        """Return columns and rows as CSV, numbers in full; the title is left out."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(["" if x is None else x for x in row] for row in self.rows)
        return text.getvalue().encode()


@dataclass(frozen=True)
class Report:
    """
    What a benchmark found.

    Parameters
    ----------
    detail
        Every single measurement; goes into the CSV.
    summaries
        What the screen shows.
    """

    detail: ResultTable
    summaries: tuple[ResultTable, ...]

    def text(self) -> str:
        """Return all summaries, a blank line between them."""
        return "\n\n".join(table.text() for table in self.summaries)


def mean(values: Sequence[float]) -> float | None:
    """Mean, or ``None`` of nothing."""
    return sum(values) / len(values) if values else None


def _shown(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and isnan(cell)):
        return "-"
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 10_000 else f"{cell:.4g}"
    return f"{cell:,}" if isinstance(cell, int) else cell
