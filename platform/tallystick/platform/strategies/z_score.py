"""Z-score reversion: buy far below the rolling mean of mids, sell far above it, go flat when the price has come back.

z = (mid - mean) / deviation over the last `window` rows, population deviation. Mean and squared deviations are
updated by difference and computed afresh from the window each time it has gone round, so that rounding never
accumulates beyond one window. A window without movement (deviation below 1e-9 of the mean) decides nothing.
`scan` and `advance` do the same float64 operations in the same order as `react`.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import DecisionExplained, SignalRaised
from tallystick.market.compiled import compiled
from tallystick.market.rows import Quote, Rows
from tallystick.platform.strategies.errors import need
from tallystick.platform.strategies.series import SeriesChoice, Source

LEAST_VARIANCE = 1e-18
"""Variance over squared mean below which a window is taken as not moving."""


class ZScoreReversion:
    """Streaming z-score reversion on one symbol's bars or quotes.

    `window` in rows; `entry_z` and `exit_z` in deviations, 0 <= exit_z < entry_z; `stop_points` and `take_points` in
    points (0: none) as they go into the signal.
    """

    role = "strategy"
    on_failure: OnFailure = "halt"

    def __init__(
        self,
        symbol: str,
        *,
        window: int = 48,
        entry_z: float = 2.0,
        exit_z: float = 0.5,
        stop_points: int = 0,
        take_points: int = 0,
        source: Source = "bars",
        period_s: int = 0,
        name: str = "z_score",
    ) -> None:
        """Raises `StrategySettingError` for a window below 2, bounds out of order or negative distances."""
        need(window >= 2, name, "window", window, "2 rows or more")
        need(
            0.0 <= exit_z < entry_z < math.inf,
            name,
            "entry_z, exit_z",
            (entry_z, exit_z),
            "deviations, 0 <= exit_z < entry_z",
        )
        need(
            stop_points >= 0 and take_points >= 0, name, "stop_points, take_points", (stop_points, take_points), ">= 0"
        )
        self.name = name
        self.series = SeriesChoice(name, symbol, source, period_s)
        self.hears: tuple[type, ...] = self.series.hears
        self.symbol = symbol
        self.warm_up_rows = window
        self.settings = {
            "symbol": symbol,
            "source": source,
            "period_s": str(period_s),
            "window": str(window),
            "entry_z": repr(float(entry_z)),
            "exit_z": repr(float(exit_z)),
            "stop_points": str(stop_points),
            "take_points": str(take_points),
        }
        self._stop_points = stop_points
        self._take_points = take_points
        self._entry = float(entry_z)
        self._exit = float(exit_z)
        self._share = 1.0 / window
        self._ring = np.zeros(window, dtype=np.float64)
        self._scratch = np.zeros(window, dtype=np.float64)
        self._count = 0
        self._mean = 0.0
        self._squares = 0.0
        self._side = 0

    def react(self, event: Any, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- the module's protocol
        """Take one row in; a signal and its explanation when the side changes."""
        if type(event) is SeriesDeclared:
            self.series.declared(event)
            return ()
        if event.series != self.series.number:
            return ()
        mid = (event.bid + event.ask) * 0.5 if type(event) is Quote else (event.bid_close + event.ask_close) * 0.5
        self._push(mid)
        if self._count < self.warm_up_rows:
            return ()
        variance = self._squares * self._share
        if variance <= LEAST_VARIANCE * self._mean * self._mean:
            return ()
        z = (mid - self._mean) / math.sqrt(variance)
        side = self._side_at(z)
        if side == self._side:
            return ()
        self._side = side
        return (
            SignalRaised(
                strategy=self.name,
                symbol=self.symbol,
                direction=side,
                stop_points=self._stop_points if side else 0,
                take_points=self._take_points if side else 0,
            ),
            DecisionExplained(
                strategy=self.name, symbol=self.symbol, values={"z": z + 0.0, "mean": self._mean, "mid": mid}
            ),
        )

    def scan(self, rows: Rows) -> int:
        """Index of the first row that changes the side, or -1; changes nothing."""
        if rows.kind != self.series.kind:
            return -1
        found: int = _first_change(
            rows.bid,
            rows.ask,
            rows.series,
            self.series.number,
            self._ring,
            self._scratch,
            self._count,
            self._mean,
            self._squares,
            self._share,
            self._side,
            self._entry,
            self._exit,
        )
        return found

    def advance(self, rows: Rows) -> None:
        """Take in rows that change no side."""
        if rows.kind != self.series.kind:
            return
        self._count, mean, squares = _window_after(
            rows.bid,
            rows.ask,
            rows.series,
            self.series.number,
            self._ring,
            self._count,
            self._mean,
            self._squares,
            self._share,
        )
        self._mean, self._squares = float(mean), float(squares)  # numpy scalars where the kernels are not compiled

    def freeze(self) -> Any:
        """Series, window, rows seen, mean, squared deviations and side."""
        return [self.series.freeze(), self._ring.tolist(), self._count, self._mean, self._squares, self._side]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        series, ring, self._count, self._mean, self._squares, self._side = state
        self.series.thaw(series)
        self._ring[:] = ring

    def _push(self, mid: float) -> None:
        ring, window = self._ring, self.warm_up_rows
        place = self._count % window
        old = ring.item(place)
        ring[place] = mid
        self._count += 1
        if place == window - 1:
            total = 0.0
            values: list[float] = ring.tolist()
            for value in values:
                total += value
            self._mean = total * self._share
            squares = 0.0
            for value in values:
                squares += (value - self._mean) * (value - self._mean)
            self._squares = squares
        elif self._count > window:
            change = mid - old
            mean = self._mean + change * self._share
            self._squares += change * ((mid - mean) + (old - self._mean))
            self._mean = mean

    def _side_at(self, z: float) -> int:
        if z <= -self._entry:
            return 1
        if z >= self._entry:
            return -1
        came_back = (self._side == 1 and z >= -self._exit) or (self._side == -1 and z <= self._exit)
        return 0 if came_back else self._side


@compiled
def _pushed(
    ring: NDArray[Any], count: int, mean: float, squares: float, share: float, mid: float
) -> tuple[int, float, float]:
    window = ring.shape[0]
    place = count % window
    old = ring[place]
    ring[place] = mid
    count += 1
    if place == window - 1:
        total = 0.0
        for value in ring:
            total += value
        mean = total * share
        squares = 0.0
        for value in ring:
            squares += (value - mean) * (value - mean)
    elif count > window:
        change = mid - old
        after = mean + change * share
        squares += change * ((mid - after) + (old - mean))
        mean = after
    return count, mean, squares


@compiled
def _first_change(  # noqa: PLR0913, PLR0917 -- scalars pass into compiled code without a copy
    bid: NDArray[Any],
    ask: NDArray[Any],
    series: NDArray[Any],
    number: int,
    ring: NDArray[Any],
    scratch: NDArray[Any],
    count: int,
    mean: float,
    squares: float,
    share: float,
    side: int,
    entry_z: float,
    exit_z: float,
) -> int:
    scratch[:] = ring
    for row in range(series.shape[0]):
        if series[row] != number:
            continue
        mid = (bid[row] + ask[row]) * 0.5
        count, mean, squares = _pushed(scratch, count, mean, squares, share, mid)
        variance = squares * share
        if count < ring.shape[0] or variance <= LEAST_VARIANCE * mean * mean:
            continue
        z = (mid - mean) / math.sqrt(variance)
        if z <= -entry_z:
            if side != 1:
                return row
        elif z >= entry_z:
            if side != -1:
                return row
        elif (side == 1 and z >= -exit_z) or (side == -1 and z <= exit_z):
            return row
    return -1


@compiled
def _window_after(  # noqa: PLR0917 -- as above
    bid: NDArray[Any],
    ask: NDArray[Any],
    series: NDArray[Any],
    number: int,
    ring: NDArray[Any],
    count: int,
    mean: float,
    squares: float,
    share: float,
) -> tuple[int, float, float]:
    for row in range(series.shape[0]):
        if series[row] == number:
            mid = (bid[row] + ask[row]) * 0.5
            count, mean, squares = _pushed(ring, count, mean, squares, share, mid)
    return count, mean, squares
