"""Compiled loops over whole groups: taking ordinary ones by every rule about headers, hashes and frames; skipping.

What is asked of a record here is what `fastgroup` asks in Python; bodies that are not certainly canonical are listed.
"""

from typing import Any

import numpy as np
from numba import njit

from tallystick.events.compiled.bytewise import copy, number, same
from tallystick.events.compiled.calls import Words, address_of, begin, feed, finish
from tallystick.events.compiled.judging import is_canonical
from tallystick.events.compiled.sealing import (
    BLOBS_AT,
    CAUSE_AT,
    EPOCH_AT,
    FLAGS_AT,
    FORMAT_AT,
    HASH,
    HASH_AT,
    KIND_AT,
    KIND_FLAGS,
    LENGTH_BYTES,
    PREFIX_AT,
    PREFIX_BYTES,
    PREV_AT,
    PROGRAM_AT,
    PROGRAM_END,
    ROOT_AT,
    ROW_AT,
    SEQ_AT,
    SIZE_AT,
    TIME_AT,
    TIME_BYTES,
    decide,
    hash_leaf,
    kind_row,
)
from tallystick.events.record import DERIVED, FORMAT, MAX_BODY_BYTES, NONE_ROW, RECORD_BYTES, TRADING
from tallystick.events.segment import CRC_BYTES, FRAME, FRAME_MAGIC, MARKER_BYTES, MAX_GROUP_BYTES

FRAME_BYTES = FRAME.size
_FRAME_BYTE = FRAME_MAGIC[0]
_MAGIC = np.frombuffer(FRAME_MAGIC, np.uint8)
_MARKER_AT = len(FRAME_MAGIC)
_FIRST_AT = _MARKER_AT + MARKER_BYTES
_COUNT_AT, _LAST_AT, _CRC_AT = _FIRST_AT + 8, _FIRST_AT + 12, FRAME_BYTES - CRC_BYTES
_NONE = -1

# What a walk goes on from and leaves behind, as numbers by place.
SEQ, TIME, EPOCH, ROOT, COUNT, UNSURE, DECISIONS, SAID, UNKNOWN, FULL, LISTING = range(11)
NUMBERS = 11
GOOD_AT = 2 * HASH  # in the chain of a walk: leaf hash and digest as they were before the group at hand
# Columns of the rows that a walk leaves behind of bodies to judge: where one begins and ends, its kind, its group.
BODY, END, KIND, GROUP = range(4)


def crc_table() -> Any:
    """The table of zlib's CRC-32, one entry for each value of a byte."""
    table = np.arange(256, dtype=np.int64)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ 0xEDB88320, table >> 1)
    return table


@njit(cache=True)
def _frame_holds(data: Any, at: int, marker: Any, first: int, count: int, chain: Any, table: Any) -> bool:
    """Whether at `at` there is the whole frame of `count` records from `first` on, the last of them the chain's."""
    if at + FRAME_BYTES > len(data) or not same(data, at, _MAGIC, 0, _MARKER_AT):
        return False
    if not same(data, at + _MARKER_AT, marker, 0, MARKER_BYTES) or not same(data, at + _LAST_AT, chain, 0, HASH):
        return False
    if number(data, at + _FIRST_AT, 8) != first or number(data, at + _COUNT_AT, 4) != count:
        return False
    crc = 0xFFFFFFFF
    for place in range(at, at + _CRC_AT):
        crc = table[(crc ^ np.int64(data[place])) & 0xFF] ^ crc >> 8
    return number(data, at + _CRC_AT, CRC_BYTES) == crc ^ 0xFFFFFFFF


@njit(cache=True)
def _is_ordinary(data: Any, at: int, end: int, chain: Any, kinds: Any, row: int, numbers: Any) -> bool:
    """Whether the header at `at` holds: format, chain, lengths, flags and causality. Its cascade is taken in."""
    flags = np.int64(data[at + FLAGS_AT])
    seq, time, cause = numbers[SEQ], number(data, at + TIME_AT, 8), number(data, at + CAUSE_AT, 8)
    root = number(data, at + ROOT_AT, 8)
    size = number(data, at + SIZE_AT, 4)
    if data[at + FORMAT_AT] != FORMAT or data[at + BLOBS_AT] != 0 or number(data, at + SEQ_AT, 8) != seq:
        return False
    if number(data, at + EPOCH_AT, 4) != numbers[EPOCH] or not same(data, at + PREV_AT, chain, 0, HASH):
        return False
    if end - at - RECORD_BYTES != size or not 0 < size <= MAX_BODY_BYTES:
        return False
    if flags & ~DERIVED != kinds[row, KIND_FLAGS]:
        return False
    if cause == _NONE and number(data, at + ROW_AT, 2) != NONE_ROW:
        return False
    if flags & DERIVED:
        # No cascade has begun in this group while its root is negative; nor is any number from 2**63 on a seq.
        return bool(0 <= numbers[ROOT] == root and time == numbers[TIME] and root <= cause < seq)
    if root != seq or time < numbers[TIME] or not _NONE <= cause < seq:
        return False
    numbers[ROOT], numbers[TIME] = seq, time
    return True


