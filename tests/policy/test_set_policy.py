from dataclasses import replace

import numpy as np
import pytest
import torch

from core.instances.generator import KINDS, generate
from core.policy.choosing import GREEDY
from core.policy.segments import segment_log_softmax
from core.policy.set_policy import SetPolicy, SetPolicySettings, segment_pool
from core.policy.two_step import act
from core.problem.objective import Objective
from core.simulation.features import observe, observe_machines
from core.simulation.simulator import Simulator


@pytest.fixture
def policy():
    """Untrained, its heads widened so that probabilities differ."""
    torch.manual_seed(0)
    policy = SetPolicy()
    with torch.no_grad():
        policy.job_score.weight.mul_(200)
        policy.machine_score.weight.mul_(200)
    return policy


def drawn(kind, seed, jobs=12, machines=4):
    """A generated problem of some kind."""
    return generate(replace(KINDS[kind], jobs=jobs, machines=machines), seed)


def permuted(problem, jobs, machines):
    """The same problem: job i of it is job ``jobs[i]`` of the given one."""
    place = np.argsort(jobs)
    per_machine = ("setup_class", "initial_group", "available", "machine_type")
    changed = {
        "processing": problem.processing[jobs][:, machines],
        "preferred": problem.preferred[jobs][:, machines],
        "precedence": place[problem.precedence].reshape(-1, 2),
        **{name: getattr(problem, name)[machines] for name in per_machine},
        "calendars": tuple(problem.calendars[k] for k in machines),
        "machine_ids": tuple(problem.machine_ids[k] for k in machines),
    }
    return replace(problem, **problem.of_jobs(jobs) | changed)


@torch.no_grad()
def probabilities(policy, simulator):
    """Of every job, (n,), of every machine given each job, (n, m), and the value."""
    n, m = simulator.num_jobs, simulator.num_machines
    seen = observe(simulator)
    scores = policy.score_jobs(seen)
    jobs = torch.zeros(n)
    jobs[seen.job] = segment_log_softmax(scores.logits, seen.owner, 1).exp()
    machines = torch.zeros(n, m)
    for row, job in enumerate(seen.job.tolist()):
        parts = observe_machines(simulator, torch.tensor([0]), torch.tensor([job]))
        logits = policy.score_machines(seen, scores, torch.tensor([row]), parts)
        machines[job, parts.machine] = logits.softmax(0)
    return jobs, machines, scores.value


@pytest.mark.parametrize("kind", ["shift_calendar", "unrelated_setup", "assembly"])
@pytest.mark.parametrize("seed", [0, 1])
def test_permuting_jobs_and_machines_permutes_the_probabilities(policy, kind, seed):
    """At plan start and after every third decision."""
    problem = drawn(kind, seed)
    rng = np.random.default_rng(seed)
    jobs = rng.permutation(problem.num_jobs)
    machines = rng.permutation(problem.num_machines)
    # Equal machines would share a price by their order; nothing else breaks ties.
    work = problem.processing + rng.integers(0, 900, problem.processing.shape)
    problem = replace(problem, processing=work)
    first = Simulator([problem], lookahead=1800.0)
    second = Simulator([permuted(problem, jobs, machines)], lookahead=1800.0)
    for step in range(problem.num_jobs):
        if step % 3 == 0:
            one, other = (probabilities(policy, x) for x in (first, second))
            assert torch.allclose(one[0][jobs], other[0], atol=1e-3)
            assert torch.allclose(one[1][jobs][:, machines], other[1], atol=1e-3)
            assert torch.allclose(one[2], other[2], rtol=1e-3, atol=1e-3)
        with torch.no_grad():
            choice = act(policy, first, GREEDY)
        first.step(choice.rollout, choice.job, choice.machine)
        job = torch.tensor([int(np.flatnonzero(jobs == int(choice.job))[0])])
        machine = torch.tensor(
            [int(np.flatnonzero(machines == int(choice.machine))[0])]
        )
        second.step(torch.tensor([0]), job, machine)


def test_probabilities_are_distributions_over_what_may_be_chosen(policy):
    """They sum to 1, and are 0 exactly where the masks are False."""
    simulator = Simulator([drawn("shift", 0)])
    jobs, machines, _ = probabilities(policy, simulator)
    assert float(jobs.sum()) == pytest.approx(1, abs=1e-5)
    assert torch.equal(jobs > 0, simulator.job_mask[0])
    chosen = jobs > 0
    assert machines[chosen].sum(1).tolist() == pytest.approx([1] * int(chosen.sum()))
    every = torch.arange(simulator.num_jobs)
    mask = simulator.machine_mask(torch.zeros_like(every), every)
    assert torch.equal(machines[chosen] > 0, mask[chosen])


def test_one_network_takes_any_size_and_a_batch_is_each_by_itself(policy):
    """3 jobs on 1 machine beside 40 on 7: the logits of each alone."""
    batch = [drawn("shift", 0, 3, 1), drawn("shift", 1, 40, 7)]
    together = observe(Simulator(batch))
    with torch.no_grad():
        scores = policy.score_jobs(together)
        for i, problem in enumerate(batch):
            alone = policy.score_jobs(observe(Simulator([problem])))
            rows = together.owner == i
            assert torch.allclose(scores.logits[rows], alone.logits, atol=1e-3)
            assert torch.allclose(scores.value[i], alone.value[0], rtol=1e-3)


def test_the_objective_is_seen(policy):
    """The same state under another objective has other probabilities."""
    problem = drawn("shift", 2)
    one, other = (
        probabilities(policy, Simulator([problem], [Objective(*weights)]))[0]
        for weights in [(1, 0, 0), (0, 1, 0)]
    )
    assert not torch.allclose(one, other, atol=1e-3)


def test_scores_are_the_mean_of_the_terms_by_the_objective(policy):
    """With one term only its own score counts; the others' weights change nothing."""
    problem = drawn("shift", 2)
    for term, weights in enumerate([(1, 0, 0), (0, 1, 0), (0, 0, 1)]):
        simulator = Simulator([problem], [Objective(*weights)])
        before = probabilities(policy, simulator)
        for head in (policy.job_score, policy.machine_score):
            rest = torch.arange(3) != term
            with torch.no_grad():
                head.weight[rest] += 1
                head.bias[rest] -= 2
        for one, other in zip(before, probabilities(policy, simulator), strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize("count", [1, 3])
def test_pools_by_hand(count):
    """Mean and maximum of each owner's rows."""
    rows = torch.tensor([[1.0, 4.0], [3.0, 2.0]]).repeat(count, 1)
    owner = torch.arange(count).repeat_interleave(2)
    mean, maximum = segment_pool(rows, owner, count)
    assert mean.tolist() == [[2, 3]] * count
    assert maximum.tolist() == [[3, 4]] * count


def test_a_network_has_a_width():
    """Zero is none."""
    with pytest.raises(ValueError, match="hidden >= 1"):
        SetPolicySettings(hidden=0)
