"""`scan` is only a shortcut: it names exactly the first row of the first moment that `settle` would act on."""

import os
from collections.abc import Callable
from functools import partial
from random import Random

import msgspec
import pytest

from tallystick.events.event import Event
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderSending
from tallystick.market.rows import Rows
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal.rough_market import rough_order, rough_server
from tests.unit.terminal.server import (
    BARS,
    QUOTES,
    SECOND,
    moments,
    pass_deadlines,
    random_bars,
    random_order,
    random_quotes,
    server,
)

SEEDS = range(400 if os.environ.get("TALLYSTICK_FULL") else 36)


def feed(seed: int) -> tuple[Random, Rows, SimulatedTerminal]:
    """A generator, rows and a terminal that differ from seed to seed."""
    random = Random(seed)
    quoted = seed % 3 == 0
    rows = random_quotes(random, 300) if quoted else random_bars(random, 150)
    rough = seed % 2 == 1
    market = partial(rough_server, Random(f"rough {seed}")) if rough else server
    terminal = market(
        QUOTES if quoted else BARS,
        balance=random.choice((300_000, 3_000_000, 100_000_000)),
        leverage=random.choice((30, 500)),
        margin_mode=random.choice(("hedging", "netting")),
        latency_ns=random.choice((0, SECOND, 1_500 * SECOND)),
        server_time="new_york+7",
    )
    return random, rows, terminal


def orders(seed: int) -> Callable[[Random, int, SimulatedTerminal, int], OrderSending]:
    """What draws a run's orders: every other market is a rough one."""
    return rough_order if seed % 2 == 1 else random_order


def run(seed: int, *, thaw_at: int = -1) -> list[Event]:
    """Every fact of a random run, the scan checked against the settling of every moment."""
    random, rows, terminal = feed(seed)
    told: list[Event] = []
    number = 0
    for count, (start, stop) in enumerate(moments(rows)):
        told += pass_deadlines(terminal, rows, start)
        part = rows.part(start, stop)
        hit = terminal.scan(rows.part(start, len(rows)))
        facts = terminal.settle(part)
        assert (hit == 0) == bool(facts), f"seed {seed}, moment {count}: scan said {hit}, settled {facts}"
        told += [fact for _, fact in facts]
        if random.random() < 0.3:
            time = int(rows.time[stop - 1])
            told += terminal.send(orders(seed)(random, number, terminal, time), time)
            number += 1
        if count == thaw_at:
            frozen = msgspec.msgpack.decode(msgspec.msgpack.encode(terminal.freeze()), strict=False)
            terminal = feed(seed)[2]
            terminal.thaw(frozen)
    return told


@pytest.mark.parametrize("seed", SEEDS)
def test_scan_names_the_first_moment_that_settle_acts_on(seed: int) -> None:
    """Checked at every moment of a random run, over all rows that are left."""
    assert run(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_taking_quiet_rows_in_at_once_gives_the_same_facts(seed: int) -> None:
    """`advance` up to the scanned row, then `settle`, against `settle` at every moment."""
    random, rows, eager = feed(seed)
    lazy = feed(seed)[2]
    start, number = 0, 0
    while start < len(rows):
        stop = min(start + random.randint(1, 40), len(rows))
        ends = [end for _, end in moments(rows) if end >= stop]
        stop = ends[0]
        by_settling: list[Event] = []
        for begin, end in moments(rows.part(start, stop)):
            by_settling += pass_deadlines(eager, rows, start + begin)
            by_settling += [fact for _, fact in eager.settle(rows.part(start + begin, start + end))]
        assert by_settling == _by_scanning(lazy, rows, start, stop), f"seed {seed}, rows {start} to {stop}"
        assert eager.equity == lazy.equity
        time = int(rows.time[stop - 1])
        sending = orders(seed)(random, number, eager, time)
        assert list(eager.send(sending, time)) == list(lazy.send(sending, time))
        number += 1
        start = stop


def _by_scanning(terminal: SimulatedTerminal, rows: Rows, start: int, stop: int) -> list[Event]:
    """Facts of rows, taken in with as few calls as deadlines and acts allow."""
    told: list[Event] = []
    while start < stop:
        told += pass_deadlines(terminal, rows, start)
        due = terminal.next_due()
        quiet = [begin for begin, _ in moments(rows.part(start, stop))]
        late = [start + one for one in quiet if int(rows.time[start + one]) > due - (rows.kind == "quote")]
        until = late[0] if late else stop
        hit = terminal.scan(rows.part(start, until))
        if hit < 0:
            terminal.advance(rows.part(start, until))
            start = until
            continue
        if hit:
            terminal.advance(rows.part(start, start + hit))
        start += hit
        end = next(end for begin, end in moments(rows) if begin == start)
        told += [fact for _, fact in terminal.settle(rows.part(start, end))]
        start = end
    return told


@pytest.mark.parametrize("seed", SEEDS)
def test_a_thawed_terminal_goes_on_as_if_nothing_had_happened(seed: int) -> None:
    """Frozen in the middle, through msgpack, into another terminal."""
    assert run(seed, thaw_at=60) == run(seed)


def test_the_random_runs_reach_every_fact_there_is() -> None:
    """So that the agreement above is about stops, stop-outs, swaps and reversals too."""
    told = [fact for seed in range(60) for fact in run(seed)]
    assert {type(fact).__name__ for fact in told} == {
        "AccountStoppedOut",
        "DealMade",
        "OrderAnswered",
        "OrderEnded",
        "OrderTriggered",
        "PositionProtected",
        "SwapCharged",
    }
    codes = {fact.retcode for fact in told if isinstance(fact, OrderAnswered)}
    assert codes >= {10004, 10006, 10008, 10009, 10010, 10018, 10019, 10036, 10039}
    deals = [fact for fact in told if isinstance(fact, DealMade)]
    assert {deal.reason for deal in deals} == {"expert", "sl", "tp", "so"}
    assert {deal.entry for deal in deals} == {"in", "out", "inout", "out_by"}
    assert {fact.state for fact in told if isinstance(fact, OrderEnded)} == {
        "filled",
        "cancelled",
        "expired",
        "rejected",
    }
