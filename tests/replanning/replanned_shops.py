"""
Shops in the middle of the day as files, planned on, and checked by a second reader.

``python -m tests.replanning.replanned_shops COUNT READER [SEED] [FIRST]`` writes so
many shops from number FIRST on with what has begun, happened, is locked and frozen,
repairs the plan before in some way, and lets READER, a program, check files and plans
by itself.
"""

import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.instances.kinds import GeneratorSettings
from core.instances.midway import HAPPENINGS, midway
from core.planning.catalogue import names
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem.floor import Floor, JobState, Status
from core.problem.shift import Shift
from core.replanning.repairs import Repair, repair
from core.schedulers.from_now import planned_from_now
from core.schedulers.registry import plan, scheduler
from core.tables.plan_file import read_previous
from core.tables.shift import read_shift
from core.tables.writing.export import shift_tables
from core.tables.writing.write import csv_files
from core.tables.writing.write_plan import schedule_csv
from core.timing.committing import committed
from tests.replanning.tried import aloud, quietly, tried
from tests.tables.shops import START, files_of, random_shop

DAY = GeneratorSettings(
    cut=((0, 0.9),),
    happenings=tuple(HAPPENINGS),
    happening_count=((0, 3),),
    down_minutes=((1, 900),),
    late_minutes=((0, 900),),
    rush_minutes=((5, 300),),
    said_share=0.5,
    released_share=0.1,
    lock_share=0.2,
    freeze_minutes=((0, 0), (0, 1500)),
)
EXACT = "cpsat"


def written(dice):
    """A shop in the middle: its files, the plan before, now, and the freeze's end."""
    shift = read_shift(files_of(random_shop(dice)), START).shift
    before = plan(shift, PlanSettings(scheduler="rule:atcs"))
    case = midway(shift.problem, before.result.schedule, DAY, dice.randrange(10**9))
    # Of the setups that have begun, the files say that their jobs have.
    fixed = committed(case.problem, case.floor)
    states = dict(case.floor.states)
    for k, setup in fixed.setups.items():
        states[setup.job] = JobState(Status.STARTED, k)
    now, freeze = case.floor.now, max(case.floor.freeze_until.values(), default=None)
    floor = Floor(now, states)
    later = Shift(case.problem, START, "day", floor=floor)
    return csv_files(shift_tables(later)), schedule_csv(before), now, freeze


def planned_on(dice, files, before, now, freeze):
    """Read the files and the plan before, and plan on in some way: as CSV."""
    reading = read_shift(files, START, now=START + timedelta(seconds=now))
    if reading.shift is None:
        raise ValueError([str(x) for x in reading.issues.errors])
    shift = reading.shift
    previous = read_previous(before, shift, "before.csv").plan
    machines = range(shift.problem.num_machines) if freeze else range(0)
    floor = replace(
        shift.floor, previous=previous, freeze_until=dict.fromkeys(machines, freeze)
    )
    way = dice.choice([*Repair, "plan"])
    name = dice.choice([x for x in names() if x != EXACT])
    settings = PlanSettings(scheduler=name, effort="quick", most_seconds=0.01)
    if way == "plan":
        result = planned_from_now(shift.problem, floor, scheduler(settings), settings)
        made = Plan(replace(shift, floor=floor), settings, result)
    else:
        made = repair(shift, floor, way, settings).plan
    return f"{way} {name}", schedule_csv(made)


def second_opinion(reader, folder, now, freeze):
    """What the reader says of the plan in a folder: fault lines, best none."""

    def at(seconds):
        return (START + timedelta(seconds=seconds)).isoformat()

    command = [sys.executable, reader, folder, folder / "schedule.csv"]
    command += ["--start", START.isoformat(), "--now", at(now)]
    command += ["--previous", folder / "before.csv"]
    if freeze:
        command += ["--freeze-until", at(freeze)]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    if done.returncode == 0 and lines and lines[-1] == "0 faults":
        return []
    return lines or done.stderr.splitlines()[-1:]


def faults(seed, reader, keep=None):
    """What is wrong with one shop's plan: a text each, best none."""
    dice = random.Random(seed)
    files, before, now, freeze = written(dice)
    way, after = planned_on(dice, files, before, now, freeze)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(keep or temporary)
        for name, content in {
            **files, "before.csv": before, "schedule.csv": after
        }.items():  # fmt: skip
            (folder / name).write_bytes(content)
        return [f"{way}: {x}" for x in second_opinion(reader, folder, now, freeze)]


def run(count, reader, seed="0", first=0, tell=quietly):
    """Try ``count`` shops from number ``first`` on; text of all that is wrong."""
    return tried(lambda name: faults(name, reader), count, seed, first, tell)


if __name__ == "__main__":
    given = [*sys.argv[1:], *("", "", "0", "0")[len(sys.argv) - 1 :]]
    wanted, program, named, begin = int(given[0]), given[1], given[2], int(given[3])
    everything = run(wanted, program, named, begin, aloud)
    print(f"{len(everything)} faults in {wanted} plans.")
    sys.exit(bool(everything))
