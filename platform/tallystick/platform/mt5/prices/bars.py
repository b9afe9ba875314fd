"""Bars of one symbol and timeframe, built from its ticks as they come and from bars given beforehand.

By MT5's rules for symbols charted by bid: open, high, low and close are bids, `tick_volume` counts ticks, real volume
is 0. `spread` is the smallest of the bar's ticks, in points: "the minimum spread value is stored in the quotes" (MQL5
Book, "Reading price, volume, spread, and time by bar index"). A bar begins with its first tick; a stretch without
ticks has no bars. Where the server's clock shows an hour twice, the second showing counts in the last bar of the first.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.mt5.prices.layout import RATES
from tallystick.platform.mt5.prices.timeframes import Timeframe

FEW = 256
"""Up to so many ticks, plain arithmetic is quicker than arrays."""
ROW = struct.Struct("<q4dQiQ")
"""One row of `RATES`."""
Pieces = dict[str, NDArray[Any]]
"""Parts of bars: `key` (ms of the opening), `open`, `high`, `low`, `close`, `tick_volume`, `spread`."""
NO_BAR = -(2**62)


class Ahead(NamedTuple):
    """Bars of ticks that come later, made together; the bar that was forming is the first of them."""

    starts: list[int]
    """Each bar's first tick."""
    opened: list[int]
    """Where each opens, ms."""
    whole: bytes
    """Each as a row, with all its ticks."""
    bid: NDArray[np.float64]
    spread: NDArray[Any]


