"""Every order of a small problem, to know its optimum."""

import numpy as np

from core.problem.verifier.verify import violations
from core.timing.retime import retime


def orders(problem):
    """Every order of the jobs on the machines that respects the predecessors."""
    seen = set()

    def extend(lists, left):
        if not left:
            seen.add(lists)
        for job in left:
            if not left & set(problem.predecessors[job]):
                possible = np.isfinite(problem.possible_processing[job])
                for k in np.flatnonzero(possible).tolist():
                    longer = (*lists[:k], (*lists[k], job), *lists[k + 1 :])
                    extend(longer, left - {job})

    extend(((),) * problem.num_machines, frozenset(range(problem.num_jobs)))
    return seen


def optimum(problem, objective):
    """Smallest cost of any valid schedule."""
    timed = [retime(problem, x) for x in orders(problem)]
    return min(objective.cost(problem, x) for x in timed if not violations(problem, x))


def first_order(problem):
    """Jobs behind their predecessors, each on the first machine that may run it."""
    lists = [[] for _ in range(problem.num_machines)]
    for job in problem.topological_order.tolist():
        lists[int(problem.eligible[job].argmax())].append(job)
    return lists
