"""Sealing appended records: body hashes, places in the chain, leaf hashes, and what they add to the decision digest.

A record waits with zeros where body hash and previous leaf hash will stand. When a commit or a question needs them, all
that wait are joined to their group and the hashes filled in at once; by the compiled loops where those are loaded.
"""

from collections.abc import Mapping
from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING

from tallystick.events import compiled
from tallystick.events.record import (
    BLOB,
    BLOBS_AT,
    CAUSE_AT,
    FLAGS_AT,
    KIND_AT,
    LENGTH,
    PREV_AT,
    RECORD_BYTES,
    TIME_AT,
    TRADING,
    WHO_AND_WHAT,
    Kind,
)

if TYPE_CHECKING:
    from tallystick.events.compiled.loops import Loops, SealedKinds

Admitted = tuple[int, bytes]
"""The trading flag of a type, and what the decision digest puts before its book time."""
Sealed = tuple[bytes, bytes, int]

_CHAINED = Struct(">32sI32s")  # previous leaf hash, body length, body hash
# Copying a hasher costs half of making one, which asks OpenSSL for the algorithm each time.
_hasher = sha256().copy
_leaf_hasher = sha256(b"\0").copy


class Sealer:
    """Seals the records of one writer; `admitted` holds every kind of record by the time one is sealed."""

    __slots__ = ("_admitted", "_compiling", "_kinds", "_known", "_loops")

    def __init__(self, admitted: Mapping[Kind, Admitted], *, compiling: bool = True) -> None:
        """`compiling`: load the loops when they pay."""
        self._admitted = admitted
        self._compiling = compiling
        self._loops: Loops | None = None
        self._kinds: SealedKinds | None = None
        self._known = 0

    def seal(self, group: bytearray, at: int, count: int, prev: bytes, digest: bytes) -> Sealed:
        """Seal the `count` records that end `group` and begin at `at`; `prev` is the leaf hash before them.

        Returns their leaf hashes joined, the decision digest after them, and how many of them count in it.
        """
        loops, kinds = self._loops, self._kinds
        if loops is None or kinds is None:
            loops = self._loops = (
                compiled.for_records(count, compiled.SEALING) if self._compiling else compiled.at_hand()
            )
            if loops is None:
                return _seal(group, at, count, prev, digest, self._admitted)
            kinds = self._kinds = loops.kind_table()
        if self._known != len(self._admitted):
            for kind, (trading, prefix) in self._admitted.items():
                if trading:
                    kinds.add(kind, trading, prefix)
            self._known = len(self._admitted)
        return loops.seal(group, at, count, prev, digest, kinds)


def _seal(
    group: bytearray, at: int, count: int, prev: bytes, digest: bytes, admitted: Mapping[Kind, Admitted]
) -> Sealed:
    leaves: list[bytes] = []
    decided = 0
    for _ in range(count):
        body = at + RECORD_BYTES + BLOB.size * group[at + BLOBS_AT]
        end = at + LENGTH.size + LENGTH.unpack_from(group, at)[0]
        hasher = _hasher()
        hasher.update(group[body:end])
        body_hash = hasher.digest()
        _CHAINED.pack_into(group, at + PREV_AT, prev, end - body, body_hash)
        hasher = _leaf_hasher()
        hasher.update(group[at + LENGTH.size : body])
        prev = hasher.digest()
        leaves.append(prev)
        if group[at + FLAGS_AT] & TRADING:
            source, type_id, version = WHO_AND_WHAT.unpack_from(group, at + KIND_AT)
            prefix = admitted[type_id, version, source][1]
            hasher = _hasher()
            hasher.update(digest + prefix + group[at + TIME_AT : at + CAUSE_AT] + body_hash)
            digest = hasher.digest()
            decided += 1
        at = end
    return b"".join(leaves), digest, decided
