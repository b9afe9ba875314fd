"""What the simulated server says is due next is what its state says, whatever has happened since it was asked last."""

from random import Random

import msgspec
import pytest

from tallystick.market.server_time import next_midnight
from tallystick.market.spans import NEVER
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal.server import MONDAY, bar, bars, moments, order, random_order, random_quotes, server

RULE = "new_york+7"


def due_by_state(terminal: SimulatedTerminal) -> int:
    """The next rollover of a state with positions, or its next expiry."""
    state = terminal.state
    due = next_midnight(state.clock, RULE) if state.positions else NEVER
    return min([due, *[one.expires for one in state.pendings.values() if one.expires]])


@pytest.mark.parametrize("seed", range(6))
def test_it_follows_every_order_row_and_deadline(seed: int) -> None:
    chance = Random(seed)
    rows, terminal = (
        random_quotes(chance, 400),
        server((("EURUSD", "quote", 0), ("XAUUSD", "quote", 0)), server_time=RULE),
    )
    seen, number = set(), 0
    for start, stop in moments(rows):
        part, time = rows.part(start, stop), rows.time.item(start)
        if chance.random() < 0.7:  # else a deadline may be overdue
            terminal.reach(time)
            assert terminal.next_due() == due_by_state(terminal) > time
        if terminal.scan(part) < 0 and chance.random() < 0.5:
            terminal.advance(part)
        else:
            terminal.settle(part)
        assert terminal.next_due() == due_by_state(terminal)
        if chance.random() < 0.3:
            terminal.send(random_order(chance, number, terminal, time), time)
            number += 1
        assert terminal.next_due() == due_by_state(terminal)
        seen.add(terminal.next_due())
    assert len(seen) > 5


def test_a_state_that_is_shown_or_thawed_has_its_own() -> None:
    early, late = (server(server_time=RULE) for _ in range(2))
    for terminal, day in ((early, 0), (late, 2)):
        rows = bars(
            [
                bar(24 * day + 1, 120_000, 120_010, 119_990, 120_000),
                bar(24 * day + 2, 120_000, 120_010, 119_990, 120_000),
            ]
        )
        terminal.settle(rows.part(0, 1))
        terminal.send(order(1), rows.time.item(0))
        terminal.settle(rows.part(1, 2))
    frozen = msgspec.msgpack.decode(msgspec.msgpack.encode(early.freeze()), strict=False)
    wanted = early.next_due()
    assert MONDAY < wanted < late.next_due() < NEVER
    late.show(early.state)
    assert late.next_due() == wanted
    thawed = server(server_time=RULE)
    thawed.thaw(frozen)
    assert thawed.next_due() == wanted
