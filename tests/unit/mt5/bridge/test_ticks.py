"""Polling brings each tick once, whatever comes late, twice, or not at all."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tallystick.platform.mt5.bridge.clock import ServerClock
from tallystick.platform.mt5.bridge.errors import ServerClockError, TerminalFailedError
from tallystick.platform.mt5.bridge.line import TICK, TerminalLine
from tallystick.platform.mt5.bridge.ticks import AT_ONCE, TickPoll
from tests.fakes.MetaTrader5.faults import Fault, plan_fault
from tests.unit.mt5.bridge.kit import RULE, SECOND, append_ticks, line_to

BASE = 1_700_000_000_000


@pytest.fixture
def line(tmp_path: Path) -> Iterator[TerminalLine]:
    line = line_to(tmp_path)
    line.connect()
    yield line
    line.end()


Row = tuple[int, float, float, int]


def rows_of(poll: TickPoll) -> list[Row]:
    ticks = poll.poll()
    return [(int(t["time_msc"]), float(t["bid"]), float(t["ask"]), int(t["flags"])) for t in ticks]


def test_ticks_of_one_millisecond_that_come_apart_are_neither_lost_nor_doubled(
    tmp_path: Path, line: TerminalLine
) -> None:
    fake = tmp_path / "fake"
    first = [(BASE, 1.1, 1.2, 6), (BASE + 5, 1.1, 1.2, 6)]
    append_ticks(fake, first)
    poll = TickPoll(line, "EURUSD", 0)
    assert rows_of(poll) == first
    assert rows_of(poll) == []
    same = [(BASE + 5, 1.1, 1.2, 2), (BASE + 5, 1.1001, 1.2, 2)]
    append_ticks(fake, same)
    assert rows_of(poll) == same
    append_ticks(fake, [(BASE + 5, 1.1001, 1.2, 2), (BASE + 5, 1.0, 1.2, 2)])
    assert rows_of(poll) == [(BASE + 5, 1.0, 1.2, 2)]


def test_any_way_of_coming_gives_every_tick_once(tmp_path: Path, line: TerminalLine) -> None:
    fake, chance = tmp_path / "fake", random.Random(11)
    append_ticks(fake, [(BASE, 1.0, 1.1, 6)])
    poll = TickPoll(line, "EURUSD", 0)
    told, wanted, now = rows_of(poll), [(BASE, 1.0, 1.1, 6)], BASE
    for number in range(60):
        came = []
        for _ in range(chance.randrange(5)):
            now += chance.choice((0, 0, 1, 700))
            came.append((now, 1.0 + number * 1e-4 + chance.randrange(3) * 1e-5, 1.1, chance.choice((2, 6))))
        wanted += [row for row in dict.fromkeys(came) if row not in wanted]
        again = [chance.choice(wanted[-3:])] if chance.random() < 0.3 else []
        append_ticks(fake, [*came, *again])
        if chance.random() < 0.2:
            plan_fault(fake, "copy_ticks_from", Fault(error=(-10005, "IPC timeout")))
            with pytest.raises(TerminalFailedError):
                poll.poll()
            line.connect()
        told += rows_of(poll)
    assert told == wanted


def test_more_ticks_than_one_call_gives_come_in_full(tmp_path: Path, line: TerminalLine) -> None:
    append_ticks(tmp_path / "fake", [(BASE, 1.0, 1.1, 6)])
    poll = TickPoll(line, "EURUSD", 0)
    told = rows_of(poll)
    burst = [(BASE + 1 + index // 100, 1.0 + index * 1e-5, 1.1, 6) for index in range(3 * AT_ONCE)]
    append_ticks(tmp_path / "fake", burst)
    for _ in range(5):
        told += rows_of(poll)
    assert told[1:] == burst


def test_ticks_become_quotes_where_both_prices_are_known(tmp_path: Path, line: TerminalLine) -> None:
    ticks = np.zeros(3, dtype=TICK)
    ticks["time_msc"], ticks["bid"], ticks["ask"], ticks["flags"] = [1, 2, 3], [1.0, 0.0, 1.2], [1.1, 1.1, 0.0], 6
    poll = TickPoll(line, "EURUSD", 3)
    rows = poll.rows_of(ticks)
    assert rows is not None
    assert (rows.kind, rows.series.tolist(), rows.bid.tolist(), rows.ask.tolist()) == ("quote", [3], [1.0], [1.1])
    assert rows.columns["time_msc"].tolist() == [1]
    assert poll.rows_of(ticks[1:]) is None


class Time:
    """A machine's clock, set by hand, at a moment of New York's winter."""

    def __init__(self) -> None:
        self.now = 1_768_478_400 * SECOND

    def __call__(self) -> int:
        return self.now

    def msc(self, hours: float, late_s: float = 0.0) -> int:
        """What a broker's clock so many hours ahead of UTC shows, so late."""
        return int(self.now // 1_000_000 + hours * 3_600_000 - late_s * 1000)


def test_a_broker_whose_clock_is_ahead_of_the_rule_is_found_at_its_first_tick() -> None:
    time = Time()
    clock = ServerClock(RULE, time)
    with pytest.raises(ServerClockError, match=r"not fixed:\+02:00.*about \+60 minutes"):
        clock.seen("EURUSD", time.msc(3))


def test_a_broker_whose_clock_is_behind_is_found_once_new_ticks_keep_being_old() -> None:
    time = Time()
    clock = ServerClock("new_york+7", time)
    clock.seen("EURUSD", time.msc(1))  # the last tick of a quiet market may be of any age
    for _ in range(2):
        time.now += SECOND
        clock.seen("EURUSD", time.msc(1))
    time.now += SECOND
    with pytest.raises(ServerClockError, match="about -60 minutes"):
        clock.seen("EURUSD", time.msc(1))


def test_a_right_clock_is_believed_through_gaps_late_ticks_and_quiet_markets() -> None:
    time = Time()
    clock = ServerClock(RULE, time)
    for late_s in (0, 40_000, 1, 60, 0, 2, 500, 0.5, 500, 1):  # two late ones are not three in a row
        time.now += SECOND
        clock.seen("EURUSD", time.msc(2, late_s))
        clock.seen("EURUSD", None)
    time.now += 200_000 * SECOND
    clock.seen("EURUSD", time.msc(2, 3_600))
