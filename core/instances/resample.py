"""A random shift like one that exists."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.instances.mean_open_time import MeanOpenTime
from core.problem.model import Problem


def resample(
    problem: Problem,
    seed: int,
    jobs: int | None = None,
    time_spread: float = 0.1,
    date_spread: float = 0.1,
) -> Problem:
    """
    Draw a random shift like this one.

    Families are drawn with replacement, together with the families they are bound
    to by predecessors. Machines, setups, calendars and availability stay.

    Parameters
    ----------
    problem
        The shift to be like.
    seed
        The same arguments give the same problem.
    jobs
        Number of jobs; as many as the problem when ``None``. The last family drawn
        is cut to fit, its predecessors before their successors.
    time_spread
        Standard deviation of the logarithm of a job's processing times; one factor
        per job, on all its machines.
    date_spread
        The open time to the release, and from release to due date, are each changed
        by up to this share: one factor for everything drawn together.

    Returns
    -------
    Problem
        Ids are ``<job>#<draw>``. Families that stood together keep one due date if
        they had one.

    Raises
    ------
    ValueError
        When ``jobs`` is less than 1, or a spread is negative or 1 and more.

    Notes
    -----
    With another number of jobs, releases and due dates are scaled by its ratio, in
    open time, since the same machines then need that much more or less time; the
    part of a due date that a family's own longest chain takes is not scaled.
    Copies of one job share its setup group; none is reserved.
    """
    count = problem.num_jobs if jobs is None else jobs
    if count < 1:
        raise ValueError(f"Expected jobs >= 1, got {count}.")
    for name, spread in (("time_spread", time_spread), ("date_spread", date_spread)):
        if not (isfinite(spread) and 0 <= spread < 1):
            raise ValueError(f"Expected 0 <= {name} < 1, got {spread}.")
    rng = np.random.default_rng(seed)
    bundles = _bundles(problem)
    draws: list[NDArray[np.int64]] = []
    total = 0
    while total < count:
        bundle = bundles[int(rng.integers(len(bundles)))][: count - total]
        draws.append(bundle)
        total += len(bundle)
    source = np.concatenate(draws)  # (n,): the job that each new one copies
    draw = np.repeat(np.arange(len(draws)), [len(bundle) for bundle in draws])

    factor = np.exp(rng.normal(0.0, time_spread, (count, 1)))
    processing = np.maximum(np.rint(problem.processing[source] * factor), 1.0)
    ratio = count / problem.num_jobs
    clock = MeanOpenTime(problem.calendars)
    release = clock.open(problem.release)
    slack = clock.open(problem.due) - release
    chain = np.zeros(problem.num_jobs)
    for bundle in bundles:
        ahead = problem.tail[bundle] + problem.smallest_processing[bundle]
        chain[bundle] = ahead.max()
    own = np.minimum(slack, chain)
    slack = own + (slack - own) * ratio
    early, wide = rng.uniform(1 - date_spread, 1 + date_spread, (2, len(draws)))
    opened = release[source] * ratio * early[draw]
    due = clock.date(np.maximum(opened + slack[source] * wide[draw], 0.0))

    pairs = []
    start = 0
    for bundle in draws:
        place = {job: start + i for i, job in enumerate(bundle.tolist())}
        pairs += [
            (place[before], place[after])
            for after in bundle.tolist()
            for before in problem.predecessors[after]
        ]
        start += len(bundle)
    families: dict[tuple[int, int], int] = {}
    keys = zip(problem.family[source].tolist(), draw.tolist(), strict=True)
    family = [families.setdefault(key, len(families)) for key in keys]
    changed = {
        "processing": processing,
        "release": np.rint(clock.date(opened)).astype(np.int64),
        "due": np.rint(due),
        "family": np.array(family, dtype=np.int64),
        "precedence": np.array(pairs, dtype=np.int64).reshape(-1, 2),
        "job_ids": tuple(
            f"{problem.job_ids[j]}#{i + 1}"
            for j, i in zip(source.tolist(), draw.tolist(), strict=True)
        ),
        "family_names": tuple(
            f"{problem.family_names[x]}#{i + 1}" for x, i in families
        ),
        "reserved_machine": np.full(count, -1),
        "reserved_start": np.full(count, -1),
        "scale": None,
    }
    return replace(problem, **problem.of_jobs(source) | changed)


def _bundles(problem: Problem) -> list[NDArray[np.int64]]:
    """Jobs bound by family or predecessors; predecessors first in each list."""
    root = list(range(problem.num_jobs))

    def find(job: int) -> int:
        while root[job] != job:
            root[job] = root[root[job]]
            job = root[job]
        return job

    first: dict[int, int] = {}
    for job, family in enumerate(problem.family.tolist()):
        root[find(job)] = find(first.setdefault(family, job))
    for before, after in problem.precedence.tolist():
        root[find(before)] = find(after)
    bundles: dict[int, list[int]] = {}
    for job in problem.topological_order.tolist():
        bundles.setdefault(find(job), []).append(job)
    return [np.array(jobs, dtype=np.int64) for jobs in bundles.values()]
