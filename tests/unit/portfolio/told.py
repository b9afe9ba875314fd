"""A hand-made account book: it tells a listener the orders, deals and swaps of strategies, as a terminal would."""

from collections.abc import Callable
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.account import AccountOpened, SwapCharged
from tallystick.events.types.market import InstrumentDeclared
from tallystick.events.types.trading import DealMade
from tallystick.market.instrument import LOT
from tests.unit.risk.desk import BUY, EURUSD

DEAL = DealMade(
    deal=1,
    ticket=1,
    order=1,
    position=1,
    symbol="EURUSD",
    type="buy",
    entry="in",
    reason="expert",
    volume=LOT,
    price=1.3,
    profit=0,
    swap=0,
    commission=0,
    balance=0,
    magic=0,
    moment=0,
    comment="",
)


def opened(margin_mode: Any = "hedging") -> AccountOpened:
    return AccountOpened(
        account="demo",
        currency="USD",
        digits=2,
        balance=10_000_000,
        leverage=100,
        margin_mode=margin_mode,
        stop_out_call=10_000,
        stop_out_level=5_000,
        latency=0,
        credit=0,
        limit_orders=0,
        limit_positions=0,
        message_limit=0,
        fifo_close=False,
        hedge_prohibited=False,
        trade_allowed=True,
        trade_expert=True,
    )


class AccountBook:
    """Orders and deals numbered by themselves, told one by one."""

    def __init__(self, tell: Callable[[Event], object], margin_mode: str = "hedging") -> None:
        self._tell, self._order, self.position = tell, 0, 0
        tell(opened(margin_mode))
        tell(InstrumentDeclared(**EURUSD.fields()))

    def asked(self, strategy: str) -> int:
        """An order of the strategy; returns its number."""
        self._order += 1
        self._tell(msgspec.structs.replace(BUY, order=self._order, strategy=strategy))
        return self._order

    def deal(self, **fields: Any) -> None:
        """One deal."""
        self._tell(msgspec.structs.replace(DEAL, **fields))

    def open(self, strategy: str, volume: int, price: float, **more: Any) -> int:
        """A new hedging position; returns its number."""
        order = self.asked(strategy)
        self.position += 1
        side = "buy" if volume > 0 else "sell"
        self.deal(order=order, position=self.position, type=side, volume=abs(volume), price=price, **more)
        return self.position

    def round_trip(self, strategy: str, profit: int) -> None:
        """A lot bought at 1.3 and sold where it has come to `profit`."""
        position = self.open(strategy, LOT, 1.3)
        price = 1.3 + profit / 100 / 100_000
        self.deal(order=-1, position=position, type="sell", entry="out", reason="sl", price=price, profit=profit)

    def swap(self, amount: int, position: int = 1) -> None:
        """A night's swap."""
        self._tell(SwapCharged(position=position, symbol="EURUSD", amount=amount, nights=1, moment=0))
