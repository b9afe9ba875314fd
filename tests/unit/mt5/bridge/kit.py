"""A live book at the fake terminal: a strategy that says what the test wishes, ticks by hand, children that die."""

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import IntentRaised, OrderSending
from tallystick.market.instrument import LOT
from tallystick.market.rows import Quote
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.live import LiveBook
from tallystick.platform.kernel.live_terms import LiveOptions
from tallystick.platform.mt5.bridge.line import Login, Patience, TerminalLine
from tallystick.platform.mt5.bridge.process import ChildSettings
from tallystick.platform.mt5.bridge.terminal import BridgeTerminal
from tallystick.platform.mt5.bridge.trading import terminal_of, turn
from tallystick.platform.plan import AccountPlan, RunPlan
from tests.acceptance.books import plan as demo_plan
from tests.fakes.MetaTrader5.ledger import LOGIN, SERVER, Ledger
from tests.fakes.MetaTrader5.shapes import TICKS
from tests.unit.kernel.kit import declared

FAKES = Path(__file__).resolve().parents[3] / "fakes"
ORIGIN = "example.org/bridge/0123456789abcdef"
SIGNER = Ed25519Signer(ORIGIN, b"a key for the tests, of 32 bytes")
SECOND = 1_000_000_000
CATALOGUE = Catalogue()
RULE, OFFSET_S = "fixed:+02:00", 7_200.0


class Wishes:
    """Says what the test has put in, at the next quote; asked about the same quote again, it says the same again."""

    role, name = "strategy", "wishes"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (Quote,)

    def __init__(self) -> None:
        self.waiting: list[Event] = []
        self.said: dict[tuple[int, int], list[Event]] = {}

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        quote = (event.time, event.time_msc)
        if quote not in self.said:
            self.said[quote], self.waiting = self.waiting, []
        return self.said[quote]

    def freeze(self) -> Any:
        return None

    def thaw(self, state: Any) -> None:
        """Nothing is remembered."""


def wish(action: str, **more: Any) -> IntentRaised:
    """One order: 0.10 lots of EURUSD, bought, unless said otherwise."""
    usual: dict[str, Any] = {
        "strategy": "wishes",
        "symbol": "EURUSD",
        "action": action,
        "side": "buy",
        "kind": "market",
        "volume": LOT // 10 if action in {"open", "pending"} else 0,
        "price": 0.0,
        "stop_loss": 0.0,
        "take_profit": 0.0,
        "ticket": 0,
        "expires": 0,
    }
    return IntentRaised(**{**usual, **more})


@dataclass
class Clock:
    """The machine's clock, which a test may put forward."""

    skipped: int = 0

    def __call__(self) -> int:
        return time.time_ns() + self.skipped


def live_plan(**changes: Any) -> RunPlan:
    """The demo's EURUSD at the fake's account."""
    usual: dict[str, Any] = {
        "mode": "live",
        "durability": "each-input",
        "server_time": RULE,
        "account": AccountPlan(name="fake"),
        "sizing": {"kind": "fixed", "lots": "0.10"},
        "risk": {"closed_minutes": []},
        "strategies": demo_plan().strategies[:-1],  # the last asks a worker, of whom there is none live
    }
    a_plan = demo_plan(**{**usual, **changes})
    return msgspec.structs.replace(a_plan, instruments=a_plan.instruments[:1])


def environment(fake: Path) -> Mapping[str, str]:
    """That of a child whose MetaTrader5 is the fake."""
    paths = [str(FAKES), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "FAKE_MT5_FOLDER": str(fake)}


def line_to(folder: Path, patience: Patience | None = None, login: Login | None = None, **child: Any) -> TerminalLine:
    """A line to the fake in a folder."""
    fake = folder / "fake"
    fake.mkdir(exist_ok=True)
    (fake / "journal.jsonl").touch()
    write(fake / "clock.json", {"offset_s": OFFSET_S})
    settings: dict[str, Any] = {"environment": environment(fake), "pauses_s": (0.0,), **child}
    lock = Login(LOGIN, SERVER).lock_folder(folder / "lock")
    return TerminalLine(ChildSettings(lock, **settings), login or Login(LOGIN, SERVER), patience)


