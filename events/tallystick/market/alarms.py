"""Alarms: thresholds a symbol beyond which something may happen on an account, and which hide nothing.

They are float64 prices widened by three quarters of a point, so that rounding to points can never carry a price past a
level unnoticed. A scan compares each row with them and walks a moment exactly only where one goes off.
"""

import numpy as np

from tallystick.market.arrays import Floats, Ints
from tallystick.market.compiled import compiled, compiled_inside
from tallystick.market.spans import NEVER

BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP, BUY_STOP_LIMIT, SELL_STOP_LIMIT = 2, 3, 4, 5, 6, 7
"""MT5's ORDER_TYPE of pending orders; below 2 are market orders, as the rest of an order stands."""

SLACK = 0.75


@compiled
def set_alarms(  # noqa: PLR0917 -- compiled code takes arrays, not objects
    due: Ints,
    pending: Ints,
    positions: Ints,
    scales: Floats,
    money: Ints,
    levels: Floats,
    alarm_times: Ints,
    exposure: Floats,
) -> None:
    """Fill `levels`, `alarm_times` and `exposure` from the tables of `fills.first_act`.

    `levels`: (symbols, 4) prices: bid at or below, bid at or above, ask at or below, ask at or above. `alarm_times`:
    earliest due time by symbol, or that of a rest, which has no price. `exposure`: (symbols, 4) minor units a point of
    the longs, their cost, and of the shorts, theirs.
    """
    levels[:, 0] = levels[:, 2] = -np.inf
    levels[:, 1] = levels[:, 3] = np.inf
    alarm_times[:] = NEVER
    exposure[:] = 0.0
    for n in range(due.shape[0]):
        symbol = due[n, 0]
        alarm_times[symbol] = min(alarm_times[symbol], due[n, 1])
    for n in range(pending.shape[0]):
        symbol, kind = pending[n, 0], pending[n, 1]
        if kind < BUY_LIMIT:
            alarm_times[symbol] = min(alarm_times[symbol], pending[n, 3])
            continue
        side = 2 if kind in (BUY_LIMIT, BUY_STOP, BUY_STOP_LIMIT) else 0
        rises = 1 if kind in (SELL_LIMIT, BUY_STOP, BUY_STOP_LIMIT) else 0
        _widen(levels, symbol, side + rises, pending[n, 2], scales[symbol])
    for n in range(positions.shape[0]):
        symbol, long = positions[n, 0], 1 if positions[n, 1] > 0 else 0
        side = 2 - 2 * long
        if positions[n, 2] != 0:
            _widen(levels, symbol, side + 1 - long, positions[n, 2], scales[symbol])
        if positions[n, 3] != 0:
            _widen(levels, symbol, side + long, positions[n, 3], scales[symbol])
        rate = money[symbol, 0] / money[symbol, 1]
        exposure[symbol, side] += positions[n, 5] * rate
        exposure[symbol, side + 1] += positions[n, 4] * rate


@compiled_inside
def _widen(levels: Floats, symbol: int, place: int, points: int, scale: float) -> None:
    """Let the alarm in one place (even: falling, odd: rising) go off at `points` too."""
    if place % 2 == 1:
        levels[symbol, place] = min(levels[symbol, place], (points - SLACK) / scale)
    else:
        levels[symbol, place] = max(levels[symbol, place], (points + SLACK) / scale)
