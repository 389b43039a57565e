import doctest
import subprocess
import sys
from math import inf

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.simulation import environment
from core.simulation.features import observe, observe_machines
from core.simulation.reward import ShapedReward, ShapedWeights
from core.simulation.simulator import Simulator
from core.simulation.two_step_environment import HierarchicalSchedulingEnv
from tests.simulation.playing import lookaheads
from tests.strategies import problems

SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture
def shop():
    """b follows a (both on M, a also on N); c (N alone) comes at 50 s; P is for d."""
    return Problem.from_rows(
        [
            Job("a", {"M": 10, "N": 10}),
            Job("b", {"M": 10}, predecessors=["a"]),
            Job("c", {"N": 10}, release=50),
            Job("d", {"M": 5, "P": 5}),
        ],
        [
            Machine("M"),
            Machine("N"),
            Machine("P", calendar=Calendar(np.array([[0, 100]]))),
        ],
    )


@pytest.fixture
def busy():
    """The same with e, which could start on N at once while M is busy."""
    return Problem.from_rows(
        [
            Job("a", {"M": 10, "N": 10}),
            Job("b", {"M": 10}, predecessors=["a"]),
            Job("c", {"N": 10}, release=50),
            Job("d", {"M": 5, "P": 5}),
            Job("e", {"N": 5}),
        ],
        [
            Machine("M"),
            Machine("N"),
            Machine("P", calendar=Calendar(np.array([[0, 100]]))),
        ],
    )


def same(first, second):
    """Whether two observations agree in every entry."""
    return set(first) == set(second) and all(
        np.array_equal(first[name], second[name]) for name in first
    )


@pytest.mark.filterwarnings("ignore:.*(alternative render modes|render fps).*")
@pytest.mark.parametrize("lookahead", [0.0, inf])
def test_gymnasium_accepts_it(shop, lookahead):
    """Its own checker, on the default problem, drawn too, and one with calendars."""
    env = gymnasium.make("Shiftwright-v0", lookahead=lookahead)
    assert isinstance(env.unwrapped, HierarchicalSchedulingEnv)
    check_env(env.unwrapped)
    check_env(HierarchicalSchedulingEnv(shop, lookahead=lookahead))


def test_importing_the_room_is_enough_for_gymnasium_to_know_both():
    """In a process of its own: made by name, and a valid action drawn by its mask."""
    code = (
        "import sys, gymnasium, core.simulation\n"
        "assert 'torch' not in sys.modules\n"
        "for name in ('Shiftwright-v0', 'ShiftwrightFlat-v0'):\n"
        "    env = gymnasium.make(name)\n"
        "    env.reset(seed=0)\n"
        "    env.action_space.seed(0)\n"
        "    action = env.action_space.sample(mask=env.unwrapped.action_masks())\n"
        "    print(action)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@settings(max_examples=15)
@given(problems(), SEEDS)
def test_actions_drawn_by_the_masks_are_never_refused(problem, seed):
    """As the documentation draws them: a job, select it, then a machine for it."""
    env = HierarchicalSchedulingEnv(problem)
    env.reset(seed=seed)
    env.action_space.seed(seed)
    terminated = False
    while not terminated:
        job = env.action_space.sample(mask=env.action_masks())["job"]
        env.select_job(job)
        machine = env.action_space.sample(mask=env.action_masks())["machine"]
        _, _, terminated, _, info = env.step({"job": job, "machine": machine})
        assert "error" not in info
    assert not violations(problem, env.schedule)


def test_too_many_invalid_actions_in_a_row_end_the_episode(busy):
    """The third in a row; a valid one in between begins the count anew."""
    env = HierarchicalSchedulingEnv(busy, most_invalid=3)
    env.reset()
    bad, good = {"job": 1, "machine": 0}, {"job": 0, "machine": 0}
    cut = [env.step(action)[3] for action in [bad, bad, good, bad, bad, bad]]
    assert cut == [False, False, False, False, False, True]
    env.reset()
    assert not env.step(bad)[3]


def test_the_plan_so_far_is_drawn_as_text(shop):
    """Job a on M until 10 s, then d until 15 s; nothing without a render mode."""
    env = HierarchicalSchedulingEnv(shop, render_mode="ansi")
    env.reset()
    env.step({"job": 0, "machine": 0})
    env.step({"job": 3, "machine": 0})
    assert env.render() == "2 of 4 jobs\nM: a 0-10, d 10-15\nN: -\nP: -"
    assert HierarchicalSchedulingEnv(shop).render() is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"most_invalid": 0}, "Expected most_invalid >= 1, got 0"),
        ({"render_mode": "human"}, "got 'human'"),
    ],
)
def test_nonsense_is_refused(shop, arguments, message):
    """It says what was expected."""
    with pytest.raises(ValueError, match=message):
        HierarchicalSchedulingEnv(shop, **arguments)


