"""Trials as a background run: bound to the store here, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.comparison.trial_pool import TrialSpec
    from core.comparison.trials import Trial
    from core.problem.model import Problem
    from core.store.background.run import Run
    from core.store.background.run_reader import RunReader
    from core.store.background.runs import Runs

SHIFT_FILE = "shift.zip"
POOL_SECONDS = 30.0  # of work that is worth the start of several processes
HEARTBEAT_SECONDS = 1.0  # between two looks at whether to stop


def queue_trials(
    runs: Runs,
    name: str,
    spec: TrialSpec,
    trials: int,
    *,
    problem: Problem | None = None,
    owner: str = "",
) -> Run:
    """
    Queue trials; started by :func:`core.runs.launch.launch_next`.

    Parameters
    ----------
    runs, name, owner
        Where, what the planner calls it, and who asks.
    spec
        What to do. A shift in it is kept as a file of the run.
    trials
        How many, at least 1.
    problem
        The shift, for the sizes shown with the run.

    Raises
    ------
    ValueError
        When there is no trial to do, or the name is refused.
    """
    if trials < 1:
        raise ValueError(f"Expected trials >= 1, got {trials}.")
    inputs = {} if isinstance(spec.like, str) else {SHIFT_FILE: spec.like}
    sizes = {}
    if problem is not None:
        sizes = {"jobs": problem.num_jobs, "machines": problem.num_machines}
    return runs.create(
        "trials",
        name,
        owner=owner,
        config=spec.to_json() | {"trials": trials},
        data=sizes,
        seed=spec.settings.seed,
        inputs=inputs,
    )


def spec_of(runs: RunReader, run: Run) -> TrialSpec:
    """What a run of trials is to do."""
    from core.comparison.trial_pool import TrialSpec

    shift = runs.inputs(run.id) / SHIFT_FILE
    return TrialSpec.from_json(run.config, shift.read_bytes)


def trials_of(runs: RunReader, run_id: str) -> list[Trial]:
    """Trials that a run has done so far."""
    from core.comparison.trials import trial_of_values

    return [trial_of_values(i, values) for i, values in runs.metrics(run_id)]


def work_on(runs: Runs, run_id: str, workers: int | None = None) -> None:
    """
    Do the trials of a run that are still missing; ends when it is asked to stop.

    Parameters
    ----------
    runs, run_id
        The run.
    workers
        Processes; ``None``: one per core.

    Raises
    ------
    RunLostError
        When the run was deleted, or given to another process.
    """
    from core.comparison.trial_pool import run_trials
    from core.store.background.run_writer import RunWriter

    writer = RunWriter.attach(runs, run_id)
    run = runs.get(run_id)
    total = int(run.config["trials"])
    done = {one.index for one in trials_of(runs, run_id)}
    left = [index for index in range(total) if index not in done]
    stop = _Stop(writer.heartbeat, len(done), total)
    try:
        spec = spec_of(runs, run)
        # The first loads everything, the second tells what a trial takes: processes
        # that start up for some quick ones cost more than they save.
        seconds = 0.0
        for part in (left[:1], left[1:2], left[2:]):
            if stop():
                break
            pays = seconds * len(part) > POOL_SECONDS
            many = workers if workers is not None else os.cpu_count() or 1
            began = monotonic()
            for one in run_trials(spec, part, workers=many if pays else 1, stop=stop):
                _keep(writer.add_metrics, one)
                stop.done += 1
                stop.look()
            seconds = monotonic() - began
    except (OSError, ValueError) as error:
        writer.end("failed", f"The trials could not go on: {error}")
        return
    writer.end("finished" if stop.done == total else "stopped")


def _keep(add_metrics: Callable[[int, Mapping[str, float]], None], one: Trial) -> None:
    """Keep a trial's figures; why a scheduler failed goes to the log of the run."""
    from core.comparison.trials import trial_values

    add_metrics(one.index, trial_values(one))
    for name, score in one.scores.items():
        if score.fault is not None:
            print(f"Trial {one.index + 1}, {name}: {score.fault}", flush=True)


class _Stop:
    """Whether the run is asked to stop; asks the store now and then only."""

    def __init__(self, heartbeat: Callable[..., bool], done: int, total: int) -> None:
        self.heartbeat = heartbeat
        self.first = self.done = done
        self.total = total
        self.began = self.asked = monotonic()
        self.said = False

    def look(self) -> None:
        """Tell how far it is, and ask."""
        new = self.done - self.first
        pace = (monotonic() - self.began) / new if new else None
        left = None if pace is None else pace * (self.total - self.done)
        self.said = self.heartbeat(self.done / self.total, left) or self.said
        self.asked = monotonic()

    def __call__(self) -> bool:
        """Whether to stop."""
        if not self.said and monotonic() - self.asked > HEARTBEAT_SECONDS:
            self.look()
        return self.said