@njit(cache=True)
def _list(said: Any, to: int, prefixes: Any, prefix: int, size: int, data: Any, at: int) -> int:
    """Write down what the decision digest takes in of the record at `at`; where it ends in `said`."""
    total = size + TIME_BYTES + HASH
    for place in range(LENGTH_BYTES):
        said[to + place] = total >> 8 * (LENGTH_BYTES - 1 - place) & 0xFF
    to += LENGTH_BYTES
    copy(prefixes, prefix, said, to, size)
    copy(data, at + TIME_AT, said, to + size, TIME_BYTES)
    copy(data, at + HASH_AT, said, to + size + TIME_BYTES, HASH)
    return to + total


@njit(cache=True)
def _take_record(
    data: Any, at: int, chain: Any, numbers: Any, kinds: Any, prefixes: Any, programs: Any, rows: Any, leaves: Any,
    said: Any, engine: Words,
) -> int:  # fmt: skip
    """Take the record at `at`; where it ends, or 0 when it is not ordinary."""
    count = numbers[COUNT]
    if at + RECORD_BYTES > len(data) or count == len(rows):
        numbers[FULL] = count == len(rows)
        return 0
    end = at + 4 + number(data, at, 4)
    body = at + RECORD_BYTES
    if not body < end <= len(data):
        return 0
    row = kind_row(kinds, data, at)
    if row < 0:
        numbers[UNKNOWN] = at
        return 0
    if not _is_ordinary(data, at, end, chain, kinds, row, numbers):
        return 0
    hashed = HASH * count
    begin(engine)
    feed(engine, address_of(data) + body, end - body)
    finish(engine, address_of(leaves) + hashed)  # its own leaf hash will take the place
    if not same(leaves, hashed, data, at + HASH_AT, HASH):
        return 0
    if data[at + FLAGS_AT] & TRADING:
        prefix, size = kinds[row, PREFIX_AT], kinds[row, PREFIX_BYTES]
        if numbers[LISTING]:
            numbers[SAID] = _list(said, numbers[SAID], prefixes, prefix, size, data, at)
        else:
            decide(engine, chain, address_of(prefixes) + prefix, size, data, at)
        numbers[DECISIONS] += 1
    hash_leaf(engine, data, at, body, leaves, hashed)
    copy(leaves, hashed, chain, 0, HASH)
    if not is_canonical(data, body, end, programs, kinds[row, PROGRAM_AT], kinds[row, PROGRAM_END]):
        unsure = numbers[UNSURE]
        rows[unsure, BODY], rows[unsure, END], rows[unsure, KIND] = body, end, row
        numbers[UNSURE] = unsure + 1
    numbers[COUNT] = count + 1
    numbers[SEQ] += 1
    return end


@njit(cache=True)
def take_groups(
    data: Any, at: int, stop: int, marker: Any, chain: Any, numbers: Any, kinds: Any, prefixes: Any, programs: Any,
    table: Any, rows: Any, leaves: Any, said: Any, engine: Words,
) -> int:  # fmt: skip
    """Take ordinary groups from `at` on that begin before `stop`, while there is room; where the next one begins.

    A group is taken whole or not at all. `numbers` and `chain` go on; `leaves` holds the records taken, `rows` the
    bodies to judge, and `said` what the decision digest is to take in, where it is only listed.
    """
    numbers[COUNT] = numbers[UNSURE] = numbers[DECISIONS] = numbers[SAID] = numbers[FULL] = 0
    numbers[UNKNOWN] = _NONE
    before = numbers.copy()
    while at < stop and not (numbers[COUNT] and 2 * numbers[COUNT] >= len(rows)):
        group = at
        copy(chain, 0, chain, GOOD_AT, GOOD_AT)
        before[:] = numbers
        numbers[ROOT] = _NONE
        while at < len(data) and data[at] != _FRAME_BYTE:
            end = _take_record(data, at, chain, numbers, kinds, prefixes, programs, rows, leaves, said, engine)
            if end == 0:
                break
            at = end
        count = numbers[COUNT] - before[COUNT]
        whole = at < len(data) and data[at] == _FRAME_BYTE and count > 0 and at - group <= MAX_GROUP_BYTES
        if not whole or not _frame_holds(data, at, marker, before[SEQ], count, chain, table):
            before[UNKNOWN], before[FULL] = numbers[UNKNOWN], numbers[FULL]
            numbers[:] = before
            copy(chain, GOOD_AT, chain, 0, GOOD_AT)
            return group
        rows[before[UNSURE] : numbers[UNSURE], GROUP] = group
        at += FRAME_BYTES
    return at


@njit(cache=True)
def skip_groups(data: Any, at: int, stop: int, declaring: int, last: Any) -> int:
    """Pass over groups until one ends at or after `stop`, or holds a type id up to `declaring`, or is cut short.

    Returns where the next group begins; `last[0]` is where the last record passed begins.
    """
    while at < stop:
        place = record = at
        while place + RECORD_BYTES <= len(data) and data[place] != _FRAME_BYTE:
            if number(data, place + KIND_AT + 2, 2) <= declaring:
                return at
            record = place
            place += 4 + number(data, place, 4)
        if record == place or place + FRAME_BYTES > len(data) or data[place] != _FRAME_BYTE:
            return at
        last[0] = record
        at = place + FRAME_BYTES
    return at
