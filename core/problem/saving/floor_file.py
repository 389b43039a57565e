"""What the shop floor says, as values that JSON can hold, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status

_TIMES = ("machine", "setup_start", "setup_end", "start", "end")


def floor_to_json(floor: Floor) -> dict[str, Any]:
    """Return a floor as values that JSON can hold."""
    before = floor.previous
    return {
        "now": floor.now,
        "states": [
            [
                *(job, str(state.status), state.machine, state.start, state.end),
                *(state.remaining, None if state.lock is None else str(state.lock)),
            ]
            for job, state in sorted(floor.states.items())
        ],
        "previous": None
        if before is None
        else {name: getattr(before, name).tolist() for name in _TIMES}
        | {"lost": list(before.lost)},
        "freeze_until": sorted([k, until] for k, until in floor.freeze_until.items()),
    }


def floor_from_json(kept: Mapping[str, Any]) -> Floor:
    """
    Return the floor that :func:`floor_to_json` wrote; its ``content_hash`` is equal.

    Raises
    ------
    ValueError
        When it is something else.
    """
    try:
        states = {}
        for job, status, machine, start, end, remaining, lock in kept["states"]:
            locked = None if lock is None else Lock(lock)
            states[job] = JobState(
                Status(status), machine, start, end, remaining, locked
            )
        before = kept["previous"]
        previous = None
        if before is not None:
            times = {x: np.array(before[x], dtype=np.int64) for x in _TIMES}
            previous = PreviousPlan(**times, lost=tuple(before["lost"]))
        until = {k: second for k, second in kept["freeze_until"]}
        return Floor(kept["now"], states, previous, until)
    except (KeyError, TypeError) as error:
        raise ValueError(f"No floor: {error}.") from error
