"""Orders for the comparison: mostly sensible in the oracle's present state, some broken on purpose."""

import random

import msgspec

from tallystick.events.types.trading import OrderSending
from tests.simulation.oracle import Oracle
from tests.simulation.oracle.orders import STOP_LIMITS, Order, Position
from tests.simulation.sampled_market import HOUR, SECOND

LOT = 10**8
BROKEN = (
    {"action": 2}, {"action": 5}, {"action": 1}, {"action": 10}, {"type": 9}, {"type": 0}, {"type": 3}, {"type": -1},
    {"type": 6}, {"symbol": "NONE"}, {"symbol": ""}, {"volume": 0}, {"volume": 1}, {"volume": 10**12},
    {"filling": 2}, {"filling": 0}, {"filling": 1}, {"filling": 3},
    {"filling": 7}, {"time_type": 1}, {"time_type": 2}, {"time_type": 3}, {"time_type": 4}, {"stop_limit": 0.0},
    {"position": 987_654}, {"ticket": 987_654}, {"expires": 1}, {"price": 0.0}, {"opposite": 987_654},
    {"opposite": 1}, {"stop_loss": 1e6}, {"stop_loss": -1.0}, {"take_profit": -1.0},
    {"time_type": 2, "expires": 1}, {"time_type": -1}, {"take_profit": 1e6},
    {"take_profit": 1e-5}, {"position": 0}, {"position": 1}, {"position": 2}, {"deviation": 0}, {"magic": 0},
)  # fmt: skip
"""One change each that may make an order bad."""


