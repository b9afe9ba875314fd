"""Where TA-Lib is installed: our indicators against it, and its own functions through the adapter.

TA-Lib seeds exponential averages with a mean where we take the first number, so these are compared after so many rows
that the seed has faded.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.platform.authoring.indicators import IndicatorSettingError, TalibIndicator
from tests.unit.indicators.cases import named, streamed
from tests.unit.indicators.price_walk import Columns, columns, walk

talib: Any = pytest.importorskip("talib", reason="pip install TA-Lib")

ROWS = 3000
FADED = 1000
Call = Callable[[Columns], Any]

SAME: dict[str, tuple[tuple[Any, ...], Call]] = {
    "sma": ((14,), lambda t: talib.SMA(t["close"], 14)),
    "wma": ((14,), lambda t: talib.WMA(t["close"], 14)),
    "rsi": ((14,), lambda t: talib.RSI(t["close"], 14)),
    "atr": ((14,), lambda t: talib.ATR(t["high"], t["low"], t["close"], 14)),
    "std_dev": ((20,), lambda t: talib.STDDEV(t["close"], 20, 1.0)),
    "bollinger": ((20, 2.0), lambda t: talib.BBANDS(t["close"], 20, 2.0, 2.0, 0)),
    "stochastic": ((14, 3, 3), lambda t: talib.STOCH(t["high"], t["low"], t["close"], 14, 3, 0, 3, 0)),
    "cci": ((20,), lambda t: talib.CCI(t["high"], t["low"], t["close"], 20)),
    "highest": ((14, "close"), lambda t: talib.MAX(t["close"], 14)),
    "lowest": ((14, "close"), lambda t: talib.MIN(t["close"], 14)),
    "momentum": ((10,), lambda t: talib.MOM(t["close"], 10)),
    "roc": ((10,), lambda t: talib.ROC(t["close"], 10)),
    "williams_r": ((14,), lambda t: talib.WILLR(t["high"], t["low"], t["close"], 14)),
    "obv": ((), lambda t: talib.OBV(t["close"], t["volume"])),
    "mfi": ((14,), lambda t: talib.MFI(t["high"], t["low"], t["close"], t["volume"], 14)),
    "aroon": ((14,), lambda t: talib.AROON(t["high"], t["low"], 14)[::-1]),
    "linear_regression": (
        (14,),
        lambda t: (talib.LINEARREG(t["close"], 14), talib.LINEARREG_SLOPE(t["close"], 14)),
    ),
    "parabolic_sar": ((0.02, 0.2), lambda t: talib.SAR(t["high"], t["low"], 0.02, 0.2)),
}
"""Equal from the first ready row on."""

FADING: dict[str, tuple[tuple[Any, ...], Call]] = {
    "ema": ((14,), lambda t: talib.EMA(t["close"], 14)),
    "dema": ((14,), lambda t: talib.DEMA(t["close"], 14)),
    "tema": ((14,), lambda t: talib.TEMA(t["close"], 14)),
    "macd": ((12, 26, 9), lambda t: talib.MACD(t["close"], 12, 26, 9)),
    "adx": (
        (14,),
        lambda t: tuple(f(t["high"], t["low"], t["close"], 14) for f in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)),
    ),
}
"""Seeded otherwise by TA-Lib; equal when the seeds have faded."""


def difference(name: str, arguments: tuple[Any, ...], theirs: Call, since: int) -> float:
    """Largest difference over the larger of the two and 1, from row `since` of our readiness on."""
    bars = walk(ROWS)
    indicator = named(name, *arguments)
    ours = streamed(indicator, bars)
    lines = theirs(columns(bars))
    wanted = np.array(lines if isinstance(lines, tuple | list) else (lines,)).T
    ours = ours[:, : wanted.shape[1]][max(indicator.warm_up - 1, since) :]
    wanted = wanted[max(indicator.warm_up - 1, since) :]
    assert np.isfinite(wanted).all()
    return float(np.max(np.abs(ours - wanted) / np.maximum(np.abs(wanted), 1.0)))


@pytest.mark.parametrize("name", SAME)
def test_what_is_seeded_alike_agrees_from_the_first_value_on(name: str) -> None:
    arguments, theirs = SAME[name]
    largest = difference(name, arguments, theirs, 0)
    print(f"{name}{arguments}: {largest:.1e}")
    assert largest < 1e-10


@pytest.mark.parametrize("name", FADING)
def test_what_is_seeded_otherwise_agrees_when_the_seed_has_faded(name: str) -> None:
    arguments, theirs = FADING[name]
    largest = difference(name, arguments, theirs, FADED)
    print(f"{name}{arguments} from row {FADED}: {largest:.1e}")
    assert largest < 1e-12


@pytest.mark.parametrize(
    ("function", "parameters", "theirs"),
    [
        ("RSI", {"timeperiod": 14}, lambda t: talib.RSI(t["close"], 14)),
        ("BBANDS", {"timeperiod": 20}, lambda t: talib.BBANDS(t["close"], 20)),
        ("ATR", {"timeperiod": 7}, lambda t: talib.ATR(t["high"], t["low"], t["close"], 7)),
        ("OBV", {}, lambda t: talib.OBV(t["close"], t["volume"])),
        ("CDLENGULFING", {}, lambda t: talib.CDLENGULFING(t["open"], t["high"], t["low"], t["close"])),
    ],
)
def test_the_adapter_gives_what_talib_gives_over_the_whole_history(
    function: str, parameters: dict[str, Any], theirs: Call
) -> None:
    bars = walk(200)
    lines = theirs(columns(bars))
    wanted = np.array(lines if isinstance(lines, tuple | list) else (lines,), dtype=np.float64).T
    indicator = TalibIndicator(function, rows=0, **parameters)

    ours = streamed(indicator, bars)

    ready = indicator.warm_up - 1
    assert np.isnan(ours[:ready]).all()
    assert np.array_equal(ours[ready:], wanted[ready:])


def test_the_adapter_reads_the_source_it_is_told_to() -> None:
    bars = walk(60)
    assert streamed(TalibIndicator("SMA", source="hlc3", timeperiod=5), bars)[-1, 0] == pytest.approx(
        talib.SMA(columns(bars)["hlc3"], 5)[-1], abs=1e-12
    )


def test_the_adapter_goes_on_from_frozen_state_with_the_same_bits() -> None:
    bars, first, second = walk(120), TalibIndicator("RSI", rows=40), TalibIndicator("RSI", rows=40)
    streamed(first, bars[:70])
    second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))
    assert streamed(second, bars[70:]).tobytes() == streamed(first, bars[70:]).tobytes()


def test_the_adapter_refuses_what_talib_does_not_know() -> None:
    with pytest.raises(IndicatorSettingError, match="no function 'RSII'"):
        TalibIndicator("RSII")
    with pytest.raises(IndicatorSettingError, match="it takes timeperiod"):
        TalibIndicator("RSI", period=14)
