"""What a compiled look at a body is told to expect of it, as bytes (see `judging`)."""

from collections.abc import Sequence

import msgspec

from tallystick.events.kinds import FieldCard

BOOL, INT, FLOAT, STR, BYTES, WIDE = range(6)
_KINDS = {"bool": BOOL, "int": INT, "float": FLOAT, "str": STR, "bytes": BYTES, "u256": WIDE}
OPTIONAL = 8
_MAX_SMALL_MAP = 15
_encode = msgspec.msgpack.Encoder().encode


def program_of(cards: Sequence[FieldCard]) -> bytes:
    """What to expect of a body with these fields: its head, then for each field its name and kind; or nothing.

    Names are encoded as they stand in the body, each led by its length; a kind is one byte.
    """
    words = [card.kind.removeprefix("optional:") for card in cards]
    if len(cards) >> 16 or any(word not in _KINDS for word in words):
        return b""
    count = len(cards)
    head = bytes([0x80 | count]) if count <= _MAX_SMALL_MAP else b"\xde" + count.to_bytes(2, "big")
    program = [bytes([len(head)]), head]
    for card, word in zip(cards, words, strict=True):
        name = _encode(card.name)
        if len(name) > 0xFF:
            return b""
        program += [bytes([len(name)]), name, bytes([_KINDS[word] | (OPTIONAL if word != card.kind else 0)])]
    return b"".join(program)
