"""The hierarchical policy as a scheduler: first the job, then its machine."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from core.planning.scheduler import Pace, Progress, Result, Stopwatch, silent
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.planning.trace_recorder import Recorder
from core.policy.checkpoint import Model
from core.policy.errors import TooLargeError
from core.policy.window import MOST_SEEN_WHOLE
from core.problem.model import Problem
from core.problem.objective import Objective
from core.schedulers.plans import plans_of

MOST_TRACED = MOST_SEEN_WHOLE  # jobs: above, a trace would outweigh all else


@dataclass(frozen=True)
class HierarchicalScheduler:
    """
    Scheduler ``hierarchical``: a trained policy takes every decision.

    Parameters
    ----------
    model
        The policy.
    settings
        Of them ``samples``: plans to make, of which the best by the objective is kept,
        the first with the most probable choices, the others drawn; and ``lookahead``:
        ``None`` is what the model's card says.
    """

    model: Model
    settings: PlanSettings = PlanSettings()  # noqa: RUF009 - frozen
    name: str = "hierarchical"

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """
        Plan every job; see :class:`core.planning.scheduler.Scheduler`.

        Once the first plan is there, a stop ends the sampling and keeps the best.

        Raises
        ------
        TooLargeError
            When the model has too few places for the problem.
        PlanningCancelled
            When stopped before the first plan.
        """
        watch = Stopwatch()
        check_places(self.model, problem)
        samples, wait = self.settings.samples, self.settings.lookahead
        if wait is None:
            wait = card_lookahead(problem, self.model)
        plans = plans_of(self.model, problem, objective, wait)
        pace = Pace(samples * problem.num_jobs, "planning", stop, progress)

        def recorder() -> Recorder | None:
            if problem.num_jobs > MOST_TRACED:
                return None
            return Recorder(
                problem,
                objective,
                scheduler=self.name,
                model=self.model.key,
                seed=seed,
                lookahead=wait,
            )

        noted = recorder()
        best = greedy = plans.greedy(recorder=noted, pace=pace)
        drawn, reason = 1, "took the most probable job and machine every time"
        if samples > 1 and not stop():
            found, drawn = plans.best_sampled(samples - 1, seed, pace)
            if found is not None and found.cost < best.cost:
                best, noted = found, recorder()
                if noted is not None:  # made again, its decisions noted
                    plans.greedy(recorder=noted, path=found.path)
            drawn += 1
        if drawn > 1:
            reason = (
                f"made {drawn} plans; the best costs {best.cost:.4f}, the one with the "
                f"most probable decisions {greedy.cost:.4f}"
            )
        return Result(
            problem=problem,
            schedule=best.schedule,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason=f"The policy {self.model.card.name!r} {reason}.",
            model=self.model.key,
            seed=seed,
            trace=None if noted is None else noted.finish(best.schedule),
        )


def card_lookahead(problem: Problem, model: Model) -> float:
    """Seconds of the lookahead that a model plans best with; its card has it."""
    means = model.card.lookahead
    return inf if means is None else means * float(problem.mean_processing.mean())


def check_places(model: Model, problem: Problem) -> None:
    """
    Refuse a problem that is too large for a model of fixed size.

    Raises
    ------
    TooLargeError
        When it is; names both sizes.
    """
    places = model.places
    size = (problem.num_jobs, problem.num_machines)
    if places is not None and (size[0] > places[0] or size[1] > places[1]):
        raise TooLargeError(
            f"Model {model.card.name!r} takes at most {places[0]} jobs and {places[1]} "
            f"machines; the problem has {size[0]} and {size[1]}."
        )
