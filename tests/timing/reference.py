"""The timing rules once more, job by job in plain Python: what machine code must do."""

import numpy as np

from core.problem.schedule import Schedule


def finish(calendar, start, duration):
    """First instant with ``duration`` open seconds behind an open start; any shape."""
    t, d = np.asarray(start), np.asarray(duration)
    target = calendar.open_seconds(t) + d
    i = np.searchsorted(calendar.open_at_closure, target, side="left")
    return np.where(d > 0, target + calendar.closed_before[i], t)


def retime_in_python(problem, sequences):
    """Times of valid sequences, by the four lines of the timing rules."""
    n, m = problem.num_jobs, problem.num_machines
    machine, setup_start, setup_end, start, end = ([0] * n for _ in range(5))
    waiting = [len(before) for before in problem.predecessors]
    ready = problem.not_before.tolist()
    position, free = [0] * m, problem.available.tolist()
    group = problem.initial_group.tolist()
    machine_of = {job: k for k, jobs in enumerate(sequences) for job in jobs}
    queue = list(range(m))
    while queue:
        k = queue.pop()
        calendar = problem.calendars[k]
        while (
            position[k] < len(sequences[k]) and not waiting[sequences[k][position[k]]]
        ):
            job = sequences[k][position[k]]
            seconds = problem.setup_seconds(k, group[k], problem.group[job])
            machine[job] = k
            setup_start[job] = int(calendar.next_open(free[k]))
            setup_end[job] = int(finish(calendar, setup_start[job], seconds))
            start[job] = int(calendar.next_open(max(setup_end[job], ready[job])))
            work = int(problem.processing[job, k])
            if not problem.may_pause[job]:
                while int(finish(calendar, start[job], work)) > start[job] + work:
                    # On to the end of the closure in the way.
                    start[job] += 1
                    start[job] = int(calendar.next_open(start[job]))
            end[job] = int(finish(calendar, start[job], work))
            free[k], group[k] = end[job], problem.group[job]
            position[k] += 1
            for successor in problem.successors[job]:
                after = end[job] + int(problem.wait_after[job])
                ready[successor] = max(ready[successor], after)
                waiting[successor] -= 1
                if not waiting[successor] and machine_of[successor] != k:
                    queue.append(machine_of[successor])
    return Schedule(machine, setup_start, setup_end, start, end)
