"""What it costs to follow every decision, and whether the reasons given are true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.table import Cell, Report, ResultTable
from core.charts.decisions import partial_gantt, strip_mark
from core.charts.window import View
from core.decisions.explain import explain_job, explain_machine, faithfulness
from core.decisions.recording import Playback
from core.decisions.step_tables import job_table, machine_table
from core.decisions.topic_words import Wording
from core.decisions.whatif import what_if
from core.planning.scheduler import Result, Stopwatch
from core.planning.trace import Trace
from core.planning.trace_file import trace_to_bytes
from core.planning.trace_recorder import Recorder
from core.policy.checkpoint import Model
from core.policy.two_step import Policy
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.shift import DEFAULT_START, Shift
from core.schedulers.hierarchical import (
    MOST_TRACED,
    HierarchicalScheduler,
    card_lookahead,
)
from core.schedulers.plans import plans_of
from core.timing.situation import Situation

Tell = Callable[[str], None]
KIND = "shift_calendar"
SHOWN = 8  # candidates at the top of a table, as on the page
LOOKED_AT = 20  # decisions whose tables, figures and reasons are timed
EVERY = 3  # each third decision with a choice is put to the test of its reasons
# Most that issue and README promise, by figure; seconds but where it says otherwise.
TARGETS: dict[str, float] = {
    "trace over plain plan": 2.0,
    "what-if from the first decision, s": 1.5,
    "trace file, bytes": 5_000_000,
}


def step_report(
    sizes: Sequence[tuple[int, int]],
    model: Model,
    *,
    repeats: int = 3,
    tell: Tell = lambda text: None,
) -> Report:
    """
    Measure stepping through one held-out shift of each size.

    Parameters
    ----------
    sizes
        Jobs and machines.
    model
        The policy.
    repeats
        How often plans and what-ifs are made; the quickest counts.
    tell
        Told of every figure.

    Raises
    ------
    ValueError
        When a size has too many jobs for a trace.
    """
    rows: list[tuple[Cell, ...]] = []
    for size in sizes:
        if size[0] > MOST_TRACED:
            raise ValueError(f"Expected at most {MOST_TRACED} jobs, got {size[0]}.")
        problem = held_out_shift(KIND, size, 0)
        figures = {**plan_figures(problem, model, repeats)}
        result = HierarchicalScheduler(model).schedule(problem, Objective())
        trace = cast(Trace, result.trace)
        figures |= {"trace file, bytes": len(trace_to_bytes(trace))}
        figures |= look_figures(problem, trace, model)
        figures |= what_if_figures(result, model, repeats)
        figures |= reason_figures(problem, trace, model)
        for name, value in figures.items():
            rows.append((*size, name, value, TARGETS.get(name)))
            tell(f"{size[0]}x{size[1]}, {name}: {value:.4g}")
    table = ResultTable(
        f"Stepping through a plan: one held-out shift ({KIND}), model "
        f"{model.card.name}",
        ("jobs", "machines", "figure", "value", "at most"),
        tuple(rows),
    )
    return Report(table, (table,))


def plan_figures(problem: Problem, model: Model, repeats: int) -> dict[str, float]:
    """Seconds of a plan without and with its trace, made in turns; the quickest."""
    objective, wait = Objective(), card_lookahead(problem, model)
    plans = plans_of(model, problem, objective, wait)
    plain, traced = [], []
    for _ in range(repeats):
        watch = Stopwatch()
        plans.greedy()
        plain.append(watch.seconds)
        watch = Stopwatch()
        recorder = Recorder(
            problem, objective, scheduler="hierarchical", lookahead=wait
        )
        recorder.finish(plans.greedy(recorder=recorder).schedule)
        traced.append(watch.seconds)
    return {
        "plain plan, s": min(plain),
        "plan with its trace, s": min(traced),
        "trace over plain plan": min(traced) / min(plain),
    }


def look_figures(problem: Problem, trace: Trace, model: Model) -> dict[str, float]:
    """Median seconds of what the page shows of one decision, over some of them."""
    steps = np.linspace(0, len(trace) - 1, LOOKED_AT).astype(int)
    wording = Wording(lambda s: phrases.moment(DEFAULT_START, s), phrases.duration)
    view = View(0, trace.schedule.makespan)
    shift = Shift(problem, DEFAULT_START, "Benchmark")
    playback = Playback(problem, trace)
    data, figures, reasons = [], [], []
    for step in np.unique(steps).tolist():
        decision = trace[step]
        watch = Stopwatch()
        order = trace.job[:step].astype(np.int64)
        situation = Situation(problem, trace.schedule, order, trace.lookahead)
        job_table(situation, decision, DEFAULT_START, SHOWN)
        machine_table(situation, decision, DEFAULT_START, SHOWN)
        data.append(watch.seconds)

        watch = Stopwatch()
        strip_mark(trace, step)
        partial_gantt(shift, trace, step, view)
        figures.append(watch.seconds)

        playback.at(step)  # the walk there is made once, not per look
        watch = Stopwatch()
        for explain, chosen, other in (
            (explain_job, decision.job, decision.other_job),
            (explain_machine, decision.machine, decision.other_machine),
        ):
            if other is not None:
                explain(model, playback, step, chosen, other, wording)
        reasons.append(watch.seconds)
    return {
        "a step's tables, s": float(np.median(data)),
        "a step's charts, s": float(np.median(figures)),
        "a step's reasons, s": float(np.median(reasons)),
    }


def what_if_figures(result: Result, model: Model, repeats: int) -> dict[str, float]:
    """Seconds of the longest what-if: another job as early as there is a choice."""
    trace = cast(Trace, result.trace)
    for step in range(len(trace)):
        other = trace[step].other_job
        if other is not None:
            taken = []
            for _ in range(repeats):
                watch = Stopwatch()
                what_if(result, model, step, job=other)
                taken.append(watch.seconds)
            return {"what-if from the first decision, s": min(taken)}
    return {}


def reason_figures(problem: Problem, trace: Trace, model: Model) -> dict[str, float]:
    """Share of decisions that change without the decisive topic, and without others."""
    choices = np.flatnonzero(np.diff(trace.job_first) > 1)[::EVERY].tolist()
    if cast(Policy, model.policy).needs_state or not choices:
        return {}
    found = faithfulness(model, Playback(problem, trace), choices)
    return {
        "decisions tested": found.decisions,
        "changed without the topic called decisive": found.decisive,
        "changed without another topic": found.others,
    }