class Trader:
    """Draws orders; numbers them from 1."""

    def __init__(self, rng: random.Random, oracle: Oracle) -> None:
        """`oracle` is only looked at."""
        self.rng, self.oracle, self.sent = rng, oracle, list[OrderSending]()
        self.bold = rng.choice((1, 3, 12, 40))
        self.expiring = rng.choice((0.1, 0.5))

    def next(self, time: int) -> OrderSending:
        """An order at book time; now and then one that was sent before."""
        rng, oracle = self.rng, self.oracle
        if self.sent and rng.random() < 0.03:
            return rng.choice(self.sent)
        makes = [self._market, self._pending]
        if oracle.positions:
            makes += [self._market, self._close, self._protect]
        if oracle.pending:
            makes += [self._modify, self._remove]
        if self._opposites():
            makes.append(self._close_by)
        order = rng.choice(makes)(time)
        if rng.random() < 0.15:
            order = msgspec.structs.replace(order, **rng.choice(BROKEN))
        self.sent.append(order)
        return order

    def _order(self, symbol: str, action: int, order_type: int, **more: object) -> OrderSending:
        number = len(self.sent) + 1
        plain = OrderSending(
            order=number, account="demo", action=action, type=order_type, symbol=symbol, volume=self._volume(symbol),
            price=0.0, stop_loss=0.0, take_profit=0.0, deviation=0, filling=self._filling(symbol, action), expires=0,
            position=0, ticket=0, magic=7_000 + number, comment=f"order {number}", stop_limit=0.0, time_type=0,
            opposite=0,
        )  # fmt: skip
        return msgspec.structs.replace(plain, **more)

    def _filling(self, symbol: str, action: int) -> int:
        """One that the symbol allows, as a bot that probes would choose."""
        terms = self.oracle.instruments[symbol]
        allowed = [filling for filling, flag in ((0, 1), (1, 2)) if terms.filling_modes & flag]
        if terms.execution == "exchange" or action != 1:
            allowed += [2, 2, 2]
        if terms.execution in {"market", "exchange"} and terms.filling_modes & 4 and action != 1:
            allowed.append(3)
        return self.rng.choice(allowed)

    def _symbol(self) -> str:
        return self.rng.choice(sorted(self.oracle.instruments))

    def _volume(self, symbol: str) -> int:
        terms = self.oracle.instruments[symbol]
        steps = self.rng.randint(0, 4) * self.rng.choice((1, 1, self.bold, self.bold * 5))
        return min(terms.volume_min + steps * terms.volume_step, terms.volume_max)

    def _price(self, symbol: str, points: int) -> float:
        return self.oracle.instruments[symbol].price(points) if points > 0 else 0.0

    def _mid(self, symbol: str) -> int:
        return self.oracle.quotes.get(symbol, (5_000, 5_000))[0]

    def _room(self, symbol: str) -> int:
        return self.rng.randint(1, max(8, self._mid(symbol) // self.rng.choice((60, 300, 1_500))))

    def _stops(self, symbol: str, direction: int, around: int, chance: float = 0.4) -> dict[str, float]:
        stop, take = (
            self._price(symbol, around + sign * direction * self._room(symbol)) if self.rng.random() < chance else 0.0
            for sign in (-1, 1)
        )
        return {"stop_loss": stop, "take_profit": take}

    def _asked_price(self, symbol: str, order_type: int) -> dict[str, float | int]:
        """What instant and request execution want: the quote seen, and how far it may move."""
        bid, ask = self.oracle.quotes.get(symbol, (5_000, 5_000))
        off = self.rng.choice((0, 0, 0, 1, -3))
        price = self._price(symbol, (bid if order_type else ask) + off)
        return {"price": price, "deviation": self.rng.choice((0, 5, 10**6, 10**6, 10**6))}

    def _market(self, _: int) -> OrderSending:
        symbol, order_type = self._symbol(), self.rng.choice((0, 1))
        more = self._stops(symbol, 1 - 2 * order_type, self._mid(symbol)) | self._asked_price(symbol, order_type)
        return self._order(symbol, 1, order_type, **more)

    def _close(self, _: int) -> OrderSending:
        held = self._a_position()
        volume = self.rng.choice((held.volume, held.volume, self._volume(held.symbol)))
        order_type = 1 if held.direction > 0 else 0
        around = self._mid(held.symbol)
        more = self._stops(held.symbol, -held.direction, around, 0.1) | self._asked_price(held.symbol, order_type)
        return self._order(held.symbol, 1, order_type, volume=volume, position=self._named(held), **more)

    def _a_position(self) -> Position:
        return self.rng.choice(list(self.oracle.positions.values()))

    def _named(self, held: Position) -> int:
        return self.rng.choice((held.number, held.ticket))

    def _pending(self, time: int) -> OrderSending:
        symbol, order_type = self._symbol(), self.rng.choice((2, 3, 4, 5, 6, 7))
        bid, ask = self.oracle.quotes.get(symbol, (5_000, 5_000))
        away = self._room(symbol)
        direction = 1 - 2 * (order_type % 2)
        price = {2: ask - away, 3: bid + away, 4: ask + away, 5: bid - away, 6: ask + away, 7: bid - away}[order_type]
        limit_price = price - direction * self._room(symbol) if order_type in STOP_LIMITS else 0
        more = self._stops(symbol, direction, limit_price or price) | self._expiry(time)
        prices = {"price": self._price(symbol, price), "stop_limit": self._price(symbol, limit_price)}
        return self._order(symbol, 5, order_type, **prices, **more)

    def _expiry(self, time: int) -> dict[str, int]:
        if self.rng.random() > self.expiring:
            return {"expires": 0, "time_type": 0}
        when = (time, time + 1, (time // HOUR + 3) * HOUR, time + self.rng.randint(1, 90_000) * SECOND)
        return {"expires": self.rng.choice(when), "time_type": self.rng.choice((2, 2, 2, 3, 1, 0))}

    def _protect(self, _: int) -> OrderSending:
        held = self._a_position()
        closing = self.oracle.closing_price(held.symbol, held.direction)
        stops = self._stops(held.symbol, held.direction, closing, 0.7)
        if self.rng.random() < 0.2:
            stops = self._present_stops(held)
        return self._order(held.symbol, 6, 0, position=self._named(held), **stops)

    def _present_stops(self, one: Position | Order) -> dict[str, float]:
        return {"stop_loss": self._price(one.symbol, one.stop), "take_profit": self._price(one.symbol, one.take)}

    def _modify(self, time: int) -> OrderSending:
        order = self.rng.choice(list(self.oracle.pending.values()))
        room = self._room(order.symbol)
        price = order.price + self.rng.choice((0, room, -room))
        limit_price = order.stop_limit and order.stop_limit + self.rng.choice((0, price - order.price))
        more = self._stops(order.symbol, order.direction, limit_price or price) | self._expiry(time)
        if self.rng.random() < 0.3:
            price, limit_price = order.price, order.stop_limit
            more = self._present_stops(order) | {"expires": order.expires or 0, "time_type": 2 if order.expires else 0}
        prices = {"price": self._price(order.symbol, price), "stop_limit": self._price(order.symbol, limit_price)}
        return self._order(order.symbol, 7, order.type, ticket=order.ticket, **prices, **more)

    def _remove(self, _: int) -> OrderSending:
        order = self.rng.choice(list(self.oracle.pending.values()))
        return self._order(order.symbol, 8, order.type, ticket=order.ticket)

    def _opposites(self) -> list[tuple[Position, Position]]:
        held = list(self.oracle.positions.values())
        return [(a, b) for a in held for b in held if a.symbol == b.symbol and a.direction != b.direction]

    def _close_by(self, _: int) -> OrderSending:
        one, other = self.rng.choice(self._opposites())
        return self._order(one.symbol, 10, self.rng.choice((0, 8)), position=one.number, opposite=other.number)
