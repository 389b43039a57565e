"""Random problems keep to their settings, and are as hard as they are meant to be."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.breaks import longest_window
from core.instances.generator import KINDS, GeneratorSettings, generate
from core.instances.kinds import CALENDARS
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.schedule import Schedule, metrics
from core.timing.retime import retime
from tests.timing.reference import finish

HOUR = 3600
SMALL = GeneratorSettings(jobs=8, machines=4, machine_types=2)


def greedy(problem: Problem) -> Schedule:
    """Dispatch by an ATCS index: whatever can start first, the most urgent of it."""
    waiting = np.array([len(before) for before in problem.predecessors])
    ready = problem.release.astype(float)
    free = problem.available.astype(float)
    for k, calendar in enumerate(problem.calendars):
        free[k] = calendar.next_open(int(free[k]))
    group = problem.initial_group.copy()
    sequences: list[list[int]] = [[] for _ in free]
    mean, setup = problem.mean_processing.mean(), max(problem.setup.mean(), 1.0)
    latest = np.where(np.isfinite(problem.due), problem.due, 1e9) - problem.tail
    for _ in range(problem.num_jobs):
        jobs = np.flatnonzero(waiting == 0)
        start = np.maximum(ready[jobs][:, None], free)
        start = np.where(problem.eligible[jobs], start, np.inf)
        now = start.min()
        rows, machines = np.nonzero(start == now)
        jobs = jobs[rows]
        p = problem.processing[jobs, machines]
        s = problem.setup[
            problem.setup_class[machines], group[machines], problem.group[jobs]
        ]
        slack = np.maximum(latest[jobs] - p - now, 0.0)
        index = np.log(problem.weight[jobs] / p) - slack / (2 * mean) - s / (2 * setup)
        best = int(index.argmax())
        j, k = int(jobs[best]), int(machines[best])
        calendar = problem.calendars[k]
        done = finish(calendar, calendar.next_open(int(free[k])), int(s[best]))
        done = calendar.next_open(max(int(done), int(ready[j])))
        done = int(finish(calendar, done, int(p[best])))
        free[k], group[k] = calendar.next_open(done), problem.group[j]
        sequences[k].append(j)
        waiting[j] = -1
        for successor in problem.successors[j]:
            waiting[successor] -= 1
            ready[successor] = max(ready[successor], done)
    return retime(problem, sequences)


def late_share(kind: str, seed: int) -> float:
    """Share of the dated jobs that are late in a greedy plan of 411 on 30."""
    problem = generate(KINDS[kind], seed)
    late = metrics(problem, greedy(problem)).late_jobs
    return late / int(np.isfinite(problem.due).sum())


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_repeats_and_another_does_not(kind):
    """Every kind is a function of settings and seed, at the size it is asked for."""
    settings = KINDS[kind].resized(30, 6)
    problem = generate(settings, 3)
    assert problem.num_machines == 6
    # Of a shift in the middle there is what is left to plan.
    assert problem.num_jobs == 30 or (settings.is_midway and problem.num_jobs < 30)
    assert problem.content_hash == generate(settings, 3).content_hash
    assert problem.content_hash != generate(settings, 4).content_hash


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("jobs", "machines"), [(1, 1), (2, 5), (120, 3)])
def test_every_kind_has_every_size(kind, jobs, machines):
    """One job, fewer jobs than machines, few machines: each is a valid problem."""
    settings = KINDS[kind].resized(jobs, machines)
    problem = generate(settings, 0)
    assert problem.num_machines == machines
    least = 1 if settings.is_midway else jobs
    assert least <= problem.num_jobs <= jobs


@given(
    st.integers(1, 60),
    st.integers(1, 12),
    st.integers(0, 6),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(0, 2**32),
)
@settings(max_examples=60)
def test_a_job_runs_on_as_many_whole_types_as_asked(
    jobs, machines, types, low, more, seed
):
    """Machines of a type are eligible together; the number of types keeps its range."""
    asked = replace(
        SMALL,
        jobs=jobs,
        machines=machines,
        machine_types=types,
        flexibility=((low, low + more),),
    )
    problem = generate(asked, seed)
    there = len(problem.machine_type_names)
    assert there == (machines if types == 0 else min(types, machines))
    for row in problem.eligible:
        named = set(problem.machine_type[row].tolist())
        assert row.tolist() == [x in named for x in problem.machine_type.tolist()]
        assert min(low, there) <= len(named) <= min(low + more, there)


def test_a_sequence_binds_the_jobs_of_a_family_one_after_the_other():
    """Families of three, eight jobs: 0-1-2, 3-4-5, and a last one cut to 6-7."""
    problem = generate(replace(SMALL, family_size=((3, 3),)), 0)
    assert problem.family.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
    assert problem.precedence.tolist() == [[0, 1], [1, 2], [3, 4], [4, 5], [6, 7]]
    loose = replace(SMALL, family_size=((3, 3),), predecessors="none")
    assert len(generate(loose, 0).precedence) == 0


def test_some_families_have_no_sequence():
    """With a share of a half, about half of 200 pairs are bound."""
    pairs = replace(SMALL, jobs=400, family_size=((2, 2),), sequence_share=0.5)
    assert 70 <= len(generate(pairs, 0).precedence) <= 130


@given(st.integers(2, 9), st.integers(0, 2**32))
@settings(max_examples=40)
def test_an_assembly_ends_in_one_job(size, seed):
    """Every job of a family but the last feeds a later one of the same family."""
    asked = replace(
        SMALL, jobs=3 * size, family_size=((size, size),), predecessors="dag"
    )
    problem = generate(asked, seed)
    before, after = problem.precedence.T
    assert (before < after).all()
    assert (problem.family[before] == problem.family[after]).all()
    assert len(np.unique(problem.precedence, axis=0)) == len(problem.precedence)
    ends = [j for j in range(3 * size) if not problem.successors[j]]
    assert ends == [size - 1, 2 * size - 1, 3 * size - 1]


def test_an_assembly_is_more_than_chains():
    """Some jobs need two others, and some are needed by two."""
    problem = generate(KINDS["assembly"], 0)
    assert max(map(len, problem.predecessors)) >= 2
    assert max(map(len, problem.successors)) == 2


def test_speeds_divide_the_time_of_a_job():
    """Two jobs' times differ by one factor on all machines; speeds keep their range."""
    asked = replace(SMALL, all_eligible=True, processing_minutes=((500, 500),))
    times = generate(asked, 0).processing
    assert (times >= 30_000 / 1.25).all()
    assert (times <= 30_000 / 0.8).all()
    assert np.ptp(times, axis=0).max() == 0
    assert np.ptp(times, axis=1).min() > 0
    equal = replace(asked, speed=((1, 1),))
    assert (generate(equal, 0).processing == 30_000).all()
    twice = replace(asked, speed=((2, 2),))
    assert (generate(twice, 0).processing == 15_000).all()
    spread = generate(replace(equal, pair_spread=((0.1, 0.1),)), 0).processing
    assert 27_000 <= spread.min() < 29_000
    assert 31_000 < spread.max() <= 33_000


