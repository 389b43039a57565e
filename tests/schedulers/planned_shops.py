"""
Random shops as files, planned in many ways, every plan judged by two verifiers.

The second verifier is a program that reads the files by itself. More shops than a test
has time for::

    python -m tests.schedulers.planned_shops --count 2000 --second PATH/verify.py

With ``--all`` every scheduler plans and a plan is refined; the shops all use what files
can say, and the second verifier judges one plan of each, in turn.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
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
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from core.tables.writing.write_plan import schedule_csv
from tests.plans import shift_of
from tests.tables.shops import START, files_of, random_shop

WAYS = (
    PlanSettings("rule:best"),
    PlanSettings("hierarchical", samples=3),
    PlanSettings("batch", visible=50),
    PlanSettings("auto", effort="quick"),
)
ALL = tuple(
    PlanSettings(name, samples=2, visible=50, most_seconds=0.02)
    for name in names()
    if name != "cpsat"
)
REFINED = PlanSettings("rule:edd", refine_seconds=0.05)
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


def plans(shift: Shift, seed: int, ways: Sequence[PlanSettings]) -> list[Plan]:
    """A plan in every way; the exact solver has its seconds."""
    objective = OBJECTIVES[seed % len(OBJECTIVES)]
    made = []
    for way in ways:
        stop = MaxSeconds(EXACT_SECONDS) if way is EXACT else never
        settings = replace(way, objective=objective, seed=seed)
        with suppress(PlanningCancelled):
            made.append(plan(shift, settings, stop=stop))
    return made


def ways_of(seed: int) -> list[PlanSettings]:
    """Every scheduler and a refinement, another one first for every shop."""
    ways = [*ALL, REFINED, *([EXACT] if seed // 2 % EXACT_EVERY == 0 else [])]
    first = seed // 2 % len(ways)
    return ways[first:] + ways[:first]


def faults(
    seed: int,
    folder: Path,
    second: Path | None,
    ways: Sequence[PlanSettings] = WAYS,
    most_judged: int | None = None,
) -> dict[str, list[str]]:
    """What the verifiers find in each plan of a shop; ``second`` is run as it is."""
    files = files_of_shop(seed)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    found = {}
    for i, made in enumerate(plans(shop(files), seed, ways)):
        name = made.settings.scheduler
        if made.settings.refine_seconds:
            name += ", refined"
        found[name] = [
            str(x) for x in violations(made.shift.problem, made.result.schedule)
        ]
        if second is None or (most_judged is not None and i >= most_judged):
            continue
        written = folder / "schedule.csv"
        written.write_bytes(schedule_csv(made))
        done = subprocess.run(
            [sys.executable, second, folder, written, "--start", START.isoformat()],
            capture_output=True,
            text=True,
            check=False,
        )
        written.unlink()
        last = [*done.stdout.splitlines(), done.stderr][-1 if done.stderr else -2]
        if (done.returncode, last) != (0, "0 faults"):
            found[name] += [f"second verifier: {done.stdout}{done.stderr}"]
    return found


def main() -> None:
    """Plan and judge some shops; say what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--second", type=Path)
    options.add_argument("--all", action="store_true")
    given = options.parse_args()
    judged: Counter[str] = Counter()
    faulty = 0
    for seed in range(given.first, given.first + given.count):
        with tempfile.TemporaryDirectory() as folder:
            if given.all:
                odd = 2 * seed + 1
                judge = (odd, Path(folder), given.second, ways_of(odd), 1)
            else:
                judge = (seed, Path(folder), given.second)
            for name, found in faults(*judge).items():
                judged[name] += 1
                faulty += bool(found)
                for line in found:
                    print(f"shop {seed}, {name}: {line}", flush=True)
        if seed % 100 == 99:
            print(f"{seed + 1 - given.first} shops, {faulty} faulty plans", flush=True)
    counts = ", ".join(f"{count} {name}" for name, count in judged.items())
    verifiers = "both verifiers" if given.second else "the project's verifier"
    print(f"{given.count} shops: {counts}; {faulty} plans faulty by {verifiers}.")
    sys.exit(bool(faulty))


if __name__ == "__main__":
    main()
