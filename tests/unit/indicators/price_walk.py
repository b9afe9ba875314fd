"""Bars for the tests: a seeded walk of five-digit prices with ties, gaps and a stretch in which nothing moves."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Columns = dict[str, Column]


@dataclass(frozen=True)
class WalkBar:
    """What an indicator reads of a bar."""

    open: float
    high: float
    low: float
    close: float
    ask_close: float
    volume: int


def walk(rows: int, seed: int = 7, still: slice = slice(0, 0), digits: int = 4) -> list[WalkBar]:
    """`rows` bars of so many digits (3: full of ties); those in `still` repeat one price with no volume."""
    chance = random.Random(seed)
    bars: list[WalkBar] = []
    close = 1.3
    for row in range(rows):
        if still.start <= row < still.stop:
            bars.append(WalkBar(close, close, close, close, close + 0.0001, 0))
            continue
        start = round(close + chance.gauss(0.0, 0.0004), digits)
        close = round(start + chance.gauss(0.0, 0.002), digits)
        high = round(max(start, close) + abs(chance.gauss(0.0, 0.001)), digits)
        low = round(min(start, close) - abs(chance.gauss(0.0, 0.001)), digits)
        bars.append(
            WalkBar(start, high, low, close, round(close + 0.0001 * chance.randint(0, 3), 5), chance.randint(0, 900))
        )
    return bars


def columns(bars: list[WalkBar]) -> Columns:
    """The bars as float64 columns, with the sources an indicator may be asked for."""
    names = ("open", "high", "low", "close", "ask_close", "volume")
    table = {name: np.array([getattr(bar, name) for bar in bars], dtype=np.float64) for name in names}
    table["mid"] = (table["close"] + table["ask_close"]) / 2.0
    table["hl2"] = (table["high"] + table["low"]) / 2.0
    table["hlc3"] = (table["high"] + table["low"] + table["close"]) / 3.0
    table["ohlc4"] = (table["open"] + table["high"] + table["low"] + table["close"]) / 4.0
    return table