def test_unrelated_times_have_nothing_in_common():
    """A job that is long on one machine says nothing about the others."""
    times = generate(KINDS["unrelated"].resized(400, 5), 1).processing
    correlation = np.corrcoef(times.T)[np.triu_indices(5, 1)]
    assert np.abs(correlation).max() < 0.2
    shift = replace(KINDS["shift"], all_eligible=True).resized(400, 5)
    related = np.corrcoef(generate(shift, 1).processing.T)
    assert related.min() > 0.99


def test_most_lognormal_times_lie_in_their_range():
    """About 95 % of 5,000 times, and the median at the geometric mean of the ends."""
    asked = replace(
        SMALL, jobs=5000, machines=1, processing_minutes=((10, 250),), speed=((1, 1),)
    )
    minutes = generate(asked, 0).processing / 60
    assert 0.94 < ((minutes >= 10) & (minutes <= 250)).mean() < 0.96
    assert 47 < np.median(minutes) < 53


@pytest.mark.parametrize("kind", ["unrelated", "unrelated_setup", "flexible_job_shop"])
def test_times_are_multiples_of_the_resolution(kind):
    """The kinds made like public instances hold whole minutes."""
    for seed in range(20):
        problem = generate(KINDS[kind].resized(50, 5), seed)
        assert (problem.processing[problem.eligible] % 60 == 0).all()
        assert (problem.setup % 60 == 0).all()


