"""Random shops as the files of a planner who uses all that files can say."""

import csv
import io
from datetime import datetime, timedelta

START = datetime(2026, 1, 7, 6, 0)  # a Wednesday
TYPES = ("CNC", "Laser", "Press")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def random_shop(dice):
    """Tables by name: a list of rows, each a dict, with every feature in some shops."""

    def some(chance=0.5):
        return dice.random() < chance

    def at(hours):
        return (START + timedelta(minutes=round(hours * 60))).isoformat()

    kinds = TYPES[: dice.randint(1, 3)]
    calendars = random_calendars(dice) if some(0.8) else []
    names = sorted({row["calendar"] for row in calendars})
    groups = ["red", "blue", "green"] if some() else []
    machines = []
    for i in range(dice.randint(1, 4)):
        machine = {
            "machine_id": f"M{i}",
            "machine_type": kinds[i] if i < len(kinds) else dice.choice(kinds),
            "speed": dice.choice([1, 1, 1.25, 0.8]),
            "calendar": dice.choice([*names, ""]),
            "available_from": at(dice.randint(0, 9)) if some(0.2) else "",
            "setup_group": dice.choice([*groups, ""]),
            "units": dice.choice(["", "", 1, 2, 3]),
        }
        machines.append(machine)
    there = sorted({x["machine_type"] for x in machines})
    materials = [
        {"material": f"mat-{i}", "arrives": at(dice.randint(-20, 40))} for i in range(3)
    ]
    jobs, n = [], dice.randint(2, 12)
    for i in range(n):
        order = i // 3
        earlier = [f"J{k}" for k in range(3 * order)]
        earlier += [f"WO-{k}" for k in range(order)]
        jobs.append(
            {
                "job_id": f"J{i}",
                "processing_minutes": dice.choice([10, 45.5, 90, 200, 240, 333]),
                "machine_types": "|".join(
                    dice.sample(there, dice.randint(1, len(there)))
                ),
                "family": f"WO-{order}",
                "sequence": i % 3 + 1 if some(0.6) else "",
                "predecessors": "|".join(dice.sample(earlier, min(len(earlier), 2)))
                if earlier and some(0.4)
                else "",
                "setup_group": dice.choice([*groups, ""]),
                "setup_minutes": dice.choice(["", 5, 20]),
                "release": at(dice.randint(0, 30)) if some(0.3) else "",
                "due": at(dice.randint(10, 90)) if some(0.7) else "",
                "important": "yes" if some(0.2) else "",
                **random_work(dice),
                "materials": "|".join(x["material"] for x in dice.sample(materials, 2))
                if some(0.3)
                else "",
                "wait_after_minutes": dice.choice(["", "", 0, 30, 600.5]),
                "pause": dice.choice(["", "", "yes", "no", "no"]),
            }
        )
    named = [x["machine_id"] for x in machines]
    named += [f"{x['machine_id']}/2" for x in machines if x["units"] in (2, 3)]
    downtime = []
    for _ in range(dice.randint(0, 4)):
        begins = dice.randint(-10, 100)
        downtime.append(
            {
                "machine_id": dice.choice([*named, *there, "*"]),
                "start": at(begins),
                "end": at(begins + dice.choice([0.5, 3, 30])),
            }
        )
    processing = [
        {
            "job_id": f"J{dice.randrange(n)}",
            "machine_id": dice.choice(named),
            "minutes": dice.choice([33.3, 61, 120]),
        }
        for _ in range(dice.randint(0, 3))
    ]
    pairs = {(x["job_id"], x["machine_id"].split("/")[0]): x for x in processing}
    setups = [
        {
            "from_group": x,
            "to_group": y,
            "minutes": dice.choice([0, 7.5, 60]),
            "machine_type": dice.choice(["", there[0]]),
        }
        for x in groups
        for y in groups
        if some(0.7)
    ]
    return {
        "jobs": jobs,
        "machines": machines,
        "calendars": calendars,
        "downtime": downtime,
        "processing": list(pairs.values()),
        "setups": setups,
        "materials": materials,
    }


def random_work(dice):
    """Pieces of a job, done or not; empty: its minutes say all."""
    what = dice.randrange(4)
    if what == 0:
        quantity = dice.randint(5, 40)
        done = dice.choice(["", 0, quantity // 3])
        return {
            "processing_minutes": "",
            "quantity": quantity,
            "minutes_per_piece": dice.choice([1, 2.25, 6]),
            "quantity_done": done,
        }
    if what == 1:
        return {"quantity": 7, "quantity_done": dice.choice([2, 5])}
    return {}


def random_calendars(dice):
    """Weekdays of which one is four hours long at least; some dates that differ."""
    rows = []
    for i in range(dice.randint(1, 2)):
        name = f"cal-{i}"
        days = dice.sample(DAYS, dice.randint(2, 7))
        for day in days:
            opens, closes = dice.choice(
                [("06:00", "14:00"), ("22:00", "06:00"), ("07:15", "18:00")]
            )
            rows.append(
                {"calendar": name, "weekday": day, "opens": opens, "closes": closes}
            )
            if dice.random() < 0.2:
                rows.append({**rows[-1], "opens": "18:30", "closes": "20:00"})
        for day in dice.sample(range(-1, 9), dice.randint(0, 4)):
            date = (START + timedelta(days=day)).date().isoformat()
            hours = dice.choice(
                [[("", "")], [("05:00", "21:00")], [("00:00", "00:00")],
                 [("06:00", "09:00"), ("10:00", "02:00")]]
            )  # fmt: skip
            rows += [
                {"calendar": name, "date": date, "opens": a, "closes": b}
                for a, b in hours
            ]
    return rows


def files_of(shop):
    """CSV files of a shop, by file name; tables without rows are left out."""
    made = {}
    for name, rows in shop.items():
        columns = list(dict.fromkeys(x for row in rows for x in row))
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        if rows:
            made[f"{name}.csv"] = buffer.getvalue().encode()
    return made
