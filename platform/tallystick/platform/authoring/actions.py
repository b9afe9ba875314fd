"""What a strategy may ask for in a callback: targets, signals, single orders, protection, timers, explanations."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from tallystick.events.event import Event
from tallystick.events.types.running import TimerRequested
from tallystick.events.types.trading import (
    DecisionExplained,
    IntentRaised,
    ProtectionAsked,
    SignalRaised,
    TargetAsked,
)
from tallystick.platform.authoring.errors import ActionRefused, users_place
from tallystick.platform.authoring.lots import KNOWN, Lots, lots, size
from tallystick.platform.authoring.views import Views

SECOND_NS = 1_000_000_000
Why = Mapping[str, float]
SideName = Literal["buy", "sell"]


class Actions(Views):
    """Each action says an event; a mixin of `Strategy`. Prices are floats, lots text, Decimal or whole numbers."""

    __slots__ = ()
    _said: list[Event]
    _asked: dict[str, int]
    _before: dict[str, int]
    _directions: dict[str, int]
    _directions_before: dict[str, int]
    """Slots of `Strategy`."""

    def target(
        self,
        lots_held: Lots,
        *,
        sl: float | None = None,
        tp: float | None = None,
        trail: float = 0.0,
        break_even: float = 0.0,
        why: Why | None = None,
        symbol: str | None = None,
        again: bool = False,
    ) -> None:
        """Hold exactly this many signed lots: "0.10" long, "-0.10" short, 0 flat. Said only when it is another target.

        `sl`, `tp`: prices. `trail`: price distance at which the stop follows. `break_even`: price distance of profit at
        which the stop moves to the opening price. A target that a stop has ended is not asked for again until it
        changes, or with `again=True`. `why`: named values for the record.
        """
        volume = KNOWN.get(lots_held) if type(lots_held) is str else None
        if volume is None:
            volume = lots(lots_held)
        own = self.symbol if symbol is None else symbol
        if volume == self._asked.get(own, 0) and not again:
            return
        stop, take = self._distances(own, (volume > 0) - (volume < 0), sl, tp)
        self._stage()
        self._asked[own] = volume
        self._said.append(
            TargetAsked(strategy=self.name, symbol=own, volume=volume, stop_points=stop, take_points=take)
        )
        if (trail or break_even) and volume:
            self._protection(own, 0, trail, break_even, 0.0)
        if why:
            self._explain(own, why)

    def signal(
        self,
        direction: int,
        *,
        sl: float | None = None,
        tp: float | None = None,
        why: Why | None = None,
        symbol: str | None = None,
    ) -> None:
        """A view: +1 long, 0 flat, -1 short. The portfolio's sizing makes lots of it. Said only on a change."""
        if isinstance(direction, bool) or direction not in {-1, 0, 1}:
            message = (
                f"E501{users_place()} {self.name} signals {direction!r}; a signal is -1, 0 or +1. Return one of them."
            )
            raise ActionRefused(message)
        own = self.symbol if symbol is None else symbol
        if direction == self._directions.get(own, 0):
            return
        stop, take = self._distances(own, direction, sl, tp)
        self._raise_signal(own, direction, stop, take)
        if why:
            self._explain(own, why)

    # -- single orders

    def buy(
        self, lots_bought: Lots | None = None, *, sl: float = 0.0, tp: float = 0.0, symbol: str | None = None
    ) -> None:
        """A market order to buy; without lots the class line's. `sl`, `tp`: prices."""
        self._intend("open", "buy", "market", symbol, self._size(lots_bought), 0.0, sl, tp)

    def sell(
        self, lots_sold: Lots | None = None, *, sl: float = 0.0, tp: float = 0.0, symbol: str | None = None
    ) -> None:
        """A market order to sell."""
        self._intend("open", "sell", "market", symbol, self._size(lots_sold), 0.0, sl, tp)

    def limit(
        self,
        side: SideName,
        price: float,
        lots_ordered: Lots | None = None,
        *,
        sl: float = 0.0,
        tp: float = 0.0,
        expires: int | datetime | timedelta = 0,
        symbol: str | None = None,
    ) -> None:
        """A pending order at a better price: `self.limit("buy", 1.0950)`; `expires` as a time or a duration."""
        volume = self._size(lots_ordered)
        self._intend("pending", side, "limit", symbol, volume, price, sl, tp, expires=self._due(expires))

    def stop(
        self,
        side: SideName,
        price: float,
        lots_ordered: Lots | None = None,
        *,
        sl: float = 0.0,
        tp: float = 0.0,
        expires: int | datetime | timedelta = 0,
        symbol: str | None = None,
    ) -> None:
        """A pending order at a worse price, to follow a break: `self.stop("buy", 1.1050)`."""
        volume = self._size(lots_ordered)
        self._intend("pending", side, "stop", symbol, volume, price, sl, tp, expires=self._due(expires))

    def close(self, ticket: int | None = None, lots_closed: Lots | None = None) -> None:
        """Close a position (in part), or every own position of the symbol; a target is left behind: it becomes 0."""
        held = [one for one in self.positions if ticket in {None, one.ticket}]
        if ticket is None:
            held = [one for one in held if one.symbol == self.symbol]
        elif not held:
            self._refuse(f"close({ticket}): no own position has this ticket. Look at self.positions")
        volume = size(lots_closed) if lots_closed is not None else 0
        for one in held:
            side: SideName = "sell" if one.direction > 0 else "buy"
            self._intend("close", side, "market", one.symbol, volume, 0.0, 0.0, 0.0, ticket=one.ticket)
            self._asked[one.symbol] = 0

    def cancel(self, ticket: int | None = None) -> None:
        """Cancel a pending order, or every own one of the symbol."""
        for one in self.orders:
            if one.stage == "placed" and (one.ticket == ticket or (ticket is None and one.symbol == self.symbol)):
                side: SideName = "buy" if one.direction > 0 else "sell"
                self._intend("cancel", side, one.kind, one.symbol, 0, 0.0, 0.0, 0.0, ticket=one.ticket)

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
        if trail or break_even or lock:
            self._protection(self.symbol, ticket or 0, trail, break_even, lock)
        if sl is None and tp is None:
            return
        for one in self.positions:
            if one.ticket == ticket or (ticket is None and one.symbol == self.symbol):
                side: SideName = "buy" if one.direction > 0 else "sell"
                stop = one.stop_loss if sl is None else sl
                take = one.take_profit if tp is None else tp
                self._intend("protect", side, "market", one.symbol, 0, 0.0, stop, take, ticket=one.ticket)

    # -- the rest

    def timer(self, name: str, *, at: int | datetime = 0, after: float | timedelta = 0.0) -> None:
        """Have `on_timer(name)` called at a time (ns UTC or datetime) or after a while (seconds or timedelta).

        The same name again replaces the earlier one.
        """
        if at:
            due = self._due(at)
        else:
            wait = after if isinstance(after, timedelta) else timedelta(seconds=after)
            due = self._due(wait)
        self._stage()
        self._said.append(TimerRequested(module=self.name, timer=name, due=due))

    def why(self, **values: float) -> None:
        """Named values for the record, beside whatever is asked for in this callback."""
        self._explain(self.symbol, values)

    # -- how each is said

    def _stage(self) -> None:
        """Before the first word of a callback: what stood before, in case the callback comes to nothing."""
        if not self._said:
            if self._context is None:
                self._refuse("an action needs a run that has begun. Act in on_start or on_bar")
            self._before = dict(self._asked)
            self._directions_before = dict(self._directions)

    def _raise_signal(self, symbol: str, direction: int, stop: int, take: int) -> None:
        self._stage()
        self._directions[symbol] = direction
        self._said.append(
            SignalRaised(strategy=self.name, symbol=symbol, direction=direction, stop_points=stop, take_points=take)
        )

    def _explain(self, symbol: str, values: Why) -> None:
        self._stage()
        try:
            named = {str(name): float(value) for name, value in values.items()}
        except (TypeError, ValueError) as error:
            self._refuse(f"why takes names and numbers: {error}. Give it numbers")
        self._said.append(DecisionExplained(strategy=self.name, symbol=symbol, values=named))

    def _protection(self, symbol: str, ticket: int, trail: float, break_even: float, lock: float) -> None:
        self._stage()
        point = self.instrument_of(symbol).points
        for name, distance in (("trail", trail), ("break_even", break_even), ("lock", lock)):
            if not 0.0 <= distance < 1e9:
                self._refuse(f"{name} is {distance!r}; it takes a price distance such as self.points(300). Change it")
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
        kind: Any,
        symbol: str | None,
        volume: int,
        price: float,
        sl: float,
        tp: float,
        *,
        ticket: int = 0,
        expires: int = 0,
    ) -> None:
        if side not in {"buy", "sell"}:
            self._refuse(f'side is {side!r}; it takes "buy" or "sell". Say which')
        self._stage()
        self._said.append(
            IntentRaised(
                strategy=self.name,
                symbol=self.symbol if symbol is None else symbol,
                action=action,
                side=side,
                kind=kind,
                volume=volume,
                price=self._price("price", price),
                stop_loss=self._price("sl", sl),
                take_profit=self._price("tp", tp),
                ticket=ticket,
                expires=expires,
            )
        )

    def _distances(self, symbol: str, direction: int, sl: float | None, tp: float | None) -> tuple[int, int]:
        """Points from the price that would open now to stop loss and take profit; 0 is none."""
        if direction == 0 or (sl is None and tp is None):
            return 0, 0
        quote, points = self.quote_of(symbol), self.instrument_of(symbol).points
        opening = points(quote.ask if direction > 0 else quote.bid)
        stop = 0 if sl is None else direction * (opening - points(self._price("sl", sl)))
        take = 0 if tp is None else direction * (points(self._price("tp", tp)) - opening)
        for name, given, distance, good in (("sl", sl, stop, direction < 0), ("tp", tp, take, direction > 0)):
            if given is not None and distance <= 0:
                way, what = ("above" if good else "below"), ("long" if direction > 0 else "short")
                price = quote.ask if direction > 0 else quote.bid
                self._refuse(f"{name} {given} of a {what} target stands on the wrong side of {price}. Put it {way}")
        return stop, take

    def _price(self, name: str, price: float) -> float:
        if isinstance(price, bool) or not isinstance(price, float | int | Decimal) or not 0 <= price < 1e12:
            self._refuse(f"{name} is {price!r}; it takes a price above 0, or leave it out. Change it")
        return float(price)

    def _size(self, written: Lots | None) -> int:
        raise NotImplementedError

    def _due(self, when: int | datetime | timedelta) -> int:
        """A moment in ns UTC; 0 stays 0."""
        if isinstance(when, timedelta):
            return self.time + when // timedelta(microseconds=1) * 1_000
        if isinstance(when, datetime):
            if when.tzinfo is None:
                self._refuse(f"{when} has no time zone. Say datetime(..., tzinfo=UTC)")
            return int(when.timestamp()) * SECOND_NS + when.microsecond * 1_000
        return when

    def _refuse(self, what: str) -> Any:
        message = f"E510 {self.name}{users_place()}: {what}."
        raise ActionRefused(message)
