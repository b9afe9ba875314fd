"""Passing over a segment's groups to know where the chain stands behind them, and what they declare.

Only lengths, type ids and frames are looked at: another reader verifies the same bytes, and the seams are compared.
"""

from struct import Struct
from struct import error as too_short

from tallystick.events import compiled
from tallystick.events.declarations import SOURCE_DECLARED, Declarations
from tallystick.events.errors import IntegrityError
from tallystick.events.record import RECORD, RECORD_BYTES
from tallystick.events.segment import FRAME, FRAME_MAGIC, SEGMENT
from tallystick.events.window import Window

_SKIM = Struct(">I42xH")  # length and type id of a record
_FRAME_BYTE = FRAME_MAGIC[0]

Seam = tuple[int, bytes, int, int]  # seq, last leaf hash, book time, epoch: where one stretch hands over to the next


def skim(window: Window, stop: int, declared: Declarations, seam: Seam) -> tuple[int, Seam]:
    """Pass over a segment's whole groups until one ends at or after `stop`; where, and the seam there."""
    at = SEGMENT.size
    while at < stop:
        ahead = min(stop, window.ahead(at))
        base = window.base
        end, seam = _skim_groups(window.data, at - base, ahead - base, declared, seam)
        if base + end == at and not (window.renew(at) or window.widen(at)):
            break
        at = base + end
    return at, seam


def _skim_groups(data: bytes, at: int, stop: int, declared: Declarations, seam: Seam) -> tuple[int, Seam]:
    """The same within what is at hand; what a group declares is taken in when it has ended."""
    group, record = at, 0
    said: list[tuple[int, bytes]] = []
    peek, loops = _SKIM.unpack_from, compiled.walking()
    try:
        while at < stop:
            if loops is not None and at == group:
                at, last = loops.skip(data, at, stop, SOURCE_DECLARED)
                if at > group:
                    group, seam = at, _seam(data, at, last)
                    continue
            while data[at] != _FRAME_BYTE:
                length, type_id = peek(data, at)
                if type_id <= SOURCE_DECLARED:
                    said.append((type_id, data[at + RECORD_BYTES : at + 4 + length]))
                record = at
                at += 4 + length
            seam = _seam(data, at + FRAME.size, record)
            at = group = at + FRAME.size
            for type_id, body in said:
                declared.take(type_id, body, 0)
            said.clear()
    except (too_short, IndexError, IntegrityError):
        return group, seam
    return group, seam


def _seam(data: bytes, end: int, record: int) -> Seam:
    """The seam after a group whose frame ends at `end`, and whose last record begins at `record`."""
    _, _, first, count, head, _ = FRAME.unpack_from(data, end - FRAME.size)
    fields = RECORD.unpack_from(data, record)
    return first + count, head, fields[5], fields[3]
