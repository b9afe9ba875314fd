"""The indicators once more, from their definitions over whole columns: no state, no recurrence where a sum says it.

Each takes the table of columns and the parameters and gives one column for each line, NaN before the warm-up. They are
slow on purpose: windows are looked at one by one, exponential averages are products with the matrix of their weights.
"""

from collections.abc import Callable
from math import isqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tests.unit.indicators.price_walk import Column, Columns

Lines = tuple[Column, ...]


def padded(ready: Column, rows: int) -> Column:
    """The ready values at the end of `rows`, NaN before."""
    return np.concatenate([np.full(rows - len(ready), np.nan), ready])


def over(x: Column, period: int, of: Callable[[Column], object]) -> Column:
    """`of` each window of `period` numbers; leading NaN of a chained column are not looked at."""
    known = x[~np.isnan(x)]
    if len(known) < period:
        return np.full(len(x), np.nan)
    return padded(np.array([of(window) for window in sliding_window_view(known, period)], dtype=np.float64), len(x))


def smoothed(x: Column, weight: float, first: float) -> Column:
    """`first`, then weight * x + (1 - weight) * the value before, as one product with the weights of all numbers."""
    ages = np.subtract.outer(np.arange(len(x)), np.arange(len(x)))
    weights = np.where(ages >= 0, (1.0 - weight) ** np.maximum(ages, 0), 0.0)
    return np.asarray(weights @ np.concatenate([[first], weight * x[1:]]), dtype=np.float64)


def ema(x: Column, period: int) -> Column:
    known = x[~np.isnan(x)]
    return padded(smoothed(known, 2.0 / (period + 1), known[0])[period - 1 :], len(x))


def smma(x: Column, period: int) -> Column:
    known = x[~np.isnan(x)]
    seed = known[:period].mean()
    return padded(smoothed(np.concatenate([[seed], known[period:]]), 1.0 / period, seed), len(x))


def sma(x: Column, period: int) -> Column:
    return over(x, period, np.mean)


def wma(x: Column, period: int) -> Column:
    return over(x, period, lambda window: np.average(window, weights=np.arange(1, period + 1)))


