"""The options that name the files of a shift, shared by the commands."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option, say

if TYPE_CHECKING:
    from core.problem.shift import Shift
    from core.tables.issues import Issues
    from core.tables.mapping.mapping import Mapping
    from core.tables.shift import Reading


def _file(text: str) -> object:
    return typer.Option(exists=True, dir_okay=False, readable=True, help=text)


START_HELP = "Plan start, local time, e.g. 2026-01-05T06:00."
JobsOption = Annotated[Path | None, _file("Jobs; CSV. Required without --workbook.")]
MachinesOption = Annotated[
    Path | None, _file("Machines; CSV. Required without --workbook.")
]
SetupsOption = Annotated[Path | None, _file("Setup times between groups; CSV.")]
CalendarsOption = Annotated[
    Path | None, _file("Opening hours by weekday or date; CSV.")
]
DowntimeOption = Annotated[Path | None, _file("Downtimes of machines; CSV.")]
ProcessingOption = Annotated[Path | None, _file("Exact times per pair; CSV.")]
MaterialsOption = Annotated[Path | None, _file("Arrivals of materials; CSV.")]
WorkbookOption = Annotated[Path | None, _file("All tables as sheets of one XLSX.")]
StartOption = Annotated[
    str | None,
    typer.Option(
        help=f"{START_HELP} Without it: what the sheet 'shift' says, else a start "
        "that fits the dates in the files."
    ),
]
NowOption = Annotated[
    str | None,
    typer.Option(
        help="What time it is, if the shift is under way: planning goes on from then. "
        "Without it: what the sheet 'shift' says, else the plan start."
    ),
]
MappingOption = Annotated[
    Path | None, _file("How columns are read; TOML, see check --propose-mapping.")
]
DEFAULT_START_TEXT = "2026-01-05T06:00"  # of what is generated


@dataclass(frozen=True)
class ShiftFiles:
    """The options that name the files of a shift, how to read them, and its start."""

    jobs: JobsOption = None
    machines: MachinesOption = None
    setups: SetupsOption = None
    calendars: CalendarsOption = None
    downtime: DowntimeOption = None
    processing: ProcessingOption = None
    materials: MaterialsOption = None
    workbook: WorkbookOption = None
    mapping: MappingOption = None
    start: StartOption = None
    now: NowOption = None

    @property
    def tables(self) -> dict[str, Path]:
        """The file of each table that has one of its own."""
        others = ("workbook", "mapping", "start", "now")
        named = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in others
        }
        return {name: path for name, path in named.items() if path is not None}

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that is read."""
        found = (*self.tables.values(), self.workbook, self.mapping)
        return tuple(path for path in found if path is not None)


@dataclass(frozen=True)
class Inputs:
    """
    The files that the options of a command name.

    Parameters
    ----------
    files
        Content by file name.
    kinds
        Which table a file holds, by file name, where an option says so.
    title
        What to call the shift.
    """

    files: dict[str, bytes]
    kinds: dict[str, str]
    title: str


def load_inputs(options: ShiftFiles) -> Inputs:
    """
    Load the files that the options name.

    Raises
    ------
    typer.BadParameter
        When jobs or machines are missing.
    """
    tables, workbook = options.tables, options.workbook
    if workbook is None:
        for name in ("jobs", "machines"):
            if name not in tables:
                raise bad_option(f"--{name}", "expected a file, or use --workbook.")
    # The same file given for two tables is read, and complained about, twice.
    files: dict[str, bytes] = {}
    kinds: dict[str, str] = {}
    for name, path in tables.items():
        key = str(path) if str(path) not in files else f"{path} ({name})"
        files[key] = read_limited(path)
        kinds[key] = name
    if workbook is not None:
        files[str(workbook)] = read_limited(workbook)
    title = (workbook or options.jobs or Path("shift")).stem
    return Inputs(files, kinds, title)


def read_inputs(options: ShiftFiles) -> Reading:
    """
    Read the files that the options name.

    Raises
    ------
    typer.BadParameter
        When jobs or machines are missing, or the start is no date and time.
    InputFault
        When the mapping cannot be read.
    """
    from core.tables.shift import read_shift

    moment = None if options.start is None else parse_start(options.start)
    inputs = load_inputs(options)
    return read_shift(
        inputs.files,
        moment,
        inputs.title,
        kinds=inputs.kinds,
        mapping=read_mapping(options.mapping),
        now=None if options.now is None else parse_moment("--now", options.now),
    )


def read_mapping(path: Path | None) -> Mapping | None:
    """
    Return the mapping in a file; ``None`` without one.

    Raises
    ------
    InputFault
        When the file is no mapping; the message says why.
    """
    if path is None:
        return None
    from core.tables.mapping.mapping_file import mapping_from_toml

    try:
        return mapping_from_toml(read_limited(path).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputFault(f"{path} is not UTF-8 text.") from None
    except ValueError as error:
        raise InputFault(f"{path}: {error}") from None


def read_limited(path: Path) -> bytes:
    """Content of a file, no more than shows that it is too large."""
    from core.tables.limits import MAX_FILE

    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def parse_start(text: str) -> datetime:
    """
    Plan start from its option.

    Raises
    ------
    typer.BadParameter
        When it is not a local date and time in whole seconds.
    """
    from core.problem.shift import check_start

    try:
        start = datetime.fromisoformat(text)
        check_start(start)
    except ValueError:
        raise bad_option(
            "--start", f"expected local time, e.g. 2026-01-05T06:00, got {text!r}."
        ) from None
    return start


def parse_moment(option: str, text: str) -> datetime:
    """
    Return a moment from an option.

    Raises
    ------
    typer.BadParameter
        When it is not a local date and time in whole seconds.
    """
    try:
        return parse_start(text)
    except typer.BadParameter as error:
        raise bad_option(option, error.message) from None


def usable_shift(reading: Reading) -> Shift:
    """
    Return the shift that was read, its issues told to the person at the terminal.

    Raises
    ------
    InputFault
        When there are errors.
    """
    if len(reading.issues):
        say(issue_table(reading.issues))
    if reading.shift is None:
        raise InputFault(f"Mend {_count(len(reading.issues.errors), 'error')} first.")
    return reading.shift


def issue_table(issues: Issues) -> str:
    """Return all issues as a table of text, errors first."""
    head = ("severity", "where", "row", "column", "value", "what is wrong, how to mend")
    rows = [
        (
            issue.severity.value,
            issue.sheet,
            "" if issue.row is None else str(issue.row),
            issue.column or "",
            issue.value[:24],
            f"{issue.fault} {issue.mend}",
        )
        for issue in issues
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, *rows)
    )


def summary(reading: Reading) -> str:
    """One line about what was read."""
    issues = reading.issues
    counts = ", ".join(
        [_count(len(issues.errors), "error"), _count(len(issues.warnings), "warning")]
        + ([_count(len(issues.notes), "note")] if issues.notes else [])
    )
    if reading.shift is None:
        return f"{counts}."
    problem = reading.shift.problem
    sizes = ", ".join(
        [_count(problem.num_jobs, "job"), _count(problem.num_machines, "machine")]
    )
    return f"{sizes}: {counts}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
