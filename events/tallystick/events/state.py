"""What a log amounts to so far: head, book time, declarations, digest, tree. Built record by record, kept by a writer.

It can be frozen into a cache beside the log, so that opening a long log need not read all of it. A wrong cache harms
nobody but its owner: no verifier reads it, and what it made wrong the verifier finds.
"""

from dataclasses import dataclass, field

import msgspec

from tallystick.events.declarations import (
    CHECKPOINTED,
    LAST_OWN_TYPE,
    SOURCE_DECLARED,
    TAIL_CUT,
    TYPE_DECLARED,
    Declarations,
)
from tallystick.events.digest import DecisionDigest, prefix_of
from tallystick.events.merkle import HASH_BYTES, Tree
from tallystick.events.record import TRADING, genesis
from tallystick.events.segment import Fields
from tallystick.events.types.log import Checkpointed, TailCut

FRESH_BYTES = 4096 * HASH_BYTES  # so much is taken into the tree at once

_decode_cut = msgspec.msgpack.Decoder(TailCut).decode
_decode_checkpointed = msgspec.msgpack.Decoder(Checkpointed).decode


class Frozen(msgspec.Struct, frozen=True):
    """The state as the cache file holds it; `declarations` are (type id, body) in log order."""

    origin: str
    seq: int
    prev: bytes
    time: int
    epoch: int
    digest: bytes
    decisions: int
    tree: bytes
    declarations: tuple[tuple[int, bytes], ...]
    cuts: tuple[str, ...]
    recorded: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class LogState:
    """The state after `seq` records; `prev` is the last leaf hash, the head."""

    origin: str
    seq: int = 0
    prev: bytes = b""
    time: int | None = None
    epoch: int = 0
    digest: DecisionDigest = field(default_factory=DecisionDigest)
    tree: Tree = field(default_factory=Tree)
    fresh: bytearray = field(default_factory=bytearray)  # leaf hashes that the tree has yet to take in, joined
    declarations: Declarations = field(default_factory=Declarations)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)
    cuts: set[str] = field(default_factory=set)
    recorded: dict[str, int] = field(default_factory=dict)
    _prefixes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.prev:
            self.prev = genesis(self.origin)

    def take(self, fields: Fields, leaf: bytes, body: memoryview) -> None:
        """Take in the next record, whose place in the chain has been checked."""
        type_id = fields[9]
        if type_id <= LAST_OWN_TYPE:
            self.take_own(type_id, fields[3], body)
        if fields[1] & TRADING:
            self.digest.add(self.prefix(type_id, fields[10]), fields[4], fields[13])
        self.epoch, self.time, self.prev = fields[2], fields[4], leaf
        self.seq = fields[3] + 1
        self.fresh += leaf
        if len(self.fresh) >= FRESH_BYTES:
            self.settle()

    def take_own(self, type_id: int, seq: int, body: bytes | memoryview) -> None:
        """Take in a body of one of the log's own types."""
        if type_id in (TYPE_DECLARED, SOURCE_DECLARED):
            self.declarations.take(type_id, body, seq)
            self.bodies.append((type_id, bytes(body)))
        elif type_id == TAIL_CUT:
            self.cuts.add(_decode_cut(body).sha256)
        elif type_id == CHECKPOINTED:
            event = _decode_checkpointed(body)
            self.recorded[event.note_hash] = event.size

    def prefix(self, type_id: int, version: int) -> bytes:
        """What the decision digest puts before the book time of this type."""
        known = self._prefixes.get((type_id, version))
        if known is None:
            known = prefix_of(self.declarations.types[type_id, version].name, version)
            self._prefixes[type_id, version] = known
        return known

    def settle(self) -> None:
        """Take the leaves that wait into the tree."""
        self.tree.extend_joined(self.fresh)
        self.fresh.clear()

    def freeze(self) -> bytes:
        """The state for the cache."""
        self.settle()
        return msgspec.msgpack.encode(
            Frozen(
                self.origin,
                self.seq,
                self.prev,
                self.time or 0,
                self.epoch,
                self.digest.value,
                self.digest.count,
                self.tree.freeze(),
                tuple(self.bodies),
                tuple(sorted(self.cuts)),
                tuple((size, note) for note, size in self.recorded.items()),
            )
        )

    @classmethod
    def thaw(cls, raw: bytes, origin: str) -> "LogState | None":
        """The state in a cache; None when it is damaged or of another log."""
        try:
            frozen = msgspec.msgpack.decode(raw, type=Frozen)
            if frozen.origin != origin or frozen.seq == 0:
                return None
            state = cls(origin, frozen.seq, frozen.prev, frozen.time, frozen.epoch)
            state.digest = DecisionDigest(frozen.digest, frozen.decisions)
            state.tree = Tree.thaw(frozen.tree)
            for type_id, body in frozen.declarations:
                state.take_own(type_id, 0, body)
        except ValueError:
            return None
        state.cuts = set(frozen.cuts)
        state.recorded = {note: size for size, note in frozen.recorded}
        return state if state.tree.size == state.seq else None