def hma(x: Column, period: int) -> Column:
    return wma(2.0 * wma(x, period // 2) - wma(x, period), isqrt(period))


def changes(x: Column) -> Column:
    return np.concatenate([[np.nan], np.diff(x)])


def before(x: Column, rows: int = 1) -> Column:
    return np.concatenate([np.full(rows, np.nan), x[:-rows]])


def share(part: Column, whole: Column, empty: float) -> Column:
    """Part / whole, `empty` where the whole is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole == 0.0, empty, part / whole)


def rsi(x: Column, period: int) -> Column:
    change = changes(x)
    up = smma(np.where(np.isnan(change), np.nan, np.maximum(change, 0.0)), period)
    down = smma(np.where(np.isnan(change), np.nan, np.maximum(-change, 0.0)), period)
    return 100.0 * share(up, up + down, 0.5)


def true_range(bars: Columns) -> Column:
    close = before(bars["close"])
    ranges = [bars["high"] - bars["low"], np.abs(bars["high"] - close), np.abs(bars["low"] - close)]
    return np.asarray(np.max(ranges, axis=0), dtype=np.float64)


def atr(bars: Columns, period: int) -> Column:
    return smma(true_range(bars), period)


def deviation(x: Column, period: int) -> Column:
    return over(x, period, np.std)


def bollinger(x: Column, period: int, deviations: float) -> Lines:
    middle, width = sma(x, period), deviations * deviation(x, period)
    return middle + width, middle, middle - width


def macd(x: Column, fast: int, slow: int, signal: int) -> Lines:
    line = ema(x, fast) - ema(x, slow)
    smooth = ema(line, signal)
    return np.where(np.isnan(smooth), np.nan, line), smooth, line - smooth


def donchian(bars: Columns, period: int) -> Lines:
    upper, lower = over(bars["high"], period, np.max), over(bars["low"], period, np.min)
    return upper, (upper + lower) / 2.0, lower


def keltner(bars: Columns, x: Column, period: int, multiplier: float, atr_period: int) -> Lines:
    middle, width = ema(x, period), multiplier * atr(bars, atr_period)
    middle = np.where(np.isnan(width), np.nan, middle)
    return middle + width, middle + 0.0 * width, middle - width


def raw_stochastic(bars: Columns, period: int) -> Column:
    upper, _, lower = donchian(bars, period)
    return 100.0 * share(bars["close"] - lower, upper - lower, 0.5)


def stochastic(bars: Columns, period: int, smooth: int, signal: int) -> Lines:
    k = sma(raw_stochastic(bars, period), smooth)
    d = sma(k, signal)
    return np.where(np.isnan(d), np.nan, k), d


def cci(x: Column, period: int) -> Column:
    def of(window: Column) -> float:
        distance = float(np.mean(np.abs(window - window.mean())))
        return float(window[-1] - window.mean()) / (0.015 * distance) if distance > 1e-15 else 0.0

    return over(x, period, of)


def adx(bars: Columns, period: int) -> Lines:
    up, down = changes(bars["high"]), -changes(bars["low"])
    plus = np.where(np.isnan(up), np.nan, np.where((up > down) & (up > 0), up, 0.0))
    minus = np.where(np.isnan(up), np.nan, np.where((down > up) & (down > 0), down, 0.0))
    height = atr(bars, period)
    to_plus, to_minus = (100.0 * share(smma(side, period), height, 0.0) for side in (plus, minus))
    strength = smma(100.0 * share(np.abs(to_plus - to_minus), to_plus + to_minus, 0.0), period)
    known = np.isnan(strength)
    return strength, np.where(known, np.nan, to_plus), np.where(known, np.nan, to_minus)


def obv(bars: Columns, x: Column) -> Column:
    signs = np.concatenate([[1.0], np.sign(np.diff(x))])
    return np.cumsum(signs * bars["volume"])


def mfi(bars: Columns, x: Column, period: int) -> Column:
    flow, change = x * bars["volume"], np.round(changes(x), 9)  # prices have four digits, their means a few more
    up = over(np.where(np.isnan(change), np.nan, np.where(change > 0, flow, 0.0)), period, np.sum)
    down = over(np.where(np.isnan(change), np.nan, np.where(change < 0, flow, 0.0)), period, np.sum)
    return 100.0 * share(up, up + down, 0.5)


def vwap(bars: Columns, x: Column, period: int) -> Column:
    traded, volume = over(x * bars["volume"], period, np.sum), over(bars["volume"], period, np.sum)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(volume == 0.0, x, traded / volume)


def aroon(bars: Columns, period: int) -> Lines:
    def young(window: Column) -> float:
        return 100.0 * (period - int(np.argmax(window[::-1]))) / period

    return over(bars["high"], period + 1, young), over(-bars["low"], period + 1, young)


def line(x: Column, period: int) -> Lines:
    places = np.arange(period)
    slope = over(x, period, lambda window: np.polyfit(places, window, 1)[0])
    end = over(x, period, lambda window: np.polyval(np.polyfit(places, window, 1), period - 1))
    return end, slope


def z_score(x: Column, period: int) -> Column:
    def of(window: Column) -> float:
        return float((window[-1] - window.mean()) / window.std()) if window.std() > 1e-9 * abs(window.mean()) else 0.0

    return over(x, period, of)


def ichimoku(bars: Columns, conversion: int, base: int, span: int) -> Lines:
    tenkan, kijun, ahead_b = (donchian(bars, period)[1] for period in (conversion, base, span))
    ahead_a = (tenkan + kijun) / 2.0
    lines = [tenkan, kijun, before(ahead_a, base), before(ahead_b, base), ahead_a, ahead_b]
    return tuple(np.where(np.arange(len(tenkan)) < span + base - 1, np.nan, one) for one in lines)


def supertrend(bars: Columns, period: int, multiplier: float) -> Lines:
    """The published recurrence, written out."""
    middle, width, close = bars["hl2"], multiplier * atr(bars, period), bars["close"]
    rows = len(close)
    upper, lower = middle + width, middle - width
    direction, shown = np.full(rows, np.nan), np.full(rows, np.nan)
    for row in range(period, rows):
        if row > period:
            if not (upper[row] < upper[row - 1] or close[row - 1] > upper[row - 1]):
                upper[row] = upper[row - 1]
            if not (lower[row] > lower[row - 1] or close[row - 1] < lower[row - 1]):
                lower[row] = lower[row - 1]
        was = direction[row - 1] if row > period else -1.0
        falls, rises = close[row] < lower[row], close[row] > upper[row]
        direction[row] = (-1.0 if falls else 1.0) if was > 0 else (1.0 if rises and row > period else -1.0)
        shown[row] = lower[row] if direction[row] > 0 else upper[row]
    return shown, direction


def parabolic_sar(bars: Columns, step: float, maximum: float) -> Lines:
    """Wilder's rules, each side written out."""
    high, low = bars["high"], bars["low"]
    rows = len(high)
    stops, sides = np.full(rows, np.nan), np.full(rows, np.nan)
    fall, rise = low[0] - low[1], high[1] - high[0]
    long = not (fall > 0 and fall > rise)
    stop, extreme, speed = (low[0], high[1], step) if long else (high[0], low[1], step)
    for row in range(1, rows):
        last = max(row - 1, 1)
        if long and low[row] <= stop:
            long, stop = False, max(extreme, high[last], high[row])
            stops[row], extreme, speed = stop, low[row], step
        elif not long and high[row] >= stop:
            long, stop = True, min(extreme, low[last], low[row])
            stops[row], extreme, speed = stop, high[row], step
        else:
            stops[row] = stop
            if (long and high[row] > extreme) or (not long and low[row] < extreme):
                extreme, speed = (high[row] if long else low[row]), min(speed + step, maximum)
        sides[row] = 1.0 if long else -1.0
        stop += speed * (extreme - stop)
        stop = min(stop, low[last], low[row]) if long else max(stop, high[last], high[row])
    return stops, sides
