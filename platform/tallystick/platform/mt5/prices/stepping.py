"""Four quotes a bar: open, both extremes, close, in the order of the path of `docs/fills.md`, section 2.

The same four prices serve three models, which differ in their moments only:
* `path` and `one-minute-ohlc`: at the open, after a third and two thirds of the bar, and a millisecond before its end
  (at the very end, where section 2 has the close, a quote would belong to the next bar);
* `open-prices`: the open at the open, the rest in the bar's last three milliseconds, so that a closed bar is whole
  while nothing moves within it.
"""

import numpy as np

from tallystick.market.arrays import Floats, Ints
from tallystick.market.bar_path import STEPS
from tallystick.platform.mt5.prices.generated import LAST_MOMENT, Bars, Quotes


def step_counts(bars: Bars) -> Ints:
    """Four quotes for each bar."""
    return np.full(len(bars), STEPS, dtype=np.int64)


def stepped_in_thirds(bars: Bars) -> Quotes:
    """The path in time."""
    moments = [bars.opened + bars.length * step // (STEPS - 1) for step in range(STEPS - 1)]
    return _stepped(bars, [*moments, bars.opened + bars.length - LAST_MOMENT])


def stepped_at_the_end(bars: Bars) -> Quotes:
    """The open, and the rest of the path at the end."""
    return _stepped(bars, [bars.opened, *(bars.opened + bars.length - back * LAST_MOMENT for back in (3, 2, 1))])


def _stepped(bars: Bars, moments: list[Ints]) -> Quotes:
    time = np.stack(moments, axis=1).ravel()
    bid = _side(bars, bars.bid_open, bars.bid_high, bars.bid_low, bars.bid_close)
    ask = _side(bars, bars.ask_open, bars.ask_high, bars.ask_low, bars.ask_close)
    number = np.repeat(np.arange(len(bars)), STEPS)
    return Quotes(time, bid, np.maximum(ask, bid), number)


def _side(bars: Bars, opened: Floats, high: Floats, low: Floats, closed: Floats) -> Floats:
    first, second = np.where(bars.rising, low, high), np.where(bars.rising, high, low)
    return np.stack([opened, first, second, closed], axis=1).ravel()
