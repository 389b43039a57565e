"""
Whether a schedule is valid.

Written from the rules alone: it shares no code with what makes schedules, neither
the simulation nor :func:`core.timing.retime.retime` nor the arithmetic of
:class:`core.problem.calendar.Calendar`, of which it reads the closures only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.problem.verifier.time_words import IN_SECONDS, TimeWords

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Violation:
    """
    One rule, broken once.

    Parameters
    ----------
    rule
        1 every job once, on an eligible machine; 2 not before its release and
        predecessors, nor before the wait after these is over; 3 a machine does one
        thing at a time, and is set up for it;
        4 work pauses in closures and nowhere else, that of a job that may not pause
        not even there, and starts in open time; 5 nothing before the machine is
        available; 6 a reserved job on its machine, at its start.
    job, machine
        Index of the job and machine at fault; ``None`` where there is none.
    message
        What is wrong, with the names of the job and machine.
    """

    rule: int
    job: int | None
    machine: int | None
    message: str

    def __str__(self) -> str:
        return self.message


def violations(
    problem: Problem, schedule: Schedule, words: TimeWords = IN_SECONDS
) -> tuple[Violation, ...]:
    """
    Every broken rule of a schedule; none when it is valid.

    A job may start later than it could: that is wasteful, and valid.

    Parameters
    ----------
    problem
        What was to be scheduled.
    schedule
        Any schedule, also one made by hand or for another problem.
    words
        How times are worded.

    Returns
    -------
    tuple of Violation
        In the order of the rules. A job that is on no machine of the problem is
        judged by rules 1, 2 and 6 alone.
    """
    n = problem.num_jobs
    if len(schedule.machine) != n:
        got = len(schedule.machine)
        message = f"The schedule has {got} jobs; the problem has {n}."
        return (Violation(1, None, None, message),)
    known = (schedule.machine >= 0) & (schedule.machine < problem.num_machines)
    # Jobs by machine, and on each machine by start: (number of known jobs,)
    order = np.lexsort((schedule.setup_start, schedule.start, schedule.machine))
    order = order[known[order]]
    found = [
        *_eligibility(problem, schedule, known),
        *_readiness(problem, schedule, words),
        *_sequence(problem, schedule, order, words),
        *_open_time(problem, schedule, order, words),
        *_availability(problem, schedule, order, words),
        *_reservations(problem, schedule, words),
    ]
    return tuple(sorted(found, key=lambda violation: violation.rule))


def _eligibility(
    problem: Problem, schedule: Schedule, known: Mask
) -> Iterator[Violation]:
    """Rule 1: every job on a machine that exists and on which it may run."""
    for job in np.flatnonzero(~known).tolist():
        yield Violation(
            1,
            job,
            None,
            f"Job {problem.job_ids[job]!r} is on machine number "
            f"{schedule.machine[job]}; there are {problem.num_machines} machines.",
        )
    jobs = np.flatnonzero(known)
    barred = ~np.isfinite(problem.processing[jobs, schedule.machine[jobs]])
    for job in jobs[barred].tolist():
        machine = int(schedule.machine[job])
        where = f"machine {problem.machine_ids[machine]!r}"
        message = f"Job {problem.job_ids[job]!r} may not run on {where}."
        yield Violation(1, job, machine, message)


def _readiness(
    problem: Problem, schedule: Schedule, words: TimeWords
) -> Iterator[Violation]:
    """Rule 2: no job before its release, nor before a predecessor has ended."""
    for job in np.flatnonzero(schedule.start < problem.release).tolist():
        yield Violation(
            2,
            job,
            None,
            f"Job {problem.job_ids[job]!r} starts at {words.at(schedule.start[job])}, "
            f"before its release at {words.at(problem.release[job])}.",
        )
    before, after = problem.precedence[:, 0], problem.precedence[:, 1]
    early = schedule.start[after] < schedule.end[before]
    for first, job in problem.precedence[early].tolist():
        yield Violation(
            2,
            job,
            None,
            f"Job {problem.job_ids[job]!r} starts at {words.at(schedule.start[job])}, "
            f"before its predecessor {problem.job_ids[first]!r} ends at "
            f"{words.at(schedule.end[first])}.",
        )
    gap = schedule.start[after] - schedule.end[before]
    hasty = ~early & (gap < problem.wait_after[before])
    for i in np.flatnonzero(hasty).tolist():
        first, job = problem.precedence[i].tolist()
        yield Violation(
            2,
            job,
            None,
            f"Job {problem.job_ids[job]!r} starts {words.lasts(gap[i])} after the end "
            f"of its predecessor {problem.job_ids[first]!r}, which has to be "
            f"{words.lasts(problem.wait_after[first])} or more.",
        )


def _sequence(
    problem: Problem, schedule: Schedule, order: Indices, words: TimeWords
) -> Iterator[Violation]:
    """Rule 3: one thing at a time, each after the setup that its place asks for."""
    machine = schedule.machine[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = machine[1:] != machine[:-1]
    previous = np.roll(order, 1)  # meaningless where first
    # When no neighbours overlap, no two jobs of a machine do.
    overlap = ~first & (schedule.setup_start[order] < schedule.end[previous])
    for i in np.flatnonzero(overlap).tolist():
        job, other, k = int(order[i]), int(previous[i]), int(machine[i])
        yield Violation(
            3,
            job,
            k,
            f"Machine {problem.machine_ids[k]!r} begins with job "
            f"{problem.job_ids[job]!r} at {words.at(schedule.setup_start[job])}, "
            f"before job {problem.job_ids[other]!r} ends at "
            f"{words.at(schedule.end[other])}.",
        )

    group = problem.group[order]
    group_before = problem.groups_behind(machine, np.where(first, -1, previous))
    needed = problem.setups_between(machine, group_before, group)
    lasts = _worked(problem, schedule.setup_start, schedule.setup_end, schedule, order)
    for i in np.flatnonzero(lasts != needed).tolist():
        job, k = int(order[i]), int(machine[i])
        yield Violation(
            3,
            job,
            k,
            f"The setup for job {problem.job_ids[job]!r} on machine "
            f"{problem.machine_ids[k]!r} lasts {words.lasts(lasts[i])}; it takes "
            f"{words.lasts(needed[i])}.",
        )
    for job in order[schedule.start[order] < schedule.setup_end[order]].tolist():
        k = int(schedule.machine[job])
        yield Violation(
            3,
            job,
            k,
            f"Job {problem.job_ids[job]!r} starts at {words.at(schedule.start[job])}, "
            f"before machine {problem.machine_ids[k]!r} is set up at "
            f"{words.at(schedule.setup_end[job])}.",
        )


def _open_time(
    problem: Problem, schedule: Schedule, order: Indices, words: TimeWords
) -> Iterator[Violation]:
    """Rule 4: work begins and ends in open time and pauses nowhere else."""
    machine = schedule.machine[order]
    lasts = _worked(problem, schedule.start, schedule.end, schedule, order)
    needed = problem.processing[order, machine]
    # Where a job is not eligible, it has no processing time to compare with.
    wrong = np.isfinite(needed) & (lasts != needed)
    for i in np.flatnonzero(wrong).tolist():
        job, k = int(order[i]), int(machine[i])
        yield Violation(
            4,
            job,
            k,
            f"Job {problem.job_ids[job]!r} is processed for {words.lasts(lasts[i])} "
            f"of open time on machine {problem.machine_ids[k]!r}; it takes "
            f"{words.lasts(needed[i])}.",
        )

    span = schedule.end[order] - schedule.start[order]
    paused = ~problem.may_pause[order] & ~wrong & (span > lasts)
    for i in np.flatnonzero(paused).tolist():
        job, k = int(order[i]), int(machine[i])
        yield Violation(
            4,
            job,
            k,
            f"Job {problem.job_ids[job]!r} may not pause, and machine "
            f"{problem.machine_ids[k]!r} is closed for "
            f"{words.lasts(span[i] - lasts[i])} of its "
            "processing.",
        )

    has_setup = schedule.setup_end[order] > schedule.setup_start[order]
    runs = schedule.end[order] > schedule.start[order]
    always = np.ones(len(order), dtype=np.bool_)
    # Work that ends is at work in the second before its end: were that second
    # closed, the work would have been done when the closure began.
    instants = (
        ("The setup for job {} starts", schedule.setup_start, 0, always),
        ("The setup for job {} ends", schedule.setup_end, 1, has_setup),
        ("Job {} starts", schedule.start, 0, always),
        ("Job {} ends", schedule.end, 1, runs),
    )
    for what, times, back, relevant in instants:
        closed = relevant & _closed(problem, times - back, schedule, order)
        for job in order[closed].tolist():
            k = int(schedule.machine[job])
            yield Violation(
                4,
                job,
                k,
                f"{what.format(repr(problem.job_ids[job]))} at "
                f"{words.at(times[job])}, while "
                f"machine {problem.machine_ids[k]!r} is closed.",
            )


def _availability(
    problem: Problem, schedule: Schedule, order: Indices, words: TimeWords
) -> Iterator[Violation]:
    """Rule 5: nothing on a machine before it is available."""
    available = problem.available[schedule.machine[order]]
    for job in order[schedule.setup_start[order] < available].tolist():
        k = int(schedule.machine[job])
        yield Violation(
            5,
            job,
            k,
            f"Machine {problem.machine_ids[k]!r} begins with job "
            f"{problem.job_ids[job]!r} at {words.at(schedule.setup_start[job])}, "
            f"before it is available at {words.at(problem.available[k])}.",
        )


def _reservations(
    problem: Problem, schedule: Schedule, words: TimeWords
) -> Iterator[Violation]:
    """Rule 6: every reserved job where and when it is reserved."""
    reserved = np.flatnonzero(problem.reserved_machine >= 0)
    for job in reserved.tolist():
        machine, start = problem.reserved_machine[job], problem.reserved_start[job]
        name = f"Job {problem.job_ids[job]!r}"
        where = f"machine {problem.machine_ids[machine]!r}"
        if schedule.machine[job] != machine:
            message = f"{name} is not on {where}, where it is reserved."
            yield Violation(6, job, int(machine), message)
        if schedule.start[job] != start:
            yield Violation(
                6,
                job,
                int(machine),
                f"{name} starts at {words.at(schedule.start[job])}; it is reserved at "
                f"{words.at(start)}.",
            )


def _worked(
    problem: Problem, start: Indices, end: Indices, schedule: Schedule, order: Indices
) -> Indices:
    """Open seconds between ``start`` and ``end`` of the jobs in order, same shape."""
    worked = end[order] - start[order]
    for here, edges in _closed_machines(problem, schedule, order):
        jobs = order[here]
        # Closed seconds up to each edge grow by one a second inside a closure and
        # stay between two, so linear interpolation is exact below 2**53.
        lengths = np.diff(edges) * (np.arange(len(edges) - 1) % 2 == 0)
        closed = np.concatenate([[0], np.cumsum(lengths)])
        spans = np.interp(end[jobs], edges, closed)
        spans -= np.interp(start[jobs], edges, closed)
        worked[here] -= spans.astype(np.int64)
    return worked


def _closed(
    problem: Problem, times: Indices, schedule: Schedule, order: Indices
) -> Mask:
    """Whether the machine of each job in order is closed at that job's time."""
    closed = np.zeros(len(order), dtype=np.bool_)
    for here, edges in _closed_machines(problem, schedule, order):
        passed = np.searchsorted(edges, times[order[here]], side="right")
        closed[here] = passed % 2 == 1  # behind a closure's start, not yet its end
    return closed


def _closed_machines(
    problem: Problem, schedule: Schedule, order: Indices
) -> Iterator[tuple[slice, Indices]]:
    """Stretch of ``order`` and edges of the closures, per machine that ever closes."""
    machines = np.arange(problem.num_machines + 1)
    bounds = np.searchsorted(schedule.machine[order], machines)
    for k, calendar in enumerate(problem.calendars):
        if len(calendar.closures) and bounds[k] < bounds[k + 1]:
            yield slice(bounds[k], bounds[k + 1]), calendar.closures.ravel()
