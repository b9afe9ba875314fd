"""The account's equity as rows go by, compiled, exactly as the account view gives it at each single row."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from tallystick.events.module import Context
from tallystick.market.arrays import Ints
from tallystick.market.compiled import compiled
from tallystick.market.instrument import Instrument
from tallystick.market.money import point_money
from tallystick.market.rows import Rows
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.portfolio.converted_equity import ConvertedEquity, open_sum

SYMBOL, SIDE, UNITS, SUMS, NUMERATOR, DENOMINATOR, CLOSE, SCALE = range(8)
"""Columns of a holding: its symbol's index, direction, units, exact sum of points x units, money of a point as a
fraction, closing price in points at the last row (bid of a long, ask of a short), points in a unit of price. The
simulated terminal takes no position whose products could leave int64 (`PointMoney.require_fits`)."""
FIXED, PEAK, START, DAY, DAILY, MOST, TRAILING, BY_ROW, STOPS, TARGET = range(10)
"""What the walk goes by: balance with swaps, highest equity, first balance, the day's base, three limits (-1: none, or
reached already), whether the highest equity follows every row, whether the floor stops at the first balance, and the
target."""
cached_money = lru_cache(maxsize=1024)(point_money)


class Equity:
    """Balance, swaps and positions as of the last event; rows only move the prices."""

    def __init__(self) -> None:
        """Nothing is held."""
        self.fixed = 0
        self._symbols: list[str] = []
        self._holdings: Ints = np.zeros((0, 8), dtype=np.int64)
        self._series: Ints = np.zeros(0, dtype=np.int64)
        self._converted: ConvertedEquity | None = None
        self._names: dict[int, str] = {}

    def __bool__(self) -> bool:
        """True while something is held."""
        return len(self._holdings) > 0 or self._converted is not None

    @property
    def now(self) -> int:
        """Equity in minor units at the last row."""
        if self._converted is not None:
            return self.fixed + self._converted.floating()
        worth: int = self.fixed + _floating(self._holdings)
        return worth

    def look(self, context: Context, balance: int, digits: int, series: Mapping[int, str]) -> None:
        """Take the positions of now, in an account of this balance; `series` has the symbols by series number."""
        positions = list(context.positions.values())
        self.fixed = balance + sum(position.swap for position in positions)
        self._names, self._converted = dict(series), None
        if self._converts(positions, context):
            moneys = {one.symbol: cached_money(context.instruments[one.symbol], digits) for one in positions}
            self._converted = ConvertedEquity()
            self._converted.look(positions, context, moneys)
            positions = []
        self._symbols = sorted({position.symbol for position in positions})
        rows = [self._holding(position, context, digits) for position in positions]
        self._holdings = np.array(rows, dtype=np.int64).reshape(len(rows), 8)
        self._number(series)

    @staticmethod
    def _converts(positions: Sequence[PositionView], context: Context) -> bool:
        """Whether a position pays in another currency than the account's."""
        account = context.account
        if account is None:
            return False
        instruments = context.instruments
        return any(instruments[one.symbol].pays_in(account.currency) != account.currency for one in positions)

    def _holding(self, position: PositionView, context: Context, digits: int) -> tuple[int, ...]:
        instrument: Instrument = context.instruments[position.symbol]
        quote = context.quotes.get(position.symbol)
        money = cached_money(instrument, digits)
        units, scale = money.units(position.volume), 10**instrument.digits
        sums = open_sum(position.price_open, scale, units)
        price = position.price_open if quote is None else quote.bid if position.direction > 0 else quote.ask
        close, symbol = instrument.points(price), self._symbols.index(position.symbol)
        return symbol, position.direction, units, sums, money.numerator, money.denominator, close, scale

    def _number(self, series: Mapping[int, str]) -> None:
        """Index of the held symbol by series number, -1 for others."""
        self._series = np.full(max(series, default=-1) + 1, -1, dtype=np.int64)
        for number, symbol in series.items():
            if symbol in self._symbols:
                self._series[number] = self._symbols.index(symbol)

    def see(self, symbol: str, bid: float, ask: float) -> None:
        """One row is being heard."""
        if self._converted is not None:
            self._converted.see(symbol, bid, ask)
        if symbol not in self._symbols:
            return
        own = self._holdings[:, SYMBOL] == self._symbols.index(symbol)
        prices = np.where(self._holdings[:, SIDE] > 0, bid, ask)
        points = np.rint(prices * self._holdings[:, SCALE]).astype(np.int64)
        self._holdings[own, CLOSE] = points[own]

    def first(self, rows: Rows, numbers: Ints) -> int:
        """First row at which a limit is passed, or -1; nothing is changed."""
        if self._converted is not None:
            return self._converted.first(rows, self._names, self.fixed, numbers, _passed)
        found: int = _walk(rows.series, rows.bid, rows.ask, self._series, self._holdings.copy(), numbers.copy())
        return found

    def advance(self, rows: Rows, numbers: Ints) -> None:
        """Rows at which no limit is passed: the last prices count from now on, `numbers` has the highest equity."""
        if self._converted is not None:
            self._converted.walk(rows, self._names, self.fixed, numbers, _passed)
            return
        _walk(rows.series, rows.bid, rows.ask, self._series, self._holdings, numbers)

    def freeze(self) -> Any:
        """Balance with swaps, and the positions."""
        converted = None if self._converted is None else self._converted.freeze()
        names = list(self._names.items())
        return [self.fixed, self._symbols, self._holdings.tolist(), self._series.tolist(), names, converted]

    def thaw(self, state: Sequence[Any]) -> None:
        """Take back what `freeze` gave."""
        self.fixed, symbols, holdings, series, names, converted = state
        self._names, self._converted = {int(number): symbol for number, symbol in names}, None
        if converted is not None:
            self._converted = ConvertedEquity()
            self._converted.thaw(converted)
        self._symbols = list(symbols)
        self._holdings = np.array(holdings, dtype=np.int64).reshape(len(holdings), 8)
        self._series = np.array(series, dtype=np.int64)


