"""EMA cross: long while the fast average of mid prices is above the slow one, short while it is below.

Each average is `a * mid + (1 - a) * average` with a = 2 / (period + 1), seeded with the first mid; nothing is said
before `slow` rows. Equal averages change nothing. `scan` and `advance` do the same float64 operations in the same
order as `react`, so that a run has the same bits however its rows are cut.
"""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import DecisionExplained, SignalRaised
from tallystick.market.compiled import compiled
from tallystick.market.rows import Quote, Rows
from tallystick.platform.strategies.errors import need
from tallystick.platform.strategies.series import SeriesChoice, Source


class EmaCross:
    """Streaming EMA cross on one symbol's bars or quotes.

    Periods in rows, `stop_points` and `take_points` in points (0: none) as they go into the signal.
    """

    role = "strategy"
    on_failure: OnFailure = "halt"

    def __init__(
        self,
        symbol: str,
        *,
        fast: int = 12,
        slow: int = 26,
        stop_points: int = 0,
        take_points: int = 0,
        source: Source = "bars",
        period_s: int = 0,
        name: str = "ema_cross",
    ) -> None:
        """Raises `StrategySettingError` for periods that cannot cross or negative distances."""
        need(1 <= fast < slow, name, "fast, slow", (fast, slow), "two periods with 1 <= fast < slow")
        need(
            stop_points >= 0 and take_points >= 0, name, "stop_points, take_points", (stop_points, take_points), ">= 0"
        )
        self.name = name
        self.series = SeriesChoice(name, symbol, source, period_s)
        self.hears: tuple[type, ...] = self.series.hears
        self.symbol = symbol
        self.warm_up_rows = slow
        self.settings = {
            "symbol": symbol,
            "source": source,
            "period_s": str(period_s),
            "fast": str(fast),
            "slow": str(slow),
            "stop_points": str(stop_points),
            "take_points": str(take_points),
        }
        self._stop_points = stop_points
        self._take_points = take_points
        self._weight_fast = 2.0 / (fast + 1.0)
        self._weight_slow = 2.0 / (slow + 1.0)
        self._keep_fast = 1.0 - self._weight_fast
        self._keep_slow = 1.0 - self._weight_slow
        self._fast = 0.0
        self._slow = 0.0
        self._count = 0
        self._side = 0

    def react(self, event: Any, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- the module's protocol
        """Take one row in; a signal and its explanation when the side changes."""
        if type(event) is SeriesDeclared:
            self.series.declared(event)
            return ()
        if event.series != self.series.number:
            return ()
        mid = (event.bid + event.ask) * 0.5 if type(event) is Quote else (event.bid_close + event.ask_close) * 0.5
        if self._count == 0:
            self._fast = self._slow = mid
        else:
            self._fast = self._weight_fast * mid + self._keep_fast * self._fast
            self._slow = self._weight_slow * mid + self._keep_slow * self._slow
        self._count += 1
        if self._count < self.warm_up_rows:
            return ()
        fast, slow = self._fast, self._slow
        side = 1 if fast > slow else -1 if fast < slow else self._side
        if side == self._side:
            return ()
        self._side = side
        return (
            SignalRaised(
                strategy=self.name,
                symbol=self.symbol,
                direction=side,
                stop_points=self._stop_points,
                take_points=self._take_points,
            ),
            DecisionExplained(strategy=self.name, symbol=self.symbol, values={"fast": fast, "slow": slow, "mid": mid}),
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
            self._fast,
            self._slow,
            self._count,
            self._side,
            self._weight_fast,
            self._keep_fast,
            self._weight_slow,
            self._keep_slow,
            self.warm_up_rows,
        )
        return found

    def advance(self, rows: Rows) -> None:
        """Take in rows that change no side."""
        if rows.kind != self.series.kind:
            return
        fast, slow, self._count = _averages_after(
            rows.bid,
            rows.ask,
            rows.series,
            self.series.number,
            self._fast,
            self._slow,
            self._count,
            self._weight_fast,
            self._keep_fast,
            self._weight_slow,
            self._keep_slow,
        )
        self._fast, self._slow = float(fast), float(slow)  # numpy scalars where the kernels are not compiled

    def freeze(self) -> Any:
        """Series, averages, rows seen and side."""
        return [self.series.freeze(), self._fast, self._slow, self._count, self._side]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        series, self._fast, self._slow, self._count, self._side = state
        self.series.thaw(series)


@compiled
def _first_change(  # noqa: PLR0913, PLR0917 -- scalars pass into compiled code without a copy
    bid: NDArray[Any],
    ask: NDArray[Any],
    series: NDArray[Any],
    number: int,
    fast: float,
    slow: float,
    count: int,
    side: int,
    weight_fast: float,
    keep_fast: float,
    weight_slow: float,
    keep_slow: float,
    warm_up: int,
) -> int:
    for row in range(series.shape[0]):
        if series[row] != number:
            continue
        mid = (bid[row] + ask[row]) * 0.5
        if count == 0:
            fast = slow = mid
        else:
            fast = weight_fast * mid + keep_fast * fast
            slow = weight_slow * mid + keep_slow * slow
        count += 1
        if count >= warm_up and ((fast > slow and side != 1) or (fast < slow and side != -1)):
            return row
    return -1


@compiled
def _averages_after(  # noqa: PLR0913, PLR0917 -- as above
    bid: NDArray[Any],
    ask: NDArray[Any],
    series: NDArray[Any],
    number: int,
    fast: float,
    slow: float,
    count: int,
    weight_fast: float,
    keep_fast: float,
    weight_slow: float,
    keep_slow: float,
) -> tuple[float, float, int]:
    for row in range(series.shape[0]):
        if series[row] != number:
            continue
        mid = (bid[row] + ask[row]) * 0.5
        if count == 0:
            fast = slow = mid
        else:
            fast = weight_fast * mid + keep_fast * fast
            slow = weight_slow * mid + keep_slow * slow
        count += 1
    return fast, slow, count
