"""The account's equity at every row of a run of rows, exactly as the account view gives it at each single one."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tallystick.events.module import Context
from tallystick.market.money import PointMoney, point_money
from tallystick.market.rows import Rows


class Holding(msgspec.Struct, kw_only=True):
    """One position: its exact sum of points x units, the money of a point, and where it was valued last."""

    symbol: str
    direction: int
    units: int
    point_units: int
    numerator: int
    denominator: int
    digits: int
    close: int
    """The closing price in points at the last row: bid of a long, ask of a short."""

    def profit(self, close: Any) -> Any:
        """Floating profit in minor units at prices in points: rounded once, halves away from zero."""
        worth = self.direction * (close * self.units - self.point_units) * self.numerator
        size = (2 * abs(worth) + self.denominator) // (2 * self.denominator)
        return np.where(worth >= 0, size, -size)


class Equity:
    """Balance, swaps and positions as of the last event; rows only move the prices."""

    def __init__(self) -> None:
        """Nothing is held."""
        self.fixed = 0
        self.holdings: list[Holding] = []

    def look(self, context: Context) -> None:
        """Take the positions and the balance of now."""
        account = context.account
        if account is None:
            return
        self.fixed = account.balance + sum(position.swap for position in context.positions.values())
        self.holdings = []
        for position in context.positions.values():
            instrument, quote = context.instruments[position.symbol], context.quotes.get(position.symbol)
            money: PointMoney = point_money(instrument, account.digits)
            units = money.units(position.volume)
            # The open price is the float nearest to sum / units, from which the whole sum comes back exactly.
            sums = round(Fraction(position.price_open) * 10**instrument.digits * units)
            price = position.price_open if quote is None else quote.bid if position.direction > 0 else quote.ask
            holding = Holding(
                symbol=position.symbol,
                direction=position.direction,
                units=units,
                point_units=sums,
                numerator=money.numerator,
                denominator=money.denominator,
                digits=instrument.digits,
                close=instrument.points(price),
            )
            self.holdings.append(holding)

    def over(self, rows: Rows, series: Mapping[int, str]) -> NDArray[np.int64]:
        """Equity in minor units after each row."""
        equity = np.full(len(rows), self.fixed, dtype=np.int64)
        for holding in self.holdings:
            equity += holding.profit(self._closes(holding, rows, series))
        return equity

    def advance(self, rows: Rows, series: Mapping[int, str]) -> None:
        """The last of these rows' prices count from now on."""
        if len(rows):
            for holding in self.holdings:
                holding.close = int(self._closes(holding, rows, series)[-1])

    @staticmethod
    def _closes(holding: Holding, rows: Rows, series: Mapping[int, str]) -> NDArray[np.int64]:
        own = np.zeros(len(rows), dtype=np.bool_)
        for number, symbol in series.items():
            if symbol == holding.symbol:
                own |= rows.series == number
        prices = rows.bid if holding.direction > 0 else rows.ask
        points = np.rint(prices * 10**holding.digits).astype(np.int64)
        latest = np.maximum.accumulate(np.where(own, np.arange(len(rows)), -1))
        closes: NDArray[np.int64] = np.where(latest >= 0, points[latest], holding.close)
        return closes

    def freeze(self) -> Any:
        """Balance with swaps, and the positions."""
        return [self.fixed, [msgspec.to_builtins(one) for one in self.holdings]]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.fixed = state[0]
        self.holdings = [msgspec.convert(one, Holding) for one in state[1]]