def write(path: Path, value: Any) -> None:
    """JSON, whole or not at all."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(value), encoding="utf-8")
    half.replace(path)


def append_ticks(fake: Path, rows: Sequence[tuple[int, float, float, int]]) -> None:
    """Ticks as (time_msc, bid, ask, flags)."""
    ticks = np.zeros(len(rows), dtype=TICKS)
    for index, (msc, bid, ask, flags) in enumerate(rows):
        ticks[index] = (msc // 1000, bid, ask, 0.0, 0, msc, flags, 0.0)
    with (fake / "ticks.bin").open("ab") as file:
        file.write(ticks.tobytes())


@dataclass
class Bench:
    """A live book, the line to its terminal, and the fake's own books to compare with."""

    folder: Path
    book: LiveBook
    line: TerminalLine
    terminal: BridgeTerminal
    wishes: Wishes
    clock: Clock
    server: Ledger
    ticked: int = field(default=0)

    @property
    def fake(self) -> Path:
        return self.folder / "fake"

    def tick(self, *wishes: Event, bid: float = 0.0) -> None:
        """One new quote and the turn it brings; the strategy says its wishes at it."""
        self.wishes.waiting += wishes
        self.ticked += 1
        self.clock.skipped += 2 * SECOND  # risk takes the same order within a second for a mistake
        append_ticks(self.fake, [(self.server.now_msc(), bid or 1.1 - self.ticked % 9 * 1e-5, 1.1001, 6)])
        turn(self.book, self.terminal)

    def turn(self, seconds: float = 0.0) -> None:
        """A turn without a quote, so many seconds later."""
        self.clock.skipped += int(seconds * SECOND)
        turn(self.book, self.terminal)

    @contextmanager
    def killing(self, seconds: float) -> Iterator[None]:
        """Kill -9 of the child that is there now, that long from now."""
        child = self.line.process.pid
        timer = threading.Timer(seconds, _kill, (child,))
        timer.start()
        yield
        timer.join()

    def told(self, *types: type[Event]) -> list[Any]:
        """Every event of these types in the log."""
        envelopes = LogReader(self.folder / "book" / "log", CATALOGUE).envelopes()
        return [each.event for each in envelopes if isinstance(each.event, types)]

    def sending(self, sending: OrderSending) -> None:
        """An order that no module of the book spells (a close-by), sent by its gateway like any other."""
        kernel = self.book.kernel
        kernel.hear(sending, "gateway", "gateway")
        kernel.before_effect()
        assert kernel.effect is not None
        kernel.told(kernel.effect(sending, 0))
        self.turn()


def _kill(process: int) -> None:
    if process:
        os.kill(process, 9)


@contextmanager
def bench(
    folder: Path, *, patience: Patience | None = None, strategy: Any = None, clock: Clock | None = None, **child: Any
) -> Iterator[Bench]:
    """Begin a book at the fake terminal in a folder, or go on with it."""
    line = line_to(folder, patience, **child)
    server = Ledger(folder / "fake")
    if not (folder / "fake" / "ticks.bin").exists():
        append_ticks(folder / "fake", [(server.now_msc(), 1.1, 1.1001, 6)])
    a_plan, clock = live_plan(), clock or Clock()
    wishes = strategy if isinstance(strategy, Wishes) else Wishes()
    series = [declared(0, "EURUSD", "quote")]
    terminal = terminal_of(a_plan, series, line)

    def compose(plan: RunPlan, series: Sequence[SeriesDeclared], **more: Any) -> Composition:
        return composition_of(plan, series, [strategy or wishes], **more)

    options = LiveOptions(control=False, overrun_s=60.0)
    book = LiveBook(
        folder / "book", a_plan, series, SIGNER, clock, outside=terminal, composing=compose, options=options
    )
    with book:
        yield Bench(folder, book, line, terminal, wishes, clock, server)