def test_setups_keep_their_range_and_cost_nothing_without_a_change():
    """10-60 minutes between 12 groups, 0 within one and from an idle machine."""
    problem = generate(KINDS["shift"], 0)
    assert problem.setup.shape == (1, 13, 12)
    matrix = problem.setup[0, :12]
    off = matrix[~np.eye(12, dtype=bool)]
    assert (off.min() >= 600, off.max() <= 3600) == (True, True)
    assert len(np.unique(off)) > 100
    assert (matrix.diagonal().max(), problem.setup[0, 12].max()) == (0, 0)
    assert 0 < (problem.initial_group == 12).sum() < 30


@pytest.mark.parametrize(
    ("matrices", "classes"), [("one", 1), ("type", 2), ("machine", 4)]
)
def test_setups_differ_by_type_or_machine(matrices, classes):
    """One matrix for all machines, one per type, one per machine."""
    problem = generate(replace(SMALL, setup_matrices=matrices), 0)
    assert len(np.unique(problem.setup, axis=0)) == len(problem.setup) == classes
    if matrices == "type":
        assert problem.setup_class.tolist() == problem.machine_type.tolist()
    if matrices == "machine":
        assert problem.setup_class.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("triangle", [True, False])
def test_a_detour_is_never_shorter_where_the_triangle_holds(triangle):
    """With 1-100 minutes drawn freely, detours would pay; the setting rules it out."""
    asked = replace(SMALL, setup_minutes=((1, 100),), triangle=triangle)
    direct = generate(asked, 0).setup[0, :12].astype(int)
    detour = (direct[:, :, None] + direct[None]).min(axis=1)
    assert (detour >= direct).all() == triangle
    freely = generate(replace(asked, triangle=False), 0).setup[0, :12]
    assert (direct <= freely).all()
    assert direct.diagonal().max() == 0


def test_every_job_may_be_a_group_of_its_own():
    """As where setups depend on the pair of jobs; times differ per machine."""
    problem = generate(KINDS["unrelated_setup"].resized(12, 3), 0)
    assert problem.group.tolist() == list(range(12))
    assert problem.setup.shape == (3, 13, 12)


def test_some_groups_may_be_common_and_families_of_one_group():
    """A skew of 2 gives the first of four groups 1/(1+1/4+1/9+1/16) = 70 %."""
    asked = replace(SMALL, jobs=2000, setup_groups=4, group_skew=2.0)
    count = np.bincount(generate(asked, 0).group)
    assert 0.65 < count[0] / 2000 < 0.75
    one = generate(replace(asked, family_group_share=1.0), 0)
    assert all(len(set(one.group[one.family == f])) == 1 for f in set(one.family))


def test_a_family_shares_release_due_date_and_importance():
    """Dates and weights belong to work orders; each date lies behind its release."""
    problem = generate(replace(KINDS["shift_calendar"], due_share=0.7), 2)
    for family in range(problem.family.max() + 1):
        jobs = problem.family == family
        for values in (problem.release, problem.due, problem.important):
            assert len(np.unique(values[jobs])) == 1
    assert (problem.due > problem.release).all()
    assert 0.6 < np.isfinite(problem.due).mean() < 0.8
    assert 0.2 < problem.important.mean() < 0.4
    assert set(problem.weight[problem.important]) == {5.0}
    assert set(problem.weight[~problem.important]) == {1.0}
    apart = generate(replace(KINDS["shift"], due_per_job=True), 2)
    assert len(np.unique(apart.due)) > 400


