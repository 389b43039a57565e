"""What is said of jobs that are past change: locks that cannot be, and notices."""

from __future__ import annotations

from collections.abc import Callable

from core.problem.model import Problem
from core.timing.commitments import LockFault, LockRule, Notice, NoticeKind

Moment = Callable[[float], str]


def lock_words(problem: Problem, fault: LockFault, moment: Moment) -> tuple[str, str]:
    """
    Say why a lock cannot be kept, and both ways to mend it.

    Parameters
    ----------
    problem
        Every job.
    fault
        What is wrong.
    moment
        How seconds since plan start are written.

    Returns
    -------
    fault, mend
        Sentences for the planner.
    """
    job = problem.job_ids[fault.job]
    where = "" if fault.machine is None else problem.machine_ids[fault.machine]
    other = None if fault.other is None else problem.job_ids[fault.other]
    along = ""
    if fault.because is not None:
        along = f", which has to come before locked {problem.job_ids[fault.because]},"
    lock = f"{job}{along} is locked to {where}"
    if fault.start is not None:
        lock += f" at {moment(fault.start)}"
    match fault.rule:
        case LockRule.NOT_IN_PLAN:
            said = f"{job}{along} is locked, and no plan before says where or when"
            return f"{said}.", "Unlock it, or give the plan that it is locked in."
        case LockRule.NOT_ELIGIBLE:
            said = f"{lock}, which may not run it"
            return f"{said}.", "Unlock it, or let that machine run it."
        case LockRule.BEFORE_NOW:
            why = "that is past, and it has not begun"
        case LockRule.NOT_READY:
            why = f"it is released at {moment(problem.release[fault.job])} only"
        case LockRule.PREDECESSOR:
            why = f"{other}, which has to come first, ends later"
        case LockRule.MACHINE:
            behind = "" if other is None else f" with {other}"
            why = f"the machine is not ready{behind} before that"
        case LockRule.CLOSED:
            why = "the machine is closed then"
    first = "not known" if fault.first is None else moment(fault.first)
    mend = f"Unlock it; or move it: the first start that can be is {first}."
    return f"{lock}, and {why}.", mend


def notice_words(problem: Problem, notice: Notice, moment: Moment) -> str:
    """
    Say what the planner has to know of a job that is past change.

    Parameters
    ----------
    problem, notice, moment
        See :func:`lock_words`.
    """
    job = problem.job_ids[notice.job]
    other = "" if notice.other is None else problem.job_ids[notice.other]
    at = "" if notice.time is None else moment(notice.time)
    match notice.kind:
        case NoticeKind.BEFORE_PREDECESSOR:
            return f"{job} began before {other} had ended. It is kept as it was."
        case NoticeKind.OVERLAPS:
            return f"{job} began while its machine was at {other}. It is kept so."
        case NoticeKind.IN_CLOSURE:
            return f"{job} began while its machine was closed. It is kept as it was."
        case NoticeKind.PUSHED:
            return f"{job} is frozen and cannot start as planned: it starts at {at}."
        case NoticeKind.NOT_FROZEN if not other:
            return f"{job} is not frozen: its machine may not run it any more."
        case NoticeKind.NOT_FROZEN:
            return f"{job} is not frozen: {other}, which is not, has to come first."
        case NoticeKind.LOCKED_ALONG:
            return f"{job} is locked with {other}, which waits for it."
        case NoticeKind.NO_START:
            return f"Nobody said when {job} began; taken as {at}."
        case NoticeKind.NO_END:
            return f"Nobody said when {job} ended; taken as {at}."
