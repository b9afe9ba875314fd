"""Small markets made from a seed, and books that trade them with strategies of the test's own."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.market import DataTreated, SeriesDeclared
from tallystick.events.types.trading import SignalRaised
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.kernel.replaying import ReplayResult, replay_book
from tallystick.platform.plan import RunPlan, plan_from_json
from tests.acceptance.books import plan as demos_plan
from tests.unit.kernel.kit import HOUR, START, declared

FULL = os.environ.get("TALLYSTICK_FULL") == "1"
SIGNER = Ed25519Signer("", b"a key for the tests, of 32 bytes")
Make = Callable[[], Sequence[Any]]


def wandering(rows: int, seed: int, *, kind: str = "quote", most_ms: int = 2_000) -> Rows:
    """EURUSD prices that wander in steps of a tenth of a pip; quotes up to `most_ms` apart, or hourly bars."""
    chance = random.Random(seed)
    points, time, at, opened = 110_000, START // 1_000_000, [], []
    for _ in range(rows):
        points += chance.choice((-30, -20, -10, -10, 0, 10, 10, 20, 30))
        time += chance.randrange(1, most_ms) if kind == "quote" else HOUR // 1_000_000
        at.append(points)
        opened.append(time)
    bid = np.array(at) / 100_000
    moment = np.array(opened, dtype=np.int64)
    series = np.zeros(rows, dtype=np.uint16)
    if kind == "quote":
        flags = np.full(rows, 6, dtype=np.uint32)
        columns: dict[str, Any] = {
            "time_msc": moment,
            "series": series,
            "bid": bid,
            "ask": bid + 0.0001,
            "flags": flags,
        }
        return Rows("quote", moment * 1_000_000, series, bid, columns["ask"], columns)
    first = np.concatenate([bid[:1], bid[:-1]])
    around = {
        "open": first,
        "high": np.maximum(first, bid) + 0.0002,
        "low": np.minimum(first, bid) - 0.0002,
        "close": bid,
    }
    columns = {"time_msc": moment, "series": series}
    columns |= {f"bid_{name}": values for name, values in around.items()}
    columns |= {f"ask_{name}": values + 0.0001 for name, values in around.items()}
    columns["volume"] = np.ones(rows, dtype=np.uint64)
    return Rows("bar", moment * 1_000_000 + HOUR, series, bid, columns["ask_close"], columns)


@dataclass(frozen=True)
class Made:
    """A feed of rows made by `wandering`."""

    whole: Rows

    @property
    def data_hash(self) -> str:
        return sha256(self.whole.columns["time_msc"].tobytes() + self.whole.bid.tobytes()).hexdigest()

    def series_declared(self) -> Sequence[SeriesDeclared]:
        return [declared(0, "EURUSD", self.whole.kind)]

    def data_treated(self) -> Sequence[DataTreated]:
        return ()

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        yield self.whole.part(start_row, len(self.whole))


class Turns:
    """Signals when the bid has moved `points` from where it last signalled; honest, row by row."""

    role = "strategy"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (Quote, BarClosed)

    def __init__(self, name: str = "turns", points: int = 80) -> None:
        self.name, self.points, self.anchor, self.side = name, points, 0, 0

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        side = self._take(event.bid if type(event) is Quote else event.bid_close)
        return self._signals(event.symbol, side) if side else ()

    def freeze(self) -> Any:
        return [self.anchor, self.side]

    def thaw(self, state: Any) -> None:
        self.anchor, self.side = state

    def _take(self, bid: float) -> int:
        """Take one price in: the side to signal, or 0."""
        moved = round(bid * 100_000) - self.anchor
        if self.anchor and abs(moved) < self.points:
            return 0
        first, self.anchor = not self.anchor, self.anchor + moved
        side = 1 if moved > 0 else -1
        if first or side == self.side:
            return 0
        self.side = side
        return side

    def _signals(self, symbol: str, side: int, stop: int = 5_000) -> Sequence[Event]:
        return [SignalRaised(strategy=self.name, symbol=symbol, direction=side, stop_points=stop, take_points=0)]


class ScanningTurns(Turns):
    """The same with an honest scan: a copy of the state goes over the rows."""

    def scan(self, rows: Rows) -> int:
        kept = self.freeze()
        try:
            return next((row for row, bid in enumerate(rows.bid.tolist()) if self._take(bid)), -1)
        finally:
            self.thaw(kept)

    def advance(self, rows: Rows) -> None:
        for bid in rows.bid.tolist():
            self._take(bid)


def run(folder: Path, rows: Rows, make: Make, **changes: Any) -> RunResult:
    """Trade the rows with these strategies, a tenth of a lot each time."""
    a_plan = demos_plan(sizing={"kind": "fixed", "lots": "0.10"}, risk={}, **changes)

    def compose(plan: RunPlan, series: Sequence[SeriesDeclared], **more: Any) -> Composition:
        return composition_of(plan, series, make(), **more)

    return simulate(folder, a_plan, Made(rows), SIGNER.named, composing=compose)


def replay(folder: Path, make: Make, *, by_row: bool = False) -> ReplayResult:
    """The book's log again with these strategies."""

    def compose(seen: RunSeen) -> Composition:
        started = seen.started
        a_plan = plan_from_json(started.settings["plan"])
        return composition_of(a_plan, seen.series, make(), first_order=started.next_order)

    return replay_book(folder, by_row=by_row, composing=compose)


def said_by(folder: Path, name: str) -> list[Any]:
    """Envelopes of everything that one source said."""
    return [each for each in LogReader(folder / "log").envelopes() if each.source == name]
