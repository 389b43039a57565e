"""How long the server takes to draw each page: a benchmark, run by `benchmark`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from streamlit.testing.v1 import AppTest

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.schedulers.registry import scheduler
from pages.parts.state import Key

PAGES = Path(__file__).parents[1]
PLAN_SECONDS = 300  # a first plan of a large shift, on a busy machine


def page_seconds(page: Path, plan: Plan, repeats: int) -> float:
    """
    Median seconds of drawing a page again, with a plan in hand.

    Raises
    ------
    RuntimeError
        When the page fails.
    """
    app = AppTest.from_file(str(page), default_timeout=PLAN_SECONDS)
    app.session_state[Key.OPENED] = plan.shift
    app.session_state[Key.PLAN] = plan
    taken = []
    for _ in range(repeats + 1):
        app.session_state[Key.APP_READY] = True
        began = perf_counter()
        app.run()
        taken.append(perf_counter() - began)
        if app.exception:
            raise RuntimeError(f"{page.stem}: {app.exception[0].value}")
    return median(taken[1:])


def main(arguments: Sequence[str]) -> None:
    """Draw every page with a shift of some size; seconds by page, as JSON."""
    jobs, machines, repeats = (int(x) for x in arguments)
    problem = generate(KINDS["shift_calendar"].resized(jobs, machines), 0)
    shift = Shift(problem, datetime(2026, 1, 5, 6), "Benchmark")
    result = scheduler("hierarchical").schedule(problem, Objective())
    plan = Plan(shift, PlanSettings("hierarchical"), result)
    seconds = {
        page.stem: page_seconds(page, plan, repeats)
        for page in sorted(PAGES.glob("*.py"))
    }
    sys.stdout.write(json.dumps(seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
