"""Locks that cannot be kept, in one notice."""

from __future__ import annotations

from core.problem import phrases
from core.problem.shift import Shift
from core.replanning.lock_words import lock_words
from core.timing.commitments import ImpossibleLockError


def lock_notice(shift: Shift, error: ImpossibleLockError) -> str:
    """Say of every lock why it cannot be kept, and how to mend it."""

    def moment(seconds: float) -> str:
        return phrases.moment(shift.start, seconds)

    said = [lock_words(shift.problem, fault, moment) for fault in error.faults]
    return " ".join(f"{fault} {mend}" for fault, mend in said)
