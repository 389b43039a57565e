from math import inf

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported

from core.problem.verifier.verify import violations
from core.simulation.flat_environment import FlatActionEnv
from core.simulation.two_step_environment import HierarchicalSchedulingEnv
from tests.simulation.playing import lookaheads
from tests.strategies import problems


@pytest.mark.filterwarnings("ignore:.*(alternative render modes|render fps).*")
@pytest.mark.parametrize("lookahead", [0.0, inf])
def test_gymnasium_accepts_it(lookahead):
    """Its own checker, on the default problem."""
    check_env(FlatActionEnv(lookahead=lookahead))


@settings(max_examples=25)
@given(problems(), st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2]))
def test_it_agrees_with_the_hierarchical_one_step_by_step(problem, seed, which):
    """The same masks, rewards and plan, with action = job * m + machine."""
    lookahead = lookaheads(problem)[which]
    flat = FlatActionEnv(problem, lookahead=lookahead)
    other = HierarchicalSchedulingEnv(problem, lookahead=lookahead)
    n, m = problem.num_jobs, problem.num_machines
    assert flat.action_space.n == n * m
    rng = np.random.default_rng(seed)
    flat.reset()
    other.reset()
    terminated = False
    while not terminated:
        mask = flat.action_masks().reshape(n, m)
        assert np.array_equal(mask.any(1), other.action_masks()["job"])
        for job in range(n):
            other.select_job(job)
            assert np.array_equal(mask[job], other.action_masks()["machine"])
        action = int(rng.choice(np.flatnonzero(mask.ravel())))
        seen, reward, terminated, _, info = flat.step(action)
        job, machine = divmod(action, m)
        twin = other.step({"job": job, "machine": machine})
        assert all(np.array_equal(seen[name], twin[0][name]) for name in seen)
        assert (reward, terminated, info) == (twin[1], twin[2], twin[4])
    assert not violations(problem, flat.schedule)


@settings(max_examples=20)
@given(problems(), st.data())
def test_a_masked_action_is_refused_with_its_reason(problem, data):
    """Exactly the actions outside the mask have an error."""
    env = FlatActionEnv(problem)
    env.reset()
    mask = env.action_masks()
    action = data.draw(st.integers(0, len(mask) - 1))
    _, reward, _, _, info = env.step(action)
    assert ("error" in info) == (not mask[action])
    assert mask[action] or reward == -1.0


def test_maskable_ppo_finds_the_masks():
    """Under the name it looks for, as a flat array that its action space takes, too."""
    env = FlatActionEnv()
    assert is_masking_supported(env)
    masks = get_action_masks(env)
    assert env.action_space.contains(env.action_space.sample(mask=masks))
    assert masks.shape == (env.action_space.n,)
