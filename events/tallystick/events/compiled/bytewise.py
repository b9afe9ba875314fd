"""Reading, comparing and copying bytes at addresses, in compiled loops."""

import numpy as np
from numba import njit

from tallystick.events.compiled.calls import byte_at, put_byte


@njit(cache=True)
def number(at: int, size: int) -> int:
    """The big-endian number of `size` bytes, as int64: one of 64 bits from 2**63 on is negative here."""
    value = np.int64(0)
    for place in range(size):
        value = value << 8 | byte_at(at + place)
    return int(value)


@njit(cache=True)
def put_number(at: int, size: int, value: int) -> None:
    """Write a big-endian number of `size` bytes."""
    for place in range(size):
        put_byte(at + place, value >> 8 * (size - 1 - place))


@njit(cache=True)
def copy(source: int, target: int, size: int) -> None:
    """Copy `size` bytes."""
    for place in range(size):
        put_byte(target + place, byte_at(source + place))


@njit(cache=True)
def same(one: int, two: int, size: int) -> bool:
    """Whether `size` bytes are the same."""
    for place in range(size):  # noqa: SIM110 -- compiled: a plain loop
        if byte_at(one + place) != byte_at(two + place):
            return False
    return True