def test_without_calendars_a_due_date_follows_its_own_chain():
    """Tightness 0: a lone job of 100 minutes is due when it can be done at once."""
    asked = GeneratorSettings(
        jobs=3, machines=1, machine_types=1, family_size=((2, 2),), speed=((1, 1),),
        processing_minutes=((100, 100),), setup_groups=0, due_tightness=((0, 0),),
    )  # fmt: skip
    assert generate(asked, 0).due.tolist() == [12_000, 12_000, 6_000]
    late = replace(asked, due_tightness=((0.5, 0.5),))  # half of 300 minutes more
    assert generate(late, 0).due.tolist() == [21_000, 21_000, 15_000]
    never = replace(asked, due_share=0.0)
    assert np.isinf(generate(never, 0).due).all()


def test_due_dates_allow_for_a_machine_that_is_mostly_closed():
    """
    100 jobs of an hour, each on one of two machines; one is open 42.5 h a week.

    Its half takes more than a week, though an average machine has 50 h by then.
    """
    asked = GeneratorSettings(
        jobs=100, machines=2, machine_types=0, flexibility=((1, 1),), speed=((1, 1),),
        processing_minutes=((60, 60),), setup_groups=0, predecessors="none",
        due_tightness=((1, 1),), calendar_share=0.5, calendars=("day",),
    )  # fmt: skip
    drawn = (generate(asked, seed) for seed in range(50))
    problem = next(
        x for x in drawn if sorted(len(c.closures) > 0 for c in x.calendars) == [0, 1]
    )
    assert problem.due.min() > 150 * HOUR


def test_releases_are_spread_over_the_workload():
    """Half of the jobs come later, all within 0.6 workloads of one machine's 300 h."""
    asked = replace(
        KINDS["shift_open"], jobs=300, machines=1, speed=((1, 1),),
        processing_minutes=((60, 60),),
    )  # fmt: skip
    release = generate(asked, 0).release
    assert 0.4 < (release > 0).mean() < 0.6
    assert 150 * HOUR < release.max() <= 180 * HOUR


def test_a_preferred_machine_is_eligible():
    """About a tenth of the jobs prefer one machine, which can run them."""
    problem = generate(KINDS["shift"], 0)
    assert set(problem.preferred.sum(axis=1).tolist()) == {0, 1}
    assert not (problem.preferred & ~problem.eligible).any()
    assert 0.05 < problem.preferred.any(axis=1).mean() < 0.15


def test_a_night_shift_runs_past_midnight():
    """From Monday 00:00: closed until 22:00, open to Tuesday 06:00, and so on."""
    asked = replace(
        SMALL, calendar_share=1.0, calendars=("night",), start_hours=((0, 0),)
    )
    closures = generate(asked, 0).calendars[0].closures[:2] / HOUR
    assert closures.tolist() == [[0, 22], [30, 46]]
    friday = replace(asked, start_hours=((96, 96),))
    closures = generate(friday, 0).calendars[3].closures[:2] / HOUR
    assert closures.tolist() == [[6, 22], [30, 94]]  # Saturday 06:00 to Monday 22:00


@pytest.mark.parametrize("calendar", CALENDARS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10)
def test_closures_go_on_until_one_machine_could_have_done_everything(calendar, seed):
    """The largest times and setups of all jobs fit before the last closure."""
    asked = replace(
        KINDS["shift_calendar"].resized(150, 4),
        calendar_share=1.0,
        calendars=(calendar,),
    )
    problem = generate(asked, seed)
    largest = np.where(problem.eligible, problem.processing, 0).max(axis=1).sum()
    largest += problem.num_jobs * problem.setup.max()
    begin = int(max(problem.available.max(), problem.release.max()))
    for rows in problem.calendars:
        last = int(rows.closures[-1, 0])
        assert rows.open_seconds(last) - rows.open_seconds(begin) >= largest


