"""The kinds of record that the compiled loops know: who said what, and what of it goes into the decision digest."""

from array import array
from collections.abc import Sequence
from ctypes import Array, addressof, c_char, create_string_buffer

from tallystick.events.compiled.programs import program_of
from tallystick.events.kinds import FieldCard
from tallystick.events.record import Kind


class KindTable:
    """A row of `places.KIND_COLUMNS` numbers for each kind."""

    def __init__(self) -> None:
        self._known: set[Kind] = set()
        self._kept: list[Array[c_char]] = []  # what the addresses in the rows are of
        self.words = array("q")
        self.longest = 0

    def __len__(self) -> int:
        return len(self._known)

    def add(self, kind: Kind, flags: int, prefix: bytes, cards: Sequence[FieldCard] = ()) -> None:
        """Add a kind: its trading flag, what the decision digest puts before the book time, and its body's fields."""
        if kind in self._known:
            return
        type_id, version, source = kind
        together = prefix + program_of(cards)
        kept = create_string_buffer(together, len(together) + 1)
        at = addressof(kept)
        program, end = at + len(prefix), at + len(together)
        self.words.extend((source << 32 | type_id << 16 | version, flags, at, len(prefix), program, end))
        self._kept.append(kept)
        self.longest = max(self.longest, len(prefix))
        self._known.add(kind)
