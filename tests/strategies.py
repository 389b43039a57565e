"""Random problems, and random orders of their jobs, for Hypothesis."""

from dataclasses import replace
from math import inf

import numpy as np
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.problem_fields import Scale
from core.problem.rows import Job, Machine
from core.timing.retime import retime

TIMES = st.integers(1, 20)  # seconds; small, so that ties and tight fits are common


@st.composite
def calendars(draw, latest=60):
    """A machine's closures: none, or up to three before ``latest`` seconds."""
    pairs = draw(
        st.lists(st.tuples(st.integers(0, latest - 1), st.integers(1, 15)), max_size=3)
    )
    return Calendar(np.array([(at, at + lasts) for at, lasts in pairs], dtype=np.int64))


@st.composite
def problems(
    draw,
    max_jobs=8,
    max_machines=4,
    max_groups=3,
    min_jobs=1,
    closures=True,
    setups=True,
    precedence=True,
    releases=True,
    dues=True,
    availability=True,
):
    """
    Small problems with everything a problem may have; False leaves a feature out.

    Setup times keep no triangle inequality and may be positive within a group;
    machines of type B may have their own.
    """
    n = draw(st.integers(min_jobs, max_jobs))
    m = draw(st.integers(1, max_machines))
    names = [f"G{i}" for i in range(draw(st.integers(1, max_groups)) if setups else 1)]
    machines = [
        Machine(
            f"M{k}",
            type=draw(st.sampled_from("AB")),
            available=draw(st.integers(0, 15)) if availability else 0,
            group=draw(st.none() | st.sampled_from(names)) if setups else None,
            calendar=draw(calendars()) if closures else Calendar.always_open(),
        )
        for k in range(m)
    ]
    jobs = [draw(_jobs(j, m, names, precedence, releases, dues)) for j in range(n)]
    # Dues and predecessors may point forward in the list, so the order is mixed.
    jobs = draw(st.permutations(jobs))
    seconds = st.integers(0, 12)
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names))
    types = {machine.type for machine in machines}
    general = draw(st.dictionaries(pairs, seconds, max_size=9)) if setups else {}
    special = (
        draw(st.dictionaries(pairs, seconds, max_size=3))
        if setups and "B" in types
        else {}
    )
    return Problem.from_rows(
        jobs, machines, general, {("B", *pair): x for pair, x in special.items()}
    )


@st.composite
def _jobs(draw, j, m, groups, precedence, releases, dues):
    """One job that may run on some of m machines, behind some of jobs 0 … j - 1."""
    eligible = draw(st.sets(st.integers(0, m - 1), min_size=1))
    if j > 0 and precedence:
        before = draw(st.sets(st.integers(0, j - 1), max_size=2))
    else:
        before = set()
    important = draw(st.booleans())
    return Job(
        f"J{j}",
        {f"M{k}": draw(TIMES) for k in sorted(eligible)},
        family=draw(st.sampled_from(["F0", "F1", None])),
        group=draw(st.sampled_from(groups)),
        predecessors=[f"J{i}" for i in sorted(before)],
        release=draw(st.just(0) | st.integers(0, 30)) if releases else 0,
        due=draw(st.just(inf) | st.integers(0, 80).map(float)) if dues else inf,
        weight=draw(st.none() | st.integers(1, 9).map(float)),
        important=important,
        preferred=f"M{min(eligible)}" if draw(st.booleans()) else None,
    )


@st.composite
def sequences(draw, problem):
    """
    A random order of the jobs on each machine, such that every job can be reached.

    Jobs are taken one by one among those whose predecessors are taken, and put at
    the end of one of their machines; every valid set of orders can come out.
    """
    left = set(range(problem.num_jobs))
    lists = [[] for _ in range(problem.num_machines)]
    while left:
        ready = sorted(j for j in left if not left & set(problem.predecessors[j]))
        job = draw(st.sampled_from(ready))
        machines = np.flatnonzero(problem.eligible[job]).tolist()
        lists[draw(st.sampled_from(machines))].append(job)
        left.remove(job)
    return tuple(map(tuple, lists))


@st.composite
def problems_and_sequences(draw, **settings):
    """A random problem with one random, valid order of its jobs on the machines."""
    problem = draw(problems(**settings))
    return problem, draw(sequences(problem))


@st.composite
def special_problems(draw, *, waits=True, pauses=True, reservations=True, **settings):
    """
    Problems whose jobs wait after others, may not pause, or are reserved; or parts.

    Reserved are jobs of some valid schedule, at their times there, as far as they can
    be kept with nothing else around: setups keep no triangle inequality.
    """
    problem = draw(problems(**settings))
    n = problem.num_jobs
    lists = st.lists
    if waits:
        after = draw(lists(st.just(0) | st.integers(1, 15), min_size=n, max_size=n))
        problem = replace(problem, wait_after=np.array(after))
    if pauses:
        may = draw(lists(st.booleans(), min_size=n, max_size=n))
        problem = replace(problem, may_pause=np.array(may))
    figures = (st.integers(1, 300), st.integers(1, 30), *[st.integers(0, 60)] * 3)
    scale = draw(st.none() | st.builds(Scale, *figures))
    problem = replace(problem, scale=scale)
    if not reservations:
        return problem
    wanted = draw(lists(st.booleans(), min_size=n, max_size=n))
    later = draw(st.just(0) | st.integers(0, 20))
    moved = replace(problem, release=problem.release + later)
    schedule = retime(moved, draw(sequences(problem)))
    machine, start = np.full(n, -1), np.full(n, -1)
    for job in np.argsort(schedule.start, kind="stable").tolist():
        before = list(problem.predecessors[job])
        if wanted[job] and (machine[before] >= 0).all():
            at = machine.copy(), start.copy()
            at[0][job], at[1][job] = schedule.machine[job], schedule.start[job]
            try:
                replace(problem, reserved_machine=at[0], reserved_start=at[1])
            except ValueError:
                continue
            machine, start = at
    return replace(problem, reserved_machine=machine, reserved_start=start)


@st.composite
def special_sequences(draw, **settings):
    """A problem whose jobs wait or may not pause, with a random order of its jobs."""
    problem = draw(special_problems(reservations=False, **settings))
    return problem, draw(sequences(problem))


def reserving(problem, seed, share=0.1):
    """
    A larger problem in which some jobs are reserved where a random plan has them.

    The jobs before them are too, and all of it lies half an hour later than it could.
    """
    random = np.random.default_rng(seed)
    lists = [[] for _ in range(problem.num_machines)]
    for job in problem.topological_order.tolist():
        lists[random.choice(np.flatnonzero(problem.eligible[job]))].append(job)
    later = replace(problem, available=problem.available + 1800)
    schedule = retime(later, lists)
    wanted = random.random(problem.num_jobs) < share
    machine, start = (np.full(problem.num_jobs, -1) for _ in range(2))
    for job in problem.topological_order[::-1].tolist():
        if wanted[job]:
            wanted[list(problem.predecessors[job])] = True
    # Without the triangle inequality a reservation may need a job before it.
    for job in np.argsort(schedule.start, kind="stable").tolist():
        if wanted[job] and (machine[list(problem.predecessors[job])] >= 0).all():
            at = machine.copy(), start.copy()
            at[0][job], at[1][job] = schedule.machine[job], schedule.start[job]
            try:
                replace(problem, reserved_machine=at[0], reserved_start=at[1])
            except ValueError:
                continue
            machine, start = at
    return replace(problem, reserved_machine=machine, reserved_start=start)
