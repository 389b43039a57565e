"""Rules that a plan breaks, as faults of the file that it came in."""

from __future__ import annotations

from collections.abc import Iterable

from core.problem.model import Problem
from core.problem.verifier.verify import Violation
from core.tables.issues import Issue, Issues

# Of each rule of the verifier: the column it shows in, and how to mend it there.
_MENDS = {
    1: ("machine_id", "Put the job once, on a machine that may run it."),
    2: ("start", "Start it later, or what it waits for earlier."),
    3: ("start", "Leave time for the job before it and for its own setup."),
    4: ("end", "Let it take its time in the hours in which its machine is open."),
    5: ("start", "Start it when its machine is available."),
    6: ("start", "Put it back to where it is reserved."),
    7: ("start", "Leave what has begun as it is, and start nothing before now."),
    8: ("machine_id", "Put it back to where it is locked, or unlock it."),
    9: ("start", "Put it back to where it is frozen, or lift the freeze."),
}


def issues_of_rules(
    broken: Iterable[Violation], problem: Problem, label: str
) -> Issues:
    """
    Return broken rules as issues of a file.

    Parameters
    ----------
    broken
        Found by :func:`core.problem.verifier.verify_floor.violations_on`.
    problem
        What the plan is of.
    label
        The file, as the planner knows it.
    """
    return Issues(
        tuple(
            Issue(
                label,
                None,
                _MENDS[x.rule][0],
                "" if x.job is None else problem.job_ids[x.job],
                x.message,
                _MENDS[x.rule][1],
            )
            for x in broken
        )
    )
