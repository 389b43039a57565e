"""One step as machine code; the reference is :mod:`core.simulation.tensors.step`."""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from math import inf

from core.simulation.compiled.arrays import Fixed, Moving
from core.timing.flat import SPAN, Ints
from core.timing.kernel import leaves_time, next_closure, next_open, next_start, place
from core.timing.machine_code import machine_code


@machine_code
def step(f: Fixed, s: Moving, rollouts: Ints, jobs: Ints, machines: Ints) -> bool:
    """
    Place one job in each of some rollouts, unless one of them may not be placed.

    Parameters
    ----------
    f, s
        The problems, and the rollouts to move.
    rollouts, jobs, machines
        Shape (A,): distinct rollouts, and the job and machine for each.

    Returns
    -------
    bool
        False where a job or machine is masked; then nothing has changed.
    """
    for i in range(len(rollouts)):
        if not _possible(s, rollouts[i], jobs[i], machines[i]):
            return False
    for i in range(len(rollouts)):
        _place(f, s, rollouts[i], jobs[i], machines[i])
    return True


@machine_code
def step_one(f: Fixed, s: Moving, b: int, j: int, k: int) -> bool:
    """Place a job in one rollout, unless it may not be placed; see :func:`step`."""
    if not _possible(s, b, j, k):
        return False
    _place(f, s, b, j, k)
    return True


@machine_code
def _possible(s: Moving, b: int, j: int, k: int) -> bool:
    """Whether there is such a job and machine, and neither is masked."""
    rollout_count, n, m = s.earliest_start.shape
    if not (0 <= b < rollout_count and 0 <= j < n and 0 <= k < m):
        return False
    start = s.earliest_start[b, j, k]
    return start < inf and start <= s.limit[b]


@machine_code
def _place(f: Fixed, s: Moving, b: int, j: int, k: int) -> None:
    """Place a job, and move all that follows from it."""
    n = s.earliest_start.shape[1]
    end = _decide(f, s, b, j, k)
    if f.special[s.source[b]]:
        _find_column(f, s, b, k)
    else:
        _move_column(f, s, b, k, end)
    ready = end + f.wait_after[s.source[b], j]
    for d in range(f.successors.shape[2]):
        successor = f.successors[s.source[b], j, d]
        if successor < n:
            _release(f, s, b, successor, ready)
    move_clock(s, b)


@machine_code
def _decide(f: Fixed, s: Moving, b: int, j: int, k: int) -> float:
    """Note when and where a job runs, and all figures that follow; returns its end."""
    p, m = s.source[b], s.ready.shape[1]
    row, c = p * m + k, f.closures
    group = f.group[p, j]
    setup = f.setup[s.setup_offset[b, k] + group]
    setup_start, setup_end, start, ends = place(
        c,
        row,
        int(s.ready[b, k]),
        int(s.job_ready[b, j]),
        int(setup),
        int(f.processing[p, j, k]),
        f.may_pause[p, j],
    )
    end = float(ends)

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
    open_machine(f, s, b, k)
    if f.reserved_start[p, j] >= 0:
        s.next_reserved[b, k] = f.reserved_after[p, j]
    s.machine_group[b, k] = group
    s.setup_offset[b, k] = f.setup_row[p, k, group]
    for machine in range(m):
        s.earliest_start[b, j, machine] = inf
    s.earliest[b, j] = inf
    return end


@machine_code
def open_machine(f: Fixed, s: Moving, b: int, k: int) -> None:
    """Find out when a machine is open and free, and when it closes after that."""
    row, c = s.source[b] * s.ready.shape[1] + k, f.closures
    s.open_ready[b, k] = free = next_open(c, row, int(s.ready[b, k]))
    i = next_closure(c, row, free)
    never = i == c.at[row + 1]
    s.closed_from[b, k] = SPAN - 2 if never else c.start[i]
    s.closed_for[b, k] = 1 if never else c.end[i] - c.start[i]


