"""Layouts of jobs in which the id of a job stands in two columns, or in none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.tables.values.amounts import number_readings
from core.tables.values.refusal import is_empty
from core.tables.values.vocabulary import folded

# Headers that are read as the job's id, unless they turn out to be one of its steps.
_STEPS = {
    *("operation", "operationid", "vorgang", "vorgangid", "vorgangsnummer", "task"),
    *("arbeitsgang", "tache", "tarea", "operacion", "taskid"),
}

# Read as the id of a job where nothing else is, and each is there once.
_IDS = {"name", "reference", "identifier", "nr", "no", "number", "nummer", "code"}


def _is_id(header: str) -> bool:
    return folded(header) in _IDS


@dataclass(frozen=True)
class Arranged:
    """
    Which column is which, once ids are settled.

    Parameters
    ----------
    ours
        Column of ours by position; ``None``: kept and not used.
    id_from
        Positions whose texts make the id of a job, where no column is the id.
    why
        What was found, for the planner; empty where nothing was special.
    fault
        Why no column can be the id; ``why`` says what to do.
    spoken_of
        Positions that ``fault`` is about.
    """

    ours: dict[int, str | None]
    id_from: tuple[int, ...] = ()
    why: str = ""
    fault: str = ""
    spoken_of: tuple[int, ...] = ()


def arrange(
    headers: Sequence[str],
    ours: Mapping[int, str | None],
    rows: Sequence[tuple[int, tuple[object, ...]]],
) -> Arranged:
    """
    Settle what identifies a job.

    ``job, operation`` with several operations a job are family and sequence, and the
    id of a job is ``job-operation``; a work-order list without an id of its own gets
    its ids the same way.

    Parameters
    ----------
    headers
        Of the table.
    ours
        Column of ours by position, several of which may claim to be ``job_id``.
    rows
        Row and cells.
    """
    found = dict(ours)
    where: dict[str, int] = {}
    for i, column in ours.items():
        if column is not None:
            where.setdefault(column, i)
    claims = [i for i, column in ours.items() if column == "job_id"]
    steps = [i for i in claims if folded(headers[i]) in _STEPS]
    jobs = [i for i in claims if i not in steps]

    def texts(index: int) -> list[str]:
        return [_text(cells[index]) for _, cells in rows]

    def unique(index: int) -> bool:
        filled = texts(index)
        return "" not in filled and len(set(filled)) == len(filled)

    def numeric(index: int) -> bool:
        filled = [x for x in texts(index) if x]
        return bool(filled) and all(map(number_readings, filled))

    def made(family: int, step: int) -> Arranged:
        found[family], found[step] = "family", "sequence"
        names = f"{headers[family]!r} and {headers[step]!r}"
        return Arranged(
            found,
            (family, step),
            f"{names} are read as family and sequence; the id of a job is both, e.g. "
            f"{joined(rows[0][1], (family, step))}.",
        )

    if not rows:
        return Arranged(found)
    family, sequence = where.get("family"), where.get("sequence")
    if len(jobs) == 1 and len(steps) == 1:
        job, step = jobs[0], steps[0]
        if family is None and sequence is None and numeric(step) and not unique(job):
            return made(job, step)
        if unique(job):
            found[step] = None
            return Arranged(found, (), f"{headers[job]!r} is read as the job's id.")
        if family is None and unique(step):
            found[job] = "family"
            why = f"{headers[job]!r} is read as family, {headers[step]!r} as the id."
            return Arranged(found, (), why)
        found[job] = found[step] = None
        names = f"{headers[job]!r} and {headers[step]!r}"
        return Arranged(
            found,
            (),
            "Call them family and sequence (1, 2, 3, …) if they are a work order and "
            "its step, or give every row an id of its own in 'job_id'.",
            f"{names} are the same column, and neither has an id for every row.",
            (job, step),
        )
    if (
        len(claims) == 1
        and steps
        and family is not None
        and sequence is None
        and numeric(steps[0])
        and _begin_anew(texts(family), texts(steps[0]))
    ):
        return made(family, steps[0])
    if len(claims) == 1 and not unique(claims[0]):
        if steps and family is not None:
            if sequence is None and numeric(steps[0]):
                return made(family, steps[0])
            if sequence is not None:
                found[steps[0]] = None
                return made(family, sequence)
        if jobs and family is None and sequence is not None:
            return made(jobs[0], sequence)
    if not claims and family is None:
        named = [i for i, x in enumerate(headers) if ours[i] is None and _is_id(x)]
        if len(named) == 1 and unique(named[0]):
            found[named[0]] = "job_id"
            return Arranged(
                found, (), f"{headers[named[0]]!r} is read as the job's id."
            )
    if not claims and family is not None:
        if sequence is not None:
            return made(family, sequence)
        if unique(family):
            why = (
                f"{headers[family]!r} is read as the job's id, too: each is there once."
            )
            return Arranged(found, (family,), why)
    return Arranged(found)


def _begin_anew(families: Sequence[str], steps: Sequence[str]) -> bool:
    """Whether the steps of every family begin with 0, 1 or 10, as steps do."""
    first: dict[str, float] = {}
    for family, step in zip(families, steps, strict=True):
        if not family or not step:
            return False
        value = next(iter(number_readings(step).values()))
        first[family] = min(value, first.get(family, value))
    return all(x in (0, 1, 10) for x in first.values())


def joined(cells: Sequence[object], places: Sequence[int]) -> str:
    """Id of a job from several cells; empty where one of them is."""
    texts = [_text(cells[i]) for i in places]
    return "-".join(texts) if all(texts) else ""


def _text(value: object) -> str:
    """Text of a cell, whole numbers without a point."""
    if is_empty(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    # 1.0 in a column of steps is what a spreadsheet or pandas makes of 1.
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text
