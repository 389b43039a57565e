"""
Random shops as files, planned in many ways, every plan judged by two verifiers.

The second verifier is a program that reads the files by itself. More shops than a test
has time for::

    python -m tests.schedulers.planned_shops --count 2000 --second PATH/verify.py

With ``--all`` every scheduler plans and a plan is refined; the shops all use what files
can say. Plans that are alike are judged once by the second verifier.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.catalogue import names
from core.planning.plan import Plan
from core.planning.scheduler import PlanningCancelled
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxSeconds, never
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.problem.verifier.verify import violations
from core.schedulers.registry import plan
from core.search.refine import refine
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from core.tables.writing.write_plan import schedule_csv
from tests.plans import shift_of
from tests.second_reader import SecondReader
from tests.tables.shops import START, files_of, random_shop

WAYS = (
    PlanSettings("rule:best"),
    PlanSettings("hierarchical", samples=3),
    PlanSettings("batch", visible=50),
    PlanSettings("auto", effort="quick"),
)
ALL = tuple(
    PlanSettings(name, samples=2, visible=50, effort="quick")
    for name in names()
    if name != "cpsat"
)
REFINED_MOVES = 3_000
EXACT = PlanSettings("cpsat")
EXACT_EVERY, EXACT_SECONDS = 50, 5.0  # it takes as long as it is given
OBJECTIVES = (Objective(), Objective(0, 1, 0), Objective(1, 0, 0), Objective(1, 6, 2))


def files_of_shop(seed: int) -> dict[str, bytes]:
    """Every other one uses all that files can say; the rest are of every kind."""
    dice = random.Random(seed)
    if seed % 2:
        return files_of(random_shop(dice))
    kind = KINDS[sorted(KINDS)[seed // 2 % len(KINDS)]]
    resized = kind.resized(dice.randint(4, 40), dice.randint(2, 6))
    written = shift_files(shift_of(generate(resized, seed)))
    return {name: data for name, data in written.items() if name.endswith(".csv")}


def shop(files: dict[str, bytes]) -> Shift:
    """The shift that files hold; they have no errors."""
    reading = read_shift(files, START)
    assert reading.shift is not None, [str(x) for x in reading.issues.errors]
    return reading.shift


def plans(
    shift: Shift, seed: int, ways: Sequence[PlanSettings]
) -> list[tuple[str, Plan]]:
    """A plan in every way, by name; the exact solver has its seconds."""
    objective = OBJECTIVES[seed % len(OBJECTIVES)]
    made = []
    for way in ways:
        stop = MaxSeconds(EXACT_SECONDS) if way is EXACT else never
        settings = replace(way, objective=objective, seed=seed)
        with suppress(PlanningCancelled):
            made.append((way.scheduler, plan(shift, settings, stop=stop)))
    return made


def refined(plan: Plan) -> Plan:
    """A plan after some moves of the search."""
    made = plan.result
    better = refine(
        made.problem,
        made.objective,
        made.schedule,
        stop=never,
        seed=plan.settings.seed,
        moves=REFINED_MOVES,
    )
    return replace(plan, result=replace(made, schedule=better))


def every_way(seed: int) -> tuple[PlanSettings, ...]:
    """Every scheduler; the exact solver for some shops only."""
    return (*ALL, *([EXACT] if seed // 2 % EXACT_EVERY == 0 else []))


def second_opinion(made: Plan, folder: Path, second: SecondReader) -> list[str]:
    """What a second reader of the files finds in a plan, and in its figures."""
    written = folder / "schedule.csv"
    written.write_bytes(schedule_csv(made))
    lines = second.judged(folder, written, "--start", START.isoformat())
    if lines[-1:] != ["0 faults"]:
        return lines or ["the second verifier says nothing"]
    cost = Objective().cost(made.shift.problem, made.result.schedule)
    theirs = float(lines[-2].rpartition("cost ")[2])
    return [] if abs(theirs - cost) <= 1e-4 else [f"it costs {theirs}, not {cost}"]


def faults(
    seed: int,
    folder: Path,
    second: SecondReader | None,
    *,
    every: bool = False,
) -> dict[str, list[str]]:
    """
    What the verifiers find in each plan of a shop.

    Parameters
    ----------
    seed
        Of the shop.
    folder
        An empty one, for its files.
    second
        A program that reads them by itself.
    every
        Whether all schedulers plan, and one plan is refined.
    """
    files = files_of_shop(seed)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    made = plans(shop(files), seed, every_way(seed) if every else WAYS)
    if every:
        made.append(("refined", refined(made[seed // 2 % len(made)][1])))
    found: dict[str, list[str]] = {}
    judged: dict[str, list[str]] = {}
    for name, one in made:
        schedule = one.result.schedule
        found[name] = [str(x) for x in violations(one.shift.problem, schedule)]
        if second is not None:
            key = one.content_hash
            if key not in judged:
                judged[key] = second_opinion(one, folder, second)
            found[name] += [f"second verifier: {line}" for line in judged[key]]
    return found


def main() -> None:
    """Plan and judge some shops; say what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--second", type=Path)
    options.add_argument("--all", action="store_true")
    given = options.parse_args()
    counted: Counter[str] = Counter()
    faulty = 0
    with SecondReader(given.second) if given.second else nullcontext() as second:
        for seed in range(given.first, given.first + given.count):
            with tempfile.TemporaryDirectory() as folder:
                which = 2 * seed + 1 if given.all else seed
                found = faults(which, Path(folder), second, every=given.all)
            counted.update(found.keys())
            faulty += sum(map(bool, found.values()))
            for name, lines in found.items():
                for line in lines:
                    print(f"shop {seed}, {name}: {line}", flush=True)
            done = seed + 1 - given.first
            if done % 100 == 0:
                seconds = time.process_time()
                print(
                    f"{done} shops, {counted.total()} plans, {faulty} faulty, "
                    f"{seconds:.0f} CPU s",
                    flush=True,
                )
    counts = ", ".join(f"{count} {name}" for name, count in counted.items())
    verifiers = "both verifiers" if given.second else "the project's verifier"
    print(f"{given.count} shops: {counts}; {faulty} plans faulty by {verifiers}.")
    sys.exit(bool(faulty))


if __name__ == "__main__":
    main()
