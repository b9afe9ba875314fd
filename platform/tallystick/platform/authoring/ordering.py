"""Single orders and protection that a strategy asks for; each says one event."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, NoReturn

from tallystick.events.event import Event
from tallystick.events.types.trading import IntentRaised, ProtectionAsked
from tallystick.market.instrument import LOT
from tallystick.market.rows import Quote
from tallystick.market.spans import SECOND_NS
from tallystick.platform.authoring.errors import ActionRefused, users_place
from tallystick.platform.authoring.lots import Lots, size
from tallystick.platform.authoring.views import Views

MOST_PRICE = 1e12
SideName = Literal["buy", "sell"]
Expiry = int | datetime | timedelta
"""A moment (ns UTC or a datetime with its time zone), or how long; 0 is never."""
Why = Mapping[str, float]


class Ordering(Views):
    """Orders by themselves rather than targets; a mixin of `Strategy`."""

    __slots__ = ()
    _said: list[Event]
    _asked: dict[str, int]
    _directions: dict[str, int]
    lots: Decimal | None

    def buy(
        self,
        lots: Lots | None = None,
        *,
        sl: float = 0.0,
        tp: float = 0.0,
        trail: float = 0.0,
        break_even: float = 0.0,
        why: Why | None = None,
        symbol: str | None = None,
    ) -> None:
        """A market order to buy; without lots the class line's. `sl`, `tp`: prices. `why`: named values for the record.

        `trail`, `break_even`: price distances, as `target` has them; from now on for every own position of the symbol.
        """
        self._intend("open", "buy", symbol, volume=self._size(lots), sl=sl, tp=tp)
        self._beside(symbol, trail, break_even, why)

    def sell(
        self,
        lots: Lots | None = None,
        *,
        sl: float = 0.0,
        tp: float = 0.0,
        trail: float = 0.0,
        break_even: float = 0.0,
        why: Why | None = None,
        symbol: str | None = None,
    ) -> None:
        """A market order to sell; the rest as `buy`."""
        self._intend("open", "sell", symbol, volume=self._size(lots), sl=sl, tp=tp)
        self._beside(symbol, trail, break_even, why)

    def limit(
        self,
        side: SideName,
        price: float,
        lots: Lots | None = None,
        *,
        sl: float = 0.0,
        tp: float = 0.0,
        trail: float = 0.0,
        break_even: float = 0.0,
        expires: Expiry = 0,
        why: Why | None = None,
        symbol: str | None = None,
    ) -> None:
        """A pending order at a better price: `self.limit("buy", 1.0950)`; `expires` as a time or a duration."""
        volume, due = self._size(lots), self._due(expires)
        self._intend("pending", side, symbol, kind="limit", volume=volume, price=price, sl=sl, tp=tp, expires=due)
        self._beside(symbol, trail, break_even, why)

    def stop(
        self,
        side: SideName,
        price: float,
        lots: Lots | None = None,
        *,
        sl: float = 0.0,
        tp: float = 0.0,
        trail: float = 0.0,
        break_even: float = 0.0,
        expires: Expiry = 0,
        why: Why | None = None,
        symbol: str | None = None,
    ) -> None:
        """A pending order at a worse price, to follow a break: `self.stop("buy", 1.1050)`."""
        volume, due = self._size(lots), self._due(expires)
        self._intend("pending", side, symbol, kind="stop", volume=volume, price=price, sl=sl, tp=tp, expires=due)
        self._beside(symbol, trail, break_even, why)

    def close(self, ticket: int | None = None, lots: Lots | None = None, *, why: Why | None = None) -> None:
        """Close a position, or part of it; without a ticket every own position of the symbol, and its target."""
        if ticket is None and self._flattened(why):
            return
        held = [one for one in self.positions if ticket in {None, one.ticket}]
        if ticket is None:
            held = [one for one in held if one.symbol == self.symbol]
        elif not held:
            self._refuse(f"close({ticket}): no own position has this ticket. Look at self.positions")
        volume = size(lots) if lots is not None else 0
        for one in held:
            side: SideName = "sell" if one.direction > 0 else "buy"
            self._intend("close", side, one.symbol, volume=volume, ticket=one.ticket)
        if held and why:
            self._explain(held[0].symbol, why)

    def cancel(self, ticket: int | None = None) -> None:
        """Cancel a pending order, or every own one of the symbol."""
        placed = [one for one in self.orders if one.stage == "placed"]
        if ticket is not None and all(one.ticket != ticket for one in placed):
            self._refuse(f"cancel({ticket}): no own pending order has this ticket. Look at self.orders")
        for one in placed:
            if one.ticket == ticket or (ticket is None and one.symbol == self.symbol):
                side: SideName = "buy" if one.direction > 0 else "sell"
                self._intend("cancel", side, one.symbol, kind=one.kind, ticket=one.ticket)

    def protect(
        self,
        ticket: int | None = None,
        *,
        sl: float | None = None,
        tp: float | None = None,
        trail: float = 0.0,
        break_even: float = 0.0,
        lock: float = 0.0,
    ) -> None:
        """Move stop loss and take profit (prices; 0 takes one away), or have them moved: trail, break-even (distances).

        Without a ticket, every own position of the symbol.
        """
        if ticket is not None and all(one.ticket != ticket for one in self.positions):
            self._refuse(f"protect({ticket}): no own position has this ticket. Look at self.positions")
        if trail or break_even or lock:
            self._protection(self.symbol, ticket or 0, trail, break_even, lock)
        if sl is None and tp is None:
            return
        for one in self.positions:
            if one.ticket == ticket or (ticket is None and one.symbol == self.symbol):
                side: SideName = "buy" if one.direction > 0 else "sell"
                stop = one.stop_loss if sl is None else sl
                take = one.take_profit if tp is None else tp
                self._intend("protect", side, one.symbol, sl=stop, tp=take, ticket=one.ticket)

    def _flattened(self, why: Why | None) -> bool:
        """Whether a target or a signal stood for the symbol, and is flat now: what closes it for good."""
        raise NotImplementedError

    def _stage(self) -> None:
        """Before anything is said."""
        raise NotImplementedError

    def _explain(self, symbol: str, values: Why) -> None:
        """Named values for the record."""
        raise NotImplementedError

    def _beside(self, symbol: str | None, trail: float, break_even: float, why: Why | None) -> None:
        """What an order has with it, said after it as a target has it: first its protection, then its reasons."""
        own = self.symbol if symbol is None else symbol
        if trail or break_even:
            self._protection(own, 0, trail, break_even, 0.0)
        if why:
            self._explain(own, why)

    def _protection(self, symbol: str, ticket: int, trail: float, break_even: float, lock: float) -> None:
        self._stage()
        point = self.instrument_of(symbol).points
        for name, distance in (("trail", trail), ("break_even", break_even), ("lock", lock)):
            if not 0.0 <= distance < self._stands_at(symbol, 1e9):
                near = self._near(symbol)
                self._refuse(
                    f"{name} is {distance!r}{near}; it takes a price distance such as self.points(300). Change it"
                )
        self._said.append(
            ProtectionAsked(
                strategy=self.name,
                symbol=symbol,
                position=ticket,
                trail_points=point(trail),
                break_even_points=point(break_even),
                lock_points=point(lock),
            )
        )

    def _intend(
        self,
        action: Literal["open", "close", "pending", "cancel", "protect"],
        side: SideName,
        symbol: str | None,
        *,
        kind: Any = "market",
        volume: int = 0,
        price: float = 0.0,
        sl: float = 0.0,
        tp: float = 0.0,
        ticket: int = 0,
        expires: int = 0,
    ) -> None:
        if side not in {"buy", "sell"}:
            self._refuse(f'side is {side!r}; it takes "buy" or "sell". Say which')
        self._stage()
        own = self.symbol if symbol is None else symbol
        self._said.append(
            IntentRaised(
                strategy=self.name,
                symbol=own,
                action=action,
                side=side,
                kind=kind,
                volume=volume,
                price=self._price("price", price),
                stop_loss=self._level("sl", sl, own),
                take_profit=self._level("tp", tp, own),
                ticket=ticket,
                expires=expires,
            )
        )

    def _price(self, name: str, price: float) -> float:
        if isinstance(price, bool) or not isinstance(price, float | int | Decimal) or not 0 <= price < MOST_PRICE:
            self._refuse(f"{name} is {price!r}; it takes a price above 0, or leave it out. Change it")
        return float(price)

    def _level(self, name: str, price: float, symbol: str) -> float:
        """A stop's price; 0 is none. Ten times the market's, or a tenth of it, is a slip and would never act."""
        level, market = self._price(name, price), self._stands_at(symbol, 0.0)
        if level and market and not market / 10 < level < market * 10:
            words = f"{name} is {price!r}{self._near(symbol)}; it takes a price, not a distance"
            self._refuse(f"{words}. Say such as bar.close - self.points(300)")
        return level

    def _stands_at(self, symbol: str, unknown: float) -> float:
        """The bid of a symbol, or what stands for it before its first price."""
        quote: Quote | None = self._seen().quotes.get(symbol)
        return quote.bid if quote is not None and quote.bid > 0 else unknown

    def _near(self, symbol: str) -> str:
        market = self._stands_at(symbol, 0.0)
        return f" where {symbol} stands at {market}" if market else ""

    def _size(self, written: Lots | None) -> int:
        if written is not None:
            return size(written)
        if self.lots is None:
            self._refuse('no lots were given, and the class line has none. Say buy("0.10") or lots="0.10"')
        return int((self.lots or 0) * LOT)

    def _due(self, when: Expiry) -> int:
        """A moment in ns UTC; 0 stays 0."""
        if isinstance(when, timedelta):
            return self.time + when // timedelta(microseconds=1) * 1_000
        if isinstance(when, datetime):
            if when.tzinfo is None:
                self._refuse(f"{when} has no time zone. Say datetime(..., tzinfo=UTC)")
            return int(when.timestamp()) * SECOND_NS + when.microsecond * 1_000
        if type(when) is not int:
            self._refuse(f"the time is {when!r}; it takes a datetime, a timedelta, or whole ns. Say timedelta(hours=6)")
        return when

    def _refuse(self, what: str) -> NoReturn:
        message = f"E510 {self.name}{users_place()}: {what}."
        raise ActionRefused(message)
