"""Compiled loops over whole groups: taking ordinary ones by every rule about headers, hashes and frames; skipping.

What is asked of a record here is what `fastgroup` asks in Python; bodies that are not certainly canonical are listed.
"""

from typing import Any

import numpy as np
from numba import njit

from tallystick.events.compiled.bytewise import copy, number, put_number, same
from tallystick.events.compiled.calls import Words, address_of, byte_at
from tallystick.events.compiled.judging import is_canonical
from tallystick.events.compiled.sealing import (
    HASH,
    KIND_FLAGS,
    LENGTH_BYTES,
    PREFIX_AT,
    PREFIX_BYTES,
    PROGRAM_AT,
    PROGRAM_END,
    TIME_BYTES,
    decide,
    hash_bytes,
    hash_leaf,
    kind_row,
)
from tallystick.events.record import (
    BLOBS_AT,
    CAUSE_AT,
    DERIVED,
    EPOCH_AT,
    FLAGS_AT,
    FORMAT,
    FORMAT_AT,
    HASH_AT,
    KIND_AT,
    MAX_BODY_BYTES,
    NONE_ROW,
    PREV_AT,
    RECORD_BYTES,
    ROOT_AT,
    ROW_AT,
    SEQ_AT,
    SIZE_AT,
    TIME_AT,
    TRADING,
)
from tallystick.events.segment import CRC_BYTES, FRAME, FRAME_MAGIC, MARKER_BYTES, MAX_GROUP_BYTES

FRAME_BYTES = FRAME.size
_FRAME_BYTE = FRAME_MAGIC[0]
_MAGIC = int.from_bytes(FRAME_MAGIC, "big", signed=True)
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
def _frame_holds(at: int, marker: int, first: int, count: int, head: int, table: Any) -> bool:
    """Whether at `at` there is the whole frame of `count` records from `first` on, the last with leaf hash `head`."""
    if number(at, _MARKER_AT) != _MAGIC or not same(at + _MARKER_AT, marker, MARKER_BYTES):
        return False
    if number(at + _FIRST_AT, 8) != first or number(at + _COUNT_AT, 4) != count or not same(at + _LAST_AT, head, HASH):
        return False
    crc = 0xFFFFFFFF
    for place in range(at, at + _CRC_AT):
        crc = table[(crc ^ byte_at(place)) & 0xFF] ^ crc >> 8
    return bool(number(at + _CRC_AT, CRC_BYTES) == crc ^ 0xFFFFFFFF)


@njit(cache=True)
def _is_ordinary(at: int, end: int, head: int, kinds: Any, row: int, numbers: Any) -> bool:
    """Whether the header at `at` holds: format, chain, lengths, flags and causality. Its cascade is taken in."""
    flags, seq, time = byte_at(at + FLAGS_AT), numbers[SEQ], number(at + TIME_AT, TIME_BYTES)
    cause, root, size = number(at + CAUSE_AT, 8), number(at + ROOT_AT, 8), number(at + SIZE_AT, 4)
    if byte_at(at + FORMAT_AT) != FORMAT or byte_at(at + BLOBS_AT) != 0 or number(at + SEQ_AT, 8) != seq:
        return False
    if number(at + EPOCH_AT, 4) != numbers[EPOCH] or not same(at + PREV_AT, head, HASH):
        return False
    if end - at - RECORD_BYTES != size or not 0 < size <= MAX_BODY_BYTES:
        return False
    if flags & ~DERIVED != kinds[row, KIND_FLAGS]:
        return False
    if cause == _NONE and number(at + ROW_AT, 2) != NONE_ROW:
        return False
    if flags & DERIVED:
        # No cascade has begun in this group while its root is negative; nor is any number from 2**63 on a seq.
        return bool(0 <= numbers[ROOT] == root and time == numbers[TIME] and root <= cause < seq)
    if root != seq or time < numbers[TIME] or not _NONE <= cause < seq:
        return False
    numbers[ROOT], numbers[TIME] = seq, time
    return True


@njit(cache=True)
def _list(to: int, prefix: int, size: int, at: int) -> int:
    """Write down what the decision digest takes in of the record at `at`; how many bytes that took."""
    total = size + TIME_BYTES + HASH
    put_number(to, LENGTH_BYTES, total)
    to += LENGTH_BYTES
    copy(prefix, to, size)
    copy(at + TIME_AT, to + size, TIME_BYTES)
    copy(at + HASH_AT, to + size + TIME_BYTES, HASH)
    return LENGTH_BYTES + total


