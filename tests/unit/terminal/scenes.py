"""One EURUSD quote after another: the shortest way to try a rule."""

from collections.abc import Iterable
from typing import Any, TypeVar

from tallystick.events.event import Event
from tallystick.events.types.trading import OrderAnswered, OrderSending
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal.server import BUY, LOT, MONDAY, QUOTES, SECOND, order, quotes, server, settle

Fact = TypeVar("Fact", bound=Event)


def all_of(kind: type[Fact], facts: Iterable[Event]) -> list[Fact]:
    """The facts of a kind."""
    return [fact for fact in facts if isinstance(fact, kind)]


def only(kind: type[Fact], facts: Iterable[Event]) -> Fact:
    """The one fact of a kind."""
    (found,) = all_of(kind, facts)
    return found


class Scene:
    """A terminal that has seen the quote 1.20000 / 1.20010 at the first second, and goes on second by second."""

    def __init__(self, **settings: Any) -> None:
        """`settings` as `server` takes them."""
        self.terminal: SimulatedTerminal = server(QUOTES, **settings)
        self.terminal.opening()
        self.second = 0
        self.numbers = 0
        self.quote(120_000)

    @property
    def now(self) -> int:
        """Book time of the last quote."""
        return MONDAY + self.second * SECOND

    def quote(self, bid: int, ask: int = 0, *, after: int = 1) -> list[Event]:
        """The next quote in points, the ask 10 points above the bid unless said; what happened."""
        self.second += after
        return settle(self.terminal, quotes([(0, self.second * SECOND, bid, ask or bid + 10)]))

    def send(self, kind: int = BUY, lots: float = 1.0, **changes: Any) -> list[Event]:
        """An order with the next number; what is known at once."""
        sending = order(self.numbers, kind, lots, **changes)
        self.numbers += 1
        return self.sent(sending)

    def sent(self, sending: OrderSending) -> list[Event]:
        """The very order, at the time of the last quote."""
        return list(self.terminal.send(sending, self.now))

    def code(self, kind: int = BUY, lots: float = 1.0, **changes: Any) -> int:
        """Return code known at once; 0 of an order in flight."""
        answers = all_of(OrderAnswered, self.send(kind, lots, **changes))
        return answers[0].retcode if answers else 0

    def fill(self, kind: int = BUY, lots: float = 1.0, *, bid: int = 120_000, **changes: Any) -> OrderAnswered:
        """A market order and its answer at the next quote."""
        assert not self.send(kind, lots, **changes)
        return only(OrderAnswered, self.quote(bid))

    def lots(self) -> dict[int, float]:
        """Signed lots of each position by number."""
        return {one.ticket: one.direction * one.volume / LOT for one in self.terminal.state.positions.values()}
