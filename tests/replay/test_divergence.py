"""A log that was written anew, consistently and under the right key, is verified; its replay says where it lies."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.log import SourceDeclared
from tallystick.events.types.market import QuoteBlock
from tallystick.events.types.running import BookHalted
from tallystick.events.types.trading import OrderApproved, OrderSending, SignalRaised
from tallystick.events.verify import verify
from tallystick.events.writer import LogWriter
from tallystick.market.rows import Rows
from tallystick.platform.kernel.recorded import Names, Record, records_of
from tallystick.platform.mt5.server.terminal import SimulatedTerminal
from tests.replay.market_kit import SIGNER, ScanningTurns, replay, run, wandering

Lie = Callable[[Record, Event], Event | None]


def make() -> list[ScanningTurns]:
    return [ScanningTurns("first"), ScanningTurns("second", 130)]


def rewritten(book: Path, lying: Path, origin: str, lie: Lie) -> str:
    """The book's log once more, record by record, every hash and the checkpoint made anew; returns the key."""
    catalogue, reader = Catalogue(), LogReader(book / "log")
    names = Names(reader.declarations, catalogue)
    with LogWriter(lying / "log", origin) as writer:
        writer.declare(catalogue.types)
        for each in reader.envelopes():
            if isinstance(each.event, SourceDeclared):
                writer.declare_source(each.event.name, each.event.role)
        for record in records_of(reader, 0):
            told = lie(record, names.decode(record))
            if told is None:
                continue
            at = writer.append(
                record.type_id,
                record.version,
                catalogue.encode(told),
                time=record.time,
                source=record.source,
                flags=record.flags,
                cause=record.cause,
                cause_row=record.cause_row,
                root=record.root,
            )
            assert at == record.seq
        signer = SIGNER.named(origin)
        writer.checkpoint(signer)
    return str(signer.vkey)


@pytest.mark.parametrize(
    ("event_type", "change"),
    [
        (SignalRaised, {"stop_points": 4_999}),
        (SignalRaised, {"direction": 0}),
        (OrderApproved, {"rule": "nobody asked"}),
        (OrderSending, {"comment": "another"}),
    ],
)
def test_a_derived_event_changed_and_signed_again_is_named_with_both_bodies(
    tmp_path: Path, event_type: type[Event], change: dict[str, object]
) -> None:
    origin = run(tmp_path / "book", wandering(600, 3), make).origin
    changed: list[tuple[Record, Event, Event]] = []

    def lie(record: Record, event: Event) -> Event:
        if changed or not isinstance(event, event_type):
            return event
        changed.append((record, event, msgspec.structs.replace(event, **change)))
        return changed[0][2]

    key = rewritten(tmp_path / "book", tmp_path / "lying", origin, lie)
    assert verify(tmp_path / "lying" / "log", key).exit_code == 0, "nothing is wrong with its bytes"
    assert replay(tmp_path / "book", make).equal
    result = replay(tmp_path / "lying", make)
    ((record, truth, lied),) = changed
    found = result.divergence
    assert found is not None
    assert (found.seq, found.recorded_type, found.derived_type) == (
        record.seq,
        event_type.FACT.name,
        event_type.FACT.name,
    )
    assert found.recorded_body == msgspec.msgpack.encode(lied)
    assert found.derived_body == msgspec.msgpack.encode(truth)
    assert (found.cause, found.cause_row) == (record.cause, record.cause_row)
    assert f"record {record.seq}: {event_type.FACT.name} by {found.module} has another content" in result.message


def test_code_that_answers_before_the_end_of_a_block_is_named_with_what_it_says(tmp_path: Path) -> None:
    run(tmp_path, wandering(600, 3), make)
    for by_row in (False, True):
        result = replay(tmp_path, lambda: [ScanningTurns("first"), ScanningTurns("second", 60)], by_row=by_row)
        found = result.divergence
        assert not result.equal
        assert found is not None
        assert found.module == "second"
        assert found.recorded_type == "market.quote_block"
        assert found.cause == found.seq
        assert f"second acts on row {found.cause_row} of the block" in result.message
        assert found.derived_type == ("signal.raised" if by_row else "(not asked)")


def test_a_terminal_that_acts_before_the_end_of_a_block_is_named_with_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, wandering(600, 3), make)
    blocks = (each for each in LogReader(tmp_path / "log").envelopes() if type(each.event) is QuoteBlock)
    block = next(each for each in blocks if each.event.rows > 3)
    third_ms = np.frombuffer(block.event.time_msc, "<i8").item(2)
    settle = SimulatedTerminal.settle

    def too_early(terminal: SimulatedTerminal, rows: Rows) -> Sequence[tuple[int, Event]]:
        halted = BookHalted(reason="the terminal says what it never said")
        return [(0, halted)] if rows.columns["time_msc"].item(0) == third_ms else settle(terminal, rows)

    monkeypatch.setattr(SimulatedTerminal, "settle", too_early)
    found = replay(tmp_path, make, by_row=True).divergence
    assert found is not None
    assert (found.seq, found.cause_row, found.derived_type) == (block.seq, 2, BookHalted.FACT.name)


def test_code_that_says_less_is_named_with_the_row_it_is_silent_on(tmp_path: Path) -> None:
    run(tmp_path, wandering(600, 3), make)
    result = replay(tmp_path, lambda: [ScanningTurns("first"), ScanningTurns("second", 10**6)])
    found = result.divergence
    assert found is not None
    assert (found.module, found.recorded_type, found.derived_type) == ("second", "signal.raised", "(nothing)")
    assert found.cause_row < 4_096
    assert found.recorded_body
    assert "the code says nothing there" in result.message
