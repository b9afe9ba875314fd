"""Walking forward: when weights are chosen, from which rows, and what they earn once costs are paid.

Weights of a month are chosen from the `ROWS` daily returns that end with the last close of the month before, and are
traded at the close of the month's first trading day: a day later than the last price that was known. Between trades
holdings drift. `COST` is paid on everything bought or sold, the first purchase too.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FIRST_YEAR = 2000
ROWS = 504
COST = 0.001
HELD, BUY_IN, MOST = 5, 0.05, 0.4
"""At most five assets, each with 5 % to 40 %, of least variance."""


@dataclass(frozen=True, eq=False, slots=True)
class Market:
    """Closing prices (T, n) of `names` on `days` (T,), counted from 1970-01-01; `returns` (T - 1, n) of each day."""

    names: tuple[str, ...]
    days: Ints
    prices: Floats

    @property
    def returns(self) -> Floats:
        """Row t is from the close of day t to that of day t + 1."""
        return np.asarray(self.prices[1:] / self.prices[:-1] - 1.0)


def read_market(path: Path) -> Market:
    """What the peer wrote from the data set that comes with it."""
    with np.load(path) as found:
        return Market(tuple(found["names"].tolist()), found["days"], found["prices"])


def drawn_market(seed: int) -> Market:
    """Eight made-up stocks over three years to `FIRST_YEAR`'s March: what a quick run walks over."""
    days = np.arange("1997-01-01", f"{FIRST_YEAR}-04-01", dtype="datetime64[D]")
    rng = np.random.default_rng(seed)
    moves = 0.01 * rng.normal(size=(len(days), 8)) + 0.005 * rng.normal(size=(len(days), 1))
    return Market(tuple(f"S{each}" for each in range(8)), days.astype(np.int64), np.exp(np.cumsum(moves, axis=0)))


def cut(market: Market, months: int) -> Market:
    """The market up to the last day of the first so many months that are walked."""
    first = first_days(market)
    stop = int(first[months]) if months < len(first) else len(market.days)
    return Market(market.names, market.days[:stop], market.prices[:stop])


def first_days(market: Market) -> Ints:
    """Positions of the first trading day of each month from `FIRST_YEAR` on."""
    dates = market.days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64)
    first = np.flatnonzero(np.diff(month, prepend=month[0] - 1))
    wanted = first[dates[first] >= np.datetime64(f"{FIRST_YEAR}-01-01")]
    return np.asarray(wanted, dtype=np.int64)


def windows(first: Ints) -> Ints:
    """Rows of returns (M, 2) that each month's weights may see: the last ends at the close before the month begins."""
    stop = first - 1  # row t - 1 ends at the close of day t, and the close of day first - 1 is the last one known
    return np.stack([stop - ROWS, stop], axis=1)


@dataclass(frozen=True, eq=False, slots=True)
class Walked:
    """Daily net returns from the first trade's close on, the value at each month's trade and the end, and turnover.

    `turnover` (M,) is the sum of what was bought and sold over the value, so selling all and buying anew is 2.
    """

    daily: Floats
    values: Floats
    turnover: Floats


def walked(market: Market, first: Ints, weights: Floats, cost: float = COST) -> Walked:
    """Hold `weights` (M, n), each from the close of its day in `first` (M,)."""
    returns = market.returns
    held, value, daily, values, turnover = np.zeros(len(market.names)), 1.0, [], [], []
    due = dict(zip(first.tolist(), weights, strict=True))
    for day in range(int(first[0]), len(market.days)):
        before = value
        if day > first[0]:
            held = held * (1.0 + returns[day - 1])
            value = float(held.sum())
        if day in due:
            traded = float(np.abs(due[day] * value - held).sum())
            values.append(value)
            turnover.append(traded / value)
            value -= cost * traded
            held = due[day] * value
        daily.append(value / before - 1.0)
    return Walked(np.array(daily), np.array([*values, value]), np.array(turnover))


def judged(found: Walked) -> dict[str, Any]:
    """A year's return, deviation and Sharpe ratio (of 252 days, no interest), worst fall, and turnover in a year."""
    growth = np.cumprod(1.0 + found.daily)
    years = len(found.daily) / 252.0
    deviation = float(found.daily.std()) * 252.0**0.5
    return {
        "return": float(growth[-1] ** (1.0 / years) - 1.0),
        "deviation": deviation,
        "sharpe": float(found.daily.mean()) * 252.0 / deviation,
        "fall": float(1.0 - (growth / np.maximum.accumulate(np.maximum(growth, 1.0))).min()),
        "turnover": float(found.turnover.sum()) / years,
        "end": float(growth[-1]),
    }
