"""What the server reckons without an order: margin, profit, and the account as an order would leave it.

Source: MetaTrader 5's `order_calc_margin`, `order_calc_profit`, `order_check`. Money is in minor units of the account.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from tallystick.events.types.trading import OrderSending
from tallystick.market.money import rounded
from tallystick.market.terms import NoRateError
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.numbers import DEAL
from tallystick.platform.mt5.server.account import Position
from tallystick.platform.mt5.server.arriving import Arriving
from tallystick.platform.mt5.server.checks import Checks
from tallystick.platform.mt5.server.dealing import Dealing, Trade, rest_of
from tallystick.platform.mt5.server.order_types import direction_of, stops_of
from tallystick.platform.mt5.server.prices import stops_broken
from tallystick.platform.mt5.server.worth import Worth

PASSED = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a check: 0 or the return code of the first rule broken, and the account after the order.

    `profit` is what floats, swaps kept included; `margin` the whole account's. An order that closes books its result
    and its swap. The order's commission is in none of the figures. All are 0 where a rule other than money is broken.
    """

    retcode: int
    balance: int = 0
    equity: int = 0
    profit: int = 0
    margin: int = 0

    @property
    def margin_free(self) -> int:
        """Equity less margin."""
        return self.equity - self.margin

    @property
    def margin_level(self) -> float:
        """Equity over margin in percent; 0.0 without margin."""
        return 100.0 * self.equity / self.margin if self.margin else 0.0


class Calculating:
    """Reckons at the current prices of an account state, and changes nothing."""

    def __init__(self, worth: Worth, dealing: Dealing, checks: Checks, arriving: Arriving) -> None:
        """All parts share one state."""
        self._worth = worth
        self._dealing = dealing
        self._checks = checks
        self._arriving = arriving

    def order_margin(self, symbol: str, direction: int, volume: int, price: float) -> int | None:
        """Margin of a new position of `volume` (1e-8 lots); None while a pair that converts it has no price."""
        terms = self._worth.terms[symbol]
        points = terms.instrument.points(price)
        try:
            return terms.order_margin(direction, volume, points, self._worth.prices, denominator=terms.money.unit)
        except NoRateError:
            return None

    def order_profit(
        self, symbol: str, direction: int, volume: int, price_open: float, price_close: float
    ) -> int | None:
        """What the closing deal would book at the rates of now; None while a pair that converts it has no price."""
        terms = self._worth.terms[symbol]
        moved = direction * (terms.instrument.points(price_close) - terms.instrument.points(price_open))
        try:
            return terms.profit_of(moved * volume, self._worth.prices, denominator=terms.money.unit)
        except NoRateError:
            return None

    def check(self, asked: OrderSending, time: int) -> Checked:
        """Whether the server would take an order now, a market order at the current quote, and what it would leave.

        Injected faults and the message limit are no matter of a check.
        """
        sending = self._arriving.named(asked)
        broken = self._checks.first_broken(sending, time)
        if broken:
            return Checked(broken)
        if sending.action != DEAL:
            return self._as_it_stands()
        direction = direction_of(sending)
        bid, ask = self._worth.state.bids[sending.symbol], self._worth.state.asks[sending.symbol]
        points, closing = (ask, bid) if direction > 0 else (bid, ask)
        trade = self._dealing.trade(sending, points)
        if trade.target is not None and trade.after is None:
            return self._closed(trade.target, sending.volume, points)
        instrument = self._worth.terms[sending.symbol].instrument
        if stops_broken(instrument, direction, closing, *stops_of(sending, instrument)):
            return Checked(retcodes.INVALID_STOPS)
        return self._opened(trade)

    def _as_it_stands(self) -> Checked:
        return self._left(PASSED, 0, self._worth.margin())

    def _opened(self, trade: Trade) -> Checked:
        target, booked = trade.target, 0
        if target is not None and target.direction != trade.direction:  # turned over: the whole of it is booked
            booked = self._worth.result(target, target.units, trade.points) + target.swap
        retcode = PASSED if self._dealing.enough_money(trade) else retcodes.NO_MONEY
        margin = self._dealing.margin_after(trade)
        return self._left(retcode, booked, margin)

    def _closed(self, target: Position, volume: int, points: int) -> Checked:
        worth = self._worth
        closed = worth.terms[target.symbol].money.units(volume)
        booked = worth.result(target, closed, points) + rounded(target.swap * volume, target.volume)
        held = [one for one in worth.state.positions.values() if one is not target]
        if volume < target.volume:
            point_units, left = rest_of(target, closed)
            margin, volume_left = worth.rest(target, left), target.volume - volume
            held.append(replace(target, point_units=point_units, units=left, margin=margin, volume=volume_left))
        return self._left(PASSED, booked, worth.margin(held))

    def _left(self, retcode: int, booked: int, margin: int) -> Checked:
        """The account once `booked` is in the balance; closing at the current quote leaves the equity as it is."""
        balance, equity = self._worth.state.balance + booked, self._worth.equity()
        return Checked(retcode, balance, equity, equity - balance - self._worth.credit, margin)
