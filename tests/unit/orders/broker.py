"""A broker made by hand around the real ledger: takes orders, answers as told, and ends positions by stops."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.running import TimerFired, TimerRequested
from tallystick.events.types.trading import (
    DealMade,
    OrderAnswered,
    OrderApproved,
    OrderDenied,
    OrderEnded,
    OrderRequested,
    TargetSet,
)
from tallystick.market.instrument import LOT
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.orders import Orders
from tests.unit.portfolio.told import opened
from tests.unit.risk.desk import ACCOUNT, EURUSD, MONDAY_NOON, SECOND_NS, XAUUSD, FakeContext, quote

STEP = LOT // 100
PLACED, DONE, POSITION_CLOSED, NO_MONEY, REQUOTE, MARKET_CLOSED = 10008, 10009, 10036, 10019, 10004, 10018


class Broker:
    """Orders, the ledger, and whatever the test lets the market do."""

    def __init__(self, margin_mode: str = "hedging", *, deals_first: bool = True, **desk: Any) -> None:
        self.ledger = Ledger(lambda _time: 0, {one.symbol: one for one in (EURUSD, XAUUSD)})
        self.desk = desk
        self.orders = Orders(first_order=100, **desk)
        self.netting = margin_mode == "netting"
        self.deals_first = deals_first
        self.now = MONDAY_NOON
        self.waiting: list[OrderRequested] = []
        self.asked: list[OrderRequested] = []
        self.timers: dict[str, int] = {}
        self.tickets = 1000
        self.snapshots = False
        self.hear(opened(margin_mode))

    @property
    def context(self) -> FakeContext:
        """The desk as of now."""
        return FakeContext(
            time=self.now,
            quotes={
                "EURUSD": quote("EURUSD", 1.3, 1.3001, self.now),
                "XAUUSD": quote("XAUUSD", 1200.0, 1200.5, self.now),
            },
            instruments={"EURUSD": EURUSD, "XAUUSD": XAUUSD},
            positions=dict(self.ledger.state.positions),
            orders=dict(self.ledger.state.orders),
            account=ACCOUNT,
        )

    def hear(self, event: Event) -> Sequence[Event]:
        """Sequence one event: the ledger folds it, orders hears it, and what it says is sequenced in turn."""
        self.ledger.apply(event, self.now)
        if type(event) not in self.orders.hears:
            return ()
        said = self.orders.react(event, self.context)
        for one in said:
            if isinstance(one, OrderRequested):
                self.asked.append(one)
                self.waiting.append(one)
            elif isinstance(one, TimerRequested):
                self.timers[one.timer] = one.due
            self.hear(one)
        if self.snapshots:
            again = Orders(**self.desk)
            again.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(self.orders.freeze())))
            self.orders = again
        return said

    def target(
        self, steps: int, strategy: str = "ema", symbol: str = "EURUSD", stop_points: int = 0
    ) -> list[OrderRequested]:
        """A target in volume steps; the orders asked for at once."""
        before = len(self.asked)
        take_points = 2 * stop_points
        self.hear(
            TargetSet(
                strategy=strategy, symbol=symbol, volume=steps * STEP, stop_points=stop_points, take_points=take_points
            )
        )
        return self.asked[before:]

    def deny(self, rule: str = "margin") -> None:
        """Risk refuses the oldest order."""
        request = self.waiting.pop(0)
        self.hear(OrderDenied(order=request.order, rule=rule, limit=0, value=1, detail="as the test says"))

    def fill(self, *, part: int = 0) -> None:
        """The oldest order is approved and filled, `part` of it where said."""
        request = self.waiting.pop(0)
        self.hear(OrderApproved(order=request.order, rule="", limit=0, value=0))
        volume = part or request.volume
        answer = self._answer(request, 10010 if part else DONE, volume)
        deals = self._deals(request, volume)
        if not deals:
            self.hear(self._answer(request, POSITION_CLOSED, 0))
            return
        for event in (*deals, answer) if self.deals_first else (answer, *deals):
            self.hear(event)

    def reject(self, retcode: int) -> None:
        """The oldest order is approved and rejected by the terminal."""
        request = self.waiting.pop(0)
        self.hear(OrderApproved(order=request.order, rule="", limit=0, value=0))
        self.hear(self._answer(request, retcode, 0))

    def place(self) -> int:
        """The oldest order is approved and taken into the terminal's book; its ticket."""
        request = self.waiting.pop(0)
        self.hear(OrderApproved(order=request.order, rule="", limit=0, value=0))
        ticket = self._ticket()
        self.hear(msgspec.structs.replace(self._answer(request, PLACED, 0), ticket=ticket))
        return ticket

    def end(self, ticket: int, state: Any) -> None:
        """A pending order leaves the terminal's book."""
        order = self.ledger.state.placed[ticket]
        self.hear(OrderEnded(order=order, ticket=ticket, state=state, moment=self.now))

    def remove(self, ticket: int) -> None:
        """The oldest order, which cancels this one, is approved and carried out."""
        request = self.waiting.pop(0)
        assert (request.purpose, request.ticket) == ("cancel", ticket)
        self.hear(OrderApproved(order=request.order, rule="", limit=0, value=0))
        self.end(ticket, "cancelled")
        self.hear(self._answer(request, DONE, 0))

    def fill_all(self) -> None:
        """Until nobody asks for anything more."""
        for _ in range(50):
            if not self.waiting:
                return
            self.fill()
        raise AssertionError("orders never came to rest")

    def stop_out_of(self, ticket: int, reason: Any = "sl") -> None:
        """The terminal ends a position by itself."""
        held = self.ledger.state.positions[ticket]
        self.hear(self._deal(-1, ticket, held.symbol, -held.direction, held.volume, "out", reason))

    def fire(self) -> None:
        """Every timer falls due."""
        self.now += 3_600 * SECOND_NS
        for timer, due in sorted(self.timers.items()):
            self.hear(TimerFired(module="orders", timer=timer, due=due))
        self.timers.clear()

    def held(self, strategy: str = "ema", symbol: str = "EURUSD") -> list[int]:
        """Signed volumes held, in steps, by ticket; whose a position is, orders knows (an answer may come first)."""
        owned = {row[0] for row in self.orders.freeze()["owners"] if row[1] == strategy}
        return [
            one.direction * one.volume // STEP
            for ticket, one in sorted(self.ledger.state.positions.items())
            if one.symbol == symbol and (ticket in owned or self.netting)
        ]

    def _answer(self, request: OrderRequested, retcode: int, volume: int) -> OrderAnswered:
        return OrderAnswered(
            order=request.order,
            retcode=retcode,
            deal=0,
            ticket=0,
            volume=volume,
            price=request.price,
            bid=1.3,
            ask=1.3001,
            moment=self.now,
            comment="",
        )

    def _deals(self, request: OrderRequested, volume: int) -> list[DealMade]:
        direction = 1 if request.side == "buy" else -1
        positions = self.ledger.state.positions
        deal: Callable[..., DealMade] = self._deal
        if self.netting:
            held = next((one for one in positions.values() if one.symbol == request.symbol), None)
            if held is None:
                return [deal(request.order, self._ticket(), request.symbol, direction, volume, "in")]
            entry = "in" if held.direction == direction else "out" if volume <= held.volume else "inout"
            return [deal(request.order, held.ticket, request.symbol, direction, volume, entry)]
        if request.position:
            gone = request.position not in positions
            return [] if gone else [deal(request.order, request.position, request.symbol, direction, volume, "out")]
        return [deal(request.order, self._ticket(), request.symbol, direction, volume, "in")]

    def _ticket(self) -> int:
        self.tickets += 1
        return self.tickets

    def _deal(
        self, order: int, ticket: int, symbol: str, direction: int, volume: int, entry: Any, reason: Any = "expert"
    ) -> DealMade:
        return DealMade(
            deal=self._ticket(),
            ticket=ticket,
            order=order,
            position=ticket,
            symbol=symbol,
            type="buy" if direction > 0 else "sell",
            entry=entry,
            reason=reason,
            volume=volume,
            price=1.3,
            profit=0,
            swap=0,
            commission=0,
            balance=10_000_000,
            magic=0,
            moment=self.now,
            comment="",
        )
