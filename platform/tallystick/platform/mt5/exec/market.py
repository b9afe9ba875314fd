"""The market of a bot's book, moved as far as the bot's clock has come, and no further.

It drives the same simulation as a feed that runs to its end: rows in book order, deadlines in order of time. Between
two generated quotes an order is executed at the one that stands: it is repeated as a row, marked as no tick, so a
replay finds it in the log. (Interpolated, as inside a bar of a strategy's book, an answer would tell a bot the next
quote.)
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tallystick.events.event import Event
from tallystick.events.types.trading import IntentRaised
from tallystick.market.rows import Quote, Rows
from tallystick.market.server_time import offset_ns
from tallystick.market.spans import MS_NS, NEVER
from tallystick.platform.kernel.blocks import LARGEST_BLOCK
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.simulation import Simulation
from tallystick.platform.mt5.prices.layout import STANDING
from tallystick.platform.mt5.prices.quote import BOTH_SIDES, one_quote

STOPPED = "stopped"
CLOSING = "close-at-end"
"""Who closes what a bot left open, in the log."""


OPEN_ROWS = 1_024
"""Rows that one block holds while a bot looks at each of them."""
QUIET_ROWS = 4 * OPEN_ROWS
"""So many rows are looked at to find until when nothing happens."""
GIVEN_ROWS = 64 * OPEN_ROWS
"""Rows of the feed that are given away together, where so many have been read."""
SCANNED_ROWS = 64
"""So many rows are worth an exact look at whether the terminal acts on any."""


class MarketFeed(Protocol):
    """Rows of quotes, all of them in order."""

    @property
    def last_time(self) -> int:
        """No row comes after this moment, ns UTC."""
        ...

    def rows(self, start_row: int = 0) -> Iterator[Rows]:
        """All rows in book order from row `start_row` on."""
        ...

    def standing(self, symbol: str, time: int) -> tuple[float, float] | None:
        """Bid and ask that stand between two generated quotes; None where quotes are real."""
        ...


class Market:
    """A kernel and the feed that moves it."""

    def __init__(
        self,
        kernel: Kernel,
        over: Callable[[Iterator[Rows]], Simulation],
        feed: MarketFeed,
        *,
        latency_ns: int,
        before_rows: Callable[[], None],
        after_block: Callable[[], None],
        keeps: bool = False,
    ) -> None:
        """What was said is to be recorded `after_block`, before a deadline, and `before_rows` where calls end blocks.

        `keeps`: rows are kept until `unseen` gives them.
        """
        self._kernel = kernel
        self._keeps = keeps
        self._come: deque[Rows] = deque()
        self._simulation = over(self._coming(feed.rows()))
        self._simulation.after_block = after_block
        self._simulation.before_deadline = before_rows
        self._before_rows = before_rows
        self._largest = OPEN_ROWS if _only_terminal_acts(kernel) else 0
        self._feed = feed
        self._latency_ns = latency_ns
        self._inserted = 0
        self.next = -1
        """Before this moment nothing happens, ns UTC: neither a row nor a deadline."""
        self.last = feed.last_time
        """No row comes after this, ns UTC."""
        self.stopped = False
        """Somebody has said stop."""

    @property
    def over(self) -> bool:
        """True when the last row has gone by."""
        return self._simulation.next_time == NEVER

    def to(self, time: int) -> None:
        """Everything up to and including a moment happens; after the last row nothing does."""
        time = min(time, self.last)
        self._walk(time)
        self._simulation.pass_time(time)
        self._look_ahead()

    @property
    def open_rows(self) -> int:
        """Rows that came in and are in no block yet."""
        return self._simulation.open_rows

    def quiet_ahead(self, quiet: Callable[[Rows], bool]) -> tuple[Rows, int]:
        """The next rows that nobody acts on, and until when nothing else happens (ns UTC), be blocks full or not.

        `quiet` says of rows whether the terminal surely acts on none. Where more than the terminal looks at rows, or
        the data are over, there are none.
        """
        rows, until = self._simulation.ahead(QUIET_ROWS) if self._largest else self._simulation.ahead(0)
        terminal = self._kernel.terminal
        count = len(rows)
        while count > SCANNED_ROWS and not quiet(rows.part(0, count)):
            count //= 2
        if 0 < count <= SCANNED_ROWS and terminal is not None:
            hit = terminal.scan(rows.part(0, count))
            count = hit if hit >= 0 else count
        if count < len(rows):
            until = rows.time.item(count)
        return rows.part(0, count), until if self._largest else -1

    def pass_until(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows `quiet_ahead` come in for the first of some moments (ns UTC), until the open block is full.

        Where it is full before the first of them, it ends, and they come in the next one. Returns how many rows the
        block has by each moment that has come: by none where somebody says stop.
        """
        rows, full = self._simulation.ahead(OPEN_ROWS, self._largest)
        if times.item(0) >= full:
            self.to(times.item(0))
            rows, full = self._simulation.ahead(OPEN_ROWS, self._largest)
        before, counts = self.open_rows, rows.time.searchsorted(times[: times.searchsorted(full)], side="right")
        if len(counts) and counts[-1]:
            self._simulation.pass_over(int(counts[-1]))
            self._look_ahead()
        return before + counts

    def unseen(self, least: int) -> list[Rows]:
        """Rows of the feed that were not given here yet, at least so many; they need not have come in yet."""
        rows = min(sum(map(len, self._come)), max(least, GIVEN_ROWS))
        parts = []
        while rows:
            part = self._come[0]
            if len(part) <= rows:
                self._come.popleft()
            else:
                self._come[0] = part.part(rows, len(part))
                part = part.part(0, rows)
            parts.append(part)
            rows -= len(part)
        return parts

    @property
    def passed(self) -> int:
        """Rows of the feed that have come in."""
        return self._kernel.rows_taken + self._simulation.open_rows - self._inserted

    def _coming(self, chunks: Iterator[Rows]) -> Iterator[Rows]:
        for chunk in chunks:
            if self._keeps:
                self._come.append(chunk)
            yield chunk

    def seal(self) -> None:
        """Rows that came in become a block."""
        self._simulation.seal()

    def hear(self, event: Event, source: str, role: str) -> None:
        """An input, with what must follow at once."""
        self._simulation.take_in(event, source, role)

    def note(self, event: Event, source: str, role: str) -> None:
        """An input, from within `after_block` too: steps that wait go on waiting."""
        self._simulation.hear(event, source, role)

    def until(self, done: Callable[[], bool], symbol: str, sent: int) -> None:
        """Go on, row by row, until something is done; `sent`: when the order in flight left, ns UTC."""
        due = sent + self._latency_ns
        self._look_ahead()
        if not done() and due > self.next:
            self.to(due - 1)
        due = -(-due // MS_NS) * MS_NS
        if not done() and due <= self.last and self._simulation.next_time > due:
            standing = self._feed.standing(symbol, due)
            if standing is not None:
                self._insert(self._quote(symbol, due, *standing, STANDING))
        while not (done() or self.stopped) and (time := self._simulation.next_time) < NEVER:
            self.to(time)
        self._look_ahead()

    def close_everything(self) -> None:
        """Positions are closed at the next quotes; where there are none any more the last are repeated for it."""
        kernel, symbols = self._kernel, []
        for position in list(kernel.ledger.state.positions.values()):
            symbols.append(position.symbol)
            intent = IntentRaised(
                strategy=position.strategy,
                symbol=position.symbol,
                action="close",
                side="sell" if position.direction > 0 else "buy",
                kind="market",
                volume=position.volume,
                price=0.0,
                stop_loss=0.0,
                take_profit=0.0,
                ticket=position.ticket,
                expires=0,
            )
            self.hear(intent, CLOSING, "portfolio")
        while kernel.ledger.state.positions and not (self.over or self.stopped):
            self.to(self._simulation.next_time)
        if not kernel.ledger.state.positions:
            return
        time = -(-(kernel.desk.time + self._latency_ns) // MS_NS) * MS_NS
        for symbol in dict.fromkeys(symbols):
            quote = kernel.quotes[symbol]
            self._insert(self._quote(symbol, time, quote.bid, quote.ask))
            self._walk(time)

    def _insert(self, rows: Rows) -> None:
        self._simulation.insert(rows)
        self._inserted += len(rows)

    def _walk(self, time: int) -> None:
        if not self._largest:
            self._before_rows()
        if self._simulation.walk(time, self._largest or LARGEST_BLOCK) == STOPPED:
            self.stopped = True
        if not self._largest:
            self.seal()

    def _look_ahead(self) -> None:
        kernel = self._kernel
        owed = kernel.terminal.next_due() if kernel.terminal is not None else NEVER
        self.next = min(self._simulation.next_time, owed, kernel.deadlines.next_due())

    def _quote(self, symbol: str, time: int, bid: float, ask: float, flags: int = BOTH_SIDES) -> Rows:
        """One quote of a symbol at a whole millisecond."""
        number = next(one.series for one in self._kernel.series if one.symbol == symbol)
        source_ms = (time + offset_ns(time, self._kernel.series[number].time_rule)) // MS_NS
        return one_quote(number, time, source_ms, bid, ask, flags)


def _only_terminal_acts(kernel: Kernel) -> bool:
    """Whether nobody but the terminal ever answers a row: then a block may stay open while a bot makes its calls."""
    return not any(Quote in module.hears and module.role != "bot" for module in kernel.cascades.modules)
