"""A live book in a temporary folder: a strategy on quotes, a clock that is set by hand, a terminal that answers."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import SignalRaised
from tallystick.market.rows import Quote, Rows
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.kernel.live import LiveBook
from tallystick.platform.kernel.live_terms import LiveOptions
from tallystick.platform.kernel.replaying import ReplayResult, replay_book
from tallystick.platform.mt5.at_most_once import RealTerminal
from tallystick.platform.plan import RunPlan, plan_from_json
from tests.acceptance.books import plan
from tests.unit.kernel.kit import START, declared, quotes

ORIGIN = "example.org/live/0123456789abcdef"
SECOND = 1_000_000_000
SIGNER = Ed25519Signer(ORIGIN, b"a key for the tests, of 32 bytes")


class Crossing:
    """Signals on each quote whose bid crosses a level; for ever busy with a bid of exactly `endless`."""

    role, name = "strategy", "crossing"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (Quote,)

    def __init__(self, level: float = 1.1, endless: float = 0.0) -> None:
        self.level, self.endless, self.side = level, endless, 0

    def react(self, event: Quote, context: Any) -> Sequence[Event]:
        while event.bid == self.endless:
            time.sleep(0)
        side = 1 if event.bid > self.level else -1
        if side == self.side:
            return ()
        self.side = side
        stop = 50_000
        return [SignalRaised(strategy=self.name, symbol=event.symbol, direction=side, stop_points=stop, take_points=0)]

    def freeze(self) -> Any:
        return self.side

    def thaw(self, state: Any) -> None:
        self.side = state


class ScanningCrossing(Crossing):
    """The same with a scan."""

    def scan(self, rows: Rows) -> int:
        hits = np.flatnonzero(np.where(rows.bid > self.level, 1, -1) != self.side)
        return int(hits[0]) if len(hits) else -1

    def advance(self, rows: Rows) -> None:
        """Nothing but the side is remembered, and it has not changed."""


@dataclass
class Clock:
    """A gateway's clock, set by hand."""

    at: int = START
    read: list[int] = field(default_factory=list)

    def __call__(self) -> int:
        self.read.append(self.at)
        return self.at


def live_plan(mode: str = "paper") -> RunPlan:
    """The demo's plan with one strategy of the test's own, a tenth of a lot each time."""
    trading = plan().strategies[:-1]  # the last reads bars, and asks a worker
    sizing = {"kind": "fixed", "lots": "0.10"}
    return plan(mode=mode, durability="each-input", sizing=sizing, risk={}, strategies=trading)


def several(made: Any) -> Sequence[Any]:
    """One strategy, or those there are."""
    return made if isinstance(made, list) else [made]


def composing(make: Callable[[], Any]) -> Any:
    """How a live book composes itself with that strategy."""

    def compose(a_plan: RunPlan, series: Sequence[SeriesDeclared], **more: Any) -> Composition:
        return composition_of(a_plan, series, several(make()), **more)

    return compose


def live(
    folder: Path,
    clock: Callable[[], int],
    *,
    make: Callable[[], Any] = Crossing,
    outside: RealTerminal | None = None,
    **options: Any,
) -> LiveBook:
    """A live book on EURUSD quotes, on paper unless it has a terminal outside."""
    a_plan = live_plan("paper" if outside is None else "live")
    series = [declared(0, "EURUSD", "quote")]
    how = LiveOptions(**options)
    return LiveBook(folder, a_plan, series, SIGNER, clock, outside=outside, composing=composing(make), options=how)


def replayed(folder: Path, make: Callable[[], Any] = Crossing, *, by_row: bool = False) -> ReplayResult:
    """The log again, from its manifest and the strategy."""

    def compose(run: RunSeen) -> Composition:
        started = run.started
        a_plan = plan_from_json(started.settings["plan"])
        return composition_of(a_plan, run.series, several(make()), first_order=started.next_order)

    return replay_book(folder, by_row=by_row, composing=compose)


def told(folder: Path, *types: type[Event]) -> list[Any]:
    """(time, event) of every event of these types in the log."""
    every = LogReader(folder / "log").envelopes()
    return [(each.time, each.event) for each in every if isinstance(each.event, types)]


if __name__ == "__main__":  # the process that a watchdog has to end
    clock = Clock()
    with live(Path(sys.argv[1]), clock, make=lambda: Crossing(endless=1.25), overrun_s=float(sys.argv[2])) as book:
        for bids in ([1.0, 1.2, 1.0], [1.2], [1.0, 1.25, 1.0]):
            clock.at += SECOND
            book.arrive(quotes(bids))
            book.turn()
            print("turn", flush=True)
