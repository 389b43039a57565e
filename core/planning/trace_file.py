"""A trace as one file, and back."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from math import isfinite
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.planning.decision import Scores
from core.planning.trace import ARRAYS, Trace, TraceError

FORMAT = 1
Weight = Annotated[float, Field(ge=0)]
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
            head = file["head"].tobytes()
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
        zlib.error,
        MemoryError,
    ) as error:
        raise TraceError(f"This file holds no trace: {error}") from error
    try:
        return Trace(**_headed(head), **_typed(arrays))
    except (TypeError, IndexError, OverflowError) as error:
        raise TraceError(f"The arrays of this trace are damaged: {error}") from error


class _Head(BaseModel):
    """What stands before the arrays; a value of another kind is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1]
    problem_hash: str
    scheduler: str
    model: str
    seed: Annotated[int, Field(ge=0)]
    objective: tuple[Weight, Weight, Weight]
    lookahead: Weight | Literal["inf"]
    scores: Scores


def _headed(head: bytes) -> dict[str, Any]:
    """Fields of a trace from the head of its file."""
    try:
        read = _Head.model_validate_json(head)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["loc"][:1] == ("format",):
            words = f"Expected a trace of format {FORMAT}; this is another."
            raise TraceError(words) from error
        key = ".".join(map(str, first["loc"])) or "the file"
        raise TraceError(
            f"The head of this trace is damaged: {key}: {first['msg']}."
        ) from error
    return read.model_dump(exclude={"format"}) | {"lookahead": float(read.lookahead)}


def _typed(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the arrays, each of its own type."""
    for name, array in arrays.items():
        if array.dtype != ARRAYS[name]:
            raise TraceError(f"{name} holds {array.dtype}, expected {ARRAYS[name]}.")
    return arrays
