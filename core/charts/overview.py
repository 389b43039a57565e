"""The plan as tables: what the Gantt chart shows, for reading and sorting."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.charts.job_facts import wait_text
from core.planning.plan import Plan
from core.problem.measures.waiting import idle_seconds
from core.problem.schedule import open_seconds, setup_seconds, slack, tardiness
from core.problem.shift import Shift

MINUTE, HOUR = 60.0, 3600.0


def jobs_table(plan: Plan) -> pd.DataFrame:
    """
    Return one row per job, the latest ones first.

    Returns
    -------
    pd.DataFrame
        Times as date-times, lengths in minutes; slack is negative for late jobs and
        empty without a due date. The planner's own columns stand behind ours.
    """
    problem, start = plan.shift.problem, plan.shift.start
    schedule = plan.result.schedule
    zero = pd.Timestamp(start)
    spare = slack(schedule, problem.due)
    dated = np.isfinite(problem.due)
    due = np.where(dated, problem.due, 0)
    names = {
        "family": np.array(problem.family_names, dtype=object)[problem.family],
        "machine": np.array(problem.machine_ids, dtype=object)[schedule.machine],
        "group": np.array(problem.group_names, dtype=object)[problem.group],
    }
    table = pd.DataFrame(
        {
            "Job": list(problem.job_ids),
            "Family": names["family"],
            "Machine": names["machine"],
            "Start": zero + pd.to_timedelta(schedule.start, unit="s"),
            "End": zero + pd.to_timedelta(schedule.end, unit="s"),
            "Due": pd.Series(zero + pd.to_timedelta(due, unit="s")).where(dated),
            "Late": tardiness(schedule, problem.due) / MINUTE,
            "Slack": np.where(dated, spare, np.nan) / MINUTE,
            "Important": np.where(problem.important, "★", ""),
            "Setup group": names["group"],
            "Setup": setup_seconds(problem, schedule) / MINUTE,
            "Waited for": [
                wait_text(plan.shift, job, wait) for job, wait in enumerate(plan.waits)
            ],
        }
    )
    order = np.lexsort((schedule.start, -table["Late"].to_numpy()))
    table = _with_extras(table, plan.shift)
    return table.iloc[order].reset_index(drop=True)


def machines_table(plan: Plan) -> pd.DataFrame:
    """
    Return one row per machine, in the planner's order.

    Returns
    -------
    pd.DataFrame
        Lengths in hours. Load is processing over open time until the plan ends, in
        percent; missing for a machine that never opens in that time.
    """
    problem, schedule = plan.shift.problem, plan.result.schedule
    jobs = np.arange(problem.num_jobs)
    machines = problem.num_machines
    spent = problem.processing[jobs, schedule.machine]
    work = np.bincount(schedule.machine, weights=spent, minlength=machines)
    setups = setup_seconds(problem, schedule)
    setup = np.bincount(schedule.machine, weights=setups, minlength=machines)
    opened = open_seconds(problem, schedule.makespan)
    with np.errstate(invalid="ignore", divide="ignore"):
        load = np.where(opened > 0, 100 * work / opened, np.nan)
    types = np.array(problem.machine_type_names, dtype=object)
    return pd.DataFrame(
        {
            "Machine": list(problem.machine_ids),
            "Type": types[problem.machine_type],
            "Jobs": np.bincount(schedule.machine, minlength=machines),
            "Load": load,
            "Processing": work / HOUR,
            "Setup": setup / HOUR,
            "Idle": idle_seconds(problem, schedule) / HOUR,
            "Setups": np.bincount(
                schedule.machine, weights=setups > 0, minlength=machines
            ).astype(np.int64),
        }
    )


def shift_table(shift: Shift) -> pd.DataFrame:
    """
    Return one row per job of a shift that is not planned yet, in its order.

    Processing is the mean over the machines a job may run on, in minutes.
    """
    problem = shift.problem
    zero = pd.Timestamp(shift.start)
    dated = np.isfinite(problem.due)
    due = np.where(dated, problem.due, 0)
    released = pd.Series(zero + pd.to_timedelta(problem.release, unit="s"))
    table = pd.DataFrame(
        {
            "Job": list(problem.job_ids),
            "Family": np.array(problem.family_names, dtype=object)[problem.family],
            "Processing": problem.mean_processing / MINUTE,
            "Machines": problem.eligible.sum(axis=1),
            "Setup group": np.array(problem.group_names, dtype=object)[problem.group],
            "Release": released.where(problem.release > 0),
            "Due": pd.Series(zero + pd.to_timedelta(due, unit="s")).where(dated),
            "Important": np.where(problem.important, "★", ""),
            "After": [
                ", ".join(problem.job_ids[p] for p in before)
                for before in problem.predecessors
            ],
        }
    )
    return _with_extras(table, shift)


def _with_extras(table: pd.DataFrame, shift: Shift) -> pd.DataFrame:
    """Put the planner's own columns behind the table of all jobs."""
    own = pd.DataFrame(shift.extra_columns(table.columns), index=table.index)
    return pd.concat([table, own], axis=1)
