"""Faults in a planner's files: where, what is wrong, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

from core.tables.text import csv_text, row_ranges, shortened

if TYPE_CHECKING:
    import pandas as pd

LONGEST_VALUE = 80  # characters of a faulty cell that are shown
MOST_RANGES, MOST_VALUES = 40, 3  # of what many rows have in common
_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|[0-9][0-9.,:/T-]*")


class Severity(StrEnum):
    """
    What an issue asks of the planner, the gravest first.

    An error blocks planning, a warning asks to look, a note says what was assumed.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_ORDER = {severity: i for i, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Issue:
    """
    One fault in a planner's files.

    Parameters
    ----------
    sheet
        File or sheet it is in, e.g. ``jobs.csv`` or ``shift.xlsx · jobs``.
    row
        Row as the spreadsheet counts it (the header is usually row 1); ``None``
        when the fault is not in one row.
    column
        Column as the planner calls it; ``None`` when it is not in one column.
    value
        What stands there, shortened.
    fault, mend
        What is wrong, and how to mend it.
    severity
        An error blocks planning; a warning or a note does not.

    Raises
    ------
    ValueError
        When it does not say where, what and how.
    """

    sheet: str
    row: int | None
    column: str | None
    value: str
    fault: str
    mend: str
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        for name in ("sheet", "fault", "mend"):
            if not getattr(self, name).strip():
                raise ValueError(f"An issue needs its {name}, got {self!r}.")
        object.__setattr__(self, "value", shortened(self.value, LONGEST_VALUE))

    def __str__(self) -> str:
        where = self.sheet
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", {self.column}"
        value = f" ({self.value})" if self.value else ""
        return f"{self.severity}: {where}{value}: {self.fault} {self.mend}"


@dataclass(frozen=True)
class Issues:
    """
    All issues of one reading, errors first.

    Parameters
    ----------
    found
        In any order; kept in the order found among equals.
    """

    found: tuple[Issue, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "found", tuple(sorted(self.found, key=lambda x: _ORDER[x.severity]))
        )

    def __iter__(self) -> Iterator[Issue]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def errors(self) -> tuple[Issue, ...]:
        """What must be mended before anything is planned."""
        return tuple(x for x in self.found if x.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """What the planner should look at."""
        return tuple(x for x in self.found if x.severity is Severity.WARNING)

    @property
    def notes(self) -> tuple[Issue, ...]:
        """What was assumed, because it has one meaning."""
        return tuple(x for x in self.found if x.severity is Severity.NOTE)

    def frame(self) -> pd.DataFrame:
        """One row per issue, columns as the fields of :class:`Issue`."""
        import pandas as pd  # half a second that the command line need not spend

        frame = pd.DataFrame(
            [astuple(issue) for issue in self.found], columns=list(COLUMNS)
        )
        return frame.astype({"row": "Int64"})

    def to_csv(self) -> bytes:
        """Return the table as a CSV file that is safe to open in a spreadsheet."""
        rows = [list(astuple(issue)) for issue in self.found]
        return csv_text(COLUMNS, rows).encode("utf-8-sig")

    def folded(self) -> tuple[IssueGroup, ...]:
        """
        Return the issues by sheet, those of one kind in one sheet together.

        Two are of one kind when they say the same but for names in quotes and
        numbers. Sheets come in the order in which they were found, sheets with
        errors first.
        """
        groups: dict[tuple[object, ...], list[Issue]] = {}
        sheets: dict[str, None] = {}
        for issue in self.found:
            sheets.setdefault(issue.sheet)
            kind = (_kind(issue.fault), _kind(issue.mend))
            key = (issue.sheet, issue.severity, issue.column, *kind)
            groups.setdefault(key, []).append(issue)
        order = {sheet: i for i, sheet in enumerate(sheets)}
        return tuple(
            IssueGroup(tuple(found))
            for found in sorted(groups.values(), key=lambda x: order[x[0].sheet])
        )


@dataclass(frozen=True)
class IssueGroup:
    """
    Issues of one kind in one sheet.

    Parameters
    ----------
    found
        At least one, in the order found.
    """

    found: tuple[Issue, ...]

    @property
    def first(self) -> Issue:
        """Issue that speaks for all."""
        return self.found[0]

    @property
    def where(self) -> str:
        """Rows, as a person lists them: ``21 rows: 2-8, 11``; empty: not in a row."""
        rows = sorted({x.row for x in self.found if x.row is not None})
        if not rows:
            return ""
        listed = row_ranges(rows, MOST_RANGES)
        return listed if len(rows) == 1 else f"{len(rows)} rows: {listed}"

    @property
    def values(self) -> str:
        """Different cells that show it, the first few."""
        return _first_few(x.value for x in self.found)

    @property
    def faults(self) -> str:
        """What is wrong; where that names different things, the first few."""
        return _first_few(x.fault for x in self.found)

    @property
    def mends(self) -> str:
        """How to mend it; where that names different things, the first few."""
        return _first_few(x.mend for x in self.found)


def _first_few(texts: Iterable[str]) -> str:
    """Join the first of some texts, each once; a sign says that there are more."""
    different = [x for x in dict.fromkeys(texts) if x]
    more = " …" if len(different) > MOST_VALUES else ""
    return " · ".join(different[:MOST_VALUES]) + more


def _kind(text: str) -> str:
    """What a sentence says, whatever the names and numbers in it."""
    return _PARTICULAR.sub("#", text)


COLUMNS = tuple(entry.name for entry in fields(Issue))


class Collector:
    """
    Collects issues while files are read.

    Parameters
    ----------
    issues
        What is known already.
    """

    def __init__(self, issues: Iterable[Issue] = ()) -> None:
        self.found: list[Issue] = list(issues)

    def add(
        self,
        sheet: str,
        fault: str,
        mend: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add one issue; see :class:`Issue`."""
        text = "" if value is None else str(value)
        self.found.append(Issue(sheet, row, column, text, fault, mend, severity))

    @property
    def issues(self) -> Issues:
        """Everything collected so far."""
        return Issues(tuple(self.found))

    @property
    def has_errors(self) -> bool:
        """Whether anything collected so far blocks planning."""
        return any(x.severity is Severity.ERROR for x in self.found)
