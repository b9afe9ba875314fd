"""Whether anything happens on an account within one moment: the moment walked exactly as `docs/fills.md` says.

Compiled, and exact in int64: points, volume units, minor units. A product that would leave int64 raises.
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.market.alarms import BUY_LIMIT, BUY_STOP, BUY_STOP_LIMIT, SELL_LIMIT
from tallystick.market.arrays import Floats, Ints
from tallystick.market.compiled import compiled_inside
from tallystick.market.money import MoneyOverflowError

LARGEST_PRODUCT = 4.0e18
"""Products beyond this would leave int64 once doubled for rounding."""

Sides = tuple[Floats, Floats, Floats, Floats]
"""Open, high, low, close of one side."""


@compiled_inside
def to_points(price: float, scale: float) -> int:
    """Price in whole points, nearest; `scale` is 10**digits."""
    return int(np.rint(price * scale))


@compiled_inside
def acts(  # noqa: PLR0913, PLR0917 -- compiled code takes arrays, not objects
    row: int,
    end: int,
    times: Ints,
    series: NDArray[np.uint16],
    bids: Sides,
    asks: Sides,
    steps: int,
    series_symbol: Ints,
    series_period: Ints,
    scales: Floats,
    bid: Ints,
    ask: Ints,
    due: Ints,
    pending: Ints,
    positions: Ints,
    account: Ints,
    money: Ints,
) -> bool:
    """Whether anything happens at one moment, walked exactly; `bid` and `ask` are changed."""
    for step in range(steps):
        moved = False
        for index in range(row, end):
            symbol = series_symbol[series[index]]
            if symbol < 0:
                continue
            moved = True
            moment = row_step(
                index, step, steps, times, series_period[series[index]], bids, asks, scales, symbol, bid, ask
            )
            if touches(symbol, moment, bid[symbol], ask[symbol], due, pending, positions):
                return True
        if moved and account[1] > 0 and _stopped_out(bid, ask, positions, account, money):
            return True
    return False


@compiled_inside
def row_step(  # noqa: PLR0913, PLR0917 -- as above
    index: int,
    step: int,
    steps: int,
    times: Ints,
    period: int,
    bids: Sides,
    asks: Sides,
    scales: Floats,
    symbol: int,
    bid: Ints,
    ask: Ints,
) -> int:
    """Make a step of a row its symbol's current prices; its moment."""
    moment, place = times[index], 3
    if steps > 1:
        moment += period * step // 3 - period
        place = _place(step, bids[0][index], bids[3][index])
    bid[symbol] = to_points(_at(bids, place, index), scales[symbol])
    ask[symbol] = to_points(_at(asks, place, index), scales[symbol])
    return int(moment)


@compiled_inside
def _place(step: int, bid_open: float, bid_close: float) -> int:
    """Column of a step's price among open, high, low, close."""
    if step in (0, 3):
        return step
    return 3 - step if bid_close >= bid_open else step


@compiled_inside
def _at(prices: Sides, place: int, index: int) -> float:
    if place == 0:
        return float(prices[0][index])
    if place == 1:
        return float(prices[1][index])
    return float(prices[2][index] if place == 2 else prices[3][index])


@compiled_inside
def touches(  # noqa: PLR0917 -- as above
    symbol: int, moment: int, bid: int, ask: int, due: Ints, pending: Ints, positions: Ints
) -> bool:
    """Whether anything of this symbol happens at this step."""
    for n in range(due.shape[0]):
        if due[n, 0] == symbol and due[n, 1] <= moment:
            return True
    for n in range(pending.shape[0]):
        if pending[n, 0] == symbol and pending[n, 3] <= moment and triggered(pending[n, 1], pending[n, 2], bid, ask):
            return True
    for n in range(positions.shape[0]):
        if positions[n, 0] == symbol:
            direction, stop, take = positions[n, 1], positions[n, 2], positions[n, 3]
            close = bid if direction > 0 else ask
            if stop != 0 and (close - stop) * direction <= 0:
                return True
            if take != 0 and (close - take) * direction >= 0:
                return True
    return False


@compiled_inside
def triggered(kind: int, price: int, bid: int, ask: int) -> bool:
    """Whether a pending order at `price` points is triggered by a quote; the rest of an order always is."""
    if kind < BUY_LIMIT:
        return True
    if kind == BUY_LIMIT:
        return ask <= price
    if kind in (BUY_STOP, BUY_STOP_LIMIT):
        return ask >= price
    if kind == SELL_LIMIT:
        return bid >= price
    return bid <= price


@compiled_inside
def _stopped_out(bid: Ints, ask: Ints, positions: Ints, account: Ints, money: Ints) -> bool:
    """Whether equity x 10,000 < level x margin at the current prices."""
    equity = account[0]
    for n in range(positions.shape[0]):
        symbol, direction = positions[n, 0], positions[n, 1]
        close = bid[symbol] if direction > 0 else ask[symbol]
        largest = max(abs(float(close) * positions[n, 5]), abs(float(positions[n, 4]))) * money[symbol, 0]
        if largest + money[symbol, 1] > LARGEST_PRODUCT:
            raise MoneyOverflowError("a position's money does not fit into 63 bits; trade less in one position")
        points = direction * (close * positions[n, 5] - positions[n, 4])
        equity += rounded_money(points * money[symbol, 0], money[symbol, 1])
    if max(abs(float(equity)) * 10_000.0, float(account[2]) * account[1]) > LARGEST_PRODUCT:
        raise MoneyOverflowError("equity or margin does not fit into 63 bits; trade less, or in another currency")
    return bool(equity * 10_000 < account[2] * account[1])


@compiled_inside
def rounded_money(numerator: int, denominator: int) -> int:
    """R(numerator / denominator), halves away from zero."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))
