"""The loop: draw problems, play them, update, look at held-out ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from core.planning.stopping import Stop, never
from core.policy.choosing import GREEDY, Explored
from core.policy.two_step import Policy, act
from core.problem.objective import Objective
from core.simulation.reward import REWARDS
from core.simulation.simulator import Simulator
from core.training.callbacks import TrainingCallbacks
from core.training.curriculum import (
    draw,
    held_out,
    lookahead_seconds,
    stage_at,
)
from core.training.evaluation import refined_costs
from core.training.ppo import averaged, update
from core.training.rollout import collect
from core.training.settings import TrainingSettings
from core.training.tasks import Task, mean_by_kind, tensors_of

# Moves per job by which held-out plans are refined: what a greedy plan costs tells
# little of what it becomes, and so many take milliseconds.
FEW_MOVES = 50

Draw = Callable[[np.random.Generator, float, int], list[Task]]


class Trainer:
    """
    A training run that can stop after any iteration and go on later.

    All randomness of an iteration follows from (seed, iteration, rank), so that a
    resumed run is the same as one that never stopped.

    Parameters
    ----------
    settings
        The whole run.
    policy
        Trained in place.
    draw_tasks
        Draws the problems of an iteration from (generator, progress, count); from
        the settings' kinds unless given.
    validation
        Held-out tasks; from the settings' kinds unless given.
    callbacks, stop
        Told about every step; asked after every iteration.
    device
        Where to train.
    rank, world
        Number of this process among the processes that train together.

    Raises
    ------
    ValueError
        When the problems of an iteration cannot be shared out evenly.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        policy: nn.Module,
        *,
        draw_tasks: Draw | None = None,
        validation: list[Task] | None = None,
        callbacks: TrainingCallbacks | None = None,
        stop: Stop = never,
        device: torch.device | str = "cpu",
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.settings = settings
        self.policy = policy.to(device)
        self.draw_tasks = draw_tasks or self._draw_kinds
        self.validation = (
            validation_tasks(settings) if validation is None else validation
        )
        self.callbacks = callbacks or TrainingCallbacks()
        self.stop = stop
        self.device = device
        self.rank, self.world = rank, world
        if settings.rollout.problems % world:
            raise ValueError(
                f"Expected problems per iteration to be a multiple of {world}, the "
                f"number of processes, got {settings.rollout.problems}."
            )
        # Minibatches of all processes together are those that the settings name.
        self.ppo = replace(
            settings.ppo,
            minibatch_decisions=max(1, settings.ppo.minibatch_decisions // world),
            update_decisions=max(1, settings.ppo.update_decisions // world),
        )
        self.iteration = 0
        self.decisions = 0
        self.seconds = 0.0
        freeze_heads(policy, settings.ppo.heads)
        self.optimizer = torch.optim.Adam(
            [p for p in policy.parameters() if p.requires_grad],
            lr=settings.ppo.learning_rate,
            eps=1e-5,
        )

    def run(self) -> None:
        """Train until the iterations are over or ``stop`` says so."""
        settings = self.settings
        self.callbacks.on_start(settings.iterations, self.iteration)
        if self.iteration == 0:
            self._validate()
        while self.iteration < settings.iterations and not self.stop():
            figures = self.step()
            last = self.iteration == settings.iterations
            self.callbacks.on_iteration(self.iteration, figures)
            if last or self.iteration % settings.validate_every == 0:
                self._validate()
            if last or self.iteration % settings.checkpoint_every == 0:
                self.callbacks.on_checkpoint(self.iteration, self.state())
        self.callbacks.on_checkpoint(self.iteration, self.state())

    def step(self) -> dict[str, float]:
        """Run one iteration; returns its figures."""
        began = time.perf_counter()
        settings, progress = self.settings, self.iteration / self.settings.iterations
        # All processes draw the problems of the iteration and play their share, so
        # that several play what one would; what they choose is their own.
        numbers = np.random.default_rng([settings.seed, self.iteration, 0])
        seeds = numbers.integers(2**62, size=2)
        if self.rank > 0:
            own = np.random.default_rng([settings.seed, self.iteration, self.rank])
            seeds = own.integers(2**62, size=2)
        generator = torch.Generator(self.device).manual_seed(int(seeds[0]))
        shuffler = torch.Generator().manual_seed(int(seeds[1]))

        tasks = self.draw_tasks(numbers, progress, settings.rollout.problems)
        tasks = tasks[self.rank :: self.world]
        tensors = tensors_of(tasks, self.device)
        simulator = Simulator(
            tensors,
            lookahead=[task.lookahead for task in tasks],
            copies=settings.rollout.copies,
        )
        job_epsilon, machine_epsilon = settings.exploration.epsilons(progress)
        policy = cast(Policy, self.policy)
        rollout = collect(
            policy,
            simulator,
            settings.rollout.copies,
            settings.ppo,
            choose=Explored(generator, job_epsilon, machine_epsilon),
            reward=REWARDS[settings.rollout.reward](),
        )
        played = time.perf_counter()
        rate = settings.ppo.learning_rate
        rate += (settings.ppo.final_learning_rate - rate) * progress
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        figures = update(policy, self.optimizer, rollout.decisions, self.ppo, shuffler)
        ended = time.perf_counter()
        self.iteration += 1
        self.decisions += rollout.played * self.world
        self.seconds += ended - began
        means = {
            "cost": float(rollout.costs.mean()),
            "reward": float(rollout.rewards.mean()),
        }
        return averaged(figures | means) | {
            "decisions": float(self.decisions),
            "jobs": float(simulator.num_jobs),
            "learning_rate": rate,
            "job_epsilon": job_epsilon,
            "stage": float(
                settings.stages.index(stage_at(settings.stages, progress)) + 1
            ),
            "rollout_seconds": played - began,
            "update_seconds": ended - played,
            "seconds": self.seconds,
        }

    def state(self) -> dict[str, Any]:
        """Everything to resume from; load with :meth:`load_state`."""
        return {
            "iteration": self.iteration,
            "decisions": self.decisions,
            "seconds": self.seconds,
            "policy": self.policy.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on where another trainer with the same settings stopped."""
        self.policy.load_state_dict(state["policy"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.iteration = int(state["iteration"])
        self.decisions = int(state["decisions"])
        self.seconds = float(state["seconds"])

    def _draw_kinds(
        self, numbers: np.random.Generator, progress: float, count: int
    ) -> list[Task]:
        settings = self.settings
        return draw(settings.data, stage_at(settings.stages, progress), count, numbers)

    def _validate(self) -> None:
        if self.rank == 0 and self.validation:
            played = greedy_plans(self.policy, self.validation, self.device)
            refined = refined_costs(self.validation, played.schedules(), FEW_MOVES)
            means = (
                mean_by_kind(self.validation, costs.tolist())
                for costs in (played.cost, refined)
            )
            self.callbacks.on_validation(self.iteration, *means)


def validation_tasks(settings: TrainingSettings) -> list[Task]:
    """Held-out tasks of every kind in the settings, at its likeliest lookahead."""
    tasks = []
    _, *weights = max(settings.data.objectives)
    for kind in settings.data.kinds:
        choices = settings.data.lookaheads.get(kind, {"inf": 1.0})
        likeliest = max(choices, key=lambda name: choices[name])
        for problem in held_out(
            kind,
            settings.validation_jobs,
            settings.validation_machines,
            settings.validation_problems,
        ):
            seconds = lookahead_seconds(problem, likeliest)
            tasks.append(Task(problem, Objective(*weights), seconds, kind))
    return tasks


def greedy_costs(
    policy: nn.Module, tasks: list[Task], device: torch.device | str = "cpu"
) -> Tensor:
    """Cost of the greedy plan of each task, in the order given."""
    return greedy_plans(policy, tasks, device).cost


@torch.inference_mode()
def greedy_plans(
    policy: nn.Module, tasks: list[Task], device: torch.device | str = "cpu"
) -> Simulator:
    """Simulator at the end of the greedy plan of each task, in the order given."""
    simulator = Simulator(
        tensors_of(tasks, device), lookahead=[task.lookahead for task in tasks]
    )
    while len(simulator.active):
        choice = act(cast(Policy, policy), simulator, GREEDY)
        simulator.step(choice.rollout, choice.job, choice.machine)
    return simulator


def freeze_heads(policy: nn.Module, heads: str) -> None:
    """
    Let only one head learn.

    Parameters
    ----------
    policy
        Its parameters are marked in place. Parameters whose name begins with
        ``machine`` are the machine head's, the value head always learns, all
        others are the job head's.
    heads
        ``both``, ``job`` or ``machine``.
    """
    for name, parameter in policy.named_parameters():
        if name.startswith("value"):
            continue
        owner = "machine" if name.startswith("machine") else "job"
        parameter.requires_grad_(heads in ("both", owner))
