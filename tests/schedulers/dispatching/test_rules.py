from math import inf, log

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.dispatch_rules import RULES, atcs
from core.planning.scheduler import PlanningCancelled
from core.planning.stopping import MaxIterations
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.compiled.rules import COMPILED, best_by_machine_code
from core.schedulers.dispatching.rule_trace import trace_of
from core.schedulers.dispatching.rules import RuleScheduler, best_of
from core.schedulers.tensors.moment import Moment, jobs_behind
from core.schedulers.tensors.rules import best_by_tensors, play
from core.schedulers.variants import Variant, variants, variants_for
from core.simulation.simulator import Simulator
from core.timing.retime import retime
from tests.strategies import problems, special_problems


@pytest.fixture
def bench():
    """
    Four jobs for one machine, each first by another rule; e follows d, f follows e.

    a has waited since 0 but is due late; b is shortest, c longest, d has the work
    and the operations behind it; a comes at 0, the others at 1 s, when a setup of the
    machine for nothing is over and everything can be chosen.
    """
    return Problem.from_rows(
        [
            Job("a", {"M": 5}, due=90.0),
            Job("b", {"M": 2}, release=1, due=80.0),
            Job("c", {"M": 9}, release=1, due=20.0),
            Job("d", {"M": 4}, release=1, due=70.0),
            Job("e", {"M": 4, "N": 4}, release=1, predecessors=["d"]),
            Job("f", {"N": 3}, release=1, predecessors=["e"]),
        ],
        [Machine("M", available=1), Machine("N", available=1)],
    )


def sequence(problem, name, objective=None):
    """Job names on each machine, in order."""
    _, schedule, _ = best_of(problem, objective or Objective(), variants([name]))
    return [[problem.job_ids[j] for j in jobs] for jobs in schedule.sequences]


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        ("fifo", "abcd"),  # a has been ready since 0, the others since 1
        ("spt", "bdac"),  # 2, 4, 5, 9
        ("lpt", "cadb"),
        ("edd", "cdba"),  # 20, 70, 80, 90
        ("mwkr", "dcab"),  # d 4 + 4 + 3 = 11, c 9
        ("mor", "dabc"),  # d has two behind it, then by order
        ("ect", "bdac"),  # the pair that ends first
        ("lpt-wait", "cadb"),
        ("edd-wait", "cdba"),
    ],
)
def test_each_rule_by_hand(bench, rule, order):
    """The order on M; e may run on either machine, f runs on N."""
    on_m, on_n = sequence(bench, rule)
    assert [x for x in on_m if x in "abcd"] == list(order)
    assert on_n[-1] == "f"


def test_the_machine_is_the_one_where_the_job_ends_first():
    """Faster but set up for something else: 6 + 7 s against 10 s."""
    problem = Problem.from_rows(
        [Job("a", {"M": 6, "N": 10}, group="X")],
        [Machine("M", group="Y"), Machine("N", group="X")],
        {("Y", "X"): 7},
    )
    assert sequence(problem, "spt") == [[], ["a"]]


def test_sufferage_takes_the_job_with_most_to_lose():
    """Both want M; a loses 1 s on N, b 9 s: b gets M, though a is first."""
    problem = Problem.from_rows(
        [Job("a", {"M": 4, "N": 5}), Job("b", {"M": 4, "N": 13})],
        [Machine("M"), Machine("N")],
    )
    assert sequence(problem, "sufferage") == [["b"], ["a"]]


def test_sufferage_places_a_job_with_one_machine_first():
    """It has nowhere else to go; also where there is one machine in all."""
    either = Problem.from_rows(
        [Job("a", {"M": 4, "N": 50}), Job("b", {"M": 4})], [Machine("M"), Machine("N")]
    )
    assert sequence(either, "sufferage") == [["b", "a"]]
    single = Problem.from_rows([Job("a", {"M": 4}), Job("b", {"M": 4})], [Machine("M")])
    assert sequence(single, "sufferage") == [["a", "b"]]


def test_atcs_by_hand():
    """Log of w/p, less slack over k1 p', less setup over k2 s'."""
    problem = Problem.from_rows(
        [
            Job("a", {"M": 10}, group="X", due=40.0, weight=2.0),
            Job("b", {"M": 30}, group="Y"),
        ],
        [Machine("M", group="X")],
        {("X", "Y"): 8},
    )
    simulator = Simulator([problem])
    rows = torch.tensor([0, 1])
    moment = Moment(
        simulator,
        torch.zeros_like(rows),
        rows,
        torch.ones(2, 1),
        jobs_behind([problem]),
    )
    k1, k2 = torch.tensor([2.0, 2.0]).double(), torch.tensor([0.5, 0.5]).double()
    found = atcs(moment, k1, k2)
    usual = 8 / 2 / 2  # into X 0, into Y (8 + 0) / 2, one job each
    assert float(found[0]) == pytest.approx(log(2 / 10) - 30 / (2 * 20))
    assert float(found[1]) == pytest.approx(log(1 / 30) - 1e6 - 8 / (0.5 * usual))


def test_atcs_takes_the_best_point_of_its_grid():
    """Setups are dear, so X is finished first; unless y is urgent and weighs more."""
    rows = [Job(f"x{i}", {"M": 10}, group="X", due=60.0) for i in range(3)]
    machines = [Machine("M", group="X")]
    setups = {("X", "Y"): 30, ("Y", "X"): 30}
    relaxed = Problem.from_rows(
        [Job("y", {"M": 10}, group="Y", due=90.0), *rows], machines, setups
    )
    assert sequence(relaxed, "atcs") == [["x0", "x1", "x2", "y"]]
    urgent = Problem.from_rows(
        [Job("y", {"M": 10}, group="Y", due=40.0, weight=500.0), *rows],
        machines,
        setups,
    )
    assert sequence(urgent, "atcs")[0][0] == "y"


