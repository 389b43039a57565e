"""
Whether a schedule keeps what has begun, what is locked and what is frozen.

Written from the rules alone, as :mod:`core.problem.verifier.verify`: it knows nothing
of how commitments are worked out, and reads the hours of machines by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.problem.verifier.time_words import IN_SECONDS, TimeWords
from core.problem.verifier.verify import Violation, violations

HISTORY, LOCK, FREEZE = 7, 8, 9
SEQUENCE, AVAILABLE = 3, 5


def violations_on(
    problem: Problem,
    schedule: Schedule,
    floor: Floor,
    words: TimeWords = IN_SECONDS,
) -> tuple[Violation, ...]:
    """
    Every broken rule of a schedule that begins with history; none when it is valid.

    Parameters
    ----------
    problem, schedule
        Every job, history included.
    floor
        What was said when it was planned.
    words
        How times are worded.

    Returns
    -------
    tuple of Violation
        Rules 1 to 6 as :func:`core.problem.verifier.verify.violations` has them, for
        jobs that have not begun; 7 history is as it was, and nothing else begins
        before now; 8 locked jobs stay; 9 frozen jobs stay on their machine, in their
        order, and start no earlier than they did, nor later than they must.
    """
    found = violations(problem, schedule, words)
    if len(schedule.machine) != problem.num_jobs or any(x.rule == 1 for x in found):
        return found
    check = _Check(problem, schedule, floor, words)
    judged = [x for x in found if not check.excused(x)]
    own = [*check.history(), *check.setups(), *check.locks(), *check.freeze()]
    return tuple(sorted([*judged, *own], key=lambda violation: violation.rule))


class _Check:
    """One schedule, against one floor."""

    def __init__(
        self, problem: Problem, schedule: Schedule, floor: Floor, words: TimeWords
    ) -> None:
        n = problem.num_jobs
        self.problem, self.schedule, self.floor = problem, schedule, floor
        self.now, self.words = floor.now, words
        self.states = [floor.states.get(job, JobState()) for job in range(n)]
        self.begun = np.array([state.has_begun for state in self.states], dtype=bool)
        self.before = floor.previous or PreviousPlan.empty(n)
        # The first job on each machine that has not begun, and those before it.
        self.heads: dict[int, int] = {}
        self.last: dict[int, int] = {}
        for k, jobs in enumerate(schedule.sequences):
            begun = [job for job in jobs if self.begun[job]]
            coming = [job for job in jobs if not self.begun[job]]
            if coming:
                self.heads[k] = coming[0]
            if begun:
                self.last[k] = begun[-1]
        self.setting_up = dict(self._setting_up())

    def name(self, job: int) -> str:
        """What the planner calls a job."""
        return f"Job {self.problem.job_ids[job]!r}"

    def where(self, k: int) -> str:
        """What the planner calls a machine."""
        return f"machine {self.problem.machine_ids[k]!r}"

    def _setting_up(self) -> Iterator[tuple[int, int]]:
        """Machines on which the plan before had begun a setup, and for which job."""
        before, now = self.before, self.now
        open_ = before.known & ~self.begun
        for k in range(self.problem.num_machines):
            there = np.flatnonzero(open_ & (before.machine == k))
            if not there.size:
                continue
            job = int(there[before.start[there].argmin()])
            begins = int(before.setup_start[job])
            is_done = self.last.get(k)
            free = is_done is None or self.schedule.end[is_done] <= begins
            sets_up = before.setup_end[job] > begins
            if sets_up and begins < now <= before.start[job] and free:
                yield k, job

    def excused(self, violation: Violation) -> bool:
        """Whether a rule is not for this job: history is as it is."""
        job, k = violation.job, violation.machine
        if job is None:
            return False
        if self.begun[job]:
            return True
        if k is None or k not in self.setting_up or job != self.heads.get(k):
            return False
        if violation.rule == AVAILABLE:
            return self._goes_on(job, k)
        return violation.rule == SEQUENCE and "The setup for" in violation.message

    def opened(self, k: int, begin: int, end: int) -> int:
        """Open seconds of a machine between two times."""
        closures = self.problem.calendars[k].closures
        spans = np.minimum(closures[:, 1], end) - np.maximum(closures[:, 0], begin)
        return end - begin - int(np.maximum(spans, 0).sum())

    # --- 7: history -----------------------------------------------------------

    def history(self) -> Iterator[Violation]:
        """What has begun is where and when it was; nothing else begins before now."""
        for job, state in enumerate(self.states):
            if state.has_begun:
                yield from self._past(job, state)
        starts, setups = self.schedule.start, self.schedule.setup_start
        sets_up = self.schedule.setup_end > setups  # an empty setup begins nowhere
        early = ~self.begun & ((starts < self.now) | (sets_up & (setups < self.now)))
        for job in np.flatnonzero(early).tolist():
            k = int(self.schedule.machine[job])
            if starts[job] >= self.now and self._goes_on(job, k):
                continue
            message = (
                f"{self.name(job)} has not begun, and begins at "
                f"{self.words.at(min(starts[job], setups[job]))}, before now, "
                f"{self.words.at(self.now)}."
            )
            yield Violation(HISTORY, job, k, message)

    def _past(self, job: int, state: JobState) -> Iterator[Violation]:
        """Rule of one job that has begun."""
        schedule, k = self.schedule, int(self.schedule.machine[job])
        start, end = int(schedule.start[job]), int(schedule.end[job])
        machine = None if state.machine is None else self.where(state.machine)
        facts = [
            ("runs on", self.where(k), machine),
            ("began at", self.words.at(start), self._stated(state.start)),
        ]
        if state.status is Status.FINISHED:
            facts.append(("ended at", self.words.at(end), self._stated(state.end)))
        for what, planned, stated in facts:
            if stated is not None and planned != stated:
                message = f"{self.name(job)} {what} {stated}; the plan says {planned}."
                yield Violation(HISTORY, job, k, message)
        if state.status is not Status.STARTED or start > self.now:
            return
        left = state.remaining
        if left is None:
            work = int(self.problem.processing[job, k])
            left = max(0, work - self.opened(k, start, self.now))
        if end < self.now or self.opened(k, self.now, end) != left:
            message = (
                f"{self.name(job)} runs, with {self.words.lasts(left)} to go at "
                f"{self.words.at(self.now)}; the plan ends it at {self.words.at(end)}."
            )
            yield Violation(HISTORY, job, k, message)

    def _stated(self, seconds: int | None) -> str | None:
        """Words of a moment, where one is stated."""
        return None if seconds is None else self.words.at(seconds)

    def _goes_on(self, job: int, k: int) -> bool:
        """Whether a setup before now is the one that the plan before had begun."""
        begun = self.setting_up.get(k)
        return (
            begun is not None
            and job == self.heads.get(k)
            and self.problem.group[begun] == self.problem.group[job]
            and self.schedule.setup_start[job] == self.before.setup_start[begun]
        )

    def setups(self) -> Iterator[Violation]:
        """Rule 3 behind a setup that had begun: it is finished, and not made again."""
        problem, schedule, before = self.problem, self.schedule, self.before
        for k, begun in self.setting_up.items():
            job = self.heads.get(k)
            if job is None:
                continue
            last = self.last.get(k)
            _, group = problem.at_start(k)
            group = group if last is None else int(problem.group[last])
            whole = problem.setup_seconds(k, group, int(problem.group[begun]))
            begins, starts = int(before.setup_start[begun]), int(schedule.start[job])
            made = int(schedule.setup_start[job]), int(schedule.setup_end[job])
            lasts = self.opened(k, *made)
            if problem.group[job] == problem.group[begun]:
                fine = lasts == 0 or (
                    made[0] == begins and (lasts == whole or made[1] <= self.now)
                )
                ready = starts
            else:
                own = int(problem.group[begun]), int(problem.group[job])
                fine = lasts == problem.setup_seconds(k, *own)
                ready = made[0]
            done = before.setup_end[begun] <= self.now or (
                self.opened(k, begins, ready) >= whole
            )
            if not (fine and done):
                message = (
                    f"{self.name(job)} on {self.where(k)} does not begin with the "
                    f"setup that has begun for {problem.job_ids[begun]!r}."
                )
                yield Violation(SEQUENCE, job, k, message)

    # --- 8: locks -------------------------------------------------------------

    def locks(self) -> Iterator[Violation]:
        """Locked jobs, and those given to a machine, stay where they were."""
        before = self.before
        for job, state in enumerate(self.states):
            if state.has_begun or (
                state.lock is None and state.status is not Status.RELEASED
            ):
                continue
            k, start = state.machine, state.start
            if before.known[job] and state.lock is not None:
                k = int(before.machine[job]) if k is None else k
                start = int(before.start[job]) if start is None else start
            there = int(self.schedule.machine[job])
            if k is not None and there != k:
                message = (
                    f"{self.name(job)} is locked to {self.where(k)}; it runs on "
                    f"{self.where(there)}."
                )
                yield Violation(LOCK, job, there, message)
            at = int(self.schedule.start[job])
            if state.lock is Lock.START and start is not None and at != start:
                message = (
                    f"{self.name(job)} is locked to {self.words.at(start)}, and starts "
                    f"at {self.words.at(at)}."
                )
                yield Violation(LOCK, job, there, message)

    # --- 9: freeze ------------------------------------------------------------

    def freeze(self) -> Iterator[Violation]:
        """Frozen jobs keep machine and order; their starts, as long as they can."""
        before, schedule = self.before, self.schedule
        movable = self._movable()
        for k, until in sorted(self.floor.freeze_until.items()):
            there = np.flatnonzero(
                before.known & ~self.begun & ~movable & (before.machine == k)
            )
            kept = there[np.lexsort((before.end[there], before.start[there]))]
            kept = kept[before.start[kept] < until]
            on = schedule.sequences[k] if k < len(schedule.sequences) else ()
            new = [job for job in on if not self.begun[job]][: len(kept)]
            if new != kept.tolist():
                names = [self.problem.job_ids[job] for job in kept.tolist()]
                message = (
                    f"{self.where(k).capitalize()} is frozen until "
                    f"{self.words.at(until)} with "
                    f"{', '.join(names)}; the plan goes on otherwise."
                )
                yield Violation(FREEZE, None, k, message)
                continue
            for job in kept.tolist():
                yield from self._frozen(job, k)

    def _frozen(self, job: int, k: int) -> Iterator[Violation]:
        """Rule of one frozen job: its start, else the first that there can be."""
        problem, schedule = self.problem, self.schedule
        start, wanted = int(schedule.start[job]), int(self.before.start[job])
        ready = [self.now, int(problem.release[job]), int(schedule.setup_end[job])]
        for first in problem.predecessors[job]:
            ready.append(int(schedule.end[first] + problem.wait_after[first]))
        first = max(ready)
        # It may start later than that only by closed time, or to run in one go.
        waits = self.opened(k, first, start) if start > first else 0
        late = start > wanted and waits > 0 and bool(problem.may_pause[job])
        if start < wanted or late:
            message = (
                f"{self.name(job)} is frozen at {self.words.at(wanted)}; it starts at "
                f"{self.words.at(start)}"
                f"{', and could at ' + self.words.at(first) if late else ''}."
            )
            yield Violation(FREEZE, job, k, message)

    def _movable(self) -> NDArray[np.bool_]:
        """Jobs that no freeze can hold: the world has changed under their place."""
        problem, before = self.problem, self.before
        movable = np.zeros(problem.num_jobs, dtype=np.bool_)
        for job, state in enumerate(self.states):
            k, start = int(before.machine[job]), state.start
            moved = state.machine not in (None, k) or (
                state.lock is Lock.START and start not in (None, int(before.start[job]))
            )
            movable[job] = k < 0 or moved or not problem.eligible[job, k]
        movable &= ~self.begun
        size = -1
        while size != int(movable.sum()):  # with what waits for them, and is behind
            size = int(movable.sum())
            for job in problem.topological_order.tolist():
                for first in problem.predecessors[job]:
                    late = before.known[first] & before.known[job]
                    late &= before.start[first] >= before.start[job]
                    open_ = not self.begun[first] and not self.begun[job]
                    movable[job] |= open_ and (movable[first] or late)
            for k in range(problem.num_machines):
                there = before.known & ~self.begun & (before.machine == k)
                if (there & movable).any():
                    from_ = before.start[there & movable].min()
                    movable |= there & (before.start >= from_)
        return movable
