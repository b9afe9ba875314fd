"""A compiled look at a body, to see whether it is certainly the canonical encoding of its declared fields.

It is where nothing is left to ask: plain kinds, each in its shortest form, in declared order, numbers finite, text in
ASCII. Of all others `bodyrule` judges, so that the rules of the format stand there alone.
"""

from numba import njit

from tallystick.events.compiled.bytewise import number, same
from tallystick.events.compiled.calls import byte_at
from tallystick.events.compiled.programs import BOOL, BYTES, FLOAT, INT, OPTIONAL, STR, WIDE
from tallystick.events.kinds import WIDE_BYTES

# Heads of values in msgpack.
_SMALL_INT_END = 0x80
_NIL, _FALSE, _TRUE, _FLOAT64 = 0xC0, 0xC2, 0xC3, 0xCB
_BIN_8, _BIN_16, _UINT_8, _INT_8, _STR_8, _STR_16 = 0xC4, 0xC5, 0xCC, 0xD0, 0xD9, 0xDA
_SMALL_STR, _SMALL_STR_END, _MINUS_32 = 0xA0, 0xC0, 0xE0
_ASCII = 0x80
_INFINITE = 0x7FF
_MINUS_ZERO = -(2**63)


@njit(cache=True)
def is_canonical(at: int, end: int, step: int, last: int) -> bool:
    """Whether the body from `at` to `end` is certainly canonical, by the program from `step` to `last`, if any."""
    if step == last:
        return False
    size = number(step, 1)
    if at + size > end or not same(at, step + 1, size):
        return False
    at, step = at + size, step + 1 + size
    while step < last:
        size = number(step, 1)
        kind = number(step + 1 + size, 1)
        if at + size >= end or not same(at, step + 1, size):
            return False
        at, step = _value_end(at + size, end, kind), step + 2 + size
        if at < 0:
            return False
    return bool(at == end)


@njit(cache=True)
def _value_end(at: int, end: int, kind: int) -> int:
    """Where the value that begins at `at`, before `end`, is over; -1 when it is not certainly canonical."""
    head = number(at, 1)
    if kind & OPTIONAL and head == _NIL:
        return at + 1
    kind &= ~OPTIONAL
    if kind == INT:
        return _int_end(at, end, head)
    if kind == FLOAT:
        if head != _FLOAT64 or at + 9 > end:
            return -1
        bits = number(at + 1, 8)
        return -1 if bits >> 52 & _INFINITE == _INFINITE or bits == _MINUS_ZERO else at + 9
    if kind == BOOL:
        return at + 1 if head in (_FALSE, _TRUE) else -1
    if kind == STR:
        return _str_end(at, end, head)
    return _bytes_end(at, end, kind)


@njit(cache=True)
def _int_end(at: int, end: int, head: int) -> int:
    if head < _SMALL_INT_END or head >= _MINUS_32:
        return at + 1
    negative = _INT_8 <= head < _INT_8 + 4
    if not negative and not _UINT_8 <= head < _UINT_8 + 4:
        return -1
    power = head - (_INT_8 if negative else _UINT_8)
    size = 1 << power
    if at + 1 + size > end:
        return -1
    value = number(at + 1, size)
    half = 1 << (4 << power)  # the next shorter form holds less than this, beside a sign
    if not negative:
        shortest = value >= (_SMALL_INT_END if power == 0 else half)  # negative here, and refused, from 2**63 on
        return at + 1 + size if shortest else -1
    if power < 3:
        value -= (value >> 8 * size - 1) << 8 * size
    return at + 1 + size if value < (-32 if power == 0 else -half >> 1) else -1


@njit(cache=True)
def _str_end(at: int, end: int, head: int) -> int:
    if _SMALL_STR <= head < _SMALL_STR_END:
        begin, size = at + 1, head - _SMALL_STR
    elif head == _STR_8 and at + 2 <= end:
        begin, size = at + 2, number(at + 1, 1)
        if size < _SMALL_STR_END - _SMALL_STR:
            return -1
    elif head == _STR_16 and at + 3 <= end:
        begin, size = at + 3, number(at + 1, 2)
        if size <= 0xFF:
            return -1
    else:
        return -1
    if begin + size > end:
        return -1
    others = 0
    for place in range(begin, begin + size):
        others |= byte_at(place)
    return begin + size if others < _ASCII else -1


@njit(cache=True)
def _bytes_end(at: int, end: int, kind: int) -> int:
    head = number(at, 1)
    if head == _BIN_8 and at + 2 <= end:
        begin, size = at + 2, number(at + 1, 1)
    elif head == _BIN_16 and at + 3 <= end and kind == BYTES:
        begin, size = at + 3, number(at + 1, 2)
        if size <= 0xFF:
            return -1
    else:
        return -1
    if begin + size > end or (kind == WIDE and size != WIDE_BYTES):
        return -1
    return begin + size
