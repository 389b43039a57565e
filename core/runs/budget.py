"""How many iterations fit into a number of minutes on this machine."""

from __future__ import annotations

import copy
from dataclasses import replace
from time import perf_counter

from torch import nn

from core.runs.run_plan import paced
from core.training.settings import RolloutSettings, TrainingSettings
from core.training.source import Source
from core.training.tasks import Task
from core.training.trainer import Trainer, greedy_costs

TRIAL = 1000  # iterations of the run that is played in small
CHECKPOINT_SECONDS = 20.0  # so much work is lost at most when the power fails


def settings_for_minutes(
    minutes: float,
    settings: TrainingSettings,
    policy: nn.Module,
    source: Source,
    validation: list[Task],
) -> TrainingSettings:
    """
    Settings with the number of iterations that take so long here.

    One iteration in the middle of each stage and one validation are played with a
    copy of the policy and timed. The number is fixed from then on (a run keeps it in
    its first checkpoint), so that a run that is resumed does not depend on clocks.

    Parameters
    ----------
    minutes
        Budget, above 0.
    settings, policy, source, validation
        Of the run; the policy is not changed.
    """
    policy = copy.deepcopy(policy)
    trial = replace(settings, iterations=TRIAL)
    # The smallest rollouts that every kind of advantage can be had from.
    warm = replace(trial, rollout=RolloutSettings(1, 2, settings.rollout.reward))
    Trainer(warm, policy, draw_tasks=source.draw, validation=[]).step()
    trainer = Trainer(trial, policy, draw_tasks=source.draw, validation=[])
    seconds, begin = 0.0, 0.0
    for stage in settings.stages:
        trainer.iteration = round(TRIAL * (begin + stage.until) / 2)
        figures = trainer.step()
        taken = figures["rollout_seconds"] + figures["update_seconds"]
        seconds += (stage.until - begin) * taken
        begin = stage.until
    began = perf_counter()
    greedy_costs(policy, validation)
    looking = perf_counter() - began
    # Held-out problems are looked at no more than a fifth of the time, nor more than
    # the settings ask for.
    every = max(settings.validate_every, round(4 * looking / seconds))
    iterations = max(1, int(60 * minutes / (seconds + looking / every)))
    return paced(
        replace(
            settings,
            iterations=iterations,
            validate_every=every,
            checkpoint_every=max(1, round(CHECKPOINT_SECONDS / seconds)),
        )
    )