class BarSeries:
    """Closed bars as rows of the module's layout, and the bar that is forming."""

    def __init__(self, timeframe: Timeframe) -> None:
        """No bars yet."""
        self.timeframe = timeframe
        self.seen = 0
        """How many of the symbol's ticks are in these bars."""
        self._closed = bytearray()
        self._key = NO_BAR
        self._open = self._high = self._low = self._close = 0.0
        self._volume = self._spread = 0
        self.laid: Any = None
        """What `lay` was last given, for whoever gave it."""
        self._ahead: Ahead | None = None
        self._bar = -1
        self._shown = 0

    def __len__(self) -> int:
        """Number of bars, the forming one included."""
        return len(self._closed) // ROW.size + (self._key > NO_BAR)

    def take_ticks(self, key_ms: NDArray[np.int64], bid: NDArray[np.float64], spread: NDArray[Any]) -> None:
        """Take in more ticks: times on the server's clock that never fall, bids, spreads in points.

        A spread need not be whole: the smallest of a bar is rounded, which is the smallest of all rounded.
        """
        self.seen += len(key_ms)
        if len(key_ms) <= FEW:
            self._take_few(key_ms.tolist(), bid.tolist(), spread.tolist())
            return
        self._take_pieces(self._pieces(key_ms, bid, spread)[1])

    def lay(self, key_ms: NDArray[np.int64], bid: NDArray[np.float64], spread: NDArray[Any]) -> None:
        """Ticks, as for `take_ticks`, that are none before `show` says so. What was laid before is forgotten."""
        starts, pieces = self._pieces(key_ms, bid, spread)
        forming, begun = self._key, b""
        if pieces["key"][0] == forming:
            pieces["open"][0] = self._open
            pieces["high"][0] = max(self._high, pieces["high"].item(0))
            pieces["low"][0] = min(self._low, pieces["low"].item(0))
            pieces["tick_volume"][0] += self._volume
            pieces["spread"][0] = min(self._spread, pieces["spread"].item(0))
        elif forming > NO_BAR:
            starts, begun = np.concatenate([[0], starts]), self._forming()
        opened = pieces["key"].tolist()
        self._ahead = Ahead(
            starts.tolist(), [forming, *opened] if begun else opened, begun + _packed(pieces).tobytes(), bid, spread
        )
        self._bar, self._shown = (0 if forming > NO_BAR else -1), 0

    def show(self, count: int) -> None:
        """The first `count` of the laid ticks are ticks from now on; never fewer than before."""
        ahead, shown = self._ahead, self._shown
        if ahead is None or count <= shown:
            return
        self.seen += count - shown
        self._shown = count
        place = bisect_right(ahead.starts, count - 1, max(self._bar, 0)) - 1
        fresh = place != self._bar
        if fresh:
            self._closed += ahead.whole[max(self._bar, 0) * ROW.size : place * ROW.size]
            self._bar, self._key = place, ahead.opened[place]
            shown = ahead.starts[place]
        prices, points = ahead.bid[shown:count].tolist(), ahead.spread[shown:count].tolist()
        self._form(prices, points, fresh=fresh)

    def _pieces(
        self, key_ms: NDArray[np.int64], bid: NDArray[np.float64], spread: NDArray[Any]
    ) -> tuple[NDArray[np.int64], Pieces]:
        """The first tick of each bar, and the bars."""
        opens = np.maximum(self.timeframe.opens(key_ms), self._key)
        first = np.flatnonzero(np.diff(opens, prepend=opens[0] - 1))
        last = np.append(first[1:], len(opens)) - 1
        return first, {
            "key": opens[first],
            "open": bid[first],
            "high": np.maximum.reduceat(bid, first),
            "low": np.minimum.reduceat(bid, first),
            "close": bid[last],
            "tick_volume": last - first + 1,
            "spread": np.rint(np.minimum.reduceat(spread, first)),
        }

    def newest(self, skip: int, count: int) -> NDArray[Any]:
        """`count` bars that end `skip` before the forming one, oldest first."""
        stop = max(len(self) - skip, 0)
        return self._rows(max(stop - count, 0), stop)

    def until(self, time_s: int, count: int) -> NDArray[Any]:
        """The last `count` bars that open at or before a second of the server's clock."""
        stop = self._place(time_s, side="right")
        return self._rows(max(stop - count, 0), stop)

    def between(self, from_s: int, to_s: int) -> NDArray[Any]:
        """The bars that open within two seconds of the server's clock, both included."""
        return self._rows(self._place(from_s, side="left"), self._place(to_s, side="right"))

    def _take_few(self, keys: Sequence[int], bids: Sequence[float], spreads: Sequence[float]) -> None:
        """Bar by bar: the ticks up to where the next one opens."""
        place, timeframe = 0, self.timeframe
        while place < len(keys):
            opened = timeframe.opening(keys[place])
            stop = bisect_left(keys, timeframe.closing(max(opened, self._key)), place)
            fresh = opened > self._key
            if fresh:
                self._close_bar()
                self._key = opened
            self._form(bids[place:stop], spreads[place:stop], fresh=fresh)
            place = stop

    def _form(self, prices: Sequence[float], points: Sequence[float], *, fresh: bool) -> None:
        """Ticks of the forming bar; `fresh`: its first."""
        high, low, spread = max(prices), min(prices), round(min(points))
        if fresh:
            self._open, self._high, self._low, self._spread = prices[0], high, low, spread
            self._volume = len(prices)
        else:
            self._high = max(self._high, high)
            self._low = min(self._low, low)
            self._spread = min(self._spread, spread)
            self._volume += len(prices)
        self._close = prices[-1]

    def _take_pieces(self, pieces: Pieces) -> None:
        """Close the forming bar or go on with it, write the whole ones, and leave the last one forming."""
        begin = 0
        if pieces["key"][0] == self._key:
            begin = 1
            self._high = max(self._high, float(pieces["high"][0]))
            self._low = min(self._low, float(pieces["low"][0]))
            self._close = float(pieces["close"][0])
            self._volume += int(pieces["tick_volume"][0])
            self._spread = min(self._spread, int(pieces["spread"][0]))
        count = len(pieces["key"])
        if begin == count:
            return
        self._close_bar()
        if count - begin > 1:
            self._closed += _packed({name: column[begin:-1] for name, column in pieces.items()}).tobytes()
        self._key = int(pieces["key"][-1])
        self._open, self._high = float(pieces["open"][-1]), float(pieces["high"][-1])
        self._low, self._close = float(pieces["low"][-1]), float(pieces["close"][-1])
        self._volume, self._spread = int(pieces["tick_volume"][-1]), int(pieces["spread"][-1])

    def _close_bar(self) -> None:
        if self._key > NO_BAR:
            self._closed += self._forming()

    def _forming(self) -> bytes:
        prices = (self._open, self._high, self._low, self._close)
        return ROW.pack(self._key // 1_000, *prices, self._volume, self._spread, 0)

    def _place(self, time_s: int, *, side: str) -> int:
        """How many bars open before a second (left), or at it and before (right)."""
        times = np.frombuffer(self._closed, RATES)["time"]
        place = int(np.searchsorted(times, time_s, side="right" if side == "right" else "left"))
        if place == len(times) and len(self) > place:
            opened = self._key // 1_000
            place += opened <= time_s if side == "right" else opened < time_s
        return place

    def _rows(self, first: int, stop: int) -> NDArray[Any]:
        rows = bytes(self._closed[first * ROW.size : stop * ROW.size])
        if first < stop and stop * ROW.size > len(self._closed):
            rows += self._forming()
        return np.frombuffer(rows, RATES)


def _packed(pieces: Pieces) -> NDArray[Any]:
    """Bars as rows of the module's layout."""
    rows = np.zeros(len(pieces["key"]), dtype=RATES)
    rows["time"] = pieces["key"] // 1_000
    for name in ("open", "high", "low", "close", "tick_volume", "spread"):
        rows[name] = pieces[name]
    return rows
