"""
How long the server takes to draw each page: while a run trains, and while none does.

A benchmark, run by ``python -m tests.browser.page_times [JOBS MACHINES REPEATS]``;
nothing here is a test.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from streamlit.testing.v1 import AppTest

from core.benchmarking.policies.fine_tune import empty_store, fine_tuning
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.runs.launch import kill, launch
from core.runs.training_queue import queue_training
from core.schedulers.registry import scheduler
from core.store.database import URL_VARIABLE
from core.store.errors import StoreError
from core.store.files import FOLDER_VARIABLE
from pages.parts.state import Key

ROOT = Path(__file__).parents[2]
KIND = "shift_calendar"
DRAW = "draw"  # first argument of the process that draws
PLAN_SECONDS = 300  # a first plan of a large shift, on a busy machine
LOOK_SECONDS = 1.0
LONG_MINUTES = 120.0  # of the run beside the pages: it is ended when they are measured


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


def draw(jobs: int, machines: int, repeats: int) -> None:
    """Draw every page with a shift of some size; print seconds by page, as JSON."""
    problem = generate(KINDS[KIND].resized(jobs, machines), 0)
    shift = Shift(problem, datetime(2026, 1, 5, 6), "Benchmark")
    result = scheduler(PlanSettings()).schedule(problem, Objective())
    plan = Plan(shift, PlanSettings(), result)
    seconds = {
        page.stem: page_seconds(page, plan, repeats)
        for page in sorted((ROOT / "pages").glob("*.py"))
    }
    sys.stdout.write(json.dumps(seconds))


def drawn(folder: Path, url: str, sizes: Sequence[int]) -> dict[str, float]:
    """Draw the pages on a store, in a process that has done nothing before."""
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name, DRAW, *map(str, sizes)],
        cwd=ROOT,
        env=os.environ | {FOLDER_VARIABLE: str(folder), URL_VARIABLE: url},
        capture_output=True,  # Streamlit warns that there is no browser
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"The pages could not be drawn:\n{done.stderr}")
    seconds: dict[str, float] = json.loads(done.stdout)
    return seconds


def measure(jobs: int, machines: int, repeats: int) -> None:
    """Print median seconds of every page: idle, beside a run, and their ratio."""
    with empty_store() as (runs, models):
        store = runs.database.folder, runs.database.url, (jobs, machines, repeats)
        plan = fine_tuning(KIND, LONG_MINUTES, models.default_model().name, 2)
        run = queue_training(runs, models, plan)
        launched = launch(runs, run.id)
        try:
            # The first iterations are there: it computes, it does not load any more.
            while launched.watcher.is_alive() and not runs.metrics(run.id):
                launched.watcher.join(LOOK_SECONDS)
            busy = drawn(*store)
            if not launched.watcher.is_alive():
                run = runs.get(run.id)
                raise RuntimeError(f"The run beside the pages {run.state}: {run.error}")
        finally:
            with suppress(StoreError):  # ended by itself
                kill(runs, run.id)
        # Afterwards: the pages show the same, the curves of the run among it.
        idle = drawn(*store)
    write = sys.stdout.write
    write(f"Median seconds of drawing a page, {jobs} x {machines}, {repeats} times\n")
    write(f"{'page':16}{'no run':>10}{'run going':>11}{'ratio':>8}\n")
    for page, seconds in idle.items():
        ratio = busy[page] / seconds
        write(f"{page:16}{seconds:10.3f}{busy[page]:11.3f}{ratio:8.2f}\n")


if __name__ == "__main__":
    asked = sys.argv[1:]
    drawing = asked[:1] == [DRAW]
    numbers = [int(x) for x in (asked[1:] if drawing else asked)] or [411, 30, 15]
    (draw if drawing else measure)(*numbers)
