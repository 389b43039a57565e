"""One step of a simulator as machine code; the reference is the simulator itself."""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from math import inf

from core.simulation.views import SPAN, Fixed, Floats, Ints, Moving
from core.timing.machine_code import machine_code


@machine_code
def after(axis: Floats, time: float) -> int:
    """First entry after a time, at most the last: none is read beyond the end."""
    low, high = 0, len(axis) - 1
    while low < high:
        middle = (low + high) >> 1
        if axis[middle] <= time:
            low = middle + 1
        else:
            high = middle
    return low


@machine_code
def next_open(f: Fixed, axis: float, time: float) -> float:
    """First open instant at or after a time; ``axis`` is where the machine begins."""
    if not f.has_closures:
        return time
    i = after(f.closure_end, axis + time)
    if f.closure_start[i] - axis <= time:
        return f.closure_end[i] - axis
    return time


@machine_code
def finish(f: Fixed, axis: float, start: float, duration: float) -> float:
    """First instant with ``duration`` open seconds behind an open ``start``."""
    if not f.has_closures:
        return start + duration
    if not duration > 0:
        return start
    target = start - f.closed_before[after(f.closure_end, axis + start)] + duration
    low, high = 0, len(f.open_at_closure) - 1  # first entry not before the target
    while low < high:
        middle = (low + high) >> 1
        if f.open_at_closure[middle] < axis + target:
            low = middle + 1
        else:
            high = middle
    return target + f.closed_before[low]


@machine_code
def place(f: Fixed, s: Moving, rollouts: Ints, jobs: Ints, machines: Ints) -> bool:
    """
    Place one job in each of some rollouts, unless one of them may not be placed.

    Parameters
    ----------
    f, s
        The problems, and the simulator to move.
    rollouts, jobs, machines
        Shape (A,): distinct rollouts, and the job and machine for each.

    Returns
    -------
    bool
        False where a job or machine is masked; then nothing has changed.
    """
    rollout_count, n, m = s.earliest_start.shape
    for i in range(len(rollouts)):
        b, j, k = rollouts[i], jobs[i], machines[i]
        if not (0 <= b < rollout_count and 0 <= j < n and 0 <= k < m):
            return False
        start = s.earliest_start[b, j, k]
        if start == inf or start > s.limit[b]:
            return False
    for i in range(len(rollouts)):
        b, j, k = rollouts[i], jobs[i], machines[i]
        end = _decide(f, s, b, j, k)
        _move_column(f, s, b, k, end)
        for d in range(f.successors.shape[2]):
            successor = f.successors[s.source[b], j, d]
            if successor < n:
                _release(f, s, b, successor, end)
        _clock(s, b)
    return True


@machine_code
def _decide(f: Fixed, s: Moving, b: int, j: int, k: int) -> float:
    """Note when and where a job runs, and all figures that follow; returns its end."""
    p, m = s.source[b], s.ready.shape[1]
    axis = (p * m + k) * SPAN
    group = f.group[p, j]
    setup = f.setup[s.setup_offset[b, k] + group]
    setup_start = s.open_ready[b, k]
    setup_end = finish(f, axis, setup_start, setup)
    start = next_open(f, axis, max(setup_end, s.job_ready[b, j]))
    end = finish(f, axis, start, f.processing[p, j, k])

    s.machine[b, j] = k
    s.times[0, b, j], s.times[1, b, j] = setup_start, setup_end
    s.times[2, b, j], s.times[3, b, j] = start, end
    s.scheduled[b, j] = True
    s.remaining[b] -= 1
    s.makespan[b] = max(s.makespan[b], end)
    s.weighted_tardiness[b] += f.weight[p, j] * max(end - f.due[p, j], 0.0)
    s.setup_total[b] += setup
    s.makespan_bound[b] = max(s.makespan_bound[b], end + f.tail[p, j])
    for machine in range(m):
        s.load[b, machine] -= f.expected_work[p, j, machine]
    work = f.mean_processing[p, j]
    s.work_left[b] -= work
    s.group_work[b, group] -= work

    s.ready[b, k] = end
    s.open_ready[b, k] = free = next_open(f, axis, end)
    if f.has_closures:
        i = after(f.closure_end, axis + min(free, SPAN - 2))
        s.closed_from[b, k] = f.closure_start[i] - axis
        s.closed_for[b, k] = f.closure_end[i] - f.closure_start[i]
    s.machine_group[b, k] = group
    s.setup_offset[b, k] = f.setup_row[p, k, group]
    for machine in range(m):
        s.earliest_start[b, j, machine] = inf
    s.earliest[b, j] = inf
    return end


@machine_code
def _move_column(f: Fixed, s: Moving, b: int, k: int, end: float) -> None:
    """Find out when each job could start on the machine just used."""
    n, m = s.earliest_start.shape[1:]
    axis = (s.source[b] * m + k) * SPAN
    opens = next_open(f, axis, end)
    for j in range(n):
        before = s.earliest_start[b, j, k]
        if before == inf:
            continue
        later = opens
        if s.job_ready[b, j] > end:
            later = next_open(f, axis, s.job_ready[b, j])
        s.earliest_start[b, j, k] = later
        if later > before and before <= s.earliest[b, j]:
            earliest = inf
            for machine in range(m):
                earliest = min(earliest, s.earliest_start[b, j, machine])
            s.earliest[b, j] = earliest


@machine_code
def _release(f: Fixed, s: Moving, b: int, j: int, end: float) -> None:
    """Let a job wait no longer for a predecessor that ends then."""
    s.job_ready[b, j] = max(s.job_ready[b, j], end)
    s.waiting_for[b, j] -= 1
    if s.waiting_for[b, j] > 0:
        return
    p, m = s.source[b], s.ready.shape[1]
    earliest = inf
    for k in range(m):
        if f.processing[p, j, k] < inf:
            time = max(s.job_ready[b, j], s.ready[b, k])
            time = next_open(f, (p * m + k) * SPAN, time)
            s.earliest_start[b, j, k] = time
            earliest = min(earliest, time)
    s.earliest[b, j] = earliest


@machine_code
def _clock(s: Moving, b: int) -> None:
    """Move the clock of a rollout to its next possible start."""
    now, n = inf, s.earliest.shape[1]
    for j in range(n):
        now = min(now, s.earliest[b, j])
    limit = now + s.lookahead[b]
    s.now[b], s.limit[b] = now, limit
    for j in range(n):
        earliest = s.earliest[b, j]
        s.job_mask[b, j] = earliest <= limit and earliest < inf
