"""Ticks of one symbol in the order they came, found by the server's clock and by what of them is new."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_MS
from tallystick.platform.mt5.prices.layout import (
    ASK,
    BID,
    COPY_INFO,
    COPY_TRADE,
    LAST,
    TICKS,
    VOLUME,
    Growing,
)

CHOSEN_BY = {COPY_INFO: BID | ASK, COPY_TRADE: LAST | VOLUME}


class LastTick(NamedTuple):
    """The newest tick of a symbol: `time` in ns UTC, `time_msc` in ms of the server's clock."""

    time: int
    time_msc: int
    bid: float
    ask: float
    flags: int


class DayRange(NamedTuple):
    """The server's day so far: highest and lowest bid and ask, and the first bid."""

    bid_open: float
    bid_high: float
    bid_low: float
    ask_high: float
    ask_low: float


class Laid(NamedTuple):
    """Ticks that come later: their times, and how many others there were before the first of them."""

    time: NDArray[np.int64]
    msc: NDArray[np.int64]
    first: int


class TickSeries:
    """Growing columns of ticks: `msc` as the server's clock shows it, `key` the same but never falling."""

    def __init__(self) -> None:
        """No ticks yet."""
        self.columns = Growing({"msc": "<i8", "key": "<i8", "bid": "<f8", "ask": "<f8", "flags": "<u4"})
        self._last: LastTick | None = None
        self.laid: Laid | None = None
        """Ticks that `show` makes ticks."""
        self._places: dict[int, Growing] = {flags: Growing({"place": "<i8"}) for flags in CHOSEN_BY}
        self._read = dict.fromkeys(CHOSEN_BY, 0)
        self._day: tuple[int, int, DayRange] | None = None

    def __len__(self) -> int:
        """Number of ticks."""
        return self.columns.size

    @property
    def last(self) -> LastTick | None:
        """The newest tick; one that was laid and shown is made when it is asked for."""
        if self._last is None and self.columns.size:
            assert self.laid is not None
            place, shown = self.columns.size - 1, self.columns.size - 1 - self.laid.first
            bid, ask, flags = (self.columns.value(name, place) for name in ("bid", "ask", "flags"))
            self._last = LastTick(self.laid.time.item(shown), self.laid.msc.item(shown), bid, ask, flags)
        return self._last

    @property
    def _latest_key(self) -> int:
        """Where the server's clock was at its latest."""
        latest: int = self.columns.value("key", self.columns.size - 1) if self.columns.size else -(2**62)
        return latest

    def append(
        self,
        time: NDArray[np.int64],
        msc: NDArray[np.int64],
        bid: NDArray[np.float64],
        ask: NDArray[np.float64],
        flags: NDArray[np.uint32],
    ) -> None:
        """Take in ticks: `time` in ns UTC, `msc` the server's clock in ms, prices as received."""
        count = len(time)
        key = np.maximum.accumulate(msc)
        if key[0] < self._latest_key:
            key = np.maximum(key, self._latest_key)
        self.columns.extend(count, {"msc": msc, "key": key, "bid": bid, "ask": ask, "flags": flags})
        self._last = LastTick(int(time[-1]), int(msc[-1]), float(bid[-1]), float(ask[-1]), int(flags[-1]))

    def append_one(self, last: LastTick) -> None:
        """Take in one tick."""
        key = max(last.time_msc, self._latest_key)
        self.columns.push({"msc": last.time_msc, "key": key, "bid": last.bid, "ask": last.ask, "flags": last.flags})
        self._last = last

    def lay(
        self,
        time: NDArray[np.int64],
        msc: NDArray[np.int64],
        bid: NDArray[np.float64],
        ask: NDArray[np.float64],
        flags: NDArray[np.uint32],
    ) -> None:
        """Ticks, as for `append`, that are none before `show` comes to their time; nothing else is appended then.

        What was laid before and is not shown yet is forgotten.
        """
        size, last = len(self), self.last
        if len(time):
            self.append(time, msc, bid, ask, flags)
        self.laid = Laid(time, msc, size)
        self.columns.size, self._last = size, last

    def show(self, time: int) -> None:
        """Laid ticks up to a moment in ns UTC are ticks from now on."""
        laid = self.laid
        if laid is None:
            return
        size = laid.first + int(laid.time.searchsorted(time, side="right"))
        if size != self.columns.size:
            self.columns.size, self._last = size, None

    def from_moment(self, from_msc: int, count: int, flags: int) -> NDArray[Any]:
        """`count` ticks from a moment of the server's clock on, as rows of the module's layout."""
        first = int(np.searchsorted(self.columns.column("key"), from_msc))
        if flags not in CHOSEN_BY:
            return self._rows(slice(first, min(first + count, len(self))))
        places = self._chosen(flags)
        begin = int(np.searchsorted(places, first))
        return self._rows(places[begin : begin + count])

    def between(self, from_msc: int, to_msc: int, flags: int) -> NDArray[Any]:
        """The ticks within two moments of the server's clock, both included."""
        key = self.columns.column("key")
        first, stop = int(np.searchsorted(key, from_msc)), int(np.searchsorted(key, to_msc, side="right"))
        if flags not in CHOSEN_BY:
            return self._rows(slice(first, max(stop, first)))
        places = self._chosen(flags)
        begin, end = np.searchsorted(places, [first, stop])
        return self._rows(places[int(begin) : int(end)])

    def day(self) -> DayRange | None:
        """The server's day of the newest tick; None before the first."""
        if self.last is None:
            return None
        day = self._latest_key // DAY_MS
        before = self._day if self._day is not None and self._day[0] == day else None
        first = before[1] if before else int(np.searchsorted(self.columns.column("key"), day * DAY_MS))
        if before and first == len(self):
            return before[2]
        bid, ask = self.columns.column("bid", first), self.columns.column("ask", first)
        found = DayRange(float(bid[0]), float(bid.max()), float(bid.min()), float(ask.max()), float(ask.min()))
        if before:
            old = before[2]
            found = DayRange(
                old.bid_open,
                max(old.bid_high, found.bid_high),
                min(old.bid_low, found.bid_low),
                max(old.ask_high, found.ask_high),
                min(old.ask_low, found.ask_low),
            )
        self._day = (day, len(self), found)
        return found

    def _chosen(self, flags: int) -> NDArray[np.int64]:
        """Places of the ticks that a request wants; each tick is looked at once in the life of the series."""
        read, kept = self._read[flags], self._places[flags]
        if read < len(self):
            fresh = np.flatnonzero(self.columns.column("flags", read) & CHOSEN_BY[flags]) + read
            kept.extend(len(fresh), {"place": fresh})
            self._read[flags] = len(self)
        return kept.column("place")

    def _rows(self, chosen: slice | NDArray[np.int64]) -> NDArray[Any]:
        msc = self.columns.column("msc")[chosen]
        rows = np.zeros(len(msc), dtype=TICKS)
        rows["time"] = msc // 1_000
        rows["time_msc"] = msc
        for name in ("bid", "ask", "flags"):
            rows[name] = self.columns.column(name)[chosen]
        return rows