@machine_code
def _find_column(f: Fixed, s: Moving, b: int, k: int) -> None:
    """Find out when each job could start on the machine just used, job by job."""
    n, m = s.earliest_start.shape[1:]
    for j in range(n):
        if s.scheduled[b, j] or s.waiting_for[b, j] > 0:
            continue
        before, later = s.earliest_start[b, j, k], first_start(f, s, b, j, k)
        if later != before:
            s.earliest_start[b, j, k] = later
            earliest = inf
            for machine in range(m):
                earliest = min(earliest, s.earliest_start[b, j, machine])
            s.earliest[b, j] = earliest


@machine_code
def first_start(f: Fixed, s: Moving, b: int, j: int, k: int) -> float:
    """First start of a job on a machine; see ``Rollouts.first_starts``."""
    p, m, c = s.source[b], s.ready.shape[1], f.closures
    row, processing, may_pause = p * m + k, f.processing[p, j, k], f.may_pause[p, j]
    if processing == inf:
        return inf
    work, free, ready = int(processing), int(s.ready[b, k]), int(s.job_ready[b, j])
    reserved = s.next_reserved[b, k]
    if reserved >= 0 and reserved != j:
        group = f.group[p, j]
        setup = int(f.setup[s.setup_offset[b, k] + group])
        end = place(c, row, free, ready, setup, work, may_pause)[3]
        into = int(f.setup[f.setup_row[p, k, group] + f.group[p, reserved]])
        if not leaves_time(c, row, end, into, int(f.reserved_start[p, reserved])):
            return inf
    return float(next_start(c, row, max(free, ready), work, may_pause))


@machine_code
def _move_column(f: Fixed, s: Moving, b: int, k: int, end: float) -> None:
    """Find out when each job could start on the machine just used."""
    n, m = s.earliest_start.shape[1:]
    row = s.source[b] * m + k
    opens = float(next_open(f.closures, row, int(end)))
    for j in range(n):
        before = s.earliest_start[b, j, k]
        if before == inf:
            continue
        later = opens
        if s.job_ready[b, j] > end:
            later = float(next_open(f.closures, row, int(s.job_ready[b, j])))
        s.earliest_start[b, j, k] = later
        if later > before and before <= s.earliest[b, j]:
            earliest = inf
            for machine in range(m):
                earliest = min(earliest, s.earliest_start[b, j, machine])
            s.earliest[b, j] = earliest


@machine_code
def _release(f: Fixed, s: Moving, b: int, j: int, ready: float) -> None:
    """Let a job wait no longer for a predecessor that lets it start then."""
    s.job_ready[b, j] = max(s.job_ready[b, j], ready)
    s.waiting_for[b, j] -= 1
    if s.waiting_for[b, j] == 0:
        open_row(f, s, b, j)


@machine_code
def open_row(f: Fixed, s: Moving, b: int, j: int) -> None:
    """Find out when a job that waits for no other could start on each machine."""
    p, m = s.source[b], s.ready.shape[1]
    earliest = inf
    for k in range(m):
        if f.special[p]:
            time = first_start(f, s, b, j, k)
            s.earliest_start[b, j, k] = time
            earliest = min(earliest, time)
        elif f.processing[p, j, k] < inf:
            begin = int(max(s.job_ready[b, j], s.ready[b, k]))
            time = float(next_open(f.closures, p * m + k, begin))
            s.earliest_start[b, j, k] = time
            earliest = min(earliest, time)
    s.earliest[b, j] = earliest


@machine_code
def move_clock(s: Moving, b: int) -> None:
    """Move the clock of a rollout to its next possible start."""
    now, n = inf, s.earliest.shape[1]
    for j in range(n):
        now = min(now, s.earliest[b, j])
    limit = now + s.lookahead[b]
    s.now[b], s.limit[b] = now, limit
    for j in range(n):
        earliest = s.earliest[b, j]
        s.job_mask[b, j] = earliest <= limit and earliest < inf