def test_the_documented_way_to_a_valid_action_works():
    """The example in the documentation of the environment, run."""
    assert doctest.testmod(environment).failed == 0


def test_the_spaces_are_those_of_its_problem(shop):
    """A job of four and a machine of three."""
    env = HierarchicalSchedulingEnv(shop)
    assert env.action_space["job"].n == 4
    assert env.action_space["machine"].n == 3
    assert env.observation_space["jobs"].shape[0] == 4
    assert env.observation_space["machines"].shape[0] == 3
    assert env.observation_space["state"].shape == (80,)


def test_both_masks_by_hand(shop):
    """a and d may start; a on M or N, d on M alone while P is closed."""
    env = HierarchicalSchedulingEnv(shop)
    env.reset()
    masks = env.action_masks()
    assert masks["job"].tolist() == [True, False, False, True]
    assert masks["machine"].tolist() == [False, False, False]
    env.select_job(0)
    assert env.action_masks()["machine"].tolist() == [True, True, False]
    seen = env.select_job(3)
    assert env.action_masks()["machine"].tolist() == [True, False, False]
    assert seen["machine_mask"].tolist() == [1, 0, 0]
    assert seen["machines"][0].any()
    assert not seen["machines"][1:].any()
    assert env.select_job(1)["machine_mask"].tolist() == [0, 0, 0]  # b waits for a
    env.step({"job": 0, "machine": 0})
    assert env.action_masks()["machine"].tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("job", "machine", "why"),
    [
        (0, 1, "already scheduled"),
        (1, 1, "incompatible machine"),
        (1, 0, "not ready"),  # its predecessor runs until 10 s
        (2, 1, "not ready"),  # comes at 50 s
        (3, 0, "machine busy"),  # with a, until 10 s
        (3, 2, "machine busy"),  # closed until 100 s
    ],
)
def test_an_invalid_action_changes_nothing_costs_and_says_why(busy, job, machine, why):
    """Once a runs on M; e could still start on N."""
    env = HierarchicalSchedulingEnv(busy, penalty=0.25)
    env.reset()
    before, _, _, _, info = env.step({"job": 0, "machine": 0})
    assert "error" not in info
    after, reward, terminated, truncated, told = env.step(
        {"job": job, "machine": machine}
    )
    assert told.pop("error") == why
    assert told == info
    assert (reward, terminated, truncated) == (-0.25, False, False)
    assert same(before, after)


def test_a_job_behind_an_unplaced_one_is_not_ready(shop):
    """Its predecessor has no end yet."""
    env = HierarchicalSchedulingEnv(shop, lookahead=inf)
    env.reset()
    assert env.step({"job": 1, "machine": 0})[4]["error"] == "not ready"


