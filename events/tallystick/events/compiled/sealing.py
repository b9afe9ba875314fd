"""Compiled loops over hashes: sealing appended records, a row of the tree.

Bytes are read and written where they lie, by address: what is given as bytes or arrays lives as long as the call. All
ones of 64 bits, which is no seq, reads as -1 (see `bytewise`).
"""

from typing import Any

from numba import njit

from tallystick.events.compiled.bytewise import copy, number
from tallystick.events.compiled.calls import Words, address_of, begin, begin_tree, byte_at, feed, finish
from tallystick.events.compiled.places import (
    HASH,
    KEY,
    KIND_BYTES,
    LENGTH_BYTES,
    PREFIX_AT,
    PREFIX_BYTES,
    TIME_BYTES,
)
from tallystick.events.record import FLAGS_AT, HASH_AT, KIND_AT, PREV_AT, SIZE_AT, TIME_AT, TRADING

LEAVES_AT = 2 * HASH


@njit(cache=True)
def kind_row(kinds: Any, at: int) -> int:
    """The row in the table of kinds of the record at `at`; -1 when it is not there."""
    key = number(at + KIND_AT, KIND_BYTES)
    for row in range(len(kinds)):
        if kinds[row, KEY] == key:
            return row
    return -1


@njit(cache=True)
def hash_bytes(engine: Words, at: int, size: int, to: int) -> None:
    """Hash `size` bytes."""
    begin(engine)
    feed(engine, at, size)
    finish(engine, to)


@njit(cache=True)
def hash_leaf(engine: Words, at: int, end: int, to: int) -> None:
    """The leaf hash of the record at `at`, whose header ends at `end`."""
    begin_tree(engine, 0)
    feed(engine, at + LENGTH_BYTES, end - at - LENGTH_BYTES)
    finish(engine, to)


@njit(cache=True)
def decide(engine: Words, digest: int, prefix: int, size: int, at: int) -> None:
    """Take the record at `at` into the decision digest; its type's prefix has `size` bytes."""
    begin(engine)
    feed(engine, digest, HASH)
    feed(engine, prefix, size)
    feed(engine, at + TIME_AT, TIME_BYTES)
    feed(engine, at + HASH_AT, HASH)
    finish(engine, digest)


@njit(cache=True)
def seal(group: Any, begins: int, count: int, trail: Any, kinds: Any, engine: Words) -> int:
    """Give `count` records from `begins` on their body hashes and places in the chain; returns how many are decisions.

    `trail` holds the leaf hash before them, the decision digest, which goes on, and room for their leaf hashes.
    """
    at, prev, decisions = address_of(group) + begins, address_of(trail), 0
    digest, leaf = prev + HASH, prev + LEAVES_AT
    for _ in range(count):
        end = at + LENGTH_BYTES + number(at, LENGTH_BYTES)
        body = end - number(at + SIZE_AT, LENGTH_BYTES)
        hash_bytes(engine, body, end - body, at + HASH_AT)
        copy(prev, at + PREV_AT, HASH)
        hash_leaf(engine, at, body, leaf)
        if byte_at(at + FLAGS_AT) & TRADING:
            row = kind_row(kinds, at)
            decide(engine, digest, kinds[row, PREFIX_AT], kinds[row, PREFIX_BYTES], at)
            decisions += 1
        at, prev, leaf = end, leaf, leaf + HASH
    return decisions


@njit(cache=True)
def parents(row: Any, above: Any, engine: Words) -> None:
    """Hashes of the nodes over each pair of hashes in `row`."""
    at, to = address_of(row), address_of(above)
    for pair in range(len(row) // (2 * HASH)):
        begin_tree(engine, 1)
        feed(engine, at + 2 * HASH * pair, 2 * HASH)
        finish(engine, to + HASH * pair)
