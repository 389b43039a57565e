"""What speaks for a candidate: feature topics removed in turn, in log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from torch import Tensor

from core.decisions.recording import Playback
from core.decisions.topic_words import Wording, job_facts, job_topic, machine_topic
from core.policy.checkpoint import Model
from core.policy.segments import row_of
from core.policy.two_step import Policy
from core.simulation.features import (
    JOB_FEATURES,
    MACHINE_FEATURES,
    Feature,
    MachineObservation,
    Observation,
    observe,
    observe_machines,
)
from core.timing.situation import Situation


@dataclass(frozen=True)
class Argument:
    """
    What one topic does to the choice between two candidates.

    Parameters
    ----------
    topic
        Topic of the features that were removed.
    words
        The facts behind it, as a planner reads them.
    change
        By how much the topic raises the log-odds of the first candidate over the
        second; negative: it speaks for the second.
    """

    topic: str
    words: str
    change: float

    def __str__(self) -> str:
        # A plain minus: it goes into files, where ids and numbers are searched for.
        return f"{self.words}: {self.change:+.1f}"


@dataclass(frozen=True)
class Explanation:
    """
    Why one candidate rather than another.

    Parameters
    ----------
    first, second
        The two jobs, or machines.
    log_odds
        Logarithm of how many times more probable the first is.
    arguments
        One per topic, the strongest first; none for models that do not look at
        candidates one by one. They need not add up to the log-odds: a network weighs
        topics together.
    """

    first: int
    second: int
    log_odds: float
    arguments: tuple[Argument, ...]


def topics(table: Sequence[Feature]) -> tuple[str, ...]:
    """Topics of a feature table, in its order."""
    return tuple(dict.fromkeys(feature.topic for feature in table))


@torch.inference_mode()
def explain_job(
    model: Model,
    playback: Playback,
    step: int,
    first: int,
    second: int,
    wording: Wording,
) -> Explanation:
    """
    Why one job rather than another at a step, by occlusion.

    Each topic of the features is removed from both jobs, i.e. set to its mean over
    the candidates, and the change of their log-odds is what the topic did.

    Parameters
    ----------
    model, playback
        The policy, and its decisions.
    step
        Which decision.
    first, second
        Two different candidates of that decision.
    wording
        How times are written.

    Raises
    ------
    ValueError
        When one of them is no candidate.
    """
    policy = cast(Policy, model.policy)
    simulator = playback.at(step)
    seen = observe(simulator, with_state=policy.needs_state)
    rows = _rows(seen.job, first, second)
    logits = policy.score_jobs(seen).logits
    odds = float(logits[rows[0]] - logits[rows[1]])
    if policy.needs_state:
        return Explanation(first, second, odds, ())
    names = topics(JOB_FEATURES)
    without = occluded(seen.job_features, JOB_FEATURES, names, rows)
    scored = policy.score_jobs(_copies(seen, without)).logits.view(len(names), -1)
    changes = odds - (scored[:, rows[0]] - scored[:, rows[1]])

    situation = _situation(playback, step)
    facts = job_facts(situation, [first, second])
    index = [i for i, x in enumerate(JOB_FEATURES) if x.topic == "dispatch index"]
    values = seen.job_features[rows][:, index].sum(1)
    higher = bool(values[0] > values[1])
    words = [
        job_topic(name, situation, facts[0], facts[1], wording, higher)
        for name in names
    ]
    return Explanation(first, second, odds, _ranked(names, words, changes))


@torch.inference_mode()
def explain_machine(
    model: Model,
    playback: Playback,
    step: int,
    first: int,
    second: int,
    wording: Wording,
) -> Explanation:
    """Why one machine rather than another for the job; see :func:`explain_job`."""
    policy = cast(Policy, model.policy)
    simulator = playback.at(step)
    job = int(playback.trace.job[step])
    seen = observe(simulator, with_state=policy.needs_state)
    row = _rows(seen.job, job)
    choices = observe_machines(simulator, seen.rollout, seen.job[row])
    rows = _rows(choices.machine, first, second)
    scores = policy.score_jobs(seen)
    logits = policy.score_machines(seen, scores, row, choices)
    odds = float(logits[rows[0]] - logits[rows[1]])
    if policy.needs_state:
        return Explanation(first, second, odds, ())
    names = topics(MACHINE_FEATURES)
    without = occluded(choices.machine_features, MACHINE_FEATURES, names, rows)
    scored = machine_scores(policy, seen, row, choices, without)
    changes = odds - (scored[:, rows[0]] - scored[:, rows[1]])

    situation = _situation(playback, step)
    times = situation.outcome(np.array([job]))
    loads = simulator.load[0, [first, second]].tolist()
    words = [
        machine_topic(
            name, situation, job, (first, second), wording, (loads[0], loads[1]), times
        )
        for name in names
    ]
    return Explanation(first, second, odds, _ranked(names, words, changes))


def _rows(values: Tensor, *wanted: int) -> Tensor:
    """Rows of some candidates of one decision, in the order they are asked for."""
    owner = torch.zeros_like(values)
    return torch.cat([row_of(values, owner, torch.tensor([x])) for x in wanted])


def occluded(
    features: Tensor, table: Sequence[Feature], names: Sequence[str], rows: Tensor
) -> Tensor:
    """
    Features with one topic removed at a time.

    Parameters
    ----------
    features
        Shape (R, F): all candidates of one decision.
    table, names
        What the columns are, and the G topics to remove.
    rows
        Which candidates lose the topic.

    Returns
    -------
    Tensor
        Shape (G, R, F): the columns of topic g hold their mean over the candidates.
    """
    copies = features.repeat(len(names), 1, 1)
    mean = features.mean(0)
    for g, name in enumerate(names):
        columns = torch.tensor([i for i, x in enumerate(table) if x.topic == name])
        copies[g, rows[:, None], columns] = mean[columns]
    return copies


def _copies(seen: Observation, features: Tensor) -> Observation:
    """One decision per copy of the features, all else alike."""
    copies, count, _ = features.shape
    return replace(
        seen,
        rollout=seen.rollout.repeat(copies),
        owner=torch.arange(copies).repeat_interleave(count),
        job=seen.job.repeat(copies),
        job_features=features.flatten(0, 1),
        global_features=seen.global_features.repeat(copies, 1),
    )


def machine_scores(
    policy: Policy,
    seen: Observation,
    row: Tensor,
    choices: MachineObservation,
    features: Tensor,
) -> Tensor:
    """Shape (G, Q): logits of the machines for each of G copies of their features."""
    copies, count, _ = features.shape
    shared = _copies(seen, seen.job_features.repeat(copies, 1, 1))
    machines = MachineObservation(
        owner=torch.arange(copies).repeat_interleave(count),
        machine=choices.machine.repeat(copies),
        machine_features=features.flatten(0, 1),
        end=choices.end.repeat(copies),
    )
    chosen = row + torch.arange(copies) * len(seen.job)
    scores = policy.score_jobs(shared)
    return policy.score_machines(shared, scores, chosen, machines).view(copies, count)


def _situation(playback: Playback, step: int) -> Situation:
    """The same moment for the facts."""
    trace = playback.trace
    order = trace.job[:step].astype(np.int64)
    return Situation(playback.problem, trace.schedule, order, trace.lookahead)


def _ranked(
    names: Sequence[str], words: Sequence[str], changes: Tensor
) -> tuple[Argument, ...]:
    """Arguments, the strongest first."""
    found = [Argument(*row) for row in zip(names, words, changes.tolist(), strict=True)]
    return tuple(sorted(found, key=lambda x: -abs(x.change)))


@dataclass(frozen=True)
class Faithfulness:
    """
    Whether the topics called decisive are what decides.

    Parameters
    ----------
    decisions
        How many choices between jobs were tried.
    decisive, others
        Share of them that changed when the topic with the strongest argument for the
        choice was removed from *all* candidates, and the mean of that share over
        each of the other topics.
    """

    decisions: int
    decisive: float
    others: float


@torch.inference_mode()
def faithfulness(
    model: Model, playback: Playback, steps: Sequence[int]
) -> Faithfulness:
    """
    Test explanations on some decisions between jobs.

    The argument is found between the most probable job and the runner-up; the test
    takes the topic from every candidate and asks whether another job comes out on
    top. It is not the operation that the argument was found by, so it can fail.

    Parameters
    ----------
    model, playback
        The policy, and its decisions.
    steps
        Decisions to try; those without a choice are left out.
    """
    policy = cast(Policy, model.policy)
    if policy.needs_state:
        raise ValueError("Expected a model that looks at candidates one by one.")
    names = topics(JOB_FEATURES)
    tried, decisive, others = 0, 0.0, 0.0
    for step in sorted(steps):
        simulator = playback.at(step)
        seen = observe(simulator)
        if len(seen.job) < 2:
            continue
        logits = policy.score_jobs(seen).logits
        rows = logits.topk(2).indices
        pair = occluded(seen.job_features, JOB_FEATURES, names, rows)
        scored = policy.score_jobs(_copies(seen, pair)).logits.view(len(names), -1)
        changes = logits[rows[0]] - logits[rows[1]] - scored[:, rows[0]]
        changes = changes + scored[:, rows[1]]
        everyone = torch.arange(len(seen.job))
        all_ = occluded(seen.job_features, JOB_FEATURES, names, everyone)
        scored = policy.score_jobs(_copies(seen, all_)).logits.view(len(names), -1)
        flipped = (scored.argmax(1) != rows[0]).double()
        best = int(changes.argmax())
        tried += 1
        decisive += float(flipped[best])
        others += float(flipped.sum() - flipped[best]) / (len(names) - 1)
    if tried == 0:
        raise ValueError("Expected a decision with two candidates at least, got none.")
    return Faithfulness(tried, decisive / tried, others / tried)
