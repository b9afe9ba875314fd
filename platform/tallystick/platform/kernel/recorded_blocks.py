"""The rows of recorded blocks, made for a stretch of blocks at once: side by side in one buffer, as in the run.

What is worked out once for a buffer is then not worked out again for each of its blocks, most of which hold few rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tallystick.events.errors import UnknownType
from tallystick.events.types.market import BarBlock, QuoteBlock, SeriesDeclared
from tallystick.market.rows import Rows
from tallystick.platform.kernel.blocks import LARGEST_BLOCK, Block, is_whole, joined_blocks, rows_of
from tallystick.platform.kernel.recorded import SEQ, TYPE, Names, Record


class RecordedBlocks:
    """Blocks of a log with their rows; each is asked for once, in order."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._ends_stretch = {names.type_id(one.FACT.name) for one in (BarBlock, QuoteBlock, SeriesDeclared)}
        """Blocks, of which another kind ends a stretch, and what changes the book times of rows."""
        self._made: dict[int, tuple[Block, Rows]] = {}

    def of(
        self, record: Record, ahead: Iterable[Record], series: Sequence[SeriesDeclared], periods: NDArray[np.int64]
    ) -> tuple[Block, Rows]:
        """The block in `record` and its rows; of the records `ahead` of it those of the same stretch are made with it.

        `series` and `periods` (ns) by number. Raises `UnknownType` where today's catalogue cannot read the block.
        """
        made = self._made.pop(record.fields[SEQ], None)
        if made is not None:
            return made
        block: Any = self._names.decode(record)
        following = self._following(record, ahead, LARGEST_BLOCK - block.rows) if is_whole(block) else []
        rules = [one.time_rule for one in series]
        rows = rows_of(joined_blocks([block, *(one for _, one in following)]), rules, periods)
        end = first = len(rows) - sum([one.rows for _, one in following])
        for seq, one in following:
            start, end = end, end + one.rows
            self._made[seq] = one, rows.part(start, end)
        return block, rows.part(0, first)

    def _following(self, record: Record, ahead: Iterable[Record], room: int) -> list[tuple[int, Block]]:
        """The whole blocks that follow the one in a record, with their seqs; at most `room` rows."""
        found: list[tuple[int, Block]] = []
        for each in [one for one in ahead if one.fields[TYPE] in self._ends_stretch]:
            if each.fields[TYPE] != record.fields[TYPE]:
                break
            try:
                block: Any = self._names.decode(each)
            except (UnknownType, msgspec.DecodeError):
                break  # told when its turn comes
            room -= block.rows
            if room < 0 or not is_whole(block):
                break
            found.append((each.fields[SEQ], block))
        return found