def _passed(equity: int, numbers: Ints) -> bool:
    """Take the equity of a row: keep the highest, and say whether it passes a limit."""
    if numbers[BY_ROW] and equity > numbers[PEAK]:
        numbers[PEAK] = equity
    return bool(_beyond(equity, numbers))


@compiled
def _profit(holding: Any) -> Any:
    """Floating profit of a holding at its price: rounded once, halves away from zero."""
    worth = holding[SIDE] * (holding[CLOSE] * holding[UNITS] - holding[SUMS]) * holding[NUMERATOR]
    if worth >= 0:
        return (2 * worth + holding[DENOMINATOR]) // (2 * holding[DENOMINATOR])
    return -((-2 * worth + holding[DENOMINATOR]) // (2 * holding[DENOMINATOR]))


@compiled
def _floating(holdings: Any) -> Any:
    """Floating profit of all holdings."""
    profit = 0
    for one in range(holdings.shape[0]):
        profit += _profit(holdings[one])
    return profit


@compiled
def _beyond(equity: int, numbers: Any) -> bool:
    """True when the equity has passed a limit that stands, or come to the target."""
    if numbers[DAILY] >= 0 and numbers[DAY] - equity > numbers[DAILY]:
        return True
    if numbers[MOST] >= 0 and numbers[START] - equity > numbers[MOST]:
        return True
    if numbers[TRAILING] >= 0:
        floor = numbers[PEAK] - numbers[TRAILING]
        if numbers[STOPS]:
            floor = min(floor, numbers[START])
        if equity < floor:
            return True
    return bool(numbers[TARGET] >= 0 and equity - numbers[START] >= numbers[TARGET])


@compiled
def _walk(series: Any, bid: Any, ask: Any, symbols: Any, holdings: Any, numbers: Any) -> int:
    """First row at which a limit is passed, or -1; prices in `holdings` and the peak in `numbers` move on."""
    equity = numbers[FIXED] + _floating(holdings)
    for row in range(series.shape[0]):
        symbol = symbols[series[row]] if series[row] < symbols.shape[0] else -1
        if symbol >= 0:
            for one in range(holdings.shape[0]):
                if holdings[one, SYMBOL] == symbol:
                    equity -= _profit(holdings[one])
                    price = bid[row] if holdings[one, SIDE] > 0 else ask[row]
                    holdings[one, CLOSE] = np.int64(np.rint(price * holdings[one, SCALE]))
                    equity += _profit(holdings[one])
        if numbers[BY_ROW] and equity > numbers[PEAK]:
            numbers[PEAK] = equity
        if _beyond(equity, numbers):
            return row
    return -1
