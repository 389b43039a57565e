"""
A problem, or a window of one, as a constraint model for CP-SAT.

Times are *open seconds of the machine* that runs the job: on that clock a machine
never closes, so setups and work have their plain lengths, and the timing rules
become "start at least a setup after the end of the job before". Where a calendar
time is needed, for due dates, predecessors and the makespan, one Boolean per closure
says whether it has passed. So the model is exact, closures included.
"""

from __future__ import annotations

from itertools import chain, pairwise
from math import inf

import numpy as np
from ortools.sat.python import cp_model

from core.planning.scheduler import PlanningCancelled
from core.planning.stopping import Stop, never, peek
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.exact.model_size import horizon
from core.schedulers.exact.whole_numbers import whole_weights
from core.schedulers.exact.window import Window


class CpModel:
    """
    The constraint model of a window of a problem.

    Parameters
    ----------
    problem, objective
        What to plan, and what to judge it by.
    window
        What may change.
    schedule
        A valid schedule: hint to the solver, bound on the makespan, and the times
        of settled jobs; only a window that settles and keeps nothing needs none.
    stop
        Asked while the model is built, for every job on every machine.

    Attributes
    ----------
    unit
        What one of the solver's objective is in cost.
    exact
        Whether the solver's objective is the cost: no weight and no due date was
        rounded.

    Raises
    ------
    PlanningCancelled
        When ``stop`` says so.
    """

    def __init__(
        self,
        problem: Problem,
        objective: Objective,
        window: Window,
        schedule: Schedule | None = None,
        stop: Stop = never,
    ) -> None:
        self.problem, self.window, self.schedule = problem, window, schedule
        self._stop = stop
        self.model = cp_model.CpModel()
        self.scales = objective.scales(problem)
        self.horizon = horizon(problem, objective, schedule)
        self.choice: dict[tuple[int, int], cp_model.IntVar] = {}
        self.start: dict[int, cp_model.IntVar] = {}
        self.finish: dict[int, cp_model.IntVar] = {}
        self.end: dict[int, cp_model.IntVar] = {}
        self.begin: dict[int, cp_model.IntVar] = {}
        self.setup: list[list[tuple[cp_model.IntVar, int]]] = [
            [] for _ in range(problem.num_machines)
        ]
        self.passed: dict[tuple[int, str, bytes], list[cp_model.IntVar]] = {}
        self.staying = {j: k for k, jobs in enumerate(window.order) for j in jobs}
        self.at_machine: list[list[int]] = [[] for _ in range(problem.num_machines)]
        self._add_jobs()
        for k in range(problem.num_machines):
            self._add_machine(k)
        self._add_precedence()
        self._minimize()

    def sequences(self, solver: cp_model.CpSolver) -> list[list[int]]:
        """Jobs of every machine in the order that the solver found."""
        schedule, found = self.schedule, []
        for k in range(self.problem.num_machines):
            jobs = [j for j in self.at_machine[k] if solver.value(self.choice[j, k])]
            jobs.sort(key=lambda j: solver.value(self.start[j]))
            before: list[int] = []
            if schedule is not None:
                before = [j for j in self.window.settled if schedule.machine[j] == k]
                before.sort(key=lambda j: schedule.start[j])
            found.append(before + jobs)
        return found

    def _ask(self) -> None:
        """Go on, or not."""
        if peek(self._stop):
            raise PlanningCancelled("Stopped while CP-SAT's model was being built.")

    def _add_jobs(self) -> None:
        """Machine, start and end of every job that is not settled."""
        problem, model = self.problem, self.model
        machines = set(self.window.machines)
        for j in [*self.window.free, *self.staying]:
            self._ask()
            at = np.flatnonzero(np.isfinite(problem.possible_processing[j])).tolist()
            if j in self.staying:
                at = [self.staying[j]]
            else:
                at = [k for k in at if k in machines]
            self.start[j] = model.new_int_var(0, self.horizon, "")
            self.finish[j] = model.new_int_var(0, self.horizon, "")
            for k in at:
                self.choice[j, k] = model.new_bool_var("")
                self.at_machine[k].append(j)
            model.add_exactly_one(self.choice[j, k] for k in at)
            self._add_clocks(j, at)
            if self.schedule is not None:
                self._hint(j, at, self.schedule)

    def _hint(self, j: int, at: list[int], schedule: Schedule) -> None:
        """Hint the place of job j in the schedule."""
        now = int(schedule.machine[j])
        calendar = self.problem.calendars[now]
        for k in at:
            self.model.add_hint(self.choice[j, k], k == now)
        self.model.add_hint(
            self.start[j], int(calendar.open_seconds(schedule.start[j]))
        )
        self.model.add_hint(self.finish[j], int(calendar.open_seconds(schedule.end[j])))
        self.model.add_hint(self.end[j], int(schedule.end[j]))
        if j in self.begin:
            self.model.add_hint(self.begin[j], int(schedule.start[j]))

    def _add_clocks(self, j: int, at: list[int]) -> None:
        """Tie the open seconds of job j to calendar time."""
        problem, model = self.problem, self.model
        self.end[j] = model.new_int_var(0, self.horizon, "")
        if problem.predecessors[j] or not problem.may_pause[j]:
            self.begin[j] = model.new_int_var(0, self.horizon, "")
        for k in at:
            chosen, calendar = self.choice[j, k], problem.calendars[k]
            work = int(problem.processing[j, k])
            model.add(self.finish[j] == self.start[j] + work).only_enforce_if(chosen)
            released = int(calendar.open_seconds(problem.not_before[j]))
            model.add(self.start[j] >= released).only_enforce_if(chosen)
            if problem.reserved_start[j] >= 0:
                model.add(self.start[j] <= released)
            closed = self._closed_before(j, calendar, chosen, at_end=True)
            model.add(self.end[j] == self.finish[j] + closed).only_enforce_if(chosen)
            if j in self.begin:
                closed = self._closed_before(j, calendar, chosen, at_end=False)
                model.add(self.begin[j] == self.start[j] + closed).only_enforce_if(
                    chosen
                )
                if not problem.may_pause[j]:
                    model.add(self.end[j] == self.begin[j] + work).only_enforce_if(
                        chosen
                    )

    def _closed_before(
        self, j: int, calendar: Calendar, chosen: cp_model.IntVar, *, at_end: bool
    ) -> cp_model.LinearExpr | int:
        """
        Closed seconds before the end, or the start, of job j.

        Work that ends as a closure begins has not passed it; work that would start
        then has.
        """
        model = self.model
        at = calendar.open_at_closure.tolist()
        lengths = (calendar.closures[:, 1] - calendar.closures[:, 0]).tolist()
        near = [
            i for i, (start, _) in enumerate(calendar.closures) if start < self.horizon
        ]
        if not near:
            return 0
        time = self.finish[j] if at_end else self.start[j]
        first = int(at_end)  # open seconds after which a closure has been passed
        key = (j, "end" if at_end else "begin", calendar.closures.tobytes())
        passed = self.passed.get(key)
        if passed is None:
            passed = self.passed[key] = [model.new_bool_var("") for _ in near]
            for earlier, later in pairwise(passed):
                model.add_implication(later, earlier)
            if self.schedule is not None:
                hinted = self.schedule.end[j] if at_end else self.schedule.start[j]
                machine = self.problem.calendars[self.schedule.machine[j]]
                now = machine.open_seconds(hinted)
                for i in near:
                    model.add_hint(passed[i], bool(now >= at[i] + first))
        for i in near:
            beyond = model.add(time >= at[i] + first)
            beyond.only_enforce_if(chosen, passed[i])
            before = model.add(time <= at[i] + first - 1)
            before.only_enforce_if(chosen, ~passed[i])
        return cp_model.LinearExpr.weighted_sum(passed, [lengths[i] for i in near])

    def _add_machine(self, k: int) -> None:
        """One job at a time, with setups between them, on machine k."""
        problem, model = self.problem, self.model
        jobs = self.at_machine[k]
        if not jobs:
            return
        free, group = self.window.from_where(problem, self.schedule, k)
        matrix = problem.setups_of(k)
        model.add_no_overlap(
            model.new_optional_interval_var(
                self.start[j],
                int(problem.processing[j, k]),
                self.finish[j],
                self.choice[j, k],
                "",
            )
            for j in jobs
        )
        for j in jobs:
            least = free + int(
                matrix[group, problem.group[j]] if not matrix.any() else 0
            )
            model.add(self.start[j] >= least).only_enforce_if(self.choice[j, k])
        order = list(self.window.order[k])
        for i, j in pairwise(order):
            model.add(self.start[j] >= self.finish[i])
        if matrix.any():
            self._add_circuit(k, jobs, order, free, group)

    def _add_circuit(
        self, k: int, jobs: list[int], order: list[int], free: int, group: int
    ) -> None:
        """Setups on machine k: a circuit through its jobs, 0 its start and end."""
        problem, model = self.problem, self.model
        matrix = problem.setups_of(k)
        node = {j: i + 1 for i, j in enumerate(jobs)}
        place = {j: i for i, j in enumerate(order)}
        follows = self.window.before_each(self.schedule, k)
        idle = model.new_bool_var("")
        self._hint_arc(idle, not any(j in follows for j in jobs))
        arcs: list[tuple[int, int, cp_model.LiteralT]] = [(0, 0, idle)]
        for j in jobs:
            self._ask()
            chosen = self.choice[j, k]
            model.add_implication(chosen, ~idle)
            arcs.append((node[j], node[j], ~chosen))
            group_j = int(problem.group[j])
            if place.get(j, 0) == 0:
                first = model.new_bool_var("")
                seconds = int(matrix[group, group_j])
                arcs.append((0, node[j], first))
                model.add(self.start[j] >= free + seconds).only_enforce_if(first)
                self.setup[k].append((first, seconds))
                self._hint_arc(first, follows.get(j) == -1)
            if place.get(j, len(order) - 1) == len(order) - 1:
                last = model.new_bool_var("")
                arcs.append((node[j], 0, last))
                self._hint_arc(last, j in follows and j not in follows.values())
            for i in jobs:
                kept = i in place and j in place
                if i == j or (kept and place[j] != place[i] + 1):
                    continue
                arc = model.new_bool_var("")
                seconds = int(matrix[problem.group[i], group_j])
                arcs.append((node[i], node[j], arc))
                model.add(self.start[j] >= self.finish[i] + seconds).only_enforce_if(
                    arc
                )
                self.setup[k].append((arc, seconds))
                self._hint_arc(arc, follows.get(j) == i)
        model.add_circuit(arcs)

    def _load(self, k: int) -> cp_model.LinearExpr:
        """
        Open seconds after which machine k is through with its work and setups.

        Implied by the starts and ends, but without it their linear relaxation, which
        leads the search, does not see that a machine does one thing at a time.
        """
        free, _ = self.window.from_where(self.problem, self.schedule, k)
        jobs = self.at_machine[k]
        terms = [(self.choice[j, k], int(self.problem.processing[j, k])) for j in jobs]
        taken, seconds = zip(*terms, *self.setup[k], strict=True) if jobs else ((), ())
        return free + cp_model.LinearExpr.weighted_sum(taken, seconds)

    def _hint_arc(self, arc: cp_model.IntVar, taken: bool) -> None:
        if self.schedule is not None:
            self.model.add_hint(arc, taken)

    def _add_precedence(self) -> None:
        """Jobs start behind their predecessors, in calendar time."""
        for i, j in self.problem.precedence.tolist():
            if j not in self.begin:
                continue  # settled, like its predecessors
            wait = int(self.problem.wait_after[i])
            if i in self.end:
                self.model.add(self.begin[j] >= self.end[i] + wait)
            elif self.schedule is not None:
                self.model.add(self.begin[j] >= int(self.schedule.end[i]) + wait)

    def _minimize(self) -> None:
        """State the objective; what is settled only adds a constant."""
        problem, model, schedule = self.problem, self.model, self.schedule
        a, b, c = self.scales
        terms: list[cp_model.IntVar] = []
        weights: list[float] = []
        most: list[int] = []  # of each term
        if a > 0:
            fixed = problem.fixed_figures[0]
            makespan = model.new_int_var(fixed, max(self.horizon, fixed), "")
            for end in self.end.values():
                model.add(makespan >= end)
            for k in range(problem.num_machines):
                model.add(makespan >= self._load(k))
            if schedule is not None:
                model.add_hint(makespan, max(int(schedule.end[j]) for j in self.end))
            terms.append(makespan)
            weights.append(a)
            most.append(max(self.horizon, fixed))
        for j, end in self.end.items() if b > 0 else ():
            if problem.due[j] < inf:
                late = model.new_int_var(0, self.horizon, "")
                due = int(np.floor(problem.due[j]))
                model.add(late >= end - due)
                if schedule is not None:
                    model.add_hint(late, max(0, int(schedule.end[j]) - due))
                terms.append(late)
                weights.append(b * float(problem.weight[j]))
                most.append(self.horizon)
        for arc, seconds in chain.from_iterable(self.setup) if c > 0 else ():
            if seconds:
                terms.append(arc)
                weights.append(c * seconds)
                most.append(1)
        counts, self.unit, exact = whole_weights(weights, most)
        dated = problem.due[np.isfinite(problem.due)]
        self.exact = exact and bool((dated == np.floor(dated)).all())
        if terms:
            model.minimize(cp_model.LinearExpr.weighted_sum(terms, counts))
