"""The scan of an account whose money goes through the book's pairs: like `fills.first_act`, with a guard band.

A rate is a quotient of other symbols' prices, which int64 cannot hold exactly. So equity is compared in float64, wide
enough never to miss a stop-out; a moment that only may have one is handed back for an exact decision.
"""

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Floats, Ints
from tallystick.market.compiled import compiled
from tallystick.market.moment import Sides, row_step, to_points, touches

NOTHING, MAYBE, SURE = 0, 1, 2
"""What a moment holds: nothing, perhaps a stop-out, an act."""
BID_SIDE, ASK_SIDE = 0, 1
RELATIVE_GUARD = 1e-11
"""Of the sum of all amounts: thousands of times what float64 can err by."""


@compiled
def first_near(  # noqa: PLR0913, PLR0917 -- compiled code takes arrays, not objects
    begin: int,
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
    routes: Ints,
    levels: Floats,
    alarm_times: Ints,
) -> tuple[int, int, int]:
    """First row, end and kind of the first moment from row `begin` on that may hold an act; -1, -1, 0 if none does.

    The arguments are those of `fills.first_act`; `bid` and `ask` are changed to the prices before that moment.
    `routes`: (symbols, 4) pair and whether it is inverse, twice; -1 is no pair.
    """
    count, symbols = times.shape[0], scales.shape[0]
    low, high = np.zeros(symbols), np.zeros(symbols)
    last = np.full(symbols, -1, dtype=np.int64)
    row = begin
    while row < count:
        for symbol in range(symbols):
            low[symbol], high[symbol], last[symbol] = bid[symbol], ask[symbol], -1
        end, alarmed = row, False
        while end < count and (end == row or (steps > 1 and times[end] == times[row])):
            symbol = series_symbol[series[end]]
            if symbol >= 0:
                alarmed |= times[end] >= alarm_times[symbol]
                alarmed |= _reaches(symbol, end, bids, asks, levels)
                least = min(bids[2][end], bids[0][end], bids[3][end])
                most = max(asks[1][end], asks[0][end], asks[3][end])
                low[symbol] = min(low[symbol], least * scales[symbol] - 1.0)
                high[symbol] = max(high[symbol], most * scales[symbol] + 1.0)
                last[symbol] = end
            end += 1
        if alarmed or _may_fall(low, high, scales, positions, account, money, routes):
            found = _kind(
                row, end, times, series, bids, asks, steps, series_symbol, series_period, scales,
                bid.copy(), ask.copy(), due, pending, positions, account, money, routes,
            )  # fmt: skip
            if found != NOTHING:
                return row, end, found
        for symbol in range(symbols):
            if last[symbol] >= 0:
                bid[symbol] = to_points(bids[3][last[symbol]], scales[symbol])
                ask[symbol] = to_points(asks[3][last[symbol]], scales[symbol])
        row = end
    return -1, -1, NOTHING


@compiled
def _reaches(symbol: int, row: int, bids: Sides, asks: Sides, levels: Floats) -> bool:
    """Whether a row reaches a price level of its symbol."""
    low, high = min(bids[2][row], bids[0][row], bids[3][row]), max(bids[1][row], bids[0][row], bids[3][row])
    lowest, highest = min(asks[2][row], asks[0][row], asks[3][row]), max(asks[1][row], asks[0][row], asks[3][row])
    falls = low <= levels[symbol, 0] or lowest <= levels[symbol, 2]
    return bool(falls or high >= levels[symbol, 1] or highest >= levels[symbol, 3])


@compiled
def _kind(  # noqa: PLR0913, PLR0917 -- as above
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
    routes: Ints,
) -> int:
    """What one moment holds, walked step by step; `bid` and `ask` are changed."""
    found = NOTHING
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
                return SURE
        if moved and _may_fall(
            bid.astype(np.float64), ask.astype(np.float64), scales, positions, account, money, routes
        ):
            found = MAYBE
    return found


@compiled
def _may_fall(  # noqa: PLR0917 -- as above
    low: Floats, high: Floats, scales: Floats, positions: Ints, account: Ints, money: Ints, routes: Ints
) -> bool:
    """Whether equity may be below the stop-out while no bid is below `low` and no ask above `high`, in points."""
    if account[1] <= 0:
        return False
    floor = account[2] * (account[1] / 10_000.0) - account[0]
    worth, gross = 0.0, abs(floor)
    for n in range(positions.shape[0]):
        symbol = positions[n, 0]
        opened, units = float(positions[n, 4]), float(positions[n, 5])
        moved = low[symbol] * units - opened if positions[n, 1] > 0 else opened - high[symbol] * units
        rate = money[symbol, 0] / money[symbol, 1]
        dear = _rate(symbol, low, high, scales, routes, ASK_SIDE)
        worth += moved * rate * (dear if moved < 0 else _rate(symbol, low, high, scales, routes, BID_SIDE))
        gross += (opened + abs(moved)) * rate * dear
    return bool(worth <= floor + 2.0 + positions.shape[0] + RELATIVE_GUARD * gross)


@compiled
def _rate(symbol: int, low: Floats, high: Floats, scales: Floats, routes: Ints, side: int) -> float:
    """A rate's lower (bid side) or upper (ask side) bound between those prices."""
    rate = 1.0
    for leg in (0, 2):
        pair, inverse = routes[symbol, leg], routes[symbol, leg + 1]
        if pair >= 0:
            points = high[pair] if (side == ASK_SIDE) != (inverse != 0) else low[pair]
            rate *= scales[pair] / max(points, 1e-9) if inverse != 0 else points / scales[pair]
    return rate
