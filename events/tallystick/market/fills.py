"""The scan for the first row on which a simulated account would act: one compiled pass over market rows.

Two sieves. Alarms (alarms.py) are price and time thresholds a symbol, wide enough never to miss anything: nearly every
row passes them with a few comparisons. Where one goes off, the moment is walked step by step and symbol by symbol
exactly as `docs/fills.md` says. Nothing is changed; what happens there is settled elsewhere.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tallystick.market.alarms import BUY_LIMIT, BUY_STOP, SELL_LIMIT, Floats, Ints
from tallystick.market.money import MoneyOverflowError

LARGEST_PRODUCT = 4.0e18
"""Products beyond this would leave int64 once doubled for rounding."""


@njit(cache=True)
def to_points(price: float, scale: float) -> int:
    """Price in whole points, nearest; `scale` is 10**digits."""
    return int(np.rint(price * scale))


@njit(cache=True)
def first_act(  # noqa: PLR0913, PLR0917 -- one flat pass: compiled code takes arrays, not objects
    times: Ints,
    series: NDArray[np.uint16],
    bids: tuple[Floats, Floats, Floats, Floats],
    asks: tuple[Floats, Floats, Floats, Floats],
    is_bar: bool,
    series_symbol: Ints,
    series_period: Ints,
    scales: Floats,
    bid_now: Ints,
    ask_now: Ints,
    due: Ints,
    pending: Ints,
    positions: Ints,
    account: Ints,
    money: Ints,
    levels: Floats,
    alarm_times: Ints,
    exposure: Floats,
) -> int:
    """First row of the first moment with an act, or -1.

    `bids`, `asks`: open, high, low, close (of quotes four times the same column). `bid_now`, `ask_now`: current points
    by symbol. `due`: (n, 2) symbol, due. `pending`: (n, 4) symbol, type, points, live from. `positions`: (n, 6)
    symbol, direction, stop loss, take profit, point units, units. `account`: balance + swaps, margin, stop-out level.
    `money`: (symbols, 2) numerator, denominator of a point's money. `levels`, `alarm_times`, `exposure`: alarms.py.
    Raises `MoneyOverflowError` where a product would leave int64.
    """
    bid_open, bid_high, bid_low, bid_close = bids
    ask_open, ask_high, ask_low, ask_close = asks
    symbols, count = scales.shape[0], times.shape[0]
    bid, ask, last = bid_now.copy(), ask_now.copy(), np.full(symbols, -1, dtype=np.int64)
    watch_equity = account[1] > 0
    floor = account[2] * (account[1] / 10_000.0) - account[0] + 2.0 + positions.shape[0]
    worth, worst = np.zeros(symbols), np.zeros(symbols)
    if watch_equity:
        for symbol in range(symbols):
            worth[symbol] = worst[symbol] = _worth(exposure, symbol, bid[symbol], ask[symbol])
    row = 0
    while row < count:
        end, alarmed, moved = row, False, False
        while end < count and (end == row or (is_bar and times[end] == times[row])):
            symbol = series_symbol[series[end]]
            if symbol >= 0:
                moved = True
                low, high = (
                    min(bid_low[end], bid_open[end], bid_close[end]),
                    max(bid_high[end], bid_open[end], bid_close[end]),
                )
                lowest, highest = (
                    min(ask_low[end], ask_open[end], ask_close[end]),
                    max(ask_high[end], ask_open[end], ask_close[end]),
                )
                if (
                    low <= levels[symbol, 0]
                    or high >= levels[symbol, 1]
                    or lowest <= levels[symbol, 2]
                    or highest >= levels[symbol, 3]
                    or times[end] >= alarm_times[symbol]
                ):
                    alarmed = True
                if watch_equity:
                    scale = scales[symbol]
                    least = _worth(exposure, symbol, low * scale, highest * scale)
                    worst[symbol] = min(worth[symbol], least)
                    worth[symbol] = _worth(exposure, symbol, bid_close[end] * scale, ask_close[end] * scale)
            end += 1
        if watch_equity and moved and worst.sum() <= floor + 1e-9 * abs(floor):
            alarmed = True
        if alarmed:
            for symbol in range(symbols):
                if last[symbol] >= 0:
                    bid[symbol] = to_points(bid_close[last[symbol]], scales[symbol])
                    ask[symbol] = to_points(ask_close[last[symbol]], scales[symbol])
            if _acts(
                row, end, times, series, bids, asks, is_bar, series_symbol, series_period, scales,
                bid, ask, due, pending, positions, account, money,
            ):  # fmt: skip
                return row
        for index in range(row, end):
            symbol = series_symbol[series[index]]
            if symbol >= 0:
                last[symbol] = index
                worst[symbol] = worth[symbol]
        row = end
    return -1


@njit(cache=True)
def _worth(exposure: Floats, symbol: int, bid: float, ask: float) -> float:
    """Floating profit of a symbol's positions in minor units, before rounding, at prices in points."""
    longs = exposure[symbol, 0] * bid - exposure[symbol, 1]
    return longs + exposure[symbol, 3] - exposure[symbol, 2] * ask


@njit(cache=True)
def _acts(  # noqa: PLR0913, PLR0917 -- as above
    row: int,
    end: int,
    times: Ints,
    series: NDArray[np.uint16],
    bids: tuple[Floats, Floats, Floats, Floats],
    asks: tuple[Floats, Floats, Floats, Floats],
    is_bar: bool,
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
    for step in range(4 if is_bar else 1):
        moved = False
        for index in range(row, end):
            symbol = series_symbol[series[index]]
            if symbol < 0:
                continue
            moved = True
            moment, place = times[index], 3
            if is_bar:
                period = series_period[series[index]]
                moment += period * step // 3 - period
                place = _place(step, bids[3][index] >= bids[0][index])
            bid[symbol] = to_points(_at(bids, place, index), scales[symbol])
            ask[symbol] = to_points(_at(asks, place, index), scales[symbol])
            if _touches(symbol, moment, bid[symbol], ask[symbol], due, pending, positions):
                return True
        if moved and account[1] > 0 and _stopped_out(bid, ask, positions, account, money):
            return True
    return False


@njit(cache=True)
def _place(step: int, rising: bool) -> int:
    """Column of a step's price among open, high, low, close."""
    if step in (0, 3):
        return step
    return 3 - step if rising else step


@njit(cache=True)
def _at(prices: tuple[Floats, Floats, Floats, Floats], place: int, index: int) -> float:
    if place == 0:
        return prices[0][index]
    if place == 1:
        return prices[1][index]
    return prices[2][index] if place == 2 else prices[3][index]  # noqa: PLR2004 -- the low of open, high, low, close


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
        largest = max(abs(float(close) * positions[n, 5]), abs(float(positions[n, 4]))) * money[symbol, 0]
        if largest + money[symbol, 1] > LARGEST_PRODUCT:
            raise MoneyOverflowError("a position's money does not fit into 63 bits; trade less in one position")
        points = direction * (close * positions[n, 5] - positions[n, 4])
        equity += rounded_money(points * money[symbol, 0], money[symbol, 1])
    if max(abs(float(equity)) * 10_000.0, float(account[2]) * account[1]) > LARGEST_PRODUCT:
        raise MoneyOverflowError("equity or margin does not fit into 63 bits; trade less, or in another currency")
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
    bid_close: Floats,
    ask_close: Floats,
    series_symbol: Ints,
    scales: Floats,
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