@pytest.mark.parametrize("action", [(4, 0), (-1, 0), (0, 3), (0, -1)])
def test_what_does_not_exist_cannot_be_chosen(shop, action):
    """No action of the space, so no matter of penalties."""
    env = HierarchicalSchedulingEnv(shop)
    env.reset()
    with pytest.raises(ValueError, match="Expected a job 0 … 3"):
        env.step(dict(zip(("job", "machine"), action, strict=True)))


@pytest.mark.parametrize("penalty", [-1.0, float("nan")])
def test_a_penalty_is_not_negative(shop, penalty):
    """An invalid action must not pay."""
    with pytest.raises(ValueError, match="penalty >= 0"):
        HierarchicalSchedulingEnv(shop, penalty=penalty)


@settings(max_examples=15)
@given(problems(), SEEDS, st.sampled_from([0, 1, 2]))
def test_it_agrees_with_the_simulator_step_by_step(problem, seed, which):
    """A random masked agent: observations, masks, rewards, end, and the plan."""
    lookahead = lookaheads(problem)[which]
    objective = Objective(0.5, 2, 1)
    env = HierarchicalSchedulingEnv(problem, objective, lookahead=lookahead)
    twin = Simulator([problem], [objective], lookahead=lookahead)
    rng = np.random.default_rng(seed)
    seen, _ = env.reset(seed=0)
    total, terminated = 0.0, False
    while not terminated:
        assert env.observation_space.contains(seen)
        whole = observe(twin, with_state=True)
        assert np.array_equal(seen["jobs"][whole.job.numpy()], whole.job_features)
        assert np.array_equal(seen["overall"], whole.global_features[0])
        assert np.array_equal(seen["state"], whole.state[0])
        mask = env.action_masks()["job"].astype(bool)
        assert np.array_equal(mask, twin.job_mask[0])
        assert not seen["jobs"][~mask].any()
        job = int(rng.choice(np.flatnonzero(mask)))
        seen = env.select_job(job)
        assert env.observation_space.contains(seen)
        parts = observe_machines(twin, torch.tensor([0]), torch.tensor([job]))
        mask = env.action_masks()["machine"].astype(bool)
        assert np.flatnonzero(mask).tolist() == parts.machine.tolist()
        assert np.array_equal(seen["machines"][mask], parts.machine_features)
        machine = int(rng.choice(np.flatnonzero(mask)))
        twin.step(*(torch.tensor([x]) for x in (0, job, machine)))
        seen, reward, terminated, truncated, info = env.step(
            {"job": job, "machine": machine}
        )
        assert "error" not in info
        assert not truncated
        total += reward
    assert env.observation_space.contains(seen)
    assert not violations(problem, env.schedule)
    assert np.array_equal(env.schedule.end, twin.schedules()[0].end)
    cost = objective.cost(problem, env.schedule)
    assert info["cost"] == pytest.approx(cost)
    assert total == pytest.approx(-cost)


def test_a_reset_begins_anew(shop):
    """Also the reward: the second episode earns what the first did."""
    env = HierarchicalSchedulingEnv(shop)
    episodes = []
    for _ in range(2):
        first, _ = env.reset()
        rewards = [
            env.step({"job": job, "machine": machine})[1]
            for job, machine in [(0, 0), (3, 0), (1, 0), (2, 1)]
        ]
        assert env.schedule.end.tolist() == [10, 25, 60, 15]
        episodes.append((first, rewards))
    assert same(episodes[0][0], episodes[1][0])
    assert episodes[0][1] == episodes[1][1]


def test_another_reward_may_be_given(shop):
    """Three for d on the machine that nobody prefers is nothing."""
    weights = ShapedWeights(0, 0, 0, 0, 0, completion=10)
    env = HierarchicalSchedulingEnv(shop, reward=ShapedReward(weights))
    env.reset()
    decisions = [(0, 0), (3, 0), (1, 0), (2, 1)]
    rewards = [env.step({"job": j, "machine": k})[1] for j, k in decisions]
    assert rewards == [0, 0, 0, pytest.approx(10 * shop.ideal_horizon / 60)]
