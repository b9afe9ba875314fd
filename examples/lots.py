"""Weights into lots on the demo's symbols and prices: `python examples/lots.py [2014-07-01]`.

Daily returns of the 60 days before the date, least variance with half of the money at most in one symbol; then the best
whole lots for accounts of several sizes, how far they are from the fractional answer, and whether that is proved.
"""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.data.demo import demo_feed, demo_instruments
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.listing import Account, Listing
from tallystick.quantum.problem.lots import allocate
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem

EQUITIES = (100_000.0, 10_000.0, 1_000.0, 300.0)
DAYS = 60


@dataclass(frozen=True, eq=False, slots=True)
class Prices:
    """Ask prices at the last hour of each UTC day on which every symbol has one: `days` (T,), `ask` (T, 3)."""

    symbols: tuple[str, ...]
    days: NDArray[np.int64]
    ask: NDArray[np.float64]


def daily_prices() -> Prices:
    """From the demo's hourly bars."""
    series = demo_feed().series
    shared = series[0].time
    for one in series[1:]:
        shared = np.intersect1d(shared, one.time)
    day = (shared - 1) // 86_400_000_000_000  # a bar is stamped at its close, which may be midnight
    last = np.flatnonzero(np.diff(day, append=day[-1] + 1))
    columns = [one.rows.columns["ask_close"][np.searchsorted(one.time, shared[last])] for one in series]
    return Prices(tuple(one.symbol for one in series), day[last], np.column_stack(columns))


def listed(prices: Prices, place: int) -> tuple[Listing, ...]:
    """The demo's instruments at that day's prices; margin of a currency pair is in its base currency."""
    instruments = demo_instruments()
    found = []
    for symbol, price in zip(prices.symbols, prices.ask[place].tolist(), strict=True):
        one = instruments[symbol]
        found.append(Listing(one, price, margin_rate=price if one.currency_margin != "USD" else 1.0))
    return tuple(found)


def least_variance(prices: Prices, place: int, days: int = DAYS) -> PortfolioProblem:
    """Of the daily returns up to that day."""
    window = prices.ask[place - days : place + 1]
    returns = np.diff(np.log(window), axis=0)
    return PortfolioProblem(np.zeros(3), np.cov(returns, rowvar=False), upper=0.5, names=prices.symbols)


def main(date: str) -> None:
    """Print one line for each size of account."""
    prices = daily_prices()
    place = int(np.searchsorted(prices.days, np.datetime64(date, "D").astype(np.int64))) - 1
    problem, listings = least_variance(prices, place), listed(prices, place)
    print(f"{'equity':>9} {'lots':<42} {'margin':>9} {'objective':>11} {'fractional':>11} {'gap':>8} {'proved':>7}")
    for equity in EQUITIES:
        try:
            found = allocate(problem, listings, Account(equity, leverage=30))
        except ProblemError as error:
            print(f"{equity:>9,.0f} {error}")
            continue
        lots = ", ".join(f"{name} {each:.2f}" for name, each in zip(prices.symbols, found.lots, strict=True))
        print(
            f"{equity:>9,.0f} {lots:<42} {found.margin:>9,.2f} {found.objective:>11.4e} "
            f"{found.fractional.objective:>11.4e} {found.fractional_gap:>8.2%} {'yes' if found.proved else 'no':>7}"
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "2014-07-01")
