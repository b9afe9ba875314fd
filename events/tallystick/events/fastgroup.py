"""The verifier's fast way through a group of ordinary records: every rule of `rules` and of the frame, asked at once.

It takes a group whole or not at all. Anything that is not perfectly ordinary (the log's own records, blobs, pruned
bodies, whatever breaks a rule) makes it give up without a trace, and `rules` decides. Where the compiled loops are
loaded they ask it of many groups at once, and leave bodies to judge here where they are not sure.
"""

from collections.abc import Callable
from hashlib import sha256
from struct import Struct
from struct import error as too_short
from typing import TYPE_CHECKING

from tallystick.events import compiled
from tallystick.events.digest import prefix_of
from tallystick.events.errors import IntegrityError
from tallystick.events.record import (
    CAUSE_AT,
    DERIVED,
    FLAGS_AT,
    FORMAT,
    KIND_AT,
    MAX_BODY_BYTES,
    NONE_ROW,
    NONE_SEQ,
    RECORD_BYTES,
    TIME_AT,
    TRADING,
    WHO_AND_WHAT,
)
from tallystick.events.rules import NO_ROOT, OWN_TYPES, Rules
from tallystick.events.segment import FRAME, FRAME_MAGIC, MAX_GROUP_BYTES, read_frame

if TYPE_CHECKING:
    from tallystick.events.compiled.walks import Walk

_FRAME_BYTE = FRAME_MAGIC[0]

# Copying a hasher costs half of making one.
_hasher = sha256().copy
_leaf_hasher = sha256(b"\0").copy
_RECORD = Struct(">IBBIQqQHQ6s32sI32sB")  # `record.RECORD` with source, type and version in one piece

# Judge of the body, the decision digest's prefix or nothing, and the flags without the one for derived records.
Admitted = tuple[Callable[[bytes], str], bytes, int]


class FastGroups:
    """Takes whole groups on behalf of `rules`."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._admitted: dict[bytes, Admitted] = {}
        loops = compiled.walking()
        self._walk: Walk | None = None if loops is None else loops.walk(listing=rules.found.waiting is not None)
        self._judges: list[Callable[[bytes], str]] = []  # of bodies, by the row of their kind in the walk's table

    def take(self, data: bytes, at: int, stop: int, marker: bytes) -> int:
        """Take the group at `at`, and others after it that begin before `stop`.

        Returns where the last frame ends, or 0 when the group is not ordinary and nothing was taken.
        """
        if self._walk is None:
            return self._take_one(data, at, marker)
        return self._take_many(self._walk, data, at, stop, marker)

    def _take_many(self, walk: "Walk", data: bytes, at: int, stop: int, marker: bytes) -> int:
        found = self._rules.found
        place = (found.seq, found.time, found.epoch), found.head, found.decision
        end = walk.go(data, at, stop, marker, *place)
        while end == at and walk.unknown >= 0:
            if not self._learn(walk, data, walk.unknown):
                return 0
            end = walk.go(data, at, stop, marker, *place)
        unfit = self._first_unfit(data, walk.unsure)
        if unfit >= 0:
            end = walk.go(data, at, unfit, marker, *place)
        if end == at:
            return 0
        found.seq, found.time, found.root = walk.stands
        found.head, found.decision = walk.head, walk.digest
        found.decisions += walk.decisions
        if found.waiting is not None:
            found.waiting.append(walk.said)
        found.piece.add(walk.leaves)
        return end

    def _first_unfit(self, data: bytes, unsure: list[list[int]]) -> int:
        """Where the group of the first body begins that is not canonical; -1 when all are."""
        judges = self._judges
        for begin, end, kind, group in unsure:
            if judges[kind](data[begin:end]):
                return group
        return -1

    def _learn(self, walk: "Walk", data: bytes, at: int) -> bool:
        """Let the walk know the kind of the record at `at`, unless it may not be."""
        who_and_what = data[at + KIND_AT : at + KIND_AT + WHO_AND_WHAT.size]
        known = self._admit(who_and_what, data[at + FLAGS_AT])
        if known is None:
            return False
        complaint, prefix, trading = known
        source, type_id, version = WHO_AND_WHAT.unpack(who_and_what)
        cards = self._rules.declared.types[type_id, version].cards
        walk.kinds.add((type_id, version, source), trading, prefix, cards)
        self._judges.append(complaint)
        return True

    def _take_one(self, data: bytes, at: int, marker: bytes) -> int:  # noqa: C901, PLR0911 -- one loop, no calls
        found = self._rules.found
        admitted = self._admitted
        unpack, new_hasher, new_leaf_hasher = _RECORD.unpack_from, _hasher, _leaf_hasher
        first = seq = found.seq
        head, time, epoch, root = found.head, found.time, found.epoch, NO_ROOT
        said: list[bytes] = []
        leaves: list[bytes] = []
        say, add_leaf = said.append, leaves.append
        begin = at
        try:
            while data[at] != _FRAME_BYTE:
                (
                    length, form, flags, own_epoch, own_seq, own_time, cause, row, own_root,
                    who_and_what, previous, size, body_hash, blobs,
                ) = unpack(data, at)  # fmt: skip
                body_at = at + RECORD_BYTES
                end = at + 4 + length
                body = data[body_at:end]
                if (
                    previous != head
                    or own_seq != seq
                    or own_epoch != epoch
                    or blobs
                    or form != FORMAT
                    or len(body) != size
                    or not 0 < size <= MAX_BODY_BYTES
                ):
                    return 0
                hasher = new_hasher()
                hasher.update(body)
                if hasher.digest() != body_hash:
                    return 0
                if flags & DERIVED:
                    if own_root != root or own_time != time or not root <= cause < seq:
                        return 0
                elif own_root == seq and own_time >= time and (cause < seq or cause == NONE_SEQ):
                    root, time = seq, own_time
                else:
                    return 0
                if row != NONE_ROW and cause == NONE_SEQ:
                    return 0
                known = admitted.get(who_and_what) or self._admit(who_and_what, flags)
                if known is None:
                    return 0
                complaint, prefix, trading = known
                if flags & ~DERIVED != trading or complaint(body):
                    return 0
                if trading:
                    say(prefix + data[at + TIME_AT : at + CAUSE_AT] + body_hash)
                hasher = new_leaf_hasher()
                hasher.update(data[at + 4 : body_at])
                head = hasher.digest()
                add_leaf(head)
                at = end
                seq += 1
        except (IndexError, too_short):
            return 0
        if not leaves or at - begin > MAX_GROUP_BYTES or read_frame(data, at, marker) != (first, len(leaves), head):
            return 0
        found.seq, found.head, found.time, found.root = seq, head, time, root
        found.piece.add(b"".join(leaves))
        found.decide(said)
        return at + FRAME.size

    def _admit(self, who_and_what: bytes, flags: int) -> Admitted | None:
        """What to do with this kind of record; None for the log's own and for what may not be."""
        source, type_id, version = WHO_AND_WHAT.unpack(who_and_what)
        if type_id <= OWN_TYPES:
            return None
        try:
            declared = self._rules.require_admitted(type_id, version, source, flags)
        except IntegrityError:
            return None
        trading = TRADING if declared.trading else 0
        prefix = prefix_of(declared.name, version) if trading else b""
        admitted = self._rules.body_rule(declared).complaint, prefix, trading
        self._admitted[who_and_what] = admitted
        return admitted
