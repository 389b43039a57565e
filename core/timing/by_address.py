"""
Tuples of arrays handed on by their address, from one machine code function to another.

A function that Numba does not make part of its caller is handed seven words for each
array of a tuple. The local search has sixty arrays in two tuples and makes a dozen
calls in a move: handing over took most of its time, and most of the compiler's. By its
address a tuple is one word, and only what a function uses of an array is read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    register_model,
)

T = TypeVar("T")
WORD = cgutils.voidptr_t


class Address(types.Type):
    """Numba's type of the address of a named tuple; read like the tuple itself."""

    def __init__(self, parts: Any) -> None:
        self.parts = parts
        super().__init__(name=f"Address({parts.name})")


@register_model(Address)
class _AddressModel(models.PrimitiveModel):
    """One word."""

    def __init__(self, manager: Any, address: Address) -> None:
        super().__init__(manager, address, WORD)  # type: ignore[no-untyped-call]


@infer_getattr
class _Parts(AttributeTemplate):
    """What ``address.name`` is: an array, or the address of a tuple in the tuple."""

    key = Address

    def generic_resolve(  # type: ignore[override]
        self, address: Address, name: str
    ) -> Any:
        """Type of a part; None where there is none of that name."""
        if name not in address.parts.fields:
            return None
        part = address.parts.types[address.parts.fields.index(name)]
        return Address(part) if isinstance(part, types.BaseTuple) else part


@lower_getattr_generic(Address)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, address: Address, value: Any, name: str) -> Any:
    """Read a part of the tuple; of a tuple in it, only work out the address."""
    index = address.parts.fields.index(name)
    tuple_type = context.get_value_type(address.parts)
    start = builder.bitcast(value, tuple_type.as_pointer())
    place = cgutils.gep_inbounds(builder, start, 0, index)
    if isinstance(address.parts.types[index], types.BaseTuple):
        return builder.bitcast(place, WORD)
    return _load(builder, place, tuple_type.elements[index])


def _load(builder: Any, place: Any, of: Any) -> Any:
    """Load word by word, so that words that nobody uses are not loaded."""
    if not isinstance(of, ir.Aggregate):
        word = builder.load(place)
        # Nothing writes where the tuple lies, only where its arrays do.
        word.set_metadata("invariant.load", builder.module.add_metadata([]))
        return word
    parts = ir.Constant(of, ir.Undefined)
    for i in range(len(of)):
        part = cgutils.gep_inbounds(builder, place, 0, i)
        word = _load(builder, part, of.elements[i])
        parts = builder.insert_value(parts, word, i)
    return parts


def _store(builder: Any, parts: Any, place: Any) -> None:
    """Store word by word, as :func:`_load` loads."""
    if not isinstance(parts.type, ir.Aggregate):
        builder.store(parts, place)
        return
    for i in range(len(parts.type)):
        part = builder.extract_value(parts, i)
        _store(builder, part, cgutils.gep_inbounds(builder, place, 0, i))


def _by_address(_: Any, parts: Any) -> Any:
    """
    Hand on a named tuple of arrays by its address: ``s = by_address(s)``.

    For the first line of machine code that is called from Python, which is given the
    tuple itself. What it calls takes the address for the tuple, and may not keep it: it
    ends with the function that made it.
    """

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        place = cgutils.alloca_once(builder, arguments[0].type)
        _store(builder, arguments[0], place)
        # The address goes through an instruction that does nothing, and of which the
        # compiler knows nothing: it moves no reading to before the writing above.
        word = builder.bitcast(place, WORD)
        unknown = ir.FunctionType(WORD, [WORD])
        return builder.asm(unknown, "", "=r,0,~{memory}", [word], side_effect=True)

    return Address(parts)(parts), generate


by_address: Callable[[T], T] = intrinsic(_by_address)  # type: ignore[assignment]