def test_downtimes_and_late_machines_come_as_often_as_asked():
    """One machine in three is free only later; without calendars, stops are short."""
    asked = replace(
        KINDS["shift_calendar"],
        machines=90,
        calendar_share=0.0,
        downtime_per_day=1.0,
        downtime_minutes=((30, 40),),
    )
    problem = generate(asked, 0)
    assert 0.2 < (problem.available > 0).mean() < 0.4
    assert problem.available.max() <= 240 * 60
    rows = np.concatenate([calendar.closures for calendar in problem.calendars])
    lengths = rows[:, 1] - rows[:, 0]
    assert lengths.min() >= 30 * 60
    assert np.median(lengths) <= 40 * 60  # a few overlap, and are merged
    assert (
        len(generate(replace(asked, downtime_per_day=0.0), 0).calendars[0].closures)
        == 0
    )


def test_machines_without_downtime_share_a_calendar():
    """A hundred machines of three calendars are three calendars, not a hundred."""
    asked = replace(KINDS["shift_calendar"], machines=100, downtime_per_day=0.0)
    assert len({id(x) for x in generate(asked, 0).calendars}) == 4


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("shift", 0.10, 0.40),
        ("shift_open", 0.05, 0.40),
        ("shift_calendar", 0.05, 0.40),
        ("assembly", 0.10, 0.40),
        ("tight", 0.30, 0.60),
        ("loose", 0.0, 0.10),
    ],
)
def test_due_dates_are_neither_idle_nor_hopeless(kind, low, high):
    """A dispatch rule is late with some jobs of 411, and with far from all."""
    assert low <= late_share(kind, 0) <= high


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"jobs": 0}, "Expected jobs > 0, got 0"),
        ({"jobs": 1.5}, "Expected jobs to be a whole number, got 1.5"),
        (
            {"important_share": 1.2},
            "important_share >= 0 and <= 1, got 1.2",
        ),
        ({"important_share": float("nan")}, "important_share"),
        ({"speed": ((1.2, 0.8),)}, "low <= high in speed, got 1.2, 0.8"),
        ({"speed": ((0, 1),)}, "Expected speed above 0"),
        ({"speed": ()}, "at least one speed"),
        ({"flexibility": ((0, 2),)}, "Expected flexibility >= 1, got 0"),
        ({"family_size": ((1, 2.5),)}, "whole numbers in family_size"),
        ({"pair_spread": ((0, 1),)}, "pair_spread below 1"),
        (
            {"predecessors": "tree"},
            "Expected predecessors to be 'none', 'sequence' or 'dag', got 'tree'",
        ),
        ({"calendars": ("weekend",)}, r"Expected calendars\[0\] to be 'two_shift'"),
        ({"machine_times": ()}, "at least one machine_times"),
    ],
)
def test_nonsense_is_refused(change, message):
    """The message names the setting and its value."""
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_settings_come_from_a_mapping():
    """As TOML gives it: a kind to start from, single ranges and lists of ranges."""
    read = GeneratorSettings.from_mapping(
        {
            "kind": "tight",
            "jobs": 50,
            "speed": [0.5, 2],
            "family_size": [[1, 2], [5, 9]],
            "calendars": ["day"],
            "important_share": 1,
        }
    )
    assert read == replace(
        KINDS["tight"],
        jobs=50,
        speed=((0.5, 2),),
        family_size=((1, 2), (5, 9)),
        calendars=("day",),
        important_share=1,
    )
    assert GeneratorSettings.from_mapping({}) == GeneratorSettings()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"job": 5}, "Unknown key 'job' in settings"),
        ({"kind": "night"}, "Unknown kind 'night'; known: shift, "),
        ({"jobs": "5"}, "Expected jobs to be a whole number, got '5'"),
        ({"jobs": True}, "Expected jobs to be a whole number, got True"),
        ({"due_share": True}, "Expected due_share to be a number, got True"),
        ({"triangle": 1}, "Expected triangle to be true or false, got 1"),
        ({"speed": [1, 2, 3]}, r"Expected \[low, high\] in speed"),
        ({"speed": 1}, "Expected speed to be a list, got 1"),
        ({"speed": [[1, 2], 3]}, r"Expected \[low, high\] in speed"),
        ({"speed": ["a", "b"]}, r"Expected speed\[0\]\[0\] to be a number, got 'a'"),
        ({"calendars": "day"}, "Expected calendars to be a list, got 'day'"),
        ({"calendars": [1]}, r"Expected calendars\[0\] to be .*, got 1"),
    ],
)
def test_a_bad_mapping_is_refused(mapping, message):
    """Unknown keys and wrong types are named, not passed over."""
    with pytest.raises(ValueError, match=message):
        GeneratorSettings.from_mapping(mapping)


