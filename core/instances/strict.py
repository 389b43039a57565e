"""Settings that check themselves: frozen, no unknown names, no other types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import wraps
from math import inf
from typing import Annotated, Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, PlainValidator, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails, PydanticCustomError

T = TypeVar("T")


def _number(value: Any) -> Any:
    """Take any number as it is: 1 stays 1, as it is written in files and cards."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "a number")
    return value


Number = Annotated[float, PlainValidator(_number)]

# What was expected, by pydantic's word for what is wrong.
_EXPECTED = {
    "int_type": "a whole number",
    "number": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "too_long": "a shorter list",
    "dict_type": "a table of names, such as { shift = 1.0 }",
    "mapping_type": "a table of names, such as { shift = 1.0 }",
    "dataclass_exact_type": "settings of its own",
}


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def strict(cls: type[T]) -> type[T]:
    """
    Make a class a frozen dataclass whose values have the types that its fields name.

    Nothing is converted: ``2.5`` is no whole number, ``True`` no number and ``"a"``
    no seed. What ``__post_init__`` refuses by a ValueError keeps its words.

    Raises
    ------
    ValueError
        By the class, when a value is refused; names the field, what is expected and
        what was given.
    """
    made: Any = dataclass(frozen=True, config=ConfigDict(strict=True, extra="forbid"))(
        cls
    )
    init: Callable[..., None] = made.__init__

    @wraps(init)
    def __init__(self: T, *values: Any, **named: Any) -> None:
        try:
            init(self, *values, **named)
        except ValidationError as error:
            words = [_words(one) for one in error.errors(include_url=False)]
            raise ValueError(" ".join(dict.fromkeys(words))) from None

    made.__init__ = __init__
    checked: type[T] = made
    return checked


def _words(error: ErrorDetails) -> str:
    """One fault in words."""
    first, *rest = error["loc"] or ("settings",)
    name = str(first) + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest
    )
    value = error["input"]
    if isinstance(value, tuple):
        value = list(value)  # as it is written
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"])
        case "unexpected_keyword_argument":
            return f"Unknown key {first!r}."
        case "missing" | "missing_argument":
            return f"Expected {name}, got none."
        case "literal_error":
            return f"Expected {name} to be {error['ctx']['expected']}, got {value!r}."
        case kind:
            expected = _EXPECTED.get(kind, error["msg"])
            return f"Expected {name} to be {expected}, got {value!r}."


def check_range(
    settings: object,
    positive: tuple[str, ...] = (),
    not_negative: tuple[str, ...] = (),
    share: tuple[str, ...] = (),
) -> None:
    """
    Refuse numbers out of range, by the names of their fields.

    Parameters
    ----------
    settings
        Whose fields they are.
    positive, not_negative, share
        Fields above 0; of 0 or more; in [0, 1].

    Raises
    ------
    ValueError
        When one is out of range; names it.
    """
    rules = [
        (positive, 0, inf, False),
        (not_negative, 0, inf, True),
        (share, 0, 1, True),
    ]
    for names, low, high, closed in rules:
        for name in names:
            value = getattr(settings, name)
            if not (low <= value <= high) or (not closed and value == low):
                sign = ">=" if closed else ">"
                top = "" if high == inf else f" and <= {high}"
                raise ValueError(f"Expected {name} {sign} {low}{top}, got {value}.")


def tuples(value: Any) -> Any:
    """Lists of a TOML or JSON file as tuples, however deep; all else as it is."""
    if isinstance(value, list | tuple):
        return tuple(map(tuples, value))
    return value


def refuse_unknown(
    values: Mapping[str, Any], known: Mapping[str, Any], where: str
) -> None:
    """
    Refuse a key that no field has.

    Raises
    ------
    ValueError
        When there is one; names it, and those that are known.
    """
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(
            f"Unknown key {unknown[0]!r} in {where}; known: {', '.join(sorted(known))}."
        )
