"""
Random shifts in the middle, of all kinds, and what must hold of every one of them.

``python -m tests.replanning.properties COUNT [SEED] [FIRST]`` tries so many from number
FIRST on, prints what did not hold as soon as it is found, how far it is every now and
then, so that another run goes on from there, and ends with 1 if anything did not hold.
"""

import random
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from core.decisions.recording import replay
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.instances.midway import HAPPENINGS, midway, simple_plan
from core.planning.catalogue import names, rule_names
from core.planning.keeping import KEEPS
from core.planning.scheduler import PlanningCancelled
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxSeconds, never
from core.problem.floor import PreviousPlan
from core.problem.shift import Shift
from core.problem.verifier.verify_floor import violations_on
from core.replanning.changes import home_of
from core.replanning.commitments import committed, floor_as_planned, joined
from core.replanning.day.event_file import events_from_json, events_to_json
from core.replanning.day.events import (
    JobLonger,
    MachineBack,
    MachineDown,
    MaterialLate,
)
from core.replanning.day.replay import EventsRefusedError, apply
from core.replanning.repair_kinds import Repair
from core.replanning.repairs import repair, repairs
from core.schedulers.decided import decided
from core.schedulers.from_now import planned_from_now
from core.schedulers.registry import scheduler
from tests.replanning.tried import aloud, quietly, tried

START = datetime(2026, 1, 5, 6)
WHOLE = [name for name in KINDS if not name.startswith("midway")]
EXACT = ("cpsat",)
PLANNERS = [name for name in names() if name not in EXACT]
QUICK = [name for name in PLANNERS if rule_names(name) == (name.partition(":")[2],)]
OFTEN, RARELY = 0.3, 0.005  # shares of the shifts that what takes longer is tried on
FIELDS = ("machine", "start", "end")


def drawn(dice):
    """A small problem of some kind, and a plan of it."""
    kind = KINDS[dice.choice(WHOLE)].resized(dice.randint(1, 12), dice.randint(1, 4))
    kind = replace(
        kind,
        wait_share=dice.choice((0.0, 0.3)),
        unbroken_share=dice.choice((0.0, 0.4)),
        machine_types=min(kind.machine_types, 3),
        flexibility=((1, 2),),
    )
    seed = dice.randrange(10**9)
    problem = generate(kind, seed)
    return kind, problem, simple_plan(problem, seed)


def cut_and_go_on(dice, problem, plan):
    """Cut at any second, freeze all or some: the same plan goes on."""
    now = dice.randint(0, plan.makespan)
    previous = PreviousPlan.of(plan)
    until = dice.choice((plan.makespan + 1, dice.randint(0, plan.makespan), 0))
    freeze = dict.fromkeys(range(problem.num_machines), until)
    floor = floor_as_planned(problem, previous, now, None, freeze)
    fixed = committed(problem, floor)
    shift = Shift(problem, START, "day")
    made = repair(shift, floor, Repair.PUSH).plan.result.schedule
    if not same(made, plan):
        yield "the plan that was cut does not go on as it was"
    if until > plan.makespan:
        if fixed.open_jobs.size:
            yield "something is open in a plan that is frozen to its end"
        elif not same(joined(problem, fixed, None), plan):
            yield "the frozen plan is another one"
    keep = dice.choice([name for name in KEEPS if name != "off"])
    kind = dice.choice((Repair.FROZEN, Repair.GENTLE))
    settings = PlanSettings(scheduler="rule:edd", effort="quick", keep=keep)
    again = repair(shift, floor, kind, settings)
    if again.changes.changed_jobs or not same(again.plan.result.schedule, plan):
        yield f"nothing happened, and {kind} at {keep} changes something"


def same(schedule, plan):
    """Whether every job is where and when it was."""
    return all((getattr(schedule, x) == getattr(plan, x)).all() for x in FIELDS)


def kept_by_all(dice, case):
    """Every scheduler keeps history, locks and freeze; refined or not."""
    problem, floor = case.problem, case.floor
    chosen = [dice.choice(QUICK)]
    if dice.random() < OFTEN:
        chosen.append(dice.choice(PLANNERS))
    for name in (*chosen, *EXACT[: dice.random() < RARELY]):
        refined = 0.01 * (name != "auto" and dice.random() < 0.1)
        settings = PlanSettings(
            scheduler=name,
            effort="quick",
            most_seconds=0.01,
            refine_seconds=refined,
            lookahead=dice.choice((None, 0.0, 1800.0)),
        )
        COUNTED[name] += 1
        COUNTED["refined"] += refined > 0
        stop = MaxSeconds(1.0) if name in EXACT else never
        try:
            result = planned_from_now(
                problem, floor, scheduler(settings), settings, stop=stop
            )
        except PlanningCancelled:
            if name not in EXACT:
                raise
            COUNTED["no exact plan in a second"] += 1
            continue
        for broken in violations_on(problem, result.schedule, floor):
            yield f"{name} refined {refined}: {broken}"


