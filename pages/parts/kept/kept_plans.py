"""Plans as the store keeps them, and back: for scenarios and the shift in hand."""

from __future__ import annotations

from typing import Any

from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.planning.trace import TraceError
from core.planning.trace_file import trace_from_bytes, trace_to_bytes
from core.planning.visibility import BatchResult
from core.problem.saving.floor_file import floor_from_json, floor_to_json
from core.problem.shift import Shift
from core.store.shifts.scenario import Scenario
from core.timing.commitments import remaining
from core.timing.committing import committed

# Above this a trace takes longer than a second to pack; a plan of some 5,000 jobs.
MOST_TRACE = 32 << 20  # bytes, not packed
FLOOR = "floor"
LEFT_OUT = "Its single decisions were too many to be kept."


def scenario_of(plan: Plan, *, listed: bool = True) -> Scenario:
    """
    Return what the store keeps of a plan, its decisions included.

    Parameters
    ----------
    plan
        The plan.
    listed
        Whether its figures go with it, for a list of scenarios. Their lower bound
        takes seconds on a large shift.
    """
    shift, settings, result = plan.shift, plan.settings, plan.result
    made: dict[str, Any] = {
        name: getattr(result, name)
        for name in ("scheduler", "model", "seed", "seconds", "decisions", "reason")
    }
    if result.floor is not None:
        made["bound"] = True
    if plan.proved:
        made["proved"] = plan.proved
    if isinstance(result, BatchResult):
        made["batches"] = [list(batch) for batch in result.batches]
    trace = result.trace
    if trace is not None and trace.nbytes > MOST_TRACE:
        trace, made["reason"] = None, f"{result.reason} {LEFT_OUT}"
    return Scenario(
        problem=shift.problem,
        plan_start=shift.start,
        schedule=result.schedule,
        origin=shift.name,
        settings=settings.to_json() | {"result": made} | _floor_said(shift),
        figures=dict(plan.figures) if listed else {},
        extras={name: list(texts) for name, texts in shift.extras.items()},
        materials=shift.materials,
        trace=None if trace is None else trace_to_bytes(trace),
    )


def scenario_of_shift(shift: Shift) -> Scenario:
    """Return what the store keeps of a shift that is not planned."""
    extras = {name: list(texts) for name, texts in shift.extras.items()}
    return Scenario(
        shift.problem,
        shift.start,
        origin=shift.name,
        settings=_floor_said(shift),
        extras=extras,
        materials=shift.materials,
    )


def shift_of(scenario: Scenario, name: str | None = None) -> Shift:
    """
    Return the shift of a scenario, planned or not.

    Raises
    ------
    ValueError
        When what it says of the shop floor is damaged.
    """
    floor = scenario.settings.get(FLOOR)
    return Shift(
        scenario.problem,
        scenario.plan_start,
        scenario.origin if name is None else name,
        extras={key: tuple(texts) for key, texts in scenario.extras.items()},
        materials=scenario.materials,
        floor=None if floor is None else floor_from_json(floor),
    )


def _floor_said(shift: Shift) -> dict[str, Any]:
    """Return what is kept of the shop floor; nothing where nothing is said."""
    return {} if shift.floor is None else {FLOOR: floor_to_json(shift.floor)}


def _bound(shift: Shift, made: dict[str, Any]) -> dict[str, Any]:
    """Return what was past change when a plan was made; nothing: it was all free."""
    if not made.pop("bound", False) or shift.floor is None:
        return {}
    commitments = committed(shift.problem, shift.floor)
    rest = None
    if commitments.open_jobs.size:
        rest = remaining(shift.problem, commitments)
    return {"floor": shift.floor, "rest": rest}


def plan_of(scenario: Scenario, name: str) -> Plan:
    """
    Return the plan that a scenario holds, verified anew.

    Raises
    ------
    ValueError
        When it holds no plan, or one that says too little of itself.
    """
    if scenario.schedule is None:
        raise ValueError("This scenario holds a shift that was not planned.")
    try:
        shift = shift_of(scenario, name)
        kept = {k: v for k, v in scenario.settings.items() if k != FLOOR}
        made, trace = dict(kept.pop("result")), scenario.trace
        batches, proved = made.pop("batches", None), float(made.pop("proved", 0.0))
        settings = PlanSettings.from_json(kept)
        given = {
            "problem": scenario.problem,
            "schedule": scenario.schedule,
            "objective": settings.objective,
            "trace": None if trace is None else trace_from_bytes(trace),
            **_bound(shift, made),
            **made,
        }
        if batches is None:
            return Plan(shift, settings, Result(**given), proved)
        parts = tuple(tuple(batch) for batch in batches)
        return Plan(shift, settings, BatchResult(**given, batches=parts), proved)
    except TraceError as error:
        raise ValueError(f"Its decisions cannot be read: {error}") from error
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"This scenario was kept by another version and lacks {error}. Plan its "
            "shift anew."
        ) from error
