"""Calls of OpenSSL's SHA-256 from compiled loops, in the compiler's intermediate language.

A compiled loop that holds a function of `ctypes` cannot be kept in Numba's cache. So the functions' addresses, which
differ in each process, come in as numbers. `engine` is an array of int64: the addresses of init, update and final, a
word whose first bytes are 0 and 1 (what stands before a leaf and before a node), and then OpenSSL's context. The short
loops keep the interpreter's lock and share one engine; a walk over a log gives the lock away and has its own.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from tallystick.events.compiled.openssl import Sha256

Words = NDArray[np.int64]
LEADS_AT = 3 * 8
CONTEXT_AT = LEADS_AT + 8
_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)
_STATUS = ir.IntType(32)


def engine_of(functions: Sha256) -> Words:
    """A new engine."""
    return np.array(functions.engine(), np.int64)


def _address_of(typing: Any, buffer: Any) -> Any:
    """Where the first byte of an array, of bytes or of a bytearray lies."""
    del typing

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.ptrtoint(data, _WORD)

    return types.int64(buffer), write


def _byte(typing: Any, at: Any) -> Any:
    """The byte at an address."""
    del typing, at

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.zext(builder.load(builder.inttoptr(arguments[0], _BYTE.as_pointer())), _WORD)

    return types.int64(types.int64), write


def _put(typing: Any, at: Any, value: Any) -> Any:
    """Put the low eight bits of a number to an address."""
    del typing, at, value

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at, value = arguments
        builder.store(builder.trunc(value, _BYTE), builder.inttoptr(at, _BYTE.as_pointer()))
        return context.get_constant(signature.return_type, 0)

    return types.int64(types.int64, types.int64), write


def _with_one(typing: Any, function: Any, one: Any) -> Any:
    """Call the function at an address with one pointer."""
    del typing, function, one
    return _calling(1)


def _with_two(typing: Any, function: Any, one: Any, two: Any) -> Any:
    """Call it with two pointers."""
    del typing, function, one, two
    return _calling(2)


def _with_three(typing: Any, function: Any, one: Any, two: Any, three: Any) -> Any:
    """Call it with two pointers and a size."""
    del typing, function, one, two, three
    return _calling(3)


def _calling(given: int) -> Any:
    """The signature and the code of a call; pointers and sizes are one word each."""
    words = [_WORD] * given

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        pointer = ir.FunctionType(_STATUS, words).as_pointer()
        return builder.call(builder.inttoptr(arguments[0], pointer), arguments[1:])

    return types.int32(types.int64, *[types.int64] * given), write


address_of: Any = intrinsic(_address_of)
byte_at: Any = intrinsic(_byte)
put_byte: Any = intrinsic(_put)
_call_1: Any = intrinsic(_with_one)
_call_2: Any = intrinsic(_with_two)
_call_3: Any = intrinsic(_with_three)


@njit(cache=True)
def begin(engine: Words) -> None:
    """Begin a hash."""
    _call_1(engine[0], address_of(engine) + CONTEXT_AT)


@njit(cache=True)
def begin_tree(engine: Words, lead: int) -> None:
    """Begin the hash of a leaf (`lead` 0) or of a node (1)."""
    begin(engine)
    feed(engine, address_of(engine) + LEADS_AT + lead, 1)


@njit(cache=True)
def feed(engine: Words, at: int, size: int) -> None:
    """Go on with the `size` bytes at an address."""
    _call_3(engine[1], address_of(engine) + CONTEXT_AT, at, size)


@njit(cache=True)
def finish(engine: Words, to: int) -> None:
    """End the hash; its 32 bytes go to an address."""
    _call_2(engine[2], to, address_of(engine) + CONTEXT_AT)