def repaired(dice, case):
    """Repairs are valid; gentle is no worse than push in its own objective."""
    problem, floor = case.problem, case.floor
    keep = dice.choice(list(KEEPS))
    settings = PlanSettings(
        scheduler="rule:edd", effort="quick", most_seconds=0.01, keep=keep
    )
    shift = Shift(problem, START, "day")
    home, price, cost = home_of(problem, floor), KEEPS[keep].price, {}
    for made in repairs(shift, floor, settings):
        result = made.plan.result
        for broken in violations_on(problem, result.schedule, floor):
            yield f"{made.repair}: {broken}"
        part = decided(made.plan)
        if part is not None and not stepped(part):
            yield f"{made.repair}: the decisions of what was left make another plan"
        cost[made.repair] = result.cost + price * home.change(result.schedule)
    if cost[Repair.GENTLE] > cost[Repair.PUSH] + 1e-9:
        yield f"gentle costs {cost[Repair.GENTLE]}, push {cost[Repair.PUSH]}"


def stepped(plan):
    """Whether a plan has decisions of the policy that make it again."""
    trace, schedule = plan.result.trace, plan.result.schedule
    return trace is not None and same(replay(plan.shift.problem, trace), schedule)


def replayed(dice, problem):
    """Base and events, written and read back, give the same problem."""
    shift = Shift(problem, START, "day")

    def at(low=0, high=3000):
        return START + timedelta(minutes=dice.randint(low, high))

    def job():
        return dice.choice(problem.job_ids)

    def machine():
        return dice.choice(problem.machine_ids)

    makers = (
        lambda: MachineDown(time=at(), machine=machine(), until=at(3001, 4000)),
        lambda: MachineBack(time=at(), machine=machine()),
        lambda: JobLonger(time=at(), job=job(), seconds=dice.randint(1, 9999)),
        lambda: MaterialLate(time=at(), jobs=(job(),), arrives=at()),
    )
    log = sorted(
        (dice.choice(makers)() for _ in range(dice.randint(0, 6))),
        key=lambda event: event.time,
    )
    try:
        once = apply(shift, log, START + timedelta(days=4))
    except EventsRefusedError:
        return
    again = apply(
        shift, events_from_json(events_to_json(log)), START + timedelta(days=4)
    )
    if again.content_hash != once.content_hash:
        yield "base and events replay to another problem"


def faults(seed):
    """What does not hold of one random shift in the middle: a text each, best none."""
    dice = random.Random(seed)
    kind, problem, plan = drawn(dice)
    found = [*cut_and_go_on(dice, problem, plan), *replayed(dice, problem)]
    settings = replace(
        kind,
        cut=((0, 0.9),),
        happenings=tuple(HAPPENINGS),
        happening_count=((0, 3),),
        down_minutes=((1, 600),),
        late_minutes=((0, 600),),
        rush_minutes=((5, 200),),
        said_share=0.5,
        released_share=0.1,
        lock_share=dice.choice((0.0, 0.2, 0.5)),
        freeze_minutes=((0, 0), (0, 900)),
    )
    case = midway(problem, plan, settings, dice.randrange(10**9))
    COUNTED.update(case.happened)
    COUNTED["locked"] += any(x.lock is not None for x in case.floor.states.values())
    COUNTED["frozen"] += bool(case.floor.freeze_until)
    found += kept_by_all(dice, case)
    return [*found, *repaired(dice, case)] if dice.random() < OFTEN else found


COUNTED: Counter[str] = Counter()


def run(count, seed="0", first=0, tell=quietly):
    """Try ``count`` shifts from number ``first`` on; text of all that did not hold."""
    return tried(faults, count, seed, first, tell)


if __name__ == "__main__":
    given = [*sys.argv[1:], *("10000", "0", "0")[len(sys.argv) - 1 :]]
    wanted, named, begin = int(given[0]), given[1], int(given[2])
    everything = run(wanted, named, begin, aloud)
    print(f"{len(everything)} faults in {wanted} shifts.")
    print(", ".join(f"{name} {count}" for name, count in sorted(COUNTED.items())))
    sys.exit(bool(everything))
