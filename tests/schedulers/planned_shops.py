"""
Random shops as files, planned in many ways, every plan judged by two verifiers.

The second verifier is a program that reads the files by itself. More shops than a test
has time for::

    python -m tests.schedulers.planned_shops --count 2000 --second PATH/verify.py
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
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


def plans(shift: Shift, seed: int) -> list[Plan]:
    """A plan in every way."""
    objective = OBJECTIVES[seed % len(OBJECTIVES)]
    return [plan(shift, replace(way, objective=objective, seed=seed)) for way in WAYS]


def faults(seed: int, folder: Path, second: Path | None) -> dict[str, list[str]]:
    """What the verifiers find in each plan of a shop; ``second`` is run as it is."""
    files = files_of_shop(seed)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    found = {}
    for made in plans(shop(files), seed):
        name = made.settings.scheduler
        found[name] = [
            str(x) for x in violations(made.shift.problem, made.result.schedule)
        ]
        if second is None:
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
    given = options.parse_args()
    judged: Counter[str] = Counter()
    faulty = 0
    for seed in range(given.first, given.first + given.count):
        with tempfile.TemporaryDirectory() as folder:
            for name, found in faults(seed, Path(folder), given.second).items():
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
