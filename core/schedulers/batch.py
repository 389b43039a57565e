"""Planning in batches: the way it was done before everything could be seen at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.planning.scheduler import Pace, Progress, Stopwatch, silent
from core.planning.settings import PlanSettings
from core.planning.stopping import Stop, never
from core.planning.visibility import BatchResult, batches
from core.policy.checkpoint import Model
from core.policy.errors import TooLargeError
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.hierarchical import card_lookahead
from core.schedulers.plans import plans_of


@dataclass(frozen=True)
class BatchScheduler:
    """
    Scheduler ``batch``: the policy sees some jobs, plans them to the end, goes on.

    With the same network as ``hierarchical`` the difference between the two is
    visibility alone.

    Parameters
    ----------
    model
        The policy; one of fixed size sees no more jobs than it has places.
    settings
        Of them ``visible``; ``samples``: plans to make of each batch, of which the
        best is kept, as ``hierarchical`` does with the whole; and ``lookahead``.
    """

    model: Model
    settings: PlanSettings = PlanSettings()  # noqa: RUF009 - frozen
    name: str = "batch"

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> BatchResult:
        """
        Plan every job; see :class:`core.planning.scheduler.Scheduler`.

        Raises
        ------
        TooLargeError
            When the model has too few places for the machines.
        PlanningCancelled
            When stopped before the last batch is planned.
        """
        watch = Stopwatch()
        places = self.model.places
        visible, samples = self.settings.visible, self.settings.samples
        if places is not None:
            jobs, machines = places
            visible = min(visible, jobs)
            if problem.num_machines > machines:
                raise TooLargeError(
                    f"Model {self.model.card.name!r} takes at most {machines} "
                    f"machines; the problem has {problem.num_machines}."
                )
        wait = self.settings.lookahead
        if wait is None:
            wait = card_lookahead(problem, self.model)
        steps = samples * problem.num_jobs
        pace = Pace(steps, "planning in batches", stop, progress)
        parts = batches(problem, visible)
        times = np.zeros((5, problem.num_jobs), dtype=np.int64)
        done = np.zeros(problem.num_jobs, dtype=np.bool_)
        for part in parts:
            # In the planner's order: one batch of everything is the whole problem.
            chosen = np.array(sorted(part), dtype=np.int64)
            rest = remainder(problem, chosen, times, done)
            plans = plans_of(self.model, rest, objective, wait)
            best = plans.greedy(pace=pace)
            if samples > 1:
                found, _ = plans.best_sampled(samples - 1, seed, pace)
                best = found if found and found.cost < best.cost else best
            plan = best.schedule
            times[:, chosen] = (
                plan.machine,
                plan.setup_start,
                plan.setup_end,
                plan.start,
                plan.end,
            )
            done[chosen] = True
        return BatchResult(
            problem=problem,
            schedule=Schedule(*times),
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason=f"The policy {self.model.card.name!r} planned {len(parts)} "
            f"{'batch' if len(parts) == 1 else 'batches'} of at most {visible} jobs, "
            "each to the end before it saw the next"
            + (f"; of each it made {samples} plans." if samples > 1 else "."),
            model=self.model.key,
            seed=seed,
            batches=parts,
        )


def remainder(
    problem: Problem,
    chosen: NDArray[np.int64],
    times: NDArray[np.int64],
    done: NDArray[np.bool_],
) -> Problem:
    """
    Return a part of a problem, with the machines as earlier parts leave them.

    Parameters
    ----------
    problem
        The whole.
    chosen
        Jobs of the part; every predecessor is done or among them.
    times
        Shape (5, n): machine, setup start, setup end, start and end of what is done.
    done
        Shape (n,): jobs that are planned already.

    Raises
    ------
    ValueError
        When a predecessor is neither done nor chosen.
    """
    machine, _, _, _, end = times
    starts = problem.machine_starts()
    for job in np.flatnonzero(done)[np.argsort(end[done], kind="stable")].tolist():
        starts.free[machine[job]] = end[job]
        starts.group[machine[job]] = problem.group[job]
    release = problem.release.copy()
    place = {job: i for i, job in enumerate(chosen.tolist())}
    inside = []
    for before, after in problem.precedence.tolist():
        if after not in place:
            continue
        if before in place:
            inside.append((place[before], place[after]))
        elif done[before]:
            ready = end[before] + problem.wait_after[before]
            release[after] = max(release[after], ready)
        else:
            name = problem.job_ids[before]
            raise ValueError(f"Expected predecessor {name!r} to be planned before.")
    changed = {
        "release": release[chosen],
        **starts.fields(),
        "precedence": np.array(inside, dtype=np.int64).reshape(-1, 2),
        "scale": None,
    }
    return replace(problem, **problem.of_jobs(chosen) | changed)
