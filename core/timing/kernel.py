"""
The timing rules of a problem, in machine code.

Everything that times a job calls :func:`place`, so a rule that moves a start or an
end is written here and nowhere else: an argument more, and lines between setup and
processing. Three places know the rules besides, on purpose: the tensor engine of the
simulator, which tests hold equal to this one; the verifier and the model of CP-SAT,
which share no code with what they check.

All times are whole seconds since plan start, in int64.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from core.timing.flat import Closures, FlatProblem
from core.timing.machine_code import machine_code


@machine_code
def next_closure(c: Closures, k: int, time: int) -> int:
    """First closure of machine k that ends after a time; ``c.at[k + 1]``: none."""
    low, high = c.at[k], c.at[k + 1]
    while low < high:
        middle = (low + high) >> 1
        if c.end[middle] <= time:
            low = middle + 1
        else:
            high = middle
    return low


@machine_code
def next_open(c: Closures, k: int, time: int) -> int:
    """First open instant of machine k at or after a time."""
    return _open(c, k, next_closure(c, k, time), time)[0]


@machine_code
def next_start(c: Closures, k: int, time: int, work: int, may_pause: bool) -> int:
    """First instant from a time on at which machine k, set up, may start some work."""
    time, i = _open(c, k, next_closure(c, k, time), time)
    return time if may_pause else _in_one_go(c, k, i, time, work)[0]


@machine_code
def finish(c: Closures, k: int, start: int, seconds: int) -> int:
    """First instant with ``seconds`` open seconds of machine k behind a start."""
    if seconds <= 0:
        return start
    start, i = _open(c, k, next_closure(c, k, start), start)
    return _work(c, k, i, start, seconds)[0]


@machine_code
def place(
    c: Closures,
    k: int,
    free: int,
    ready: int,
    setup: int,
    work: int,
    may_pause: bool = True,
) -> tuple[int, int, int, int]:
    """
    Times of a job that machine k takes next.

    The machine is set up as soon as it is free; the job starts once it is set up and
    the job ready. Both pause while the machine is closed; a start lies in open time.
    Work that may not pause waits until all of it fits before the next closure.

    Parameters
    ----------
    c, k
        Closures, and the machine among them.
    free, ready
        When the machine has done what is before the job; when the job itself may
        start: released, its predecessors done and the waits after them over.
    setup, work
        Open seconds of setup and of processing.
    may_pause
        Whether closures may interrupt the processing.

    Returns
    -------
    setup_start, setup_end, start, end
    """
    if c.at[k] == c.at[k + 1]:
        start = max(free + setup, ready)
        return free, free + setup, start, start + work
    setup_start, i = _open(c, k, next_closure(c, k, free), free)
    setup_end, i = _work(c, k, i, setup_start, setup)
    start = max(setup_end, ready)
    while i < c.at[k + 1] and c.end[i] <= start:
        i += 1
    start, i = _open(c, k, i, start)
    if not may_pause:
        start, i = _in_one_go(c, k, i, start, work)
    end, i = _work(c, k, i, start, work)
    return setup_start, setup_end, start, end


@machine_code
def leaves_time(c: Closures, k: int, end: int, setup: int, reserved: int) -> bool:
    """Whether machine k, done at some end, can be set up by a reserved start."""
    return finish(c, k, end, setup) <= reserved


@machine_code
def setup_seconds(f: FlatProblem, k: int, i: int, j: int) -> int:
    """Setup on machine k from job i to job j; ``i`` -1: j is its first."""
    group = f.initial_group[k] if i < 0 else f.group[i]
    return f.setup[f.setup_class[k], group, f.group[j]]


@machine_code
def _open(c: Closures, k: int, i: int, time: int) -> tuple[int, int]:
    """First open instant from a time, and the first closure that ends after it."""
    if i < c.at[k + 1] and c.start[i] <= time:
        return c.end[i], i + 1
    return time, i


@machine_code
def _in_one_go(c: Closures, k: int, i: int, time: int, seconds: int) -> tuple[int, int]:
    """First open instant from an open time with so many seconds before a closure."""
    while i < c.at[k + 1] and time + seconds > c.start[i]:
        time = c.end[i]
        i += 1
    return time, i


@machine_code
def _work(c: Closures, k: int, i: int, time: int, seconds: int) -> tuple[int, int]:
    """Work off open seconds from an open time; closure i is the next."""
    while i < c.at[k + 1] and time + seconds > c.start[i]:
        seconds -= c.start[i] - time
        time = c.end[i]
        i += 1
    return time + seconds, i
