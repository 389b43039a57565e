"""Costs that were found elsewhere: a long search, another release."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

from core.benchmarking.ways.efforts import EffortRow, Setting

REFERENCE = "reference"  # stands where the way of another row does
COLUMNS = ("setting", "shift", "cost")


class ReferenceFileError(ValueError):
    """The file of costs cannot be used; the message says why."""


def reference_rows(
    file: Path, settings: Sequence[Setting], shifts: int
) -> list[EffortRow]:
    """
    Read the least cost that a file has of each shift.

    Parameters
    ----------
    file
        CSV with the columns ``setting`` (the words of one), ``shift`` and ``cost``, as
        ``benchmark efforts --output`` writes it; other columns and other shifts are
        not read.
    settings, shifts
        What is planned: the file has a cost of each of them.

    Raises
    ------
    ReferenceFileError
        When it cannot be read, has no such columns, or lacks a shift; says which.
    """
    least: dict[tuple[str, int], float] = {}
    try:
        with file.open(newline="", encoding="utf-8") as text:
            table = csv.DictReader(text)
            if missing := [x for x in COLUMNS if x not in (table.fieldnames or ())]:
                raise ReferenceFileError(f"{file} has no column {missing[0]!r}.")
            for row in table:
                at, cost = (row["setting"], int(row["shift"])), float(row["cost"])
                if not (isfinite(cost) and cost >= 0):
                    raise ReferenceFileError(
                        f"{file}, line {table.line_num}: expected a cost, got {cost}."
                    )
                least[at] = min(cost, least.get(at, cost))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReferenceFileError(f"{file} cannot be read: {error}.") from None
    except (TypeError, ValueError) as error:
        if isinstance(error, ReferenceFileError):
            raise
        raise ReferenceFileError(
            f"{file}, line {table.line_num}: expected a shift's number and a cost."
        ) from None
    rows = []
    for setting in settings:
        for shift in range(shifts):
            cost_there = least.get((setting.words, shift))
            if cost_there is None:
                raise ReferenceFileError(
                    f"{file} has no cost of {setting.words!r}, shift {shift}."
                )
            rows.append(EffortRow(setting.words, REFERENCE, shift, cost_there, None))
    return rows
