"""Problems and simulators as NumPy arrays over the memory of their tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from core.simulation.simulator import Simulator
    from core.simulation.tensors import ProblemTensors

SPAN = 2.0**33  # seconds (272 years): distance between machines on the closure axis

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class Fixed(NamedTuple):
    """What placing a job looks up; see :class:`core.simulation.tensors`."""

    processing: Floats  # (P, N, M)
    expected_work: Floats  # (P, N, M)
    due: Floats  # (P, N), and so on
    weight: Floats
    tail: Floats
    mean_processing: Floats
    group: Ints
    successors: Ints  # (P, N, D)
    setup: Floats  # flat
    setup_row: Ints  # (P, M, G + 1)
    has_closures: bool
    closure_start: Floats  # flat, on one axis
    closure_end: Floats
    closed_before: Floats
    open_at_closure: Floats


class Moving(NamedTuple):
    """What a simulator changes; its attributes of the same names."""

    source: Ints  # (B,)
    lookahead: Floats
    remaining: Ints
    now: Floats
    limit: Floats
    makespan: Floats
    makespan_bound: Floats
    weighted_tardiness: Floats
    setup_total: Floats
    work_left: Floats
    scheduled: Flags  # (B, N)
    machine: Ints
    job_ready: Floats
    waiting_for: Ints
    earliest: Floats
    job_mask: Flags
    ready: Floats  # (B, M)
    open_ready: Floats
    machine_group: Ints
    setup_offset: Ints
    load: Floats
    closed_from: Floats  # start of the next closure
    closed_for: Floats  # its length
    group_work: Floats  # (B, G)
    earliest_start: Floats  # (B, N, M)
    times: Floats  # (4, B, N)


class Scaled(NamedTuple):
    """What the features need besides; see :class:`core.simulation.tensors`."""

    num_jobs: Ints  # (P,)
    num_machines: Ints
    scale: Floats
    horizon: Floats
    usual_setup: Floats
    objective: Floats  # (P, 3)
    price: Singles  # (P, M)
    job_static: Singles  # (P, N, 12)
    job_seconds: Floats  # (P, N, 4)
    pair_static: Singles  # (P, N, 6, M)
    setup_scaled: Singles  # flat


def fixed(static: ProblemTensors) -> Fixed:
    """View of problems."""
    return Fixed(*(_view(getattr(static, name)) for name in Fixed._fields))


def moving(simulator: Simulator) -> Moving:
    """View of a simulator; writing to it moves the simulator."""
    never = simulator.ready  # without closures nothing looks at them
    closed_from, closed_for = (
        simulator.next_closure if simulator.static.has_closures else (never, never)
    )
    parts = {"closed_from": closed_from, "closed_for": closed_for}
    return Moving(
        *(
            _view(parts[name] if name in parts else getattr(simulator, name))
            for name in Moving._fields
        )
    )


def scaled(static: ProblemTensors) -> Scaled:
    """View of what the features of problems need."""
    return Scaled(*(_view(getattr(static, name)) for name in Scaled._fields))


def _view(part: Tensor | bool) -> Any:
    """
    The memory of a tensor as an array, in the one form that kernels are compiled for.

    Raises
    ------
    ValueError
        When the tensor would have to be copied.
    """
    if isinstance(part, bool):
        return part
    array = part.numpy()
    if not array.flags.c_contiguous:
        raise ValueError(f"Expected a contiguous tensor, got strides {part.stride()}.")
    return array


def indices(part: Tensor) -> Ints:
    """Whole numbers of a tensor, as the machine code takes them."""
    return np.ascontiguousarray(part.numpy(), dtype=np.int64)
