"""Whether a few rows can matter to an account of one symbol: the sieve of `fills.first_act`, as plain numbers.

A book that acts often has its rows scanned a few at a time. Making the tables that compiled code wants, and calling it,
costs ten times as much as this does; what does not pass is left to it.
"""

import math
from collections.abc import Mapping
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from tallystick.market.alarms import BUY_LIMIT, BUY_STOP, BUY_STOP_LIMIT, SELL_LIMIT, SLACK
from tallystick.market.compiled import FEW
from tallystick.market.fills import equity_floor
from tallystick.market.money import PointMoney
from tallystick.market.rows import Rows
from tallystick.market.spans import NEVER
from tallystick.platform.mt5.server.account import AccountState, Position

Span = tuple[float, float]
"""One price of the bid and one of the ask, over some rows."""
BID_FALLS, BID_RISES, ASK_FALLS, ASK_RISES = range(4)
UNREACHED = -math.inf, math.inf, -math.inf, math.inf
"""Levels of an account that waits for no price."""
PLACES = {SELL_LIMIT: BID_RISES, BUY_LIMIT: ASK_FALLS, BUY_STOP: ASK_RISES, BUY_STOP_LIMIT: ASK_RISES}
"""Which alarm a pending order sets; sell stops and sell stop-limits wait for a falling bid."""


class Sieve(msgspec.Struct, frozen=True, gc=False):
    """Alarms as in `market.alarms`: four prices, the earliest due time (ns UTC), exposure, the least floating profit.

    `gains`: whether something waits for a higher bid or a lower ask. `longs` and `shorts` are minor units a point,
    `opened` what the longs were opened for, less what the shorts were.
    """

    bid_falls: float
    bid_rises: float
    ask_falls: float
    ask_rises: float
    gains: bool
    time: int
    longs: float
    shorts: float
    opened: float
    scale: float
    floor: float

    @classmethod
    def over(cls, state: AccountState, money: PointMoney, scale: float, account: tuple[int, int, int]) -> Self:
        """Over an account of one symbol; `scale` is 10**digits, `account`: balance + swaps, margin, stop-out level."""
        levels, time = [*UNREACHED], NEVER
        for waiting in state.in_flight.values():
            time = min(time, waiting.due)
        for order in state.pendings.values():
            if order.kind < BUY_LIMIT:
                time = min(time, order.live)
            else:
                _widen(levels, PLACES.get(order.kind, BID_FALLS), order.price, scale)
        longs = shorts = opened = 0.0
        rate = money.numerator / money.denominator
        for one in state.positions.values():
            if one.direction > 0:
                longs, opened = longs + one.units * rate, opened + one.point_units * rate
            else:
                shorts, opened = shorts + one.units * rate, opened - one.point_units * rate
            if one.stop or one.take:
                _widen_stops(levels, one, scale)
        floor = _floor(*account, len(state.positions))
        bid_falls, bid_rises, ask_falls, ask_rises = levels
        gains = bid_rises < math.inf or ask_falls > -math.inf
        return cls(bid_falls, bid_rises, ask_falls, ask_rises, gains, time, longs, shorts, opened, scale, floor)

    def at(self, account: tuple[int, int, int], positions: int) -> Self:
        """The same over the same `positions`, whose swaps have changed."""
        return msgspec.structs.replace(self, floor=_floor(*account, positions))

    def lets_pass(self, rows: Rows, spans: "Spans") -> bool:
        """True when nothing can happen at these rows, one at least; False says nothing yet."""
        bid, ask = spans.losing(rows)
        if bid <= self.bid_falls or ask >= self.ask_rises or rows.time.item(-1) >= self.time:
            return False
        if self.gains:
            bid_most, ask_least = spans.gaining(rows)
            if bid_most >= self.bid_rises or ask_least <= self.ask_falls:
                return False
        return self.longs * (bid * self.scale) - self.shorts * (ask * self.scale) - self.opened > self.floor


_floor = equity_floor.py_func


def _widen_stops(levels: list[float], position: Position, scale: float) -> None:
    long = position.direction > 0
    if position.stop:
        _widen(levels, BID_FALLS if long else ASK_RISES, position.stop, scale)
    if position.take:
        _widen(levels, BID_RISES if long else ASK_FALLS, position.take, scale)


def _widen(levels: list[float], place: int, points: int, scale: float) -> None:
    """Let the alarm in one place go off at `points` too."""
    if place in {BID_RISES, ASK_RISES}:
        levels[place] = min(levels[place], (points - SLACK) / scale)
    else:
        levels[place] = max(levels[place], (points + SLACK) / scale)


class Spans:
    """Spans of rows; of bars from the columns that the rows of many scans are cut from."""

    def __init__(self) -> None:
        """No columns yet."""
        self._columns: Mapping[str, NDArray[Any]] = {}
        self._low = self._high = self._ask_low = self._ask_high = list[float]()

    def losing(self, rows: Rows) -> Span:
        """Lowest bid and highest ask of some rows, one at least."""
        if rows.kind == "quote":
            if len(rows.time) > FEW:
                return rows.bid.min().item(), rows.ask.max().item()
            return min(rows.bid.tolist()), max(rows.ask.tolist())
        columns, start, stop = rows.origin()
        if columns is not self._columns:
            self._look(columns)
        return min(self._low[start:stop]), max(self._ask_high[start:stop])

    def gaining(self, rows: Rows) -> Span:
        """Highest bid and lowest ask of the rows that `losing` was asked about last."""
        if rows.kind == "quote":
            return rows.bid.max().item(), rows.ask.min().item()
        _, start, stop = rows.origin()
        return max(self._high[start:stop]), min(self._ask_low[start:stop])

    def _look(self, columns: Mapping[str, NDArray[Any]]) -> None:
        self._columns = columns
        self._low, self._high = _extremes(columns, "bid")
        self._ask_low, self._ask_high = _extremes(columns, "ask")


def _extremes(columns: Mapping[str, NDArray[Any]], side: str) -> tuple[list[float], list[float]]:
    """Lowest and highest price of each bar's path on one side; a bar's low may lie, its open and close count too."""
    opened, close = columns[f"{side}_open"], columns[f"{side}_close"]
    low = np.minimum(columns[f"{side}_low"], np.minimum(opened, close))
    high = np.maximum(columns[f"{side}_high"], np.maximum(opened, close))
    return low.tolist(), high.tolist()
