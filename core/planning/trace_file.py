"""A trace as one file, and back."""

from __future__ import annotations

import io
import json
import zipfile
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.planning.decision import Scores
from core.planning.trace import ARRAYS, Trace, TraceError

FORMAT = 1
LARGEST = 400_000_000  # bytes of an unpacked trace: 10,000 jobs, all candidates


def trace_to_bytes(trace: Trace) -> bytes:
    """Return the trace as one file: an npz archive without pickles."""
    head = {
        "format": FORMAT,
        "problem_hash": trace.problem_hash,
        "scheduler": trace.scheduler,
        "model": trace.model,
        "seed": trace.seed,
        "objective": list(trace.objective),
        "lookahead": trace.lookahead if isfinite(trace.lookahead) else "inf",
        "scores": trace.scores.value,
    }
    text = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    arrays = {name: getattr(trace, name) for name in ARRAYS}
    np.savez_compressed(buffer, head=text, **arrays)
    return buffer.getvalue()


def trace_from_bytes(data: bytes) -> Trace:
    """
    Read a trace that :func:`trace_to_bytes` wrote.

    Raises
    ------
    TraceError
        When it is none, is damaged, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST:
            raise TraceError(
                f"A trace of {size:,} bytes is too large; the most is {LARGEST:,}."
            )
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            head = json.loads(file["head"].tobytes().decode())
            arrays = {name: file[name] for name in ARRAYS}
    except TraceError:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        KeyError,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise TraceError(f"This file holds no trace: {error}") from error
    return Trace(**_headed(head), **_typed(arrays))


def _headed(head: object) -> dict[str, Any]:
    """Fields of a trace from the head of its file."""
    if not isinstance(head, dict) or head.pop("format", None) != FORMAT:
        raise TraceError(f"Expected a trace of format {FORMAT}; this is another.")
    try:
        wait = head["lookahead"]
        a, b, c = map(float, head["objective"])
        return {
            "problem_hash": str(head["problem_hash"]),
            "scheduler": str(head["scheduler"]),
            "model": str(head["model"]),
            "seed": int(head["seed"]),
            "objective": (a, b, c),
            "lookahead": float(wait),
            "scores": Scores(head["scores"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise TraceError(f"The head of this trace is damaged: {error}") from error


def _typed(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the arrays, each of its own type."""
    for name, array in arrays.items():
        if array.dtype != ARRAYS[name]:
            raise TraceError(f"{name} holds {array.dtype}, expected {ARRAYS[name]}.")
    return arrays
