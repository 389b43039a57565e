"""The decisions behind any result; those of a dispatch rule are made again."""

from __future__ import annotations

from core.decisions.recording import trace_plan
from core.planning.catalogue import rule_names
from core.planning.scheduler import Result
from core.planning.trace import Trace
from core.schedulers.dispatching.rules import best_of
from core.schedulers.tensors.rules import trace_of_variant
from core.schedulers.variants import variants_for


def trace_of(result: Result) -> Trace:
    """
    Return the decisions behind any result, as far as there are any.

    A policy's trace is part of its result. The plan of a dispatch rule is made again,
    its priorities noted. Any other plan is walked through in the order of its starts,
    without scores.
    """
    if result.trace is not None and result.trace.is_of(result.schedule):
        return result.trace
    problem, objective = result.problem, result.objective
    tried = variants_for(problem, rule_names(result.scheduler))
    if tried:
        best = tried[0]
        if len(tried) > 1:
            best, _, _ = best_of(problem, objective, tried)
        trace = trace_of_variant(
            problem, objective, best, result.scheduler, result.seed
        )
        if trace.is_of(result.schedule):  # not where the plan was refined afterwards
            return trace
    return trace_plan(result)
