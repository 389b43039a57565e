"""Random problems of every kind, repeatable from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, log

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.instances.breaks import draw_may_pause, draw_waits
from core.instances.kinds import KINDS, GeneratorSettings, Ranges
from core.instances.mean_open_time import MeanOpenTime
from core.instances.midway import left_of
from core.instances.resample import resample
from core.instances.weekly import draw_calendars, draw_patterns, open_share
from core.problem.calendar import Calendar, Seconds
from core.problem.model import Problem
from core.problem.rows import IMPORTANT_WEIGHT

__all__ = ["KINDS", "GeneratorSettings", "generate", "resample"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SETUPS_PAID = 0.5  # share of jobs behind a change of groups in a sensible plan


def generate(settings: GeneratorSettings, seed: int) -> Problem:
    """
    Draw one random problem.

    Parameters
    ----------
    settings
        What to draw from.
    seed
        The same settings and seed give the same problem.

    Returns
    -------
    Problem
        Families are contiguous, and a predecessor stands before its successors. Of a
        shift in the middle (``settings.cut``) what is left: fewer jobs.

    Notes
    -----
    Calendars list their closures up to the moment when one machine on the tightest
    of them could have done all jobs alone, each with its largest processing time
    and the largest setup, plus two weeks. Only a plan that changes between
    calendars with nearly every job could outlast that; its machines are open then.
    """
    rng = np.random.default_rng(seed)
    n, m = settings.jobs, settings.machines
    types = m if settings.machine_types == 0 else min(settings.machine_types, m)
    machine_type = np.sort(np.arange(m) % types)
    processing = _processing(settings, rng, machine_type, types)
    family = _families(settings, rng)
    precedence = _precedence(settings, rng, family)
    setups = _setups(settings, rng, machine_type, types, family)
    patterns = draw_patterns(settings, rng)
    pace = np.array([open_share(pattern) for pattern in patterns])
    work = _workload(processing, setups.expected, family, precedence, pace)
    largest = processing.max(axis=1, where=np.isfinite(processing), initial=0.0)
    serial = float(largest.sum()) + n * float(setups.matrix.max())
    if settings.unbroken_share > 0:
        serial *= 2  # what does not fit before a closure waits behind it
    if settings.wait_share > 0:
        serial += 60 * n * max(high for _, high in settings.wait_minutes)
    calendars = draw_calendars(settings, rng, patterns, serial, work.seconds)
    available = np.zeros(m, dtype=np.int64)
    later = rng.random(m) < settings.availability_share
    offsets = 60 * _between(rng, settings.availability_minutes, m)
    available[later] = np.rint(offsets[later])
    release, due = _dates(settings, rng, family, work, calendars)
    important = (rng.random(family[-1] + 1) < settings.important_share)[family]
    preferred = _preferred(settings, rng, processing)
    names = settings.setup_groups if not settings.group_per_job else n
    problem = Problem(
        processing=processing,
        release=release,
        due=due,
        weight=np.where(important, IMPORTANT_WEIGHT, 1.0),
        important=important,
        preferred=preferred,
        family=family,
        group=setups.group,
        precedence=precedence,
        setup=setups.matrix,
        setup_class=setups.machine_class,
        initial_group=setups.initial,
        available=available,
        machine_type=machine_type,
        calendars=calendars,
        job_ids=_names("J", n),
        machine_ids=_names("M", m),
        family_names=_names("F", int(family[-1]) + 1),
        group_names=_names("G", names) if names else ("",),
        machine_type_names=_names("T", types),
        wait_after=draw_waits(settings, rng, precedence),
        may_pause=draw_may_pause(settings, rng, processing, calendars),
    )
    return left_of(problem, settings, seed) if settings.is_midway else problem


def _names(letter: str, count: int) -> tuple[str, ...]:
    digits = len(str(count))
    return tuple(f"{letter}{i:0{digits}d}" for i in range(1, count + 1))


def _pair(rng: Generator, ranges: Ranges) -> tuple[float, float]:
    """One of the alternatives, the same for a whole problem."""
    return ranges[int(rng.integers(len(ranges)))]


def _between(rng: Generator, ranges: Ranges, size: int | tuple[int, ...]) -> Floats:
    low, high = _pair(rng, ranges)
    return rng.uniform(low, high, size)


def _whole(rng: Generator, ranges: Ranges, size: int) -> Integers:
    low, high = _pair(rng, ranges)
    return rng.integers(int(low), int(high) + 1, size)


def _minutes(
    settings: GeneratorSettings,
    rng: Generator,
    bounds: tuple[float, float],
    shape: tuple[int, ...],
) -> Floats:
    """Processing times in seconds, at least one step of the resolution."""
    low, high = bounds
    resolution = settings.resolution_seconds
    if settings.distribution == "lognormal":
        # 95 % of a normal distribution lie within 1.96 standard deviations.
        middle, sigma = log(low * high) / 2, log(high / low) / (2 * 1.96)
        seconds = 60 * np.exp(rng.normal(middle, sigma, shape))
    elif resolution == 60 and low == int(low) and high == int(high):
        # Rounding would give both ends half the share of the minutes between.
        minutes = rng.integers(int(low), int(high) + 1, shape)
        return (60 * minutes).astype(np.float64)
    else:
        seconds = 60 * rng.uniform(low, high, shape)
    return _rounded(seconds, resolution)


def _rounded(seconds: Floats, resolution: int) -> Floats:
    whole: Floats = np.maximum(np.rint(seconds / resolution), 1.0) * resolution
    return whole


def _processing(
    settings: GeneratorSettings, rng: Generator, machine_type: Integers, types: int
) -> Floats:
    """Shape (n, m), seconds; infinite where not eligible."""
    n, m = settings.jobs, settings.machines
    bounds = _pair(rng, settings.processing_minutes)
    choice = settings.machine_times[int(rng.integers(len(settings.machine_times)))]
    if choice == "unrelated":
        times = _minutes(settings, rng, bounds, (n, m))
    else:
        base = _minutes(settings, rng, bounds, (n, 1))
        times = base / _between(rng, settings.speed, (1, m))
    spread = float(_between(rng, settings.pair_spread, 1)[0])
    if spread > 0:
        times = times * rng.uniform(1 - spread, 1 + spread, (n, m))
    times = _rounded(times, settings.resolution_seconds)
    if settings.all_eligible:
        return times
    wanted = np.minimum(_whole(rng, settings.flexibility, n), types)
    rank = rng.random((n, types)).argsort(axis=1)
    on_type = np.zeros((n, types), dtype=np.bool_)
    np.put_along_axis(on_type, rank, np.arange(types) < wanted[:, None], axis=1)
    return np.where(on_type[:, machine_type], times, inf)


def _families(settings: GeneratorSettings, rng: Generator) -> Integers:
    """Shape (n,): family of each job, contiguous; the last may be cut short."""
    n = settings.jobs
    low, high = _pair(rng, settings.family_size)
    sizes = rng.integers(int(low), int(high) + 1, ceil(n / low))
    return np.repeat(np.arange(len(sizes)), sizes)[:n]


def _precedence(
    settings: GeneratorSettings, rng: Generator, family: Integers
) -> Integers:
    """Shape (e, 2): pairs (before, after), the first always the smaller index."""
    n = len(family)
    if settings.predecessors == "none":
        return np.empty((0, 2), dtype=np.int64)
    bound = (rng.random(family[-1] + 1) < settings.sequence_share)[family]
    jobs = np.arange(n)
    last = np.searchsorted(family, family, side="right") - 1
    inner = jobs[bound & (jobs < last)]
    if settings.predecessors == "sequence":
        return np.column_stack([inner, inner + 1])
    # An assembly: each job feeds one of the next three, a fifth of them two.
    first = np.minimum(inner + rng.integers(1, 4, len(inner)), last[inner])
    second = np.minimum(first + rng.integers(1, 4, len(inner)), last[inner])
    twice = (rng.random(len(inner)) < 0.2) & (second > first)
    return np.concatenate(
        [
            np.column_stack([inner, first]),
            np.column_stack([inner[twice], second[twice]]),
        ]
    )


@dataclass(frozen=True, eq=False)
class _Setups:
    group: Integers
    matrix: Seconds  # (c, g + 1, g)
    machine_class: Integers
    initial: Integers
    expected: float  # seconds per job in a sensible plan


def _setups(
    settings: GeneratorSettings,
    rng: Generator,
    machine_type: Integers,
    types: int,
    family: Integers,
) -> _Setups:
    """Groups of the jobs, setup matrices, and what the machines are set up for."""
    n, m = settings.jobs, settings.machines
    g = n if settings.group_per_job else settings.setup_groups
    if g == 0:
        none = np.zeros(n, dtype=np.int64)
        idle = np.ones(m, dtype=np.int64)
        return _Setups(none, np.zeros((1, 2, 1), np.int64), idle - 1, idle, 0.0)
    group = np.arange(n)
    if not settings.group_per_job:
        share = 1.0 / np.arange(1, g + 1) ** settings.group_skew
        group = rng.choice(g, size=n, p=share / share.sum())
        shared = rng.random(family[-1] + 1) < settings.family_group_share
        first = np.searchsorted(family, family)
        group = np.where(shared[family], group[first], group)
    classes, machine_class = {
        "one": (1, np.zeros(m, dtype=np.int64)),
        "type": (types, machine_type),
        "machine": (m, np.arange(m)),
    }[settings.setup_matrices]
    matrix = np.zeros((classes, g + 1, g), dtype=np.int64)
    bounds = _pair(rng, settings.setup_minutes)
    low, high = (round(60 * x / settings.resolution_seconds) for x in bounds)
    drawn = rng.integers(low, high + 1, (classes, g, g))
    drawn[:, np.arange(g), np.arange(g)] = 0
    if settings.triangle:
        for via in range(g):  # Floyd-Warshall
            np.minimum(drawn, drawn[:, :, via, None] + drawn[:, None, via], out=drawn)
    matrix[:, :g] = drawn * settings.resolution_seconds
    initial = np.full(m, g, dtype=np.int64)
    known = rng.random(m) < settings.initial_group_share
    initial[known] = group[rng.integers(n, size=int(known.sum()))]
    expected = SETUPS_PAID * float(matrix[:, :g].mean())
    return _Setups(group, matrix, machine_class, initial, expected)


@dataclass(frozen=True, eq=False)
class _Workload:
    seconds: float  # open time that a good plan needs, roughly
    chain: Floats  # (f,): longest chain within each family


def _workload(
    processing: Floats,
    setup: float,
    family: Integers,
    precedence: Integers,
    pace: Floats,
) -> _Workload:
    """
    Rough open time of an average machine that a plan takes.

    Every job is split over its eligible machines, in shares that favour machines
    with little load so far; a few rounds come close to the LP bound. Machines that
    are open for a smaller share of the week (``pace``, shape (m,)) take less.
    """
    eligible = np.isfinite(processing)
    seconds = np.where(eligible, processing + setup, 0.0)
    favour = np.ones(processing.shape[1])
    for _ in range(6):
        share = eligible * favour
        load = (seconds * (share / share.sum(axis=1, keepdims=True))).sum(axis=0) / pace
        favour *= np.sqrt(load.mean() / np.maximum(load, 1.0))
    mean = seconds.sum(axis=1) / eligible.sum(axis=1)
    ends = mean.tolist()
    longest = mean.tolist()
    order = precedence[np.argsort(precedence[:, 0], kind="stable")]
    for before, after in order.tolist():
        ends[after] = max(ends[after], ends[before] + longest[after])
    chain = np.zeros(family[-1] + 1)
    np.maximum.at(chain, family, ends)
    longest_load = float(load.max() * pace.mean())
    return _Workload(max(longest_load, float(chain.max())), chain)


def _dates(
    settings: GeneratorSettings,
    rng: Generator,
    family: Integers,
    work: _Workload,
    calendars: tuple[Calendar, ...],
) -> tuple[Seconds, Floats]:
    """Release and due date of each job, drawn in open time, in seconds."""
    f = len(work.chain)
    later = rng.random(f) < settings.release_share
    spread = _between(rng, settings.release_spread, f)
    opened = np.where(later, spread * work.seconds, 0.0)
    release = opened[family]
    if settings.due_per_job:
        slack = _between(rng, settings.due_tightness, len(family))
    else:
        slack = _between(rng, settings.due_tightness, f)[family]
    due = release + work.chain[family] + slack * work.seconds
    clock = MeanOpenTime(calendars)
    dated = (rng.random(f) < settings.due_share)[family]
    dates = np.where(dated, np.ceil(clock.date(due)), inf)
    return np.floor(clock.date(release)).astype(np.int64), dates


def _preferred(
    settings: GeneratorSettings, rng: Generator, processing: Floats
) -> NDArray[np.bool_]:
    """Shape (n, m): at most one preferred machine per job, an eligible one."""
    n = len(processing)
    preferred = np.zeros(processing.shape, dtype=np.bool_)
    if settings.preferred_share > 0:
        liking = rng.random(processing.shape) * np.isfinite(processing)
        wishes = rng.random(n) < settings.preferred_share
        preferred[np.flatnonzero(wishes), liking.argmax(axis=1)[wishes]] = True
    return preferred