def test_the_best_rule_is_the_cheapest_of_all(bench):
    """By the objective: each rule by itself, none cheaper; the first of equals."""
    objective = Objective(0.3, 2, 0)
    costs = {
        variant: best_of(bench, objective, [variant])[2]
        for variant in variants(list(RULES))
    }
    best, schedule, cost = best_of(bench, objective, variants(list(RULES)))
    assert cost == min(costs.values()) == costs[best]
    assert cost == pytest.approx(objective.cost(bench, schedule))
    result = RuleScheduler().schedule(bench, objective)
    assert result.cost == pytest.approx(cost)
    assert best.title in result.reason
    assert f"{len(costs)} rules" in result.reason


@settings(max_examples=8)
@given(problems() | special_problems())
def test_every_rule_plans_every_problem(problem):
    """A result is verified when it is made; lookahead 0 leaves no machine waiting."""
    for name in RULES:
        result = RuleScheduler(f"rule:{name}").schedule(problem, Objective())
        assert result.decisions == problem.num_jobs
        sequences = [*result.schedule.sequences]
        sequences += [()] * (problem.num_machines - len(sequences))
        assert np.array_equal(retime(problem, sequences).end, result.schedule.end)


@settings(max_examples=6)
@given(problems(), problems())
def test_rules_side_by_side_are_each_by_itself(first, second):
    """Two problems and every rule of a lookahead in one simulator."""
    tried = [v for v in variants(list(RULES)) if RULES[v.name].lookahead == 0]
    simulator = Simulator([first, second], copies=len(tried))
    play(simulator, tried, jobs_behind([first, second]))
    costs = simulator.cost.view(2, -1)
    for p, problem in enumerate((first, second)):
        for v in range(0, len(tried), 7):
            alone = best_of(problem, Objective(), [tried[v]])[2]
            assert float(costs[p, v]) == pytest.approx(alone, rel=1e-9)


def test_a_small_room_changes_nothing(bench, monkeypatch):
    """Variants played a few at a time give the same."""
    whole = best_by_tensors(bench, Objective(), variants(list(RULES)))
    monkeypatch.setattr("core.schedulers.tensors.rules.MOST_PAIRS", 30)
    parts = best_by_tensors(bench, Objective(), variants(list(RULES)))
    assert parts[0] == whole[0]
    assert parts[2] == whole[2]


def test_progress_and_stop(bench):
    """Progress rises to 1; a stop before there is a plan is a cancellation."""
    told = []
    rule = RuleScheduler("rule:best")
    rule.schedule(bench, Objective(), progress=lambda share, what: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) == len(variants(list(RULES)))  # the bench is small: once a plan
    with pytest.raises(PlanningCancelled):
        rule.schedule(bench, Objective(), stop=MaxIterations(3))


def test_an_unknown_rule_is_refused():
    """With the names that there are."""
    with pytest.raises(ValueError, match=r"fifo, spt.*got 'fast'"):
        variants(["spt", "fast"])
    with pytest.raises(ValueError, match="Expected a rule"):
        best_of(
            Problem.from_rows([Job("a", {"M": 1})], [Machine("M")]), Objective(), []
        )


def test_the_words_name_the_parameters():
    """What a planner reads."""
    assert Variant("atcs", (0.5, 1.0)).title.endswith("(k1 = 0.5, k2 = 1)")
    assert RULES["ect"].lookahead == inf


@pytest.mark.parametrize("kind", KINDS)
def test_machine_code_plans_as_the_tensors_do(kind):
    """Every rule and grid point by itself, then the best of all, on every kind."""
    problem = generate(KINDS[kind].resized(30, 5), 11)
    objective, all_of_them = Objective(1, 2, 0.3), variants(list(RULES))
    for tried in (*([v] for v in all_of_them), all_of_them):
        made = best_by_machine_code(problem, objective, tried)
        expected = best_by_tensors(problem, objective, tried)
        assert made[0] == expected[0]
        assert made[2] == pytest.approx(expected[2], rel=1e-12)
        for name in ("machine", "start", "end"):
            same = np.array_equal(getattr(made[1], name), getattr(expected[1], name))
            assert same, (tried[0], name)


@settings(max_examples=15)
@given(problems() | special_problems())
def test_machine_code_plans_every_problem_as_the_tensors_do(problem):
    """Weights of 0, no due dates, one machine: each rule, and three points of ATCS."""
    singles = [v for v in variants(list(RULES)) if not v.parameters]
    for variant in (*singles, *variants(["atcs"])[::11]):
        made = best_by_machine_code(problem, Objective(), [variant])[1]
        expected = best_by_tensors(problem, Objective(), [variant])[1]
        assert np.array_equal(made.machine, expected.machine), variant
        assert np.array_equal(made.end, expected.end), variant


def test_every_rule_has_its_machine_code():
    """A rule that the table gains is planned by tensors until it has."""
    assert set(COMPILED) == set(RULES)


def test_a_large_shift_is_planned_by_fewer_settings(bench, monkeypatch):
    """Ten rules as they are, and of the thirty settings of the eleventh six."""
    assert variants_for(bench, list(RULES)) == variants(list(RULES))
    monkeypatch.setattr("core.schedulers.variants.MOST_PAIRS", 11)
    few = variants_for(bench, list(RULES))
    assert (len(few), len(variants(list(RULES)))) == (16, 40)
    assert set(few) < set(variants(list(RULES)))
    assert trace_of(RuleScheduler().schedule(bench, Objective())).is_of(
        RuleScheduler().schedule(bench, Objective()).schedule
    )
