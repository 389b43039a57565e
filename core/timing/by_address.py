"""
Tuples of arrays handed on by their address, from one machine code function to another.

A function that Numba does not make part of its caller is handed seven words for each
array of a tuple. The local search has sixty arrays in two tuples and makes a dozen
calls in a move: handing over took most of its time, and most of the compiler's. By its
address a tuple is one word, and only what a function uses of an array is read.

The arrays read so count from their beginning alone: a negative index, from the end for
Numba, is a mistake. To look for one at every access took a fifth of the search's time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    register_model,
)
from numba.np.arrayobj import load_item, make_array, store_item

T = TypeVar("T")
WORD = cgutils.voidptr_t


class Address(types.Type):
    """Numba's type of the address of a named tuple; read like the tuple itself."""

    def __init__(self, parts: Any) -> None:
        self.parts = parts
        super().__init__(name=f"Address({parts.name})")


class Forward(types.Array):
    """Numba's type of an array without negative indices."""

    def __init__(self, array: Any) -> None:
        super().__init__(
            array.dtype, array.ndim, array.layout, name=f"Forward({array.name})"
        )


register_model(Forward)(models.ArrayModel)


def _item(context: Any, builder: Any, of: Any, array: Any, at: Any, index: Any) -> Any:
    """Where an entry lies, by an index or a tuple of them."""
    kinds = getattr(at, "types", (at,))
    indices = cgutils.unpack_tuple(builder, index) if kinds[0] is not at else [index]
    if len(kinds) != of.ndim:
        raise NotImplementedError("A row of a table that is handed on by its address.")
    whole = [
        context.cast(builder, i, kind, types.intp)
        for i, kind in zip(indices, kinds, strict=True)
    ]
    form = make_array(of)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, of, form, whole)


@lower_builtin(operator.getitem, Forward, types.Integer)  # type: ignore[untyped-decorator]
@lower_builtin(operator.getitem, Forward, types.BaseTuple)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    """Read an entry."""
    of, at = signature.args
    place = _item(context, builder, of, given[0], at, given[1])
    return load_item(context, builder, of, place)


@lower_builtin(operator.setitem, Forward, types.Integer, types.Any)  # type: ignore[untyped-decorator]
@lower_builtin(operator.setitem, Forward, types.BaseTuple, types.Any)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, signature: Any, given: Any) -> None:
    """Write an entry."""
    of, at, kind = signature.args
    place = _item(context, builder, of, given[0], at, given[1])
    value = context.cast(builder, given[2], kind, of.dtype)
    store_item(context, builder, of, value, place)


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
        return Address(part) if isinstance(part, types.BaseTuple) else Forward(part)


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
