"""Rows of recorded blocks are made for many blocks at once; they are the rows of each block all the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import LogReader
from tallystick.events.types.market import BarBlock, QuoteBlock
from tallystick.market.rows import Rows
from tallystick.platform.kernel.blocks import Block, rows_of
from tallystick.platform.kernel.history import history_of
from tallystick.platform.kernel.recorded import Names, Record, records_of
from tallystick.platform.kernel.recorded_blocks import RecordedBlocks
from tests.replay.market_kit import ScanningTurns, run, wandering


class Log:
    """The records of a book that was cut into many blocks, and what makes rows of them."""

    def __init__(self, book: Path, kind: str) -> None:
        run(book, wandering(600, 3, kind=kind), lambda: [ScanningTurns("first"), ScanningTurns("second", 130)])
        catalogue, reader = Catalogue(), LogReader(book / "log")
        self.names = Names(reader.declarations, catalogue)
        (started,) = history_of(reader).runs
        self.series = started.series
        self.periods = np.array([one.period_ns for one in started.series], dtype=np.int64)
        self.records = list(records_of(reader, 0))

    def places(self) -> list[int]:
        kinds = QuoteBlock, BarBlock
        return [at for at, one in enumerate(self.records) if self.names.event_type(one.type_id) in kinds]

    def alone(self, record: Record) -> Rows:
        block = self.names.decode(record)
        assert isinstance(block, Block)
        return rows_of(block, [one.time_rule for one in self.series], self.periods)

    def together(self) -> Iterator[tuple[Record, Block, Rows]]:
        blocks = RecordedBlocks(self.names)
        for at in self.places():
            ahead = self.records[at + 1 : at + 60]
            yield self.records[at], *blocks.of(self.records[at], ahead, self.series, self.periods)


def same(one: Rows, other: Rows) -> bool:
    columns = [(one.columns[name], values) for name, values in other.columns.items()]
    pairs: list[tuple[Any, Any]] = [
        (one.time, other.time),
        (one.series, other.series),
        (one.bid, other.bid),
        (one.ask, other.ask),
        *columns,
    ]
    return one.kind == other.kind and all(np.array_equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize("kind", ["quote", "bar"])
def test_rows_made_for_a_stretch_of_blocks_are_those_of_each_block(tmp_path: Path, kind: str) -> None:
    log = Log(tmp_path, kind)
    made = list(log.together())
    buffers = {id(rows.origin()[0]) for _, _, rows in made}
    assert len(made) > 2 * len(buffers), "blocks share their buffers"
    assert all(same(rows, log.alone(record)) for record, _, rows in made)
    assert [block for _, block, _ in made] == [log.names.decode(record) for record, _, _ in made]


def test_a_block_that_cannot_be_read_is_told_of_when_its_turn_comes(tmp_path: Path) -> None:
    log = Log(tmp_path, "bar")
    fourth = log.places()[3]
    log.records[fourth] = msgspec.structs.replace(log.records[fourth], body=b"")
    made = log.together()
    for _ in range(3):
        next(made)
    with pytest.raises(msgspec.DecodeError):
        next(made)


def test_a_block_whose_column_lacks_a_value_moves_no_value_of_its_neighbours(tmp_path: Path) -> None:
    log = Log(tmp_path, "bar")
    fourth = log.places()[3]
    block = log.names.decode(log.records[fourth])
    assert isinstance(block, BarBlock)
    torn = msgspec.structs.replace(block, bid_low=block.bid_low[:-8])
    log.records[fourth] = msgspec.structs.replace(log.records[fourth], body=msgspec.msgpack.encode(torn))
    for record, _, rows in log.together():
        assert same(rows, log.alone(record))
