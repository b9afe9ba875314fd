"""What reading did to rows before any fault was looked for: an ask from a spread, a side carried on, a line lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Note:
    """A treatment that reading applied, by the rows concerned.

    `rows` is a mask over the rows that reading gave; `lost` counts rows that it did not give. `words` is a warning with
    {count} and {total} in it, or empty where nobody needs to be warned; `place` says where the first lost row was.
    """

    fault: str
    rule: str
    rows: NDArray[np.bool_]
    lost: int = 0
    words: str = ""
    place: str = ""

    def cut(self, chosen: NDArray[np.bool_]) -> "Note":
        """The note for the rows that a mask chooses; lost rows stay counted."""
        return Note(self.fault, self.rule, self.rows[chosen], self.lost, self.words, self.place)

    def joined(self, other: "Note") -> "Note":
        """This note and another of the same fault and rule, over the same rows."""
        rows, place = self.rows | other.rows, self.place or other.place
        return Note(self.fault, self.rule, rows, self.lost + other.lost, self.words, place)

    @property
    def count(self) -> int:
        """Rows concerned."""
        return int(self.rows.sum()) + self.lost

    @property
    def first(self) -> int:
        """The first row concerned; 0 where all are lost."""
        return int(np.argmax(self.rows))


def merged_notes(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Notes over the same rows, those of one fault and rule as one."""
    found: dict[tuple[str, str], Note] = {}
    for note in notes:
        key = (note.fault, note.rule)
        before = found.get(key)
        found[key] = note if before is None else before.joined(note)
    return tuple(found.values())
