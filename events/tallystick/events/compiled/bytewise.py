"""Reading, comparing and copying bytes in compiled loops."""

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
def number(data: Any, at: int, size: int) -> int:
    """The big-endian number of `size` bytes at `at`, as int64: one of 64 bits from 2**63 on is negative here."""
    value = np.int64(0)
    for place in range(at, at + size):
        value = value << 8 | np.int64(data[place])
    return int(value)


@njit(cache=True)
def copy(source: Any, at: int, target: Any, to: int, size: int) -> None:
    """Copy `size` bytes."""
    for place in range(size):
        target[to + place] = source[at + place]


@njit(cache=True)
def same(one: Any, at: int, two: Any, to: int, size: int) -> bool:
    """Whether `size` bytes are the same."""
    for place in range(size):  # noqa: SIM110 -- compiled: a plain loop
        if one[at + place] != two[to + place]:
            return False
    return True
