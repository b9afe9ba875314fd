"""Live books whose strategies ask workers: one that says what it is told to ask, and a rebalancing at a gate."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.types import running
from tallystick.events.types.trading import TargetAsked
from tallystick.market.instrument import LOT
from tallystick.market.rows import Quote, Rows
from tallystick.platform.kernel.live import LiveBook
from tallystick.platform.kernel.live_terms import LiveOptions
from tallystick.platform.plan import RunPlan, StrategyPlan
from tallystick.platform.strategies import Rebalance
from tests.acceptance.books import plan
from tests.unit.kernel.kit import START, declared
from tests.unit.kernel.live_kit import SECOND, SIGNER, Clock, composing
from tests.unit.kernel.odd_worker import GATE, begun, pulse_of

ODD = "tests.unit.kernel.odd_worker"
SYMBOLS = ("EURUSD", "NZDUSD", "XAUUSD")
SERIES = [declared(number, symbol, "quote") for number, symbol in enumerate(SYMBOLS)]
PARAMETERS: dict[str, Any] = {
    "symbols": ",".join(SYMBOLS),
    "calendar": "seconds",
    "every_s": 60,
    "window": 20,
    "source": "quotes",
    "due_s": 30,
}


class Asking:
    """Asks for the next of its words at each quote, and buys when it is answered."""

    role, name = "strategy", "asking"
    workers = (ODD,)
    hears: tuple[type, ...] = (Quote, running.WorkCompleted)

    def __init__(self, *words: bytes, on_failure: OnFailure = "halt", given_s: int = 30) -> None:
        self.words, self.on_failure, self.given = words, on_failure, given_s * SECOND
        self.asked = 0

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        if type(event) is running.WorkCompleted:
            volume = LOT // 10
            return [TargetAsked(strategy=self.name, symbol="EURUSD", volume=volume, stop_points=0, take_points=0)]
        if self.asked == len(self.words):
            return ()
        word, due = self.words[self.asked], context.time + self.given
        self.asked += 1
        return [running.WorkRequested(module=self.name, worker=ODD, request=word, due=due, deadline=due)]

    def freeze(self) -> Any:
        return self.asked

    def thaw(self, state: Any) -> None:
        self.asked = state


class AtTheGate(Rebalance):
    """A rebalancing whose optimiser waits at a gate."""

    workers = (ODD,)

    def __init__(self) -> None:
        super().__init__(**PARAMETERS)
        self._terms = replace(self._terms, worker=ODD)


def rebalancing(**changes: Any) -> RunPlan:
    """A plan on paper that rebalances every minute."""
    one = StrategyPlan(kind="rebalance", name="minutely", parameters=PARAMETERS | changes)
    return plan(mode="paper", durability="each-input", strategies=(one,))


def paper(folder: Path, clock: Clock, make: Callable[[], Any] | None = None, **options: Any) -> LiveBook:
    """A book on paper over three symbols; `make` in place of the plan's own strategy."""
    own = {} if make is None else {"composing": composing(make)}
    return LiveBook(folder, rebalancing(), SERIES, SIGNER, clock, options=LiveOptions(**options), **own)


def ticks(number: int) -> Rows:
    """A quote of each symbol, of prices that go their ways."""
    wave = np.array([np.sin(number / 3), np.cos(number / 5), np.sin(number / 7 + 1)]) * 0.01 + 1
    bid = np.round(np.array([1.3, 0.8, 1200.0]) * wave, [5, 5, 2][0])
    time, series = np.full(3, START, dtype=np.int64), np.arange(3, dtype=np.uint16)
    columns: Mapping[str, Any] = {
        "time_msc": time // 1_000_000,
        "series": series,
        "bid": bid,
        "ask": bid + np.array([0.0001, 0.0001, 0.3]),
        "flags": np.full(3, 6, dtype=np.uint32),
    }
    return Rows("quote", time, series, bid, columns["ask"], dict(columns))


def turn(book: LiveBook, clock: Clock, second: int) -> None:
    """One turn at this second, with a quote of each symbol."""
    clock.at = START + second * SECOND
    book.arrive(ticks(second))
    book.turn()


def turns_until(book: LiveBook, done: Callable[[], object], limit_s: float = 60.0) -> None:
    """Turns while the clock stands still, until something is so."""
    until = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < until, "it did not come"
        book.turn()
        time.sleep(0.01)


def lives(gate: Path, process: int) -> bool:
    """True while this process waits at the gate; asked by what it writes, for Windows has no signal 0."""
    pulse, until = pulse_of(gate, process), time.monotonic() + 2.0
    before = pulse.read_bytes()
    while time.monotonic() < until:
        if pulse.read_bytes() != before:
            return True
        time.sleep(0.05)
    return False


if __name__ == "__main__":  # a book that waits for its optimiser until somebody kills it: FOLDER
    clock = Clock()
    with paper(Path(sys.argv[1]), clock, AtTheGate) as book:
        for second in range(70):
            turn(book, clock, second)
        turns_until(book, begun(Path(os.environ[GATE])).exists)
        print("begun", flush=True)
        time.sleep(600)
