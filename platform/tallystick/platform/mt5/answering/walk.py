"""A market that goes on as far as it is asked: quotes to the server and the price store, deadlines in order of time.

At one moment the server's deadlines (expiries, rollovers) come before the quotes, as in a book.
"""

from collections.abc import Sequence

import numpy as np

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderAnswered
from tallystick.market.rows import Rows
from tallystick.market.spans import MS_NS, NEVER
from tallystick.platform.mt5.answering.server_clock import ServerClock
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.prices.layout import STANDING
from tallystick.platform.mt5.prices.quote import one_quote
from tallystick.platform.mt5.prices.store import PriceStore
from tallystick.platform.mt5.server.terminal import SimulatedTerminal


class Walk:
    """A server, a price store and the feed whose rows move both."""

    def __init__(self, server: SimulatedTerminal, feed: ExecFeed, store: PriceStore, clock: ServerClock) -> None:
        """`feed`: from its beginning; nobody else takes its rows."""
        self._server = server
        self._feed = feed
        self._store = store
        self._clock = clock
        self._numbers = {symbol: number for number, symbol in enumerate(store.symbols)}
        self.last = -1
        """Time of the last row, ns UTC."""
        self.next = -1
        """Before this moment nothing happens, ns UTC: neither a row nor a deadline."""

    @property
    def over(self) -> bool:
        """Whether the last row has gone by."""
        return self._feed.ended

    def to(self, time: int) -> None:
        """Everything up to and including a moment in ns UTC."""
        while (rows := self._feed.take_until(time)) is not None:
            self._take(rows)
        # Once the rows are over, time does not go on behind them: no swap of days that nobody saw.
        self._server.reach(min(time, self.last) if self._feed.ended else time)
        self.look_ahead()

    def until_answered(self, order: int, symbol: str, due: int) -> OrderAnswered | None:
        """Go on from a sending until its answer; None when the data end before it.

        `due`: when it can be executed, ns UTC. Between two generated quotes it is executed at the one that stands,
        which tells nothing of the next; after real quotes at the next one.
        """
        self.to(due - 1)
        due = -(-due // MS_NS) * MS_NS  # a quote has a time in whole milliseconds
        answer = self._answered_by(due, order)
        if answer is None:
            standing = self._feed.standing(symbol, due)
            answer = self._settled(self._repeated(symbol, due, *standing), order) if standing else None
        while answer is None and (time := self._time_of_next()) < NEVER:
            answer = self._answered_by(time, order)
        self.look_ahead()
        return answer

    def _answered_by(self, time: int, order: int) -> OrderAnswered | None:
        """Rows up to and including a moment; the answer to an order, when it came."""
        answer = None
        while (rows := self._feed.take_until(time)) is not None:
            answer = self._settled(rows, order) or answer
        return answer

    def _time_of_next(self) -> int:
        time = self._feed.next_time()
        return NEVER if time is None else time

    def look_ahead(self) -> None:
        """Find the next moment at which something happens; said again when an order has changed what is due."""
        self.next = min(self._time_of_next(), self._server.next_due())

    def _settled(self, rows: Rows, order: int) -> OrderAnswered | None:
        """Take rows in; the answer to an order, when it came."""
        for fact in self._take(rows):
            if isinstance(fact, OrderAnswered) and fact.order == order:
                return fact
        return None

    def _take(self, rows: Rows) -> Sequence[Event]:
        """Rows into the store and the server, with the deadlines before and among them; what the server did."""
        self._store.append(rows)
        server, facts = self._server, list[Event]()
        count, begin = len(rows), 0
        while begin < count:
            due = server.next_due()
            stop = count if due > rows.time.item(-1) else int(np.searchsorted(rows.time, due))
            if stop <= begin:
                facts += server.reach(rows.time.item(begin))
                continue
            found = server.scan(rows.part(begin, stop))
            if found < 0:
                server.advance(rows.part(begin, stop))
                begin = stop
                continue
            if found:
                server.advance(rows.part(begin, begin + found))
            begin += found
            facts += [fact for _, fact in server.settle(rows.part(begin, begin + 1))]
            begin += 1
        self.last = rows.time.item(-1)
        return facts

    def _repeated(self, symbol: str, time: int, bid: float, ask: float) -> Rows:
        """The quote that stands, as a row that is no tick."""
        return one_quote(self._numbers[symbol], time, self._clock.milliseconds(time), bid, ask, STANDING)
