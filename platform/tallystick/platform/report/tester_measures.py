"""The measures of MT5's tester report that need more than a sum: drawdown, runs, Z-score, growth, regression, holding.

Each follows what 412 printed reports show, to the last digit; docs/statistics.md says which definition is whose.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from tallystick.market.spans import DAY_S
from tallystick.platform.report.tester_positions import Held

WEEKEND_S = 2 * DAY_S
FIRST_SATURDAY = 2
"""1 January 1970 was a Thursday: day 2 since then is a Saturday."""
TABLE_SLIPS = {57: 42.45, 58: 43.13, 247: 98.61}
"""Entries of MT5's table of confidence limits that are not the normal distribution's, as printed reports show them."""
BEYOND_TABLE = 99.74


@dataclass(frozen=True, slots=True)
class Fall:
    """A drawdown: money in minor units, and its share of the peak before it in percent."""

    money: int = 0
    percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Falls:
    """Drawdowns of a curve: below the deposit, largest in money, largest in percent."""

    absolute: int = 0
    maximal: Fall = Fall()
    relative: Fall = Fall()


@dataclass(frozen=True, slots=True)
class Run:
    """Trades won (or lost) one after another: how many, and their money in minor units."""

    count: int = 0
    money: int = 0


@dataclass(frozen=True, slots=True)
class Runs:
    """The longest run, the one with the most money, and the mean length rounded."""

    longest: Run = Run()
    largest: Run = Run()
    average: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """Seconds from opening to complete closing, weekends taken out."""

    shortest: int = 0
    longest: int = 0
    average: int = 0


def falls(steps: Iterable[tuple[int, bool]], deposit: int) -> Falls:
    """Drawdowns of the balance; each step is a balance and whether money was put in or taken out there.

    After money moved in or out the search for peaks begins anew, as MT5 documents for withdrawals.
    """
    peak = lowest = deposit
    maximal, relative = Fall(), Fall()
    for balance, moved in steps:
        if moved:
            peak = balance
            continue
        peak, lowest = max(peak, balance), min(lowest, balance)
        money = peak - balance
        percent = money / peak * 100 if peak > 0 else 0.0
        if money > maximal.money:
            maximal = Fall(money, percent)
        if percent > relative.percent:
            relative = Fall(money, percent)
    return Falls(deposit - lowest, maximal, relative)


def runs(results: Sequence[int]) -> tuple[Runs, Runs]:
    """Runs of wins and of losses; a result of zero is a win. Of equally long runs the one with more money counts."""
    wins: list[Run] = []
    losses: list[Run] = []
    for won, run in groupby(results, key=lambda result: result >= 0):
        some = list(run)
        (wins if won else losses).append(Run(len(some), sum(some)))
    return _runs(wins), _runs(losses)


def _runs(some: list[Run]) -> Runs:
    if not some:
        return Runs()
    longest = max(some, key=lambda run: (run.count, abs(run.money)))
    largest = max(some, key=lambda run: (abs(run.money), run.count))
    return Runs(longest, largest, math.floor(sum(run.count for run in some) / len(some) + 0.5))


def z_score(results: Sequence[int]) -> tuple[float, float]:
    """The runs test of Vince (1990) and its confidence in percent; zero where it says nothing."""
    total = len(results)
    won = sum(result >= 0 for result in results)
    pairs = 2 * won * (total - won)
    if total < 2 or pairs <= total:
        return 0.0, 0.0
    number = sum(1 for _ in groupby(results, key=lambda result: result >= 0))
    score = (total * (number - 0.5) - pairs) / math.sqrt(pairs * (pairs - total) / (total - 1))
    return score, _confidence(score)


def _confidence(score: float) -> float:
    """From a table in steps of 0.01 up to three deviations."""
    place = math.floor(abs(score) * 100 + 0.5)
    if place > 300:
        return BEYOND_TABLE
    return TABLE_SLIPS.get(place, math.erf(place / 100 / math.sqrt(2)) * 100)


def growths(before_and_after: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Arithmetic and geometric mean of the balance after a trade over the balance before it (AHPR, GHPR)."""
    if not before_and_after:
        return 0.0, 0.0
    count = len(before_and_after)
    ratios = [after / before if before > 0 else 0.0 for before, after in before_and_after]
    if min(ratios) <= 0.0:
        return sum(ratios) / count, 0.0
    return sum(ratios) / count, math.exp(math.fsum(map(math.log, ratios)) / count)


def regression(balances: Sequence[int]) -> tuple[float, float]:
    """Correlation of the balance with time, and the standard error of the line in minor units.

    `balances` begins with the deposit. The line is fitted over 0, 1, 2, ... with n - 2 degrees of freedom; the
    correlation, as printed, is taken over 0, 0, 1, 2, ...
    """
    count = len(balances)
    if count < 2:
        return 0.0, 0.0
    mean_y = math.fsum(balances) / count
    dy = [balance - mean_y for balance in balances]
    syy = math.fsum(d * d for d in dy)
    if not syy:
        return 0.0, 0.0
    sxx, sxy = _sums(range(count), dy)
    error = math.sqrt(max(syy - sxy * sxy / sxx, 0.0) / (count - 2)) if count > 2 else 0.0
    shifted_xx, shifted_xy = _sums([0, *range(count - 1)], dy)
    return shifted_xy / math.sqrt(shifted_xx * syy) if shifted_xx else 0.0, error


def _sums(places: Sequence[int], dy: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(places) / len(places)
    dx = [place - mean for place in places]
    return math.fsum(d * d for d in dx), math.fsum(x * y for x, y in zip(dx, dy, strict=True))


def holding(held: Iterable[Held]) -> Holding:
    """Shortest, longest and average; the shortest begins anew after a position of no length, as MT5's does."""
    lengths = [one.closed - one.opened - WEEKEND_S * weekends(one.opened, one.closed) for one in held]
    if not lengths:
        return Holding()
    shortest = 0
    for length in lengths:
        if not shortest or length < shortest:
            shortest = length
    return Holding(shortest, max(lengths), sum(lengths) // len(lengths))


def weekends(opened: int, closed: int) -> int:
    """Weekends that lie whole between two times in seconds since 1970."""
    first = -((FIRST_SATURDAY * DAY_S - opened) // (7 * DAY_S))  # the first Saturday not before the opening
    last = (closed - (FIRST_SATURDAY + 2) * DAY_S) // (7 * DAY_S)  # the last Monday not after the closing
    return max(last - first + 1, 0)
