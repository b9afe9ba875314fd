"""The scan for the first row on which a simulated account would act: one compiled pass over market rows.

It walks moments, steps and symbols exactly as `docs/fills.md` says and stops at the first due order, pending trigger,
stop, take profit or stop-out. It changes nothing; what happens there is settled elsewhere.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP = 2, 3, 4, 5
"""MT5's ORDER_TYPE of pending orders."""

Ints = NDArray[np.int64]


@njit(cache=True)
def to_points(price: float, scale: float) -> int:
    """Price in whole points, nearest; `scale` is 10**digits."""
    return int(np.rint(price * scale))


@njit(cache=True)
def first_act(  # noqa: PLR0913, PLR0917, PLR0912, C901 -- one flat pass: compiled code takes arrays, not objects
    times: Ints,
    series: NDArray[np.uint16],
    prices: tuple[NDArray[np.float64], ...],
    is_bar: bool,
    series_symbol: Ints,
    series_period: Ints,
    scales: NDArray[np.float64],
    bid: Ints,
    ask: Ints,
    due: Ints,
    pending: Ints,
    positions: Ints,
    account: Ints,
    money: Ints,
) -> int:
    """First row of the first moment with an act, or -1.

    `prices`: bid, ask of quotes, or bid OHLC and ask OHLC of bars. `bid`, `ask`: current points by symbol (working
    copies, changed). `due`: (n, 2) symbol, due. `pending`: (n, 4) symbol, type, points, live from. `positions`: (n, 6)
    symbol, direction, stop loss, take profit, point units, units. `account`: balance + swaps, margin, stop-out level.
    `money`: (symbols, 2) numerator, denominator of a point's money.
    """
    count = times.shape[0]
    row = 0
    while row < count:
        end = row + 1
        if is_bar:
            while end < count and times[end] == times[row]:
                end += 1
        for step in range(4 if is_bar else 1):
            for index in range(row, end):
                symbol = series_symbol[series[index]]
                if symbol < 0:
                    continue
                scale = scales[symbol]
                if is_bar:
                    period = series_period[series[index]]
                    moment = times[index] - period + period * step // 3
                    place = _place(step, prices[3][index] >= prices[0][index])
                    bid[symbol] = to_points(prices[place][index], scale)
                    ask[symbol] = to_points(prices[4 + place][index], scale)
                else:
                    moment = times[index]
                    bid[symbol] = to_points(prices[0][index], scale)
                    ask[symbol] = to_points(prices[1][index], scale)
                if _touches(symbol, moment, bid[symbol], ask[symbol], due, pending, positions):
                    return row
            if account[1] > 0 and _stopped_out(bid, ask, positions, account, money):
                return row
        row = end
    return -1


@njit(cache=True)
def _place(step: int, rising: bool) -> int:
    """Column of a step's price among open, high, low, close."""
    if step in (0, 3):
        return step
    return 3 - step if rising else step


@njit(cache=True)
def _touches(  # noqa: PLR0913, PLR0917 -- as above
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


@njit(cache=True)
def triggered(kind: int, price: int, bid: int, ask: int) -> bool:
    """Whether a pending order at `price` points is triggered by a quote."""
    if kind == BUY_LIMIT:
        return ask <= price
    if kind == BUY_STOP:
        return ask >= price
    if kind == SELL_LIMIT:
        return bid >= price
    return bid <= price


@njit(cache=True)
def _stopped_out(bid: Ints, ask: Ints, positions: Ints, account: Ints, money: Ints) -> bool:
    """Whether equity x 10,000 < level x margin at the current prices."""
    equity = account[0]
    for n in range(positions.shape[0]):
        symbol, direction = positions[n, 0], positions[n, 1]
        close = bid[symbol] if direction > 0 else ask[symbol]
        points = direction * (close * positions[n, 5] - positions[n, 4])
        equity += rounded_money(points * money[symbol, 0], money[symbol, 1])
    return equity * 10_000 < account[2] * account[1]


@njit(cache=True)
def rounded_money(numerator: int, denominator: int) -> int:
    """R(numerator / denominator), halves away from zero."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


@njit(cache=True)
def take_last(  # noqa: PLR0913, PLR0917 -- as above
    series: NDArray[np.uint16],
    bid_close: NDArray[np.float64],
    ask_close: NDArray[np.float64],
    series_symbol: Ints,
    scales: NDArray[np.float64],
    bid: Ints,
    ask: Ints,
    seen: Ints,
) -> None:
    """Make the last row of each symbol its current bid and ask; `seen` is working memory, one entry a symbol."""
    seen[:] = 0
    missing = seen.shape[0]
    for index in range(series.shape[0] - 1, -1, -1):
        symbol = series_symbol[series[index]]
        if symbol >= 0 and seen[symbol] == 0:
            seen[symbol] = 1
            bid[symbol] = to_points(bid_close[index], scales[symbol])
            ask[symbol] = to_points(ask_close[index], scales[symbol])
            missing -= 1
            if missing == 0:
                return


def empty(width: int) -> NDArray[Any]:
    """No rows of a table `first_act` takes."""
    return np.zeros((0, width), dtype=np.int64)
