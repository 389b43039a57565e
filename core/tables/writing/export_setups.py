"""The setups of a problem back to what jobs and the table ``setups`` say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.tables.text import minutes
from core.tables.writing.filled import FilledRow


def setup_rows_of(problem: Problem) -> tuple[NDArray[np.int64], list[FilledRow]]:
    """
    Return the own setup seconds of each group, and the rows of ``setups``.

    Raises
    ------
    ValueError
        See :func:`core.tables.writing.export.shift_tables`.
    """
    g = problem.num_groups
    if problem.setup[:, g].any():
        raise ValueError("Expected no setup on machines that are set up for nothing.")
    # Groups that nothing is ever set up for say nothing about the shift.
    initial = problem.groups_at_start(g)
    used = np.unique(np.concatenate([problem.group, initial]))
    used = used[used < g]
    names = [problem.group_names[x] for x in used]
    by_type: dict[str, NDArray[np.int64]] = {}
    for k, kind in enumerate(problem.machine_type.tolist()):
        matrix = problem.setups_of(k)[np.ix_(used, used)]
        name = problem.machine_type_names[kind]
        if not np.array_equal(by_type.setdefault(name, matrix), matrix):
            raise ValueError(f"Setups differ between machines of type {name!r}.")
    stack = np.stack(list(by_type.values()))  # (types, used, used)
    own = np.array([_own_seconds(stack, names, y) for y in range(len(names))])
    for k, group in enumerate(initial.tolist()):
        if group < g and not problem.group_names[group]:
            matrix = by_type[problem.machine_type_names[problem.machine_type[k]]]
            if matrix[int(np.searchsorted(used, group))].any():
                raise ValueError("Expected the initial group of a machine to be named.")
    members: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name:
            members.setdefault(name, []).append(i)
    rows: list[FilledRow] = []
    for x, before in members.items():
        for y, after in members.items():
            blocks = stack[:, before][:, :, after]  # (types, before, after)
            usual = np.zeros(len(after), np.int64) if x == y else own[after]
            seconds = [_stated(block, usual, (x, y)) for block in blocks]
            rows += _rows(x, y, list(by_type), seconds)
    full = np.zeros(g, dtype=np.int64)
    full[used] = own
    return full, rows


def _stated(
    block: NDArray[np.int64], usual: NDArray[np.int64], pair: tuple[str, str]
) -> int | None:
    """Seconds that a row must say of two groups; ``None`` where no row is needed."""
    if (block == usual).all():
        return None
    if (block != block[0, 0]).any():
        raise ValueError(f"No row can say the setups from {pair[0]!r} to {pair[1]!r}.")
    return int(block[0, 0])


def _rows(
    x: str, y: str, kinds: Sequence[str], seconds: Sequence[int | None]
) -> list[FilledRow]:
    """Rows of one pair: a general one where every machine type needs one."""
    made: list[tuple[int, str | None]] = []
    general: int | None = None
    if None not in seconds:
        general = Counter(seconds).most_common(1)[0][0]
    if general is not None:
        made.append((general, None))
    made += [
        (value, kind)
        for kind, value in zip(kinds, seconds, strict=True)
        if value is not None and value != general
    ]
    return [
        {
            "from_group": x,
            "to_group": y,
            "minutes": minutes(value),
            "machine_type": kind,
        }
        for value, kind in made
    ]


def _own_seconds(stack: NDArray[np.int64], names: Sequence[str], y: int) -> int:
    """Setup seconds that the jobs of a group must state themselves."""
    if not names[y]:
        needed = set(stack[:, :, y].ravel().tolist())
    else:
        unnamed = [x for x, name in enumerate(names) if not name]
        needed = set(stack[:, unnamed, y].ravel().tolist())
        # Groups of one name: where they differ, no row can hold, so each job's own
        # setup time must be the answer.
        for z in (z for z, name in enumerate(names) if name == names[y] and z != y):
            unequal = stack[:, :, y] != stack[:, :, z]  # (types, used)
            needed |= set(stack[:, :, y][unequal].tolist())
    if len(needed) > 1:
        raise ValueError(
            f"The setups of group {names[y]!r} depend on more than the groups' names."
        )
    return int(needed.pop()) if needed else 0
