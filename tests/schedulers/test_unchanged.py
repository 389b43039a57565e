"""Without waits, materials, units and the like, plans are what they always were."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.catalogue import names
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.schedulers.registry import plan, scheduler
from tests.tables.files import read

# Digests of the first release's problems, and of its plans by rules that compare
# whole numbers only, so that they are the same on every processor.
FIRST_RELEASE = {
    "shift": ("bc8cbdc8f572", "6ffe4d78683d"),
    "shift_open": ("0d186d7e3bde", "2925b2ab5c7d"),
    "shift_calendar": ("c9d286b69017", "c1ebb6850e2b"),
    "assembly": ("6231ea1326ae", "39806f3c9c29"),
}
RULES = ("fifo", "spt", "lpt", "edd", "mor", "ect")
PARTS = ("machine", "setup_start", "start", "end")


@pytest.mark.parametrize("kind", FIRST_RELEASE)
def test_rules_plan_as_in_the_first_release(kind):
    """Three problems of each kind, 30 jobs on 5 machines, none with a preference."""
    problems, plans = hashlib.sha256(), hashlib.sha256()
    for seed in range(3):
        problem = generate(KINDS[kind].resized(30, 5), seed)
        for name in ("processing", "release", "due", "setup"):
            problems.update(np.ascontiguousarray(getattr(problem, name)).tobytes())
        nothing = np.zeros_like(problem.preferred)
        problem = replace(problem, preferred=nothing)
        for rule in RULES:
            made = scheduler(PlanSettings(f"rule:{rule}")).schedule(
                problem, Objective()
            )
            for part in PARTS:
                plans.update(getattr(made.schedule, part).tobytes())
    found = (problems.hexdigest()[:12], plans.hexdigest()[:12])
    assert found == FIRST_RELEASE[kind]


def test_columns_that_say_what_holds_anyway_change_no_plan(monkeypatch):
    """One unit, no wait, work that may pause, nothing done: by every scheduler."""
    monkeypatch.setattr("core.planning.effort.LEAST_MOVES", 1_000)
    monkeypatch.setattr("core.planning.effort.MOVES_PER_JOB", 1)
    jobs = ["job_id,processing_minutes,machine_types,due"]
    jobs += [
        f"J{i},{20 + 7 * i},{'CNC' * (i % 3 > 0)},2026-01-05T1{i}:00" for i in range(9)
    ]
    machines = "machine_id,machine_type\nM-1,CNC\nM-2,Laser\nM-3,CNC\n".splitlines()
    more_jobs = [f"{jobs[0]},wait_after_minutes,pause,quantity_done,materials"]
    more_jobs += [f"{x},0,yes,," for x in jobs[1:]]
    more_machines = [f"{machines[0]},units", *(f"{x},1" for x in machines[1:])]
    plain = read("\n".join(jobs), "\n".join(machines)).shift
    other = read("\n".join(more_jobs), "\n".join(more_machines)).shift
    assert plain.content_hash == other.content_hash
    for name in names():
        if name == "cpsat":
            continue  # as good each time, and not the same
        settings = replace(PlanSettings(name), effort="quick", seed=3)
        ours, theirs = plan(plain, settings), plan(other, settings)
        for part in PARTS:
            one, two = (getattr(x.result.schedule, part) for x in (ours, theirs))
            assert np.array_equal(one, two), (name, part)
