"""A trader's desk on one symbol: requests as bots write them, with their answers."""

from typing import Any

MAGIC = 770_077


class Desk:
    """Orders on one symbol under one magic number; `lot` is the smallest volume."""

    def __init__(self, world: Any, symbol: str | None = None, filling: int | None = None) -> None:
        """`filling`: None takes the first that the symbol allows, as careful bots do."""
        self.world = world
        self.mt5 = world.mt5
        self.symbol = symbol or world.symbol
        info = self.mt5.symbol_info(self.symbol)
        self.lot, self.point, self.digits = info.volume_min, info.point, info.digits
        self.filling = filling if filling is not None else self._allowed(info.filling_mode)
        self._found = {one.ticket for one in self._standing()}

    @staticmethod
    def _allowed(modes: int) -> int:
        """ORDER_FILLING of the first flag: FOK is flag 1 and 0, IOC flag 2 and 1; RETURN where there is none."""
        return 0 if modes & 1 else 1 if modes & 2 else 2

    @property
    def tick(self) -> Any:
        """The quote of this moment."""
        return self.mt5.symbol_info_tick(self.symbol)

    def price(self, away: int, side: str = "bid") -> float:
        """A price so many points away from the bid or the ask."""
        return float(round(getattr(self.tick, side) + away * self.point, self.digits))

    def request(self, **fields: Any) -> dict[str, Any]:
        """A deal at the market, changed as said."""
        plain = {
            "action": self.mt5.TRADE_ACTION_DEAL,
            "symbol": self.symbol,
            "volume": self.lot,
            "type": self.mt5.ORDER_TYPE_BUY,
            "type_filling": self.filling,
            "deviation": 20,
            "magic": MAGIC,
            "comment": "conformance",
        }
        if fields.get("action", plain["action"]) == self.mt5.TRADE_ACTION_DEAL and "price" not in fields:
            buys = fields.get("type", plain["type"]) == self.mt5.ORDER_TYPE_BUY
            plain["price"] = self.tick.ask if buys else self.tick.bid
        return {**plain, **fields}

    def send(self, **fields: Any) -> Any:
        """Send a deal at the market, changed as said."""
        return self.mt5.order_send(self.request(**fields))

    def buy(self, volume: float | None = None, **fields: Any) -> Any:
        """Buy at the market."""
        return self.send(type=self.mt5.ORDER_TYPE_BUY, volume=volume or self.lot, **fields)

    def sell(self, volume: float | None = None, **fields: Any) -> Any:
        """Sell at the market."""
        return self.send(type=self.mt5.ORDER_TYPE_SELL, volume=volume or self.lot, **fields)

    def pending(self, kind: str, price: float, **fields: Any) -> Any:
        """Place a pending order: "BUY_LIMIT", "SELL_STOP_LIMIT" ..."""
        fields.setdefault("type_filling", self.mt5.ORDER_FILLING_RETURN)
        return self.send(
            action=self.mt5.TRADE_ACTION_PENDING, type=getattr(self.mt5, f"ORDER_TYPE_{kind}"), price=price, **fields
        )

    def limit(self, away: int = -200, **fields: Any) -> Any:
        """A buy limit so many points below the ask."""
        return self.pending("BUY_LIMIT", self.price(away, "ask"), **fields)

    def close(self, position: Any, volume: float | None = None, **fields: Any) -> Any:
        """Close a position, or a part of it, by an opposite deal that names it."""
        opposite = self.mt5.ORDER_TYPE_SELL if position.type == self.mt5.POSITION_TYPE_BUY else self.mt5.ORDER_TYPE_BUY
        return self.send(type=opposite, position=position.ticket, volume=volume or position.volume, **fields)

    def protect(self, position: Any, sl: float = 0.0, tp: float = 0.0) -> Any:
        """Change a position's stops."""
        return self.mt5.order_send(
            {
                "action": self.mt5.TRADE_ACTION_SLTP,
                "symbol": self.symbol,
                "position": position.ticket,
                "sl": sl,
                "tp": tp,
                "magic": MAGIC,
            }
        )

    def modify(self, order: Any, **fields: Any) -> Any:
        """Change a pending order."""
        same = {
            "price": order.price_open,
            "sl": order.sl,
            "tp": order.tp,
            "type_time": order.type_time,
            "expiration": order.time_expiration,
        }
        request = {"action": self.mt5.TRADE_ACTION_MODIFY, "symbol": self.symbol, "order": order.ticket, "magic": MAGIC}
        return self.mt5.order_send({**request, **same, **fields})

    def remove(self, ticket: int) -> Any:
        """Remove a pending order."""
        return self.mt5.order_send({"action": self.mt5.TRADE_ACTION_REMOVE, "order": ticket, "magic": MAGIC})

    def close_by(self, position: int, opposite: int) -> Any:
        """Close a position by an opposite one."""
        return self.mt5.order_send(
            {
                "action": self.mt5.TRADE_ACTION_CLOSE_BY,
                "position": position,
                "position_by": opposite,
                "magic": MAGIC,
            }
        )

    def positions(self) -> tuple[Any, ...]:
        """The positions of this desk."""
        return tuple(one for one in self.mt5.positions_get(symbol=self.symbol) if one.magic == MAGIC)

    def orders(self) -> tuple[Any, ...]:
        """The pending orders of this desk."""
        return tuple(one for one in self.mt5.orders_get(symbol=self.symbol) if one.magic == MAGIC)

    def deals(self, position: int) -> tuple[Any, ...]:
        """The deals of a position."""
        return tuple(self.mt5.history_deals_get(position=position))

    def clear(self) -> None:
        """Leave nothing behind that was not there before, whatever its magic."""
        self.mt5.symbol_select(self.symbol, True)
        for order in self.mt5.orders_get(symbol=self.symbol):
            if order.ticket not in self._found:
                self.remove(order.ticket)
        for position in self.mt5.positions_get(symbol=self.symbol):
            if position.ticket not in self._found:
                self.close(position, magic=position.magic)

    def _standing(self) -> tuple[Any, ...]:
        return (*self.mt5.positions_get(symbol=self.symbol), *self.mt5.orders_get(symbol=self.symbol))
