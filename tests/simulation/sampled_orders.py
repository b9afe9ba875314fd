"""Orders for the accounting comparison: mostly sensible in the oracle's present state, some broken on purpose."""

import random

import msgspec

from tallystick.events.types.trading import OrderSending
from tests.simulation.oracle import Oracle
from tests.simulation.sampled_market import HOUR, SECOND

LOT = 10**8
BROKEN = (
    {"action": 2}, {"action": 5}, {"action": 1}, {"type": 9}, {"type": 0}, {"type": 3}, {"type": -1},
    {"symbol": "NONE"}, {"volume": 0}, {"volume": 1}, {"volume": 10**12},
    {"filling": 2}, {"filling": 0}, {"filling": 1},
    {"filling": 7},
    {"position": 987_654}, {"ticket": 987_654}, {"expires": 1}, {"price": 0.0},
    {"stop_loss": 1e6},
    {"take_profit": 1e6}, {"take_profit": 1e-5}, {"position": 1}, {"position": 2},
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
        order = rng.choice(makes)(time)
        if rng.random() < 0.15:
            order = msgspec.structs.replace(order, **rng.choice(BROKEN))
        order = msgspec.structs.replace(order, time_type=2 if order.expires else 0)
        self.sent.append(order)
        return order

    def _order(self, symbol: str, action: int, order_type: int, **more: object) -> OrderSending:
        flags = self.oracle.instruments[symbol].filling_modes
        number = len(self.sent) + 1
        plain = OrderSending(
            order=number, account="demo", action=action, type=order_type, symbol=symbol, volume=self._volume(symbol),
            price=0.0, stop_loss=0.0, take_profit=0.0, deviation=0, filling=0 if flags & 1 else 1, expires=0,
            position=0, ticket=0, magic=7_000 + number, comment=f"order {number}", stop_limit=0.0, time_type=0,
            opposite=0,
        )  # fmt: skip
        return msgspec.structs.replace(plain, **more)

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

    def _market(self, _: int) -> OrderSending:
        symbol, order_type = self._symbol(), self.rng.choice((0, 1))
        stops = self._stops(symbol, 1 - 2 * order_type, self._mid(symbol))
        return self._order(symbol, 1, order_type, **stops)

    def _close(self, _: int) -> OrderSending:
        held = self.rng.choice(list(self.oracle.positions.values()))
        volume = self.rng.choice((held.volume, held.volume, self._volume(held.symbol)))
        order_type = 1 if held.direction > 0 else 0
        around = self._mid(held.symbol)
        stops = self._stops(held.symbol, -held.direction, around, 0.1)
        return self._order(held.symbol, 1, order_type, volume=volume, position=held.number, **stops)

    def _pending(self, time: int) -> OrderSending:
        symbol, order_type = self._symbol(), self.rng.choice((2, 3, 4, 5))
        bid, ask = self.oracle.quotes.get(symbol, (5_000, 5_000))
        away = self._room(symbol)
        price = {2: ask - away, 3: bid + away, 4: ask + away, 5: bid - away}[order_type]
        direction = 1 if order_type in {2, 4} else -1
        more = self._stops(symbol, direction, price)
        filling = self.rng.choice((0, 1, 2, 2, 2))
        expires = self._expiry(time)
        return self._order(
            symbol, 5, order_type, price=self._price(symbol, price), filling=filling, expires=expires, **more
        )

    def _expiry(self, time: int) -> int:
        if self.rng.random() > self.expiring:
            return 0
        return self.rng.choice((time, time + 1, (time // HOUR + 3) * HOUR, time + self.rng.randint(1, 90_000) * SECOND))

    def _protect(self, _: int) -> OrderSending:
        held = self.rng.choice(list(self.oracle.positions.values()))
        closing = self.oracle.closing_price(held.symbol, held.direction)
        stops = self._stops(held.symbol, held.direction, closing, 0.7)
        if self.rng.random() < 0.2:
            stops = {
                "stop_loss": self._price(held.symbol, held.stop),
                "take_profit": self._price(held.symbol, held.take),
            }
        return self._order(held.symbol, 6, 0, position=held.number, **stops)

    def _modify(self, time: int) -> OrderSending:
        order = self.rng.choice(list(self.oracle.pending.values()))
        order_type = (2 if order.limit else 4) + (order.direction < 0)
        price = order.price + self.rng.choice((0, self._room(order.symbol), -self._room(order.symbol)))
        stops = self._stops(order.symbol, order.direction, price)
        expires = self._expiry(time)
        if self.rng.random() < 0.3:
            price, expires = order.price, order.expires
            stops = {
                "stop_loss": self._price(order.symbol, order.stop),
                "take_profit": self._price(order.symbol, order.take),
            }
        price_of = self._price(order.symbol, price)
        return self._order(order.symbol, 7, order_type, price=price_of, ticket=order.ticket, expires=expires, **stops)

    def _remove(self, _: int) -> OrderSending:
        order = self.rng.choice(list(self.oracle.pending.values()))
        order_type = (2 if order.limit else 4) + (order.direction < 0)
        return self._order(order.symbol, 8, order_type, ticket=order.ticket)