def test_every_setting_explains_itself():
    """Command-line help and page labels are read off the fields."""
    assert all(entry.metadata["help"].endswith(".") for entry in fields(SMALL))


def within(ranges, values) -> bool:
    """Whether one of the ranges holds all values."""
    return any(low <= values.min() and values.max() <= high for low, high in ranges)


def test_the_kinds_cover_public_instances(benchmarks):
    """Times, sizes and flexibility of each public instance lie in a drawn range."""

    def numbers(file):
        return np.array(file.read_text().split(), dtype=float)

    shop = KINDS["flexible_job_shop"]
    for file in (benchmarks / "fjsp").glob("*.txt"):
        (jobs, machines), rest = numbers(file)[:2].astype(int), numbers(file)[2:]
        sizes, times = rest[:jobs], rest[jobs:].reshape(-1, machines)
        assert within(shop.family_size, sizes), file.name
        assert within(shop.processing_minutes, times[times > 0]), file.name
        assert within(shop.flexibility, (times > 0).sum(axis=1)), file.name
    for file in (benchmarks / "pmp").glob("*.txt"):
        assert within(KINDS["unrelated"].processing_minutes, numbers(file)[2:]), (
            file.name
        )
    for file in (benchmarks / "ssirit").glob("I_*.txt"):
        lines = file.read_text().splitlines()
        jobs = int(lines[0].split()[0])
        times = np.array([line.split()[1::2] for line in lines[2 : 2 + jobs]], float)
        rows = [line.split() for line in lines[2 + jobs :]]
        setup = np.array([row for row in rows if len(row) == jobs], float)
        kind = KINDS["unrelated_setup"]
        assert within(kind.processing_minutes, times), file.name
        assert within(kind.setup_minutes, setup[setup > 0]), file.name


def test_waits_and_unbroken_work_come_last_and_change_nothing_else():
    """
    About 30 % of the jobs with successors have a wait of 15 to 120 minutes.

    About 40 % of those that fit into every window of their machines may not pause.
    """
    asked = KINDS["shift_unbroken"]
    plain = replace(asked, wait_share=0.0, unbroken_share=0.0)
    waits, pauses = [], []
    for seed in range(5):
        drawn, without = generate(asked, seed), generate(plain, seed)
        for name in ("processing", "release", "preferred", "group", "precedence"):
            assert np.array_equal(getattr(drawn, name), getattr(without, name)), name
        assert not without.stated
        leads = np.unique(drawn.precedence[:, 0])
        after = drawn.wait_after[leads]
        assert after.sum() == drawn.wait_after.sum()
        positive = after[after > 0]
        assert positive.min() >= 15 * 60
        assert positive.max() <= 120 * 60
        longest = np.array([longest_window(calendar) for calendar in drawn.calendars])
        fits = (~drawn.eligible | (drawn.processing <= longest)).all(axis=1)
        assert fits[~drawn.may_pause].all()
        waits.append((after > 0).mean())
        pauses.append((~drawn.may_pause[fits]).mean())
    assert 0.25 < np.mean(waits) < 0.35
    assert 0.35 < np.mean(pauses) < 0.45


def test_the_longest_window_lies_before_the_last_closure():
    """Open 0-5, 8-20 and from 30 s on: 12 s; without closures for ever."""
    assert longest_window(Calendar([[5, 8], [20, 30]])) == 12
    assert longest_window(Calendar.always_open()) == np.inf
