"""What speaks for a choice: found by removal, and put to the test."""

import numpy as np
import pytest
import torch

from core.decisions.explain import (
    Argument,
    explain_job,
    explain_machine,
    faithfulness,
    occluded,
    topics,
)
from core.decisions.recording import Playback
from core.decisions.topic_words import Wording
from core.instances.generator import KINDS, generate
from core.policy.shipped import load_default_model
from core.problem.objective import Objective
from core.schedulers.hierarchical import HierarchicalScheduler
from core.simulation.features import JOB_FEATURES, MACHINE_FEATURES
from tests.models import untrained

WORDING = Wording(lambda s: f"at {s:.0f}", lambda s: f"{s:.0f} s")


@pytest.fixture(scope="module")
def trained():
    """The shipped policy, a shift of 60 x 8, and its decisions."""
    model = load_default_model()
    problem = generate(KINDS["shift"].resized(60, 8), 5)
    result = HierarchicalScheduler(model).schedule(problem, Objective())
    return model, problem, Playback(problem, result.trace)


def test_topics_are_removed_by_hand():
    """Both rows of the pair get the mean of all three; the third keeps its own."""
    table = [x for x in JOB_FEATURES if x.topic in ("setup", "importance")]
    names = topics(table)
    features = torch.arange(3.0 * len(table)).view(3, -1)
    found = occluded(features, table, names, torch.tensor([0, 2]))
    for g, name in enumerate(names):
        for i, feature in enumerate(table):
            column = found[g, :, i].tolist()
            if feature.topic == name:
                mean = float(features[:, i].mean())
                assert column == [mean, float(features[1, i]), mean]
            else:
                assert column == features[:, i].tolist()


def test_the_log_odds_are_those_of_the_trace(trained):
    """Of jobs and of machines, at every tenth decision."""
    model, _, playback = trained
    for step in range(0, 60, 10):
        decision = playback.trace[step]
        if decision.other_job is not None:
            found = explain_job(
                model, playback, step, decision.job, decision.other_job, WORDING
            )
            scores = dict(zip(decision.jobs, decision.job_scores, strict=True))
            odds = scores[found.first] - scores[found.second]
            assert found.log_odds == pytest.approx(odds, abs=1e-4)
            assert {x.topic for x in found.arguments} == set(topics(JOB_FEATURES))
        if decision.other_machine is not None:
            found = explain_machine(
                model, playback, step, decision.machine, decision.other_machine, WORDING
            )
            scores = dict(zip(decision.machines, decision.machine_scores, strict=True))
            odds = scores[found.first] - scores[found.second]
            assert found.log_odds == pytest.approx(odds, abs=1e-4)
            assert {x.topic for x in found.arguments} == set(topics(MACHINE_FEATURES))


def test_arguments_turn_around_and_come_strongest_first(trained):
    """B over A is the negative of A over B."""
    model, _, playback = trained
    step = next(t for t in range(60) if playback.trace[t].other_job is not None)
    decision = playback.trace[step]
    pair = (decision.job, decision.other_job)
    one = explain_job(model, playback, step, *pair, WORDING)
    two = explain_job(model, playback, step, *pair[::-1], WORDING)
    changes = [abs(x.change) for x in one.arguments]
    assert changes == sorted(changes, reverse=True)
    turned = {x.topic: -x.change for x in two.arguments}
    for argument in one.arguments:
        assert argument.change == pytest.approx(turned[argument.topic], abs=1e-4)
    assert all(argument.words for argument in one.arguments)


def test_topics_called_decisive_decide(trained):
    """
    Taken from every job, they change the choice more often than others.

    Removal from all jobs is not how they were found, so this can fail.
    """
    model, _, playback = trained
    found = faithfulness(model, playback, range(60))
    assert found.decisions >= 30
    assert found.decisive > 1.5 * found.others


def test_no_choice_is_no_test(trained):
    """The last decision has one candidate."""
    model, _, playback = trained
    assert len(playback.trace[59].jobs) == 1
    with pytest.raises(ValueError, match="two candidates at least"):
        faithfulness(model, playback, [59])


def test_a_policy_of_fixed_size_gives_odds_without_arguments(tmp_path):
    """It does not look at candidates one by one."""
    model = untrained(tmp_path, "fixed", jobs=10, machines=3)
    problem = generate(KINDS["shift_open"].resized(10, 3), 0)
    result = HierarchicalScheduler(model).schedule(problem, Objective())
    playback = Playback(problem, result.trace)
    step = next(t for t in range(10) if result.trace[t].other_job is not None)
    decision = result.trace[step]
    found = explain_job(
        model, playback, step, decision.job, decision.other_job, WORDING
    )
    assert found.arguments == ()
    assert np.isfinite(found.log_odds)
    with pytest.raises(ValueError, match="candidates one by one"):
        faithfulness(model, playback, [step])


def test_an_argument_in_words():
    """With its sign, one digit; ids stay as they are, so that they can be found."""
    assert str(Argument("setup", "no setup needed", 1.44)) == "no setup needed: +1.4"
    assert str(Argument("due", "due in 2 h", -0.31)) == "due in 2 h: -0.3"
    assert str(Argument("due", "J-1 is late", -0.31)) == "J-1 is late: -0.3"
