"""``explain``: one decision of a plan as text."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.border import InputFault, bad_option
from core.cli.inputs import ShiftFiles, read_inputs, usable_shift
from core.cli.options import PlanOptions

if TYPE_CHECKING:
    import pandas as pd

    from core.decisions.explain import Explanation
    from core.planning.scheduler import Result
    from core.problem.shift import Shift

TOP = 5
WEAK = 0.05  # log-odds; what is weaker would show as 0


def explain(
    files: ShiftFiles,
    how: PlanOptions,
    step: Annotated[int, typer.Option(min=1, help="Which decision, from 1.")],
) -> None:
    """Print one decision: the candidates, what was excluded, and why."""
    how.settings()  # what is wrong with an option is said before files are read
    shift = usable_shift(read_inputs(files))
    if step > shift.problem.num_jobs:
        raise bad_option(
            "--step", f"expected 1 … {shift.problem.num_jobs}, got {step}."
        )
    print(decision_text(shift, how.plan(shift).result, step - 1))


def decision_text(shift: Shift, result: Result, step: int) -> str:
    """
    Return one decision as lines of text.

    Parameters
    ----------
    shift, result
        What was planned, and the plan.
    step
        Which decision, from 0.

    Raises
    ------
    InputFault
        When the decisions cannot be followed.
    """
    import numpy as np

    from core.decisions.decision_log import chosen_by, excluded_jobs, excluded_machines
    from core.decisions.recording import Playback
    from core.decisions.step_tables import confidence, job_table, machine_table
    from core.decisions.topic_words import Wording
    from core.decisions.trace_model import find_model
    from core.planning.decision import Scores
    from core.planning.trace import StaleTraceError
    from core.problem import phrases
    from core.schedulers.dispatching.rule_trace import trace_of
    from core.timing.situation import Situation

    problem, begin = shift.problem, shift.start
    try:
        trace = trace_of(result)
    except StaleTraceError as error:
        raise InputFault(str(error)) from None
    decision = trace[step]
    order = trace.job[:step].astype(np.int64)
    situation = Situation(problem, trace.schedule, order, trace.lookahead)
    wording = Wording(lambda s: phrases.moment(begin, s), phrases.duration)
    # Of rules, how long the bar of each is on the page: from the least to the largest.
    score: tuple[str, Callable[[float], str]] = ("Priority", lambda x: f"{x:.2f}")
    if trace.scores is Scores.POLICY:
        score = ("Probability", confidence)
    name, machine = problem.job_ids[decision.job], problem.machine_ids[decision.machine]
    lines = [
        f"Decision {step + 1} of {len(trace)}, {wording.moment(decision.clock)}: "
        f"{name} on {machine}, {phrases.span(begin, decision.start, decision.end)}, "
        f"taken by {chosen_by(decision, trace)}.",
        f"Cost so far {decision.cost:.4f}, at least {decision.bound:.4f} in the end.",
        "",
        f"Which job? {len(decision.jobs)} possible.",
        _table(job_table(situation, decision, begin, TOP).head(TOP), *score),
        f"Not possible: {excluded_jobs(situation) or 'none'}.",
        "",
        f"Which machine? {len(decision.machines)} possible.",
        _table(machine_table(situation, decision, begin, TOP).head(TOP), *score),
        "Not possible: "
        f"{excluded_machines(situation, decision.job, wording) or 'none'}.",
    ]
    if trace.scores is Scores.POLICY:
        from core.decisions.explain import explain_job, explain_machine

        try:
            model = find_model(trace.model)
        except StaleTraceError as error:
            return "\n".join([*lines, "", str(error)])
        playback = Playback(problem, trace)
        if decision.other_job is not None:
            why = explain_job(
                model, playback, step, decision.job, decision.other_job, wording
            )
            lines += ["", f"Why {name} and not {problem.job_ids[why.second]}?"]
            lines += _arguments(why)
        if decision.other_machine is not None:
            why = explain_machine(
                model, playback, step, decision.machine, decision.other_machine, wording
            )
            lines += ["", f"Why {machine} and not {problem.machine_ids[why.second]}?"]
            lines += _arguments(why)
    return "\n".join(lines)


def _arguments(why: Explanation) -> list[str]:
    """What speaks for the choice, in log-odds, the strongest first."""
    strong = [x for x in why.arguments if abs(x.change) >= WEAK]
    if not strong:
        return ["  No topic tells the two apart."]
    return [f"  {argument}" for argument in strong]


def _table(table: pd.DataFrame, name: str, score: Callable[[float], str]) -> str:
    """Rows of candidates as text: times to the minute, lengths in words."""
    import pandas as pd

    from core.decisions.step_tables import LENGTHS
    from core.problem import phrases

    frame = table.copy()
    for column in frame:
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            frame[column] = (
                frame[column].dt.strftime("%a %H:%M").fillna(phrases.NOTHING)
            )
        elif column == "Score":
            frame[column] = [score(x) for x in frame[column]]
        elif column == "Load":
            frame[column] = [f"{x:.1f} h" for x in frame[column]]
        elif column in LENGTHS:
            frame[column] = [
                phrases.NOTHING if math.isnan(x) else phrases.duration(60 * x)
                for x in frame[column]
            ]
    if table["Score"].isna().all():
        frame = frame.drop(columns="Score")
    text: str = frame.rename(columns={"Score": name}).to_string(index=False)
    return text
