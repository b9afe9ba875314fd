"""Compiled loops over hashes: sealing appended records, the decision digest, a row of the tree.

Bytes are read and written where they lie. All ones of 64 bits, which is no seq, reads as -1 (see `bytewise`).
"""

from typing import Any

from numba import njit

from tallystick.events.compiled.bytewise import copy, number
from tallystick.events.compiled.calls import Words, address_of, begin, begin_tree, feed, finish
from tallystick.events.record import RECORD_BYTES, TRADING

# Where fields lie in a record, its length included.
FORMAT_AT, FLAGS_AT, EPOCH_AT, SEQ_AT, TIME_AT, CAUSE_AT, ROW_AT, ROOT_AT = 4, 5, 6, 10, 18, 26, 34, 36
KIND_AT, PREV_AT, SIZE_AT, HASH_AT, BLOBS_AT = 44, 50, 82, 86, 118
TIME_BYTES = 8
HASH = 32
KEY, KIND_FLAGS, PREFIX_AT, PREFIX_BYTES, PROGRAM_AT, PROGRAM_END = range(6)
KIND_COLUMNS = 6
"""Columns of a table of kinds: what a record is and who said it, its trading flag, where prefix and program lie."""
_DIGEST_AT = HASH  # in a chain: the last leaf hash, then the decision digest
LENGTH_BYTES = 4
"""Of the length before a record, and before what the decision digest is to take in."""


@njit(cache=True)
def kind_row(kinds: Any, data: Any, at: int) -> int:
    """The row in the table of kinds of the record at `at`; -1 when it is not there."""
    key = number(data, at + KIND_AT, 6)
    for row in range(len(kinds)):
        if kinds[row, KEY] == key:
            return row
    return -1


@njit(cache=True)
def hash_leaf(engine: Words, data: Any, at: int, end: int, leaves: Any, to: int) -> None:
    """The leaf hash of the record at `at`, whose header ends at `end`."""
    begin_tree(engine, 0)
    feed(engine, address_of(data) + at + LENGTH_BYTES, end - at - LENGTH_BYTES)
    finish(engine, address_of(leaves) + to)


@njit(cache=True)
def decide(engine: Words, chain: Any, prefix: int, size: int, data: Any, at: int) -> None:
    """Take the record at `at` into the decision digest of `chain`; its type's prefix lies at an address."""
    digest = address_of(chain) + _DIGEST_AT
    begin(engine)
    feed(engine, digest, HASH)
    feed(engine, prefix, size)
    feed(engine, address_of(data) + at + TIME_AT, TIME_BYTES)
    feed(engine, address_of(data) + at + HASH_AT, HASH)
    finish(engine, digest)


@njit(cache=True)
def seal(group: Any, at: int, count: int, chain: Any, kinds: Any, prefixes: Any, leaves: Any, engine: Words) -> int:
    """Give `count` records from `at` on their body hashes and places in the chain; returns how many are decisions.

    `chain` holds the last leaf hash and the decision digest, before and after; `leaves` takes the leaf hashes.
    """
    decisions = 0
    for index in range(count):
        end = at + LENGTH_BYTES + number(group, at, 4)
        body = end - number(group, at + SIZE_AT, 4)
        begin(engine)
        feed(engine, address_of(group) + body, end - body)
        finish(engine, address_of(group) + at + HASH_AT)
        copy(chain, 0, group, at + PREV_AT, HASH)
        hash_leaf(engine, group, at, body, leaves, HASH * index)
        copy(leaves, HASH * index, chain, 0, HASH)
        if group[at + FLAGS_AT] & TRADING:
            row = kind_row(kinds, group, at)
            prefix = address_of(prefixes) + kinds[row, PREFIX_AT]
            decide(engine, chain, prefix, kinds[row, PREFIX_BYTES], group, at)
            decisions += 1
        at = end
    return decisions


@njit(cache=True)
def decide_all(chain: Any, said: Any, engine: Words) -> int:
    """Take what was said, each led by its length in four bytes, into the decision digest of `chain`; how many."""
    digest = address_of(chain) + _DIGEST_AT
    at = count = 0
    while at < len(said):
        size = number(said, at, LENGTH_BYTES)
        begin(engine)
        feed(engine, digest, HASH)
        feed(engine, address_of(said) + at + LENGTH_BYTES, size)
        finish(engine, digest)
        at += LENGTH_BYTES + size
        count += 1
    return count


@njit(cache=True)
def parents(row: Any, above: Any, engine: Words) -> None:
    """Hashes of the nodes over each pair of hashes in `row`."""
    for pair in range(len(row) // (2 * HASH)):
        begin_tree(engine, 1)
        feed(engine, address_of(row) + 2 * HASH * pair, 2 * HASH)
        finish(engine, address_of(above) + HASH * pair)


assert BLOBS_AT + 1 == RECORD_BYTES
