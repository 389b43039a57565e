"""What a column shows about how it is written: sure readings, and questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.tables.issues import Severity
from core.tables.values.form import Form

Cells = Sequence[tuple[int, object]]
OTHERWISE = "If another reading is meant, say so in the mapping."
ANSWER = "or say it in the mapping (check --propose-mapping)"


@dataclass(frozen=True)
class Remark:
    """
    What a column shows about itself.

    Parameters
    ----------
    severity
        An error is a question: two readings are possible. A note says a sure one.
    row, value
        A cell that shows it.
    fault, mend
        As of an issue.
    choices
        Values of the mapping that would answer it, as ``(field, value)``.
    """

    severity: Severity
    row: int | None
    value: str
    fault: str
    mend: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Found:
    """
    How a column is read, and what is to be said about it.

    Parameters
    ----------
    form
        What was given, filled in with what the cells show.
    remarks
        Notes and questions.
    """

    form: Form
    remarks: tuple[Remark, ...] = ()


def note(fault: str) -> Remark:
    """Return a sure reading of a whole table."""
    return Remark(Severity.NOTE, None, "", fault, OTHERWISE)


def error(fault: str, mend: str) -> Remark:
    """Return a fault of a whole table."""
    return Remark(Severity.ERROR, None, "", fault, mend)
