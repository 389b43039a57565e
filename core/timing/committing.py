"""From what the floor says to what of a plan is past change."""

from __future__ import annotations

from core.problem.floor import Floor
from core.problem.model import Problem
from core.timing.binding.binding import Binding
from core.timing.binding.freezing import freeze
from core.timing.binding.history import begun_setups, history
from core.timing.binding.locking import locks
from core.timing.commitments import Commitments, ImpossibleLockError


def committed(problem: Problem, floor: Floor) -> Commitments:
    """
    Work out what the floor and the planner's locks leave past change.

    Parameters
    ----------
    problem
        Every job, history included.
    floor
        What is said of them.

    Returns
    -------
    Commitments
        Frozen jobs keep machine and order; their starts are those of the plan before,
        or the first that the world allows.

    Raises
    ------
    ImpossibleLockError
        When a lock cannot be kept.
    ValueError
        When a job has begun on a machine that may not run it.
    """
    bound = Binding(problem, floor)
    history(bound)
    begun_setups(bound)
    freeze(bound)
    free = bound.placing.copy()
    locks(bound)
    if bound.faults:
        raise ImpossibleLockError(problem, tuple(bound.faults))
    setup_start, setup_end, start, end = bound.times
    return Commitments(
        floor=floor,
        kind=bound.kind,
        machine=bound.machine,
        setup_start=setup_start,
        setup_end=setup_end,
        start=start,
        end=end,
        ready=free.free,
        group=free.group,
        setup_seconds=bound.setup_seconds,
        setups=bound.setups,
        notices=tuple(bound.notices),
    )
