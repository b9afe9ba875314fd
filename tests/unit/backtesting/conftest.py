"""A month of hours, made by hand, and one backtest over it that several tests read."""

import math
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tallystick.platform import Bars, Strategy, strategy
from tallystick.platform.backtesting import Backtest, backtest


def hours(count: int = 400, start: datetime = datetime(2014, 5, 5, tzinfo=UTC)) -> pd.DataFrame:
    """Bid bars with 12 points of spread, a wave around 1.38; hours of Monday to Friday."""
    rows: list[tuple[float, ...]] = []
    times: list[datetime] = []
    close, time = 1.38, start
    while len(rows) < count:
        if time.weekday() < 5:
            opened, close = close, round(1.38 + 0.002 * math.sin(len(rows) / 9), 5)
            high, low = round(max(opened, close) + 0.0003, 5), round(min(opened, close) - 0.0003, 5)
            rows.append((opened, high, low, close, 100, 12))
            times.append(time)
        time += timedelta(hours=1)
    columns = ["open", "high", "low", "close", "volume", "spread"]
    return pd.DataFrame(rows, columns=columns, index=pd.DatetimeIndex(times, name="time"))


@strategy(symbol="EURUSD", timeframe="H1")
def ema_cross(bars: Bars, fast: int = 5, slow: int = 15) -> int:
    """Long above, short below."""
    return +1 if bars.ema(fast) > bars.ema(slow) else -1


class Fails(Strategy, symbol="EURUSD", timeframe="H1"):
    """Raises on its tenth bar."""

    def on_start(self) -> None:
        """Count from nothing."""
        self.seen = 0

    def on_bar(self, bar: object) -> None:
        """Count, then fail."""
        self.seen += 1
        if self.seen == 10:
            raise ZeroDivisionError("on purpose")


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return hours()


@pytest.fixture(scope="session")
def result(frame: pd.DataFrame) -> Backtest:
    return backtest(ema_cross, frame, lots="0.10", account=5_000)
