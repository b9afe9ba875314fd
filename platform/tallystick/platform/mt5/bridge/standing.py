"""What a book knows of its account: a fold over the book's events, from its log after a crash, else as they are said.

So what has been told and what has not is decided by the log alone, and no deal is told twice or left out.
"""

from collections.abc import Callable
from typing import Any

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.account import AccountOpened, ForeignTradeSeen, PositionProtected, SwapCharged
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderSending, OrderTriggered
from tallystick.platform.mt5.numbers import PENDING, STOP_LIMIT_TYPES
from tallystick.platform.mt5.retcodes import TAKEN


class Standing:
    """Orders sent, deals told, positions and pending orders of the book."""

    def __init__(self) -> None:
        """Nothing is known."""
        self.sendings: dict[int, OrderSending] = {}
        """Every sending by its magic."""
        self.sent: dict[int, int] = {}
        """Book time of each sending, by order number."""
        self.deals: set[int] = set()
        self.deal_tickets: set[int] = set()
        """Order tickets whose deals have been told."""
        self.baseline = 0
        """The newest deal when the book began; older ones are not the book's."""
        self.newest = 0
        """Moment of the newest deal that was told, ns UTC."""
        self.balance = 0
        self.own: set[int] = set()
        """Positions that an order of the book opened."""
        self.placed: dict[int, int] = {}
        """Order numbers of pending orders by ticket."""
        self.waiting: set[int] = set()
        """Tickets of stop-limit orders whose price has not been reached."""
        self.stops: dict[int, tuple[float, float]] = {}
        self.swaps: dict[int, int] = {}
        self._begun = False
        self._orders: dict[int, OrderSending] = {}
        self._folds: dict[type[Event], Callable[[Any, int], None]] = {
            AccountOpened: self._opened,
            OrderSending: self._sending,
            OrderAnswered: self._answered,
            OrderTriggered: self._triggered,
            OrderEnded: self._ended,
            DealMade: self._dealt,
            ForeignTradeSeen: self._foreign,
            PositionProtected: self._protected,
            SwapCharged: self._swap,
        }

    @classmethod
    def of(cls, log: LogReader) -> "Standing":
        """As the events of a log leave it."""
        standing = cls()
        ids = log.declarations.ids
        wanted = {ids[one.FACT.name] for one in standing._folds if one.FACT.name in ids}
        for _, (_, fields) in log.raw():
            if fields[10] in wanted:
                envelope = log.fetch(fields[4])
                if isinstance(envelope.event, Event):
                    standing.take(envelope.event, envelope.time)
        return standing

    def take(self, event: Event, time: int) -> None:
        """Fold one event in, said at book time `time`."""
        fold = self._folds.get(type(event))
        if fold is not None:
            fold(event, time)

    def told(self, deal: int) -> bool:
        """True for a deal that has been told, or was made before the book began."""
        return deal <= self.baseline or deal in self.deals

    def _opened(self, event: AccountOpened, _time: int) -> None:
        self.balance = event.balance

    def _sending(self, event: OrderSending, time: int) -> None:
        self.sendings[event.magic] = event
        self.sent[event.order] = time
        self._orders[event.order] = event

    def _answered(self, event: OrderAnswered, _time: int) -> None:
        sending = self._orders.get(event.order)
        if sending is not None and sending.action == PENDING and event.retcode in TAKEN and event.ticket:
            self.placed[event.ticket] = event.order
            self.waiting |= {event.ticket} if sending.type in STOP_LIMIT_TYPES else set()

    def _triggered(self, event: OrderTriggered, _time: int) -> None:
        self.waiting.discard(event.ticket)

    def _ended(self, event: OrderEnded, _time: int) -> None:
        self.waiting.discard(event.ticket)
        self.placed.pop(event.ticket, None)

    def _dealt(self, deal: DealMade, _time: int) -> None:
        self.balance = deal.balance
        self.newest = max(self.newest, deal.moment)
        if not self._begun:
            self._begun, self.baseline = True, deal.deal  # the opening's own: what was made before it is not the book's
            return
        self.deals.add(deal.deal)
        self.deal_tickets.add(deal.ticket)
        sending = self._orders.get(deal.order)
        if sending is not None and deal.entry in {"in", "inout"}:
            self.own.add(deal.position)
            self.stops[deal.position] = (sending.stop_loss, sending.take_profit)

    def _foreign(self, event: ForeignTradeSeen, _time: int) -> None:
        self.deals.add(event.deal)

    def _protected(self, event: PositionProtected, _time: int) -> None:
        self.stops[event.position] = (event.stop_loss, event.take_profit)

    def _swap(self, event: SwapCharged, _time: int) -> None:
        self.swaps[event.position] = self.swaps.get(event.position, 0) + event.amount
