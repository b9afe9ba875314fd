"""The scan for the first row on which a simulated account would act: one compiled pass over market rows.

Two sieves. Alarms (alarms.py) are price and time thresholds a symbol, wide enough never to miss anything: nearly every
row passes them with a few comparisons. Where one goes off, moment.py walks the moment step by step and symbol by
symbol. Nothing is changed; what happens there is settled elsewhere.
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats, Ints
from tallystick.market.compiled import compiled, compiled_inside
from tallystick.market.moment import Sides, acts, to_points


@compiled
def first_act(  # noqa: PLR0913, PLR0917 -- compiled code takes arrays, not objects
    times: Ints,
    series: NDArray[np.uint16],
    bids: Sides,
    asks: Sides,
    steps: int,
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

    `bids`, `asks`: open, high, low, close (of quotes four times the same column). `steps`: 4 of bars, 1 of quotes.
    `bid_now`, `ask_now`: current points by symbol. `due`: (n, 2) symbol, due. `pending`: (n, 4) symbol, type, points,
    live from. `positions`: (n, 6) symbol, direction, stop loss, take profit, point units, units. `account`: balance +
    swaps, margin, stop-out level. `money`: (symbols, 2) numerator, denominator of a point's money. `levels`,
    `alarm_times`, `exposure`: alarms.py. Raises `MoneyOverflowError` where a product would leave int64.
    """
    symbols, count = scales.shape[0], times.shape[0]
    bid, ask, last = bid_now.copy(), ask_now.copy(), np.full(symbols, -1, dtype=np.int64)
    floor = equity_floor(account[0], account[1], account[2], positions.shape[0])
    worth, worst = np.zeros(symbols), np.zeros(symbols)
    for symbol in range(symbols):
        worth[symbol] = worst[symbol] = _worth(exposure, symbol, bid[symbol], ask[symbol])
    row = 0
    while row < count:
        end, alarmed = row, False
        while end < count and (end == row or (steps > 1 and times[end] == times[row])):
            symbol = series_symbol[series[end]]
            if symbol >= 0:
                alarmed |= times[end] >= alarm_times[symbol]
                alarmed |= _sounds(symbol, end, bids, asks, levels, scales[symbol], exposure, worth, worst)
            end += 1
        if alarmed or worst.sum() <= floor:
            for symbol in range(symbols):
                if last[symbol] >= 0:
                    bid[symbol] = to_points(bids[3][last[symbol]], scales[symbol])
                    ask[symbol] = to_points(asks[3][last[symbol]], scales[symbol])
            if acts(
                row, end, times, series, bids, asks, steps, series_symbol, series_period, scales,
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


@compiled_inside
def equity_floor(owned: int, margin: int, level: int, positions: int) -> float:
    """Floating profit at which a stop-out comes near: above the exact one by more than all roundings together."""
    if margin <= 0:
        return -np.inf
    floor = level * (margin / 10_000.0) - owned
    return floor + 2.0 + positions + 1e-9 * (abs(floor) + abs(owned))


@compiled_inside
def _sounds(  # noqa: PLR0917 -- as above
    symbol: int,
    row: int,
    bids: Sides,
    asks: Sides,
    levels: Floats,
    scale: float,
    exposure: Floats,
    worth: Floats,
    worst: Floats,
) -> bool:
    """Whether a row reaches a price level of its symbol; keeps the least worth within the row, and that at its end."""
    bid_open, bid_close, ask_open, ask_close = bids[0][row], bids[3][row], asks[0][row], asks[3][row]
    low, high = min(bids[2][row], bid_open, bid_close), max(bids[1][row], bid_open, bid_close)
    lowest, highest = min(asks[2][row], ask_open, ask_close), max(asks[1][row], ask_open, ask_close)
    worst[symbol] = min(worth[symbol], _worth(exposure, symbol, low * scale, highest * scale))
    worth[symbol] = _worth(exposure, symbol, bid_close * scale, ask_close * scale)
    falls = low <= levels[symbol, 0] or lowest <= levels[symbol, 2]
    return bool(falls or high >= levels[symbol, 1] or highest >= levels[symbol, 3])


@compiled_inside
def _worth(exposure: Floats, symbol: int, bid: float, ask: float) -> float:
    """Floating profit of a symbol's positions in minor units, before rounding, at prices in points."""
    longs = exposure[symbol, 0] * bid - exposure[symbol, 1]
    return float(longs + exposure[symbol, 3] - exposure[symbol, 2] * ask)


@compiled
def take_last(  # noqa: PLR0917 -- as above
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


def empty(width: int) -> Ints:
    """No rows of a table `first_act` takes."""
    return np.zeros((0, width), dtype=np.int64)
