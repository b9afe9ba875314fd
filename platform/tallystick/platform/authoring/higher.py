"""Bars of a longer timeframe built from the own ones; only completed ones are seen.

A bar stands under its end: it is complete when an own bar closes at or after that. Bounds are those of MT5 charts, on
the server's clock: hours and days from server midnight, weeks from Sunday, months from the first.
"""

from datetime import UTC, datetime
from typing import Any

from tallystick.market.rows import BarClosed
from tallystick.market.server_time import offset_ns
from tallystick.market.spans import DAY_NS, SECOND_NS, WEEK_NS
from tallystick.platform.authoring.timeframes import PERIOD_S

EPOCH_WEEKDAY = 4
"""1970-01-01 was a Thursday; Sunday is 0."""


class Partial:
    """The longer bar that is being built, from own bars or quotes."""

    __slots__ = (
        "_high",
        "_high_ask",
        "_last",
        "_low",
        "_low_ask",
        "_open",
        "_volume",
        "end",
        "rule",
        "start",
        "timeframe",
    )

    def __init__(self, timeframe: str, rule: str) -> None:
        """Of a timeframe such as H4, on the server clock of `rule`."""
        self.timeframe = timeframe
        self.rule = rule
        self.start = self.end = 0
        self._open = self._last = (0.0, 0.0)
        self._high = self._low = self._high_ask = self._low_ask = 0.0
        self._volume = 0

    def take(self, row: Any) -> list[BarClosed]:
        """Take one own row in; the longer bars that are complete now, at most two."""
        done = []
        opened = row.open_time if type(row) is BarClosed else row.time
        if not self.start <= opened < self.end:
            if self.end:
                done.append(self._closed(row))
            self.start, self.end = bounds(opened, self.timeframe, self.rule)
            self._begin(row)
        else:
            self._add(row)
        if type(row) is BarClosed and row.time >= self.end:
            done.append(self._closed(row))
            self.start = self.end = 0
        return done

    def _begin(self, row: Any) -> None:
        bid_open, high, low, bid, ask_open, ask_high, ask_low, ask = _prices(row)
        self._open, self._last = (bid_open, ask_open), (bid, ask)
        self._high, self._low, self._high_ask, self._low_ask = high, low, ask_high, ask_low
        self._volume = row.volume

    def _add(self, row: Any) -> None:
        _, high, low, bid, _, ask_high, ask_low, ask = _prices(row)
        self._last = (bid, ask)
        self._high, self._low = max(self._high, high), min(self._low, low)
        self._high_ask, self._low_ask = max(self._high_ask, ask_high), min(self._low_ask, ask_low)
        self._volume += row.volume

    def _closed(self, row: Any) -> BarClosed:
        bid_open, ask_open = self._open
        bid, ask = self._last
        asks = (ask_open, self._high_ask, self._low_ask, ask)
        return BarClosed(
            row.series, row.symbol, self.end, self.start, bid_open, self._high, self._low, bid, *asks, self._volume
        )

    def freeze(self) -> Any:
        """Bounds, prices and volume so far."""
        prices = [*self._open, *self._last, self._high, self._low, self._high_ask, self._low_ask]
        return [self.timeframe, self.rule, self.start, self.end, prices, self._volume]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.timeframe, self.rule, self.start, self.end, prices, self._volume = state
        self._open, self._last = (prices[0], prices[1]), (prices[2], prices[3])
        self._high, self._low, self._high_ask, self._low_ask = prices[4:]


def bounds(time: int, timeframe: str, rule: str) -> tuple[int, int]:
    """Start and end, in ns UTC, of the bar of a timeframe that a moment falls in; `rule`: the server's clock."""
    offset = offset_ns(time, rule)
    local = time + offset
    if timeframe == "MN1":
        month = datetime.fromtimestamp(local // SECOND_NS, UTC).replace(day=1, hour=0, minute=0, second=0)
        later = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
        start, end = (int(one.timestamp()) * SECOND_NS for one in (month, later))
    elif timeframe == "W1":
        day = local // DAY_NS
        start = (day - (day + EPOCH_WEEKDAY) % 7) * DAY_NS
        end = start + WEEK_NS
    else:
        length = PERIOD_S[timeframe] * SECOND_NS
        start = local // DAY_NS * DAY_NS
        start += (local - start) // length * length
        end = start + length
    return start - offset, end - offset


def _prices(row: Any) -> tuple[float, float, float, float, float, float, float, float]:
    if type(row) is BarClosed:
        return (
            row.bid_open, row.bid_high, row.bid_low, row.bid_close,
            row.ask_open, row.ask_high, row.ask_low, row.ask_close,
        )  # fmt: skip
    return (row.bid, row.bid, row.bid, row.bid, row.ask, row.ask, row.ask, row.ask)
