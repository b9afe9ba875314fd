"""What reading did to rows before any fault was looked for: an ask from a spread, a side carried on, a line lost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Note:
    """A treatment that reading applied, by the rows concerned.

    `rows` is a mask over the rows that reading gave; `lost` counts rows that it did not give. `words` is a warning with
    {count} and {total} in it, or empty where nobody needs to be warned.
    """

    fault: str
    rule: str
    rows: NDArray[np.bool_]
    lost: int = 0
    words: str = ""

    def cut(self, chosen: NDArray[np.bool_]) -> "Note":
        """The note for the rows that a mask chooses; lost rows stay counted."""
        return Note(self.fault, self.rule, self.rows[chosen], self.lost, self.words)

    @property
    def count(self) -> int:
        """Rows concerned."""
        return int(self.rows.sum()) + self.lost

    @property
    def first(self) -> int:
        """The first row concerned; 0 where all are lost."""
        return int(np.argmax(self.rows))
