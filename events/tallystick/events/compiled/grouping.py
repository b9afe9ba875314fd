"""Compiled loops of a verifier: whole groups taken by every rule about headers, hashes and frames, or skipped; a tree.

What is asked of a record here is what `fastgroup` asks in Python; bodies that are not certainly canonical are listed.
`ENTRIES` are the functions called from outside: of addresses and numbers only, so that their machine code can be kept
and loaded without Numba (see `keeping`).
"""

from typing import Any

from numba import njit, types
from numba.np.numpy_support import carray

from tallystick.events.compiled.bytewise import copy, number, put_number, same
from tallystick.events.compiled.calls import Words, begin, begin_tree, byte_at, feed, finish
from tallystick.events.compiled.judging import is_canonical
from tallystick.events.compiled.openssl import ENGINE_WORDS
from tallystick.events.compiled.places import (
    BODY,
    COUNT,
    CRC_VALUES,
    DECISIONS,
    END,
    EPOCH,
    FULL,
    GOOD_AT,
    GROUP,
    HASH,
    KIND,
    KIND_COLUMNS,
    KIND_FLAGS,
    LENGTH_BYTES,
    LISTING,
    NUMBERS,
    PREFIX_AT,
    PREFIX_BYTES,
    PROGRAM_AT,
    PROGRAM_END,
    ROOT,
    ROW_COLUMNS,
    SAID,
    SEQ,
    TIME,
    TIME_BYTES,
    UNKNOWN,
    UNSURE,
)
from tallystick.events.compiled.sealing import decide, hash_bytes, hash_leaf, kind_row
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


def take_groups(
    data: int, size: int, begins: int, stop: int, marker: int, chain: int, numbers: Any, kinds: Any, known: int,
    table: Any, rows: Any, room: int, leaves: int, said: int, engine: Any,
) -> int:  # fmt: skip
    """Take ordinary groups from byte `begins` on that begin before `stop`, while there is room; where the next begins.

    A group is taken whole or not at all. `numbers` and `chain` go on; `leaves` holds the records taken, `rows` the
    bodies to judge, and `said` what the decision digest is to take in, where it is only listed.
    """
    numbers, kinds = carray(numbers, 2 * NUMBERS), carray(kinds, (known, KIND_COLUMNS))
    rows, table, engine = (
        carray(rows, (room, ROW_COLUMNS)),
        carray(table, CRC_VALUES),
        carray(engine, ENGINE_WORDS),
    )
    numbers[COUNT] = numbers[UNSURE] = numbers[DECISIONS] = numbers[SAID] = numbers[FULL] = 0
    limit = data + size
    numbers[UNKNOWN] = data + _NONE
    at = data + begins
    while at < data + stop and not (numbers[COUNT] and 2 * numbers[COUNT] >= room):
        group = at
        copy(chain, chain + GOOD_AT, GOOD_AT)
        for place in range(NUMBERS):
            numbers[NUMBERS + place] = numbers[place]
        numbers[ROOT] = _NONE
        while at < limit and byte_at(at) != _FRAME_BYTE:
            end = _take_record(at, limit, chain, numbers, kinds, rows, leaves, said, engine)
            if end == 0:
                break
            at = end
        first, count = numbers[NUMBERS + SEQ], numbers[COUNT] - numbers[NUMBERS + COUNT]
        whole = count > 0 and at - group <= MAX_GROUP_BYTES and at + FRAME_BYTES <= limit
        if not whole or not _frame_holds(at, marker, first, count, chain, table):
            unknown, full = numbers[UNKNOWN], numbers[FULL]
            for place in range(NUMBERS):
                numbers[place] = numbers[NUMBERS + place]
            numbers[UNKNOWN], numbers[FULL] = unknown, full
            copy(chain + GOOD_AT, chain, GOOD_AT)
            at = group
            break
        for row in range(numbers[NUMBERS + UNSURE], numbers[UNSURE]):
            rows[row, GROUP] = group
        at += FRAME_BYTES
    numbers[UNKNOWN] -= data
    for row in range(numbers[UNSURE]):
        rows[row, BODY] -= data
        rows[row, END] -= data
        rows[row, GROUP] -= data
    return at - data


def skip_groups(data: int, size: int, begins: int, stop: int, declaring: int, last: Any) -> int:
    """Pass over groups until one ends at or after `stop`, or holds a type id up to `declaring`, or is cut short.

    Returns where the next group begins; the number at `last` says where the last record passed begins.
    """
    last = carray(last, 1)
    at, limit = data + begins, data + size
    while at < data + stop:
        place = record = at
        while place + RECORD_BYTES <= limit and byte_at(place) != _FRAME_BYTE:
            if number(place + KIND_AT + 2, 2) <= declaring:
                return at - data
            record = place
            place += LENGTH_BYTES + number(place, LENGTH_BYTES)
        if record == place or place + FRAME_BYTES > limit or byte_at(place) != _FRAME_BYTE:
            return at - data
        last[0] = record - data
        at = place + FRAME_BYTES
    return at - data


def decide_all(chain: int, said: int, size: int, engine: Any) -> int:
    """Take what was said, each led by its length in four bytes, into the decision digest of `chain`; how many."""
    engine = carray(engine, ENGINE_WORDS)
    at, end, count = said, said + size, 0
    while at < end:
        size = number(at, LENGTH_BYTES)
        begin(engine)
        feed(engine, chain + HASH, HASH)
        feed(engine, at + LENGTH_BYTES, size)
        finish(engine, chain + HASH)
        at += LENGTH_BYTES + size
        count += 1
    return count


def parents(row: int, size: int, above: int, engine: Any) -> int:
    """Hashes of the nodes over each pair of hashes in `size` bytes; how many."""
    engine = carray(engine, ENGINE_WORDS)
    pairs = size // (2 * HASH)
    for pair in range(pairs):
        begin_tree(engine, 1)
        feed(engine, row + 2 * HASH * pair, 2 * HASH)
        finish(engine, above + HASH * pair)
    return pairs


_ADDRESS = _NUMBER = types.int64
_WORDS = types.CPointer(types.int64)  # type: ignore[no-untyped-call]
ENTRIES: dict[Any, tuple[Any, ...]] = {
    take_groups: (
        *(_ADDRESS, _NUMBER, _NUMBER, _NUMBER, _ADDRESS, _ADDRESS, _WORDS, _WORDS, _NUMBER),
        *(_WORDS, _WORDS, _NUMBER, _ADDRESS, _ADDRESS, _WORDS),
    ),
    skip_groups: (_ADDRESS, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _WORDS),
    decide_all: (_ADDRESS, _ADDRESS, _NUMBER, _WORDS),
    parents: (_ADDRESS, _NUMBER, _ADDRESS, _WORDS),
}
"""What each is given."""