@njit(cache=True)
def _take_record(
    at: int, limit: int, chain: int, numbers: Any, kinds: Any, rows: Any, leaves: int, said: int,
    engine: Words,
) -> int:  # fmt: skip
    """Take the record at `at`, before `limit`; where it ends, or 0 when it is not ordinary."""
    count = numbers[COUNT]
    if at + RECORD_BYTES > limit or count == len(rows):
        numbers[FULL] = count == len(rows)
        return 0
    end = at + LENGTH_BYTES + number(at, LENGTH_BYTES)
    body, leaf = at + RECORD_BYTES, leaves + HASH * count
    if not body < end <= limit:
        return 0
    row = kind_row(kinds, at)
    if row < 0:
        numbers[UNKNOWN] = at
        return 0
    if not _is_ordinary(at, end, chain, kinds, row, numbers):
        return 0
    hash_bytes(engine, body, end - body, leaf)  # its own leaf hash will take the place
    if not same(leaf, at + HASH_AT, HASH):
        return 0
    if byte_at(at + FLAGS_AT) & TRADING:
        prefix, size = kinds[row, PREFIX_AT], kinds[row, PREFIX_BYTES]
        if numbers[LISTING]:
            numbers[SAID] += _list(said + numbers[SAID], prefix, size, at)
        else:
            decide(engine, chain + HASH, prefix, size, at)
        numbers[DECISIONS] += 1
    hash_leaf(engine, at, body, leaf)
    copy(leaf, chain, HASH)
    if not is_canonical(body, end, kinds[row, PROGRAM_AT], kinds[row, PROGRAM_END]):
        unsure = numbers[UNSURE]
        rows[unsure, BODY], rows[unsure, END], rows[unsure, KIND] = body, end, row
        numbers[UNSURE] = unsure + 1
    numbers[COUNT] = count + 1
    numbers[SEQ] += 1
    return end


@njit(cache=True, nogil=True)  # so that others who listen meanwhile are heard
def take_groups(
    data: Any, begins: int, stop: int, marker: Any, chain: Any, numbers: Any, kinds: Any, table: Any, rows: Any,
    leaves: Any, said: Any, engine: Words,
) -> int:  # fmt: skip
    """Take ordinary groups from byte `begins` on that begin before `stop`, while there is room; where the next begins.

    A group is taken whole or not at all. `numbers` and `chain` go on; `leaves` holds the records taken, `rows` the
    bodies to judge, and `said` what the decision digest is to take in, where it is only listed.
    """
    numbers[COUNT] = numbers[UNSURE] = numbers[DECISIONS] = numbers[SAID] = numbers[FULL] = 0
    base, head = address_of(data), address_of(chain)
    limit = base + len(data)
    numbers[UNKNOWN] = base + _NONE
    before = numbers.copy()
    at = base + begins
    while at < base + stop and not (numbers[COUNT] and 2 * numbers[COUNT] >= len(rows)):
        group = at
        copy(head, head + GOOD_AT, GOOD_AT)
        before[:] = numbers
        numbers[ROOT] = _NONE
        while at < limit and byte_at(at) != _FRAME_BYTE:
            end = _take_record(
                at, limit, head, numbers, kinds, rows, address_of(leaves), address_of(said), engine,
            )  # fmt: skip
            if end == 0:
                break
            at = end
        count = numbers[COUNT] - before[COUNT]
        whole = count > 0 and at - group <= MAX_GROUP_BYTES and at + FRAME_BYTES <= limit
        if not whole or not _frame_holds(at, address_of(marker), before[SEQ], count, head, table):
            before[UNKNOWN], before[FULL] = numbers[UNKNOWN], numbers[FULL]
            numbers[:] = before
            copy(head + GOOD_AT, head, GOOD_AT)
            at = group
            break
        rows[before[UNSURE] : numbers[UNSURE], GROUP] = group
        at += FRAME_BYTES
    numbers[UNKNOWN] -= base
    for column in (BODY, END, GROUP):
        rows[: numbers[UNSURE], column] -= base
    return int(at - base)


@njit(cache=True, nogil=True)  # so that others who listen meanwhile are heard
def skip_groups(data: Any, begins: int, stop: int, declaring: int, last: Any) -> int:
    """Pass over groups until one ends at or after `stop`, or holds a type id up to `declaring`, or is cut short.

    Returns where the next group begins; `last[0]` is where the last record passed begins.
    """
    base = address_of(data)
    at, limit = base + begins, base + len(data)
    while at < base + stop:
        place = record = at
        while place + RECORD_BYTES <= limit and byte_at(place) != _FRAME_BYTE:
            if number(place + KIND_AT + 2, 2) <= declaring:
                return int(at - base)
            record = place
            place += LENGTH_BYTES + number(place, LENGTH_BYTES)
        if record == place or place + FRAME_BYTES > limit or byte_at(place) != _FRAME_BYTE:
            return int(at - base)
        last[0] = record - base
        at = place + FRAME_BYTES
    return int(at - base)
