"""Where the problems of a run come from: the generator, or shifts at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.instances.held_out import HELD_OUT
from core.instances.resample import resample
from core.problem.model import Problem
from core.problem.objective import Objective
from core.training.curriculum import (
    draw,
    draw_objective,
    held_out,
    log_uniform,
    lookahead_seconds,
    stage_at,
)
from core.training.settings import TrainingSettings
from core.training.tasks import Task

# Held-out problems are numbered. Those below are looked at while training (the best
# checkpoint is chosen by them), those from here on only when the model is finished.
JUDGED = 1_000_000
LIKE_YOURS = "like yours"


class Source(Protocol):
    """Draws the problems of a run, and holds some out."""

    def draw(
        self, numbers: np.random.Generator, progress: float, count: int
    ) -> list[Task]:
        """Problems of one iteration, at a share of the run in [0, 1]."""
        ...

    def held_out(self, first: int, count: int) -> list[Task]:
        """Problems that are never drawn, by number; of every kind where there are."""
        ...


@dataclass(frozen=True)
class KindSource:
    """
    Problems of the generator's kinds.

    Parameters
    ----------
    settings
        Kinds, sizes and objectives.
    """

    settings: TrainingSettings

    def draw(
        self, numbers: np.random.Generator, progress: float, count: int
    ) -> list[Task]:
        """Draw problems of all kinds; see :class:`Source`."""
        stage = stage_at(self.settings.stages, progress)
        return draw(self.settings.data, stage, count, numbers)

    def held_out(self, first: int, count: int) -> list[Task]:
        """Problems of every kind in turn; see :class:`Source`."""
        settings = self.settings
        kinds = list(settings.data.kinds)
        tasks = []
        for i in range(count):
            kind = kinds[i % len(kinds)]
            (problem,) = held_out(
                kind,
                settings.validation_jobs,
                settings.validation_machines,
                1,
                first + i // len(kinds),
            )
            tasks.append(_judged(problem, settings, kind))
        return tasks


@dataclass(frozen=True, eq=False)
class ShiftSource:
    """
    Resamples of shifts; see :func:`core.instances.resample.resample`.

    Parameters
    ----------
    settings
        Sizes (of the stages, jobs only) and objectives.
    shifts
        What to be like.

    Raises
    ------
    ValueError
        When there is no shift.
    """

    settings: TrainingSettings
    shifts: tuple[Problem, ...]

    def __post_init__(self) -> None:
        if not self.shifts:
            raise ValueError(
                "There is no shift to learn from. Choose one on the Plan page, or "
                "learn from generated shifts."
            )

    def draw(
        self, numbers: np.random.Generator, progress: float, count: int
    ) -> list[Task]:
        """Draw resamples of the shifts, all of one size; see :class:`Source`."""
        settings = self.settings
        jobs = log_uniform(numbers, *stage_at(settings.stages, progress).jobs)
        tasks = []
        for _ in range(count):
            shift = self.shifts[int(numbers.integers(len(self.shifts)))]
            problem = resample(shift, int(numbers.integers(HELD_OUT)), jobs)
            objective = draw_objective(settings.data, numbers)
            tasks.append(_task(problem, objective, settings, LIKE_YOURS))
        return tasks

    def held_out(self, first: int, count: int) -> list[Task]:
        """
        Resamples of the shifts in turn; see :class:`Source`.

        Those of the finished model's judgement have the shift's own size; those
        looked at while training at most ``validation_jobs``.
        """
        tasks = []
        for i in range(count):
            shift = self.shifts[i % len(self.shifts)]
            jobs = shift.num_jobs
            if first < JUDGED:
                jobs = min(jobs, self.settings.validation_jobs)
            problem = resample(shift, HELD_OUT + first + i, jobs)
            tasks.append(_judged(problem, self.settings, LIKE_YOURS))
        return tasks


@dataclass(frozen=True, eq=False)
class OneProblem:
    """
    One problem, again and again: also the one to be judged by.

    For policies of a fixed size, which know a job by its place alone and so learn one
    problem. What such a run reports says nothing of any other problem.

    Parameters
    ----------
    settings
        Objectives, and the kind that the problem passes for: its lookahead is used.
    problem
        What to learn by heart.
    """

    settings: TrainingSettings
    problem: Problem

    @property
    def kind(self) -> str:
        """The first kind of the settings."""
        return next(iter(self.settings.data.kinds))

    def draw(
        self, numbers: np.random.Generator, progress: float, count: int
    ) -> list[Task]:
        """Take the problem, each time with an objective of its own."""
        objectives = [draw_objective(self.settings.data, numbers) for _ in range(count)]
        return [
            _task(self.problem, objective, self.settings, self.kind)
            for objective in objectives
        ]

    def held_out(self, first: int, count: int) -> list[Task]:
        """Take the problem, once: there is no other."""
        return [_judged(self.problem, self.settings, self.kind)] if count else []


def source_of(settings: TrainingSettings, shifts: Sequence[Problem]) -> Source:
    """Return the source of a run: its shifts where there are any, else its kinds."""
    return ShiftSource(settings, tuple(shifts)) if shifts else KindSource(settings)


def main_objective(settings: TrainingSettings) -> Objective:
    """Objective that held-out problems are judged by: the one drawn most often."""
    _, *weights = max(settings.data.objectives)
    return Objective(*weights)


def likeliest_lookahead(settings: TrainingSettings, kind: str) -> str:
    """Lookahead that a kind is played with most often: ``0``, ``mean`` or ``inf``."""
    choices = settings.data.lookaheads.get(kind, {"inf": 1.0})
    return max(choices, key=lambda name: choices[name])


def _judged(problem: Problem, settings: TrainingSettings, kind: str) -> Task:
    return _task(problem, main_objective(settings), settings, kind)


def _task(
    problem: Problem, objective: Objective, settings: TrainingSettings, kind: str
) -> Task:
    name = likeliest_lookahead(settings, kind)
    return Task(problem, objective, lookahead_seconds(problem, name), kind)
