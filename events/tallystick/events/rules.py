"""Every rule of the format about a record that stands in a whole group: one after the other, in words.

1. flags known, book time never falls; 2. causality; 3. epochs; 4. declared type and source, trading flag, who may say
it; 5. blobs; 6. the body canonical, or pruned; 7. what the log's own records say. Chain and hashes were checked with
the group, before.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tallystick.events import compiled
from tallystick.events.bodyrule import BodyRule
from tallystick.events.declarations import (
    BODIES_PRUNED,
    CHECKPOINTED,
    EPOCH_OPENED,
    LAST_OWN_TYPE,
    SOURCE_DECLARED,
    SUCCEEDED,
    TAIL_CUT,
    Declarations,
    DeclaredType,
)
from tallystick.events.digest import START, TIME, prefix_of
from tallystick.events.errors import IntegrityError
from tallystick.events.record import DERIVED, KNOWN_FLAGS, NONE_ROW, NONE_SEQ, TRADING, read_blobs
from tallystick.events.segment import RecordAt
from tallystick.events.treepiece import TreePiece

BEFORE_ALL = -(2**63)
NO_ROOT = -1
_hasher = sha256().copy  # half the price of a new one
SAID_BYTES = 4  # of the length before what waits for the decision digest
OWN_TYPES = LAST_OWN_TYPE  # type ids up to this one are the log's own


@dataclass(slots=True)
class Found:
    """What records amounted to; all of it is plain values, so that another process can send it.

    `blobs` holds for each hash its length, the first record that names it, and whether it must be there. Where a
    stretch does not begin the log, `waiting` keeps what goes into the decision digest after that of the stretch before.
    """

    piece: TreePiece
    seq: int
    head: bytes
    time: int = BEFORE_ALL
    epoch: int = 0
    root: int = NO_ROOT
    decision: bytes = START
    decisions: int = 0
    pruned: list[int] = field(default_factory=list)
    prunings: list[tuple[int, int, int]] = field(default_factory=list)
    cuts: list[tuple[int, str, int]] = field(default_factory=list)
    checkpointed: list[tuple[int, int, str]] = field(default_factory=list)
    blobs: dict[bytes, tuple[int, int, bool]] = field(default_factory=dict)
    waiting: list[bytes] | None = None

    def decide(self, said: list[bytes]) -> None:
        """Take trading records into the decision digest: for each, type name, version, book time and body hash."""
        self.decisions += len(said)
        if self.waiting is not None:
            self.waiting += [len(each).to_bytes(SAID_BYTES, "big") + each for each in said]
            return
        digest = self.decision
        for each in said:
            hasher = _hasher()
            hasher.update(digest + each)
            digest = hasher.digest()
        self.decision = digest

    def decide_waiting(self, said: bytes) -> None:
        """Take in what waited in a stretch after this one: the same, each led by its length."""
        loops = compiled.walking()
        if loops is not None:
            self.decision, count = loops.decide(self.decision, said)
            self.decisions += count
            return
        pieces, at = [], 0
        while at < len(said):
            end = at + SAID_BYTES + int.from_bytes(said[at : at + SAID_BYTES], "big")
            pieces.append(said[at + SAID_BYTES : end])
            at = end
        self.decide(pieces)


class Rules:
    """Judges records in order and keeps what they amount to in `found`."""

    def __init__(self, found: Found, declared: Declarations, catch_up: Callable[[], None]) -> None:
        """`catch_up` completes `declared`, which may lack what was declared before these records."""
        self.found = found
        self.declared = declared
        self._catch_up = catch_up
        self._bodies: dict[tuple[int, int], BodyRule] = {}

    def take(self, data: bytes | memoryview, record: RecordAt) -> None:
        """Judge the next record. Raises `IntegrityError` with the rule it breaks."""
        _, flags, epoch, seq, time, cause, row, root, source, type_id, version, *_ = record.fields
        found = self.found
        _require(flags | KNOWN_FLAGS == KNOWN_FLAGS, f"it has unknown flags {flags:#x}")
        _require(time >= found.time, f"its book time {time} is before {found.time}, that of the record before")
        self._require_causality(bool(flags & DERIVED), seq, time, cause, root)
        _require(row == NONE_ROW or cause != NONE_SEQ, "it names a row of its cause, but no cause")
        opened = epoch == found.epoch or (epoch > found.epoch and type_id == EPOCH_OPENED)
        _require(opened, f"it is in epoch {epoch}, but epoch {found.epoch} was not succeeded")
        declared = self.require_admitted(type_id, version, source, flags)
        self._take_blobs(data, record)
        if declared.trading:
            found.decide([prefix_of(declared.name, version) + TIME.pack(time) + record.fields[13]])
        if record.body == record.end:
            _require(type_id > OWN_TYPES, "its body was pruned, which is never done to the log's own records")
            found.pruned.append(seq)
        else:
            self._take_body(bytes(data[record.body : record.end]), declared, seq, epoch)
        found.seq, found.head, found.time, found.epoch = seq + 1, record.leaf, time, epoch
        found.root = root

    def require_admitted(self, type_id: int, version: int, source: int, flags: int) -> DeclaredType:
        """The declaration of a type that this source may say with these flags. Raises `IntegrityError`."""
        if (type_id, version) not in self.declared.types or source not in self.declared.sources:
            self._catch_up()
        declared = self.declared.types.get((type_id, version))
        speaker = self.declared.sources.get(source)
        if declared is None:
            raise IntegrityError(f"its type {type_id} version {version} was not declared before")
        if speaker is None:
            raise IntegrityError(f"its source {source} was not declared before")
        _require(bool(flags & TRADING) == declared.trading, f"its trading flag is not as {declared.name} declares")
        allowed = ", ".join(declared.said_by)
        _require(
            speaker.role in declared.said_by,
            f"{declared.name} was said by {speaker.name}, a {speaker.role}; only {allowed} may say it",
        )
        return declared

    def body_rule(self, declared: DeclaredType) -> BodyRule:
        """The judge of this type's bodies."""
        key = declared.id, declared.version
        if key not in self._bodies:
            self._bodies[key] = BodyRule(declared.cards)
        return self._bodies[key]

    def _require_causality(self, derived: bool, seq: int, time: int, cause: int, root: int) -> None:  # noqa: FBT001 -- a bit of the header
        if not derived:
            _require(root == seq, f"it is an input, but names record {root} as its cascade's root")
            _require(cause == NONE_SEQ or cause < seq, f"its cause {cause} comes later")
            return
        _require(root == self.found.root, f"it is derived, but its root {root} is not the cascade it stands in")
        _require(time == self.found.time, "it is derived, but its book time is not its cascade's")
        _require(root <= cause < seq, f"it is derived, but its cause {cause} is outside of its cascade")

    def _take_blobs(self, data: bytes | memoryview, record: RecordAt) -> None:
        seq, count, needed = record.fields[3], record.fields[14], record.body != record.end
        for size, digest in read_blobs(data, record.at, count):
            known_size, first, known_needed = self.found.blobs.get(digest, (size, seq, False))
            _require(known_size == size, f"it says {size} bytes of a blob that record {first} says {known_size} of")
            self.found.blobs[digest] = (size, first, known_needed or needed)

    def _take_body(self, body: bytes, declared: DeclaredType, seq: int, epoch: int) -> None:
        rule = self.body_rule(declared)
        complaint = rule.complaint(body)
        _require(not complaint, complaint)
        if declared.id <= OWN_TYPES:
            if declared.id <= SOURCE_DECLARED:
                self._catch_up()
            self.declared.take(declared.id, body, seq)
            self._take_own(declared.id, rule.values(body), seq, epoch)

    def _take_own(self, type_id: int, said: dict[str, Any], seq: int, epoch: int) -> None:
        if type_id == EPOCH_OPENED:
            _require(said["epoch"] == epoch, f"it opens epoch {said['epoch']}, but stands in {epoch}")
        elif type_id == BODIES_PRUNED:
            _require(0 <= said["first"] <= said["last"] < seq, "it prunes a range that cannot be")
            self.found.prunings.append((seq, said["first"], said["last"]))
        elif type_id == TAIL_CUT:
            self.found.cuts.append((seq, said["sha256"], said["bytes"]))
        elif type_id == CHECKPOINTED:
            _require(0 <= said["size"] <= seq, f"it names a checkpoint over {said['size']} records, which come later")
            self.found.checkpointed.append((seq, said["size"], said["note_hash"]))
        elif type_id == SUCCEEDED:
            _require(seq == 0, "only the first record of a log can name the log before it")


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 -- as `assert` takes it
    if not holds:
        raise IntegrityError(what)
