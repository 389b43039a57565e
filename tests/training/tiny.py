"""Runs that take a second, and workers that start at once."""

import hashlib
import multiprocessing
from dataclasses import replace

import torch

from core.policy.set_policy import SetPolicy, SetPolicySettings
from core.runs.run_plan import RunPlan
from core.store.background.runs import Runs
from core.store.database import open_database
from core.store.models import Models
from core.training.settings import (
    DataSettings,
    PPOSettings,
    RolloutSettings,
    Stage,
    TrainingSettings,
)

SETTINGS = TrainingSettings(
    name="tiny",
    hidden=8,
    iterations=6,
    seed=3,
    validate_every=3,
    checkpoint_every=2,
    validation_problems=1,
    validation_jobs=6,
    validation_machines=2,
    ppo=PPOSettings(minibatch_decisions=20),
    rollout=RolloutSettings(problems=2, copies=2),
    stages=(Stage(0.5, (4, 6), (2, 2)), Stage(1.0, (6, 8), (2, 3))),
    data=DataSettings(kinds={"shift": 1.0, "tight": 1.0}),
)


def plan(**changes):
    """The plan of a tiny run from scratch."""
    return RunPlan(replace(SETTINGS, **changes), held_out=2)


def policy(settings=SETTINGS):
    """A policy with the fresh weights of a run."""
    torch.manual_seed(settings.seed)
    return SetPolicy(SetPolicySettings(hidden=settings.hidden))


def digest(module):
    """What tells any two sets of weights apart."""
    found = hashlib.sha256()
    for name, value in module.state_dict().items():
        found.update(name.encode() + value.numpy().tobytes())
    return found.hexdigest()


def work(folder, run_id):
    """Be the worker of a run: what a process of :func:`workers` does."""
    from core.runs.training_run import work_on

    database = open_database(folder, "")
    work_on(Runs(database), Models(database), run_id)


def workers():
    """Processes that have torch and the machine code already: many can be started."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["core.runs.training_run", "tests.training.tiny", "tests.training.warm_server"]
    )
    return context
