"""Every indicator with the parameters it is tested with, beside what its oracle gives for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.authoring.indicators import NAMED, Indicator
from tests.unit.indicators import oracles
from tests.unit.indicators.price_walk import Columns, WalkBar


@dataclass(frozen=True)
class Case:
    """An indicator by its method name, its parameters, and the columns its definition gives."""

    name: str
    parameters: dict[str, Any]
    oracle: Callable[[Columns], Any]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={value}' for key, value in self.parameters.items())})"

    def made(self) -> Indicator:
        made: Indicator = named(self.name, **self.parameters)
        return made

    def expected(self, table: Columns) -> NDArray[np.float64]:
        """One row for each bar, one column for each line."""
        lines = self.oracle(table)
        return np.array(lines if isinstance(lines, tuple) else (lines,)).T


def named(name: str, *args: Any, **parameters: Any) -> Any:
    """An indicator by its method name."""
    return NAMED[name](*args, **parameters)


def streamed(indicator: Indicator, bars: Sequence[WalkBar]) -> NDArray[np.float64]:
    """The values after each bar, one row for each bar, one column for each line."""
    rows = []
    for bar in bars:
        indicator.push(bar)
        value = indicator.value
        rows.append(value if isinstance(value, tuple) else (value,))
    return np.array(rows, dtype=np.float64)


CASES = [
    Case("sma", {"period": 5}, lambda t: oracles.sma(t["close"], 5)),
    Case("sma", {"period": 1, "source": "mid"}, lambda t: oracles.sma(t["mid"], 1)),
    Case("ema", {"period": 9}, lambda t: oracles.ema(t["close"], 9)),
    Case("ema", {"period": 3, "source": "ask_close"}, lambda t: oracles.ema(t["ask_close"], 3)),
    Case("wma", {"period": 7}, lambda t: oracles.wma(t["close"], 7)),
    Case("smma", {"period": 6, "source": "open"}, lambda t: oracles.smma(t["open"], 6)),
    Case("dema", {"period": 5}, lambda t: 2 * oracles.ema(t["close"], 5) - oracles.ema(oracles.ema(t["close"], 5), 5)),
    Case(
        "tema",
        {"period": 4},
        lambda t: 3 * (one := oracles.ema(t["close"], 4)) - 3 * (two := oracles.ema(one, 4)) + oracles.ema(two, 4),
    ),
    Case("hma", {"period": 10}, lambda t: oracles.hma(t["close"], 10)),
    Case("hma", {"period": 16, "source": "hl2"}, lambda t: oracles.hma(t["hl2"], 16)),
    Case("rsi", {"period": 14}, lambda t: oracles.rsi(t["close"], 14)),
    Case("rsi", {"period": 2}, lambda t: oracles.rsi(t["close"], 2)),
    Case("atr", {"period": 14}, lambda t: oracles.atr(t, 14)),
    Case("atr", {"period": 1}, lambda t: oracles.atr(t, 1)),
    Case("std_dev", {"period": 12}, lambda t: oracles.deviation(t["close"], 12)),
    Case("bollinger", {"period": 20, "deviations": 2.5}, lambda t: oracles.bollinger(t["close"], 20, 2.5)),
    Case("macd", {"fast": 5, "slow": 9, "signal": 4}, lambda t: oracles.macd(t["close"], 5, 9, 4)),
    Case("donchian", {"period": 8}, lambda t: oracles.donchian(t, 8)),
    Case(
        "keltner",
        {"period": 6, "multiplier": 1.5, "atr_period": 9},
        lambda t: oracles.keltner(t, t["close"], 6, 1.5, 9),
    ),
    Case("stochastic", {"period": 9, "smooth": 3, "signal": 4}, lambda t: oracles.stochastic(t, 9, 3, 4)),
    Case("cci", {"period": 11}, lambda t: oracles.cci(t["hlc3"], 11)),
    Case("adx", {"period": 7}, lambda t: oracles.adx(t, 7)),
    Case("highest", {"period": 6}, lambda t: oracles.over(t["high"], 6, np.max)),
    Case("lowest", {"period": 6}, lambda t: oracles.over(t["low"], 6, np.min)),
    Case("momentum", {"period": 5}, lambda t: t["close"] - oracles.before(t["close"], 5)),
    Case("roc", {"period": 5}, lambda t: 100 * (t["close"] / oracles.before(t["close"], 5) - 1)),
    Case("williams_r", {"period": 9}, lambda t: oracles.raw_stochastic(t, 9) - 100),
    Case("obv", {}, lambda t: oracles.obv(t, t["close"])),
    Case("mfi", {"period": 8}, lambda t: oracles.mfi(t, t["hlc3"], 8)),
    Case("vwap", {"period": 8}, lambda t: oracles.vwap(t, t["hlc3"], 8)),
    Case("aroon", {"period": 9}, lambda t: oracles.aroon(t, 9)),
    Case("linear_regression", {"period": 8, "source": "ohlc4"}, lambda t: oracles.line(t["ohlc4"], 8)),
    Case("z_score", {"period": 10}, lambda t: oracles.z_score(t["close"], 10)),
    Case("supertrend", {"period": 5, "multiplier": 1.5}, lambda t: oracles.supertrend(t, 5, 1.5)),
    Case("ichimoku", {"conversion": 4, "base": 7, "span": 13}, lambda t: oracles.ichimoku(t, 4, 7, 13)),
    Case("parabolic_sar", {"step": 0.02, "maximum": 0.1}, lambda t: oracles.parabolic_sar(t, 0.02, 0.1)),
    Case("std_dev", {"period": 2}, lambda t: oracles.deviation(t["close"], 2)),
    Case("bollinger", {"period": 2}, lambda t: oracles.bollinger(t["close"], 2, 2.0)),
    Case("cci", {"period": 2}, lambda t: oracles.cci(t["hlc3"], 2)),
    Case("linear_regression", {"period": 2}, lambda t: oracles.line(t["close"], 2)),
    Case("z_score", {"period": 2}, lambda t: oracles.z_score(t["close"], 2)),
    Case("hma", {"period": 2}, lambda t: oracles.hma(t["close"], 2)),
]
