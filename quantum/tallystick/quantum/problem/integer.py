"""The best whole numbers of steps: branch and bound over boxes, with quadratic programs as bounds.

A box gives each symbol a range of steps. Its bound is that of the convex program without integrality, evaluated from
multipliers (`bounding`). What is not convex is left out of the program and settled by dividing boxes: volumes between
0 and the minimum, the number of holdings, margin and gross of symbols that may be long or short, and costs of symbols
that may be bought or sold. Boxes are taken best bound first, of equals the older, so equal limits give equal answers.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.classical.quadratic import minimise
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.bounding import proved_bound
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem

WHOLE = 1e-7
EXACT = 1e-9
BOXES = 20_000
"""Boxes looked at where the limits do not say."""


@dataclass(frozen=True, eq=False)
class IntegerProblem:
    """Steps (n,) from `low` to `high`, 0 or at least `least` in size, worth `step` of the budget's unit each.

    The weights sum to the problem's budget within `window`; margin per step bought or sold sums to at most `margin`.
    As many symbols as the problem's `least` are held: a symbol of 0 steps is not.
    """

    problem: PortfolioProblem
    step: Floats
    low: Ints
    high: Ints
    least: Ints
    window: float
    margin_long: Floats
    margin_short: Floats
    margin: float

    def margin_of(self, steps: Ints) -> float:
        """Margin that these steps take."""
        return float(np.maximum(steps, 0) @ self.margin_long - np.minimum(steps, 0) @ self.margin_short)

    def excess(self, steps: Ints) -> float:
        """By how much these steps break the conditions in all; infinite for a volume that cannot be asked for."""
        sizes = np.abs(steps)
        if np.any((steps < self.low) | (steps > self.high) | ((sizes > 0) & (sizes < self.least))):
            return float(np.inf)
        weights = steps * self.step
        off = max(abs(float(weights.sum()) - self.problem.budget) - self.window, 0.0)
        off += max(self.problem.least - int(np.count_nonzero(steps)), 0)
        return off + max(self.margin_of(steps) - self.margin, 0.0) + self.problem.violation(weights, summing=False)

    def allowed(self, steps: Ints) -> bool:
        """Whether these steps meet every condition."""
        return self.excess(steps) <= EXACT

    def objective(self, steps: Ints) -> float:
        """What is minimised, at these steps."""
        return self.problem.objective(steps * self.step)


@dataclass(frozen=True, eq=False, slots=True)
class Integers:
    """The best steps (n,), their objective, a bound that none are below, and the boxes looked at."""

    steps: Ints
    objective: float
    bound: float
    nodes: int


@dataclass(frozen=True, eq=False, slots=True)
class _Box:
    low: Ints
    high: Ints
    bound: float
    relaxed: Floats


def best_integers(problem: IntegerProblem, limits: Limits, near: Floats | None = None) -> Integers | None:
    """The best steps within `limits.nodes` boxes; None where there are none, or none were found.

    `near`: fractional steps (n,) that hold no more symbols than may be held, to begin with.
    """
    root = _boxed(problem, problem.low, problem.high)
    if root is None:
        return None
    best = None if near is None else _improved(problem, np.rint(near).astype(np.int64))
    waiting: list[tuple[float, int, _Box]] = [(root.bound, 0, root)]
    count, nodes, settled = 1, 0, np.inf
    most = BOXES if limits.nodes is None else max(limits.nodes, 1)
    while waiting and nodes < most:
        bound, _, box = heappop(waiting)
        if best is not None and bound >= best[0] - limits.tolerance * abs(best[0]):
            settled = min(settled, bound)
            break
        nodes += 1
        deep = nodes & (nodes - 1) == 0  # as often as the nodes double: rounding every box costs more than it finds
        if np.array_equal(box.low, box.high):
            tried: tuple[float, Ints] | None = box.bound, box.low  # one point: its objective, and nothing to divide
        else:
            tried = _improved(problem, np.rint(box.relaxed).astype(np.int64)) if deep else None
        if tried is not None and (best is None or tried[0] < best[0]):
            best = tried
        for part in _divided(problem, box):
            waits = _boxed(problem, *part)
            if waits is not None:
                heappush(waiting, (waits.bound, count, waits))
                count += 1
    if best is None:
        return None
    open_bounds = [settled, best[0], *(each[0] for each in waiting)]
    return Integers(best[1], best[0], min(open_bounds), nodes)


def _boxed(problem: IntegerProblem, low: Ints, high: Ints) -> _Box | None:
    """The box without volumes below the minimum, and its bound; None where nothing is in it."""
    low = np.where((low > 0) & (low < problem.least), problem.least, low)
    high = np.where((high < 0) & (high > -problem.least), -problem.least, high)
    low = np.where((low < 0) & (low > -problem.least), 0, low)
    high = np.where((high > 0) & (high < problem.least), 0, high)
    low, high = _holding(problem, low, high)
    if np.any(low > high):
        return None
    if np.array_equal(low, high):
        return _Box(low, high, problem.objective(low), low.astype(np.float64)) if problem.allowed(low) else None
    quadratic, linear, conditions, constant = _program(problem, low, high)
    try:
        found = minimise(quadratic, linear, conditions)
    except ProblemError:
        return None
    bound = constant + proved_bound(quadratic, linear, conditions, found.weights, found.row_multipliers)
    return _Box(low, high, bound, found.weights / problem.step)


def _holding(problem: IntegerProblem, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """The box without 0 for each symbol that may be held, where as many must be; empty where fewer may."""
    wanted, may = problem.problem.least, (low < 0) | (high > 0)
    count = int(may.sum())
    if wanted == 0 or count > wanted:
        return low, high
    if count < wanted:
        return high + 1, high
    least = np.maximum(problem.least, 1)
    return np.where(may & (low >= 0), np.maximum(low, least), low), np.where(
        may & (high <= 0), np.minimum(high, -least), high
    )


def _program(problem: IntegerProblem, low: Ints, high: Ints) -> tuple[Floats, Floats, Conditions, float]:
    """The convex program of a box in weights, and what it leaves out of the objective."""
    asked, step, n = problem.problem, problem.step, len(low)
    linear, constant = asked.mean.copy(), 0.0
    lower, upper = low * step, high * step
    if asked.trading is not None:
        cost, previous = np.asarray(asked.trading.cost), np.asarray(asked.trading.previous)
        side = np.where(lower >= previous, 1.0, np.where(upper <= previous, -1.0, 0.0))
        linear -= side * cost
        constant = -float(side * cost @ previous)
    rows, sides = [np.ones(n)], [(asked.budget - problem.window, asked.budget + problem.window)]
    for condition in asked.conditions:
        rows.append(np.asarray(condition.coefficients, dtype=np.float64))
        sides.append((condition.low, condition.high))
    sign = np.where(low >= 0, 1.0, np.where(high <= 0, -1.0, 0.0))
    rows.append(np.where(sign > 0, problem.margin_long, np.where(sign < 0, -problem.margin_short, 0.0)) / step)
    sides.append((-np.inf, problem.margin))
    if asked.gross is not None:
        rows.append(sign)
        sides.append((-np.inf, asked.gross))
    lows, highs = (np.array([each[which] for each in sides]) for which in (0, 1))
    return asked.risk_aversion * asked.sigma, linear, Conditions(np.array(rows), lows, highs, lower, upper), constant


def _divided(problem: IntegerProblem, box: _Box) -> list[tuple[Ints, Ints]]:
    """Two boxes that make up this one's points; none where it is a point."""
    open_ = box.high > box.low
    if not open_.any():
        return []
    place, cut = _division(problem, box, open_)
    first, second = box.high.copy(), box.low.copy()
    first[place], second[place] = cut, cut + 1
    return [(box.low, first), (second, box.high)]


def _division(problem: IntegerProblem, box: _Box, open_: NDArray[np.bool_]) -> tuple[int, int]:
    """Which symbol to divide, and the greatest number of steps of the lower part."""
    x = np.clip(box.relaxed, box.low, box.high)
    inside = open_ & (np.abs(x) < problem.least - WHOLE) & (np.abs(x) > WHOLE)
    if inside.any():
        place = int(np.argmax(np.where(inside, np.minimum(np.abs(x), problem.least - np.abs(x)) * problem.step, -1.0)))
        return place, 0 if x[place] > 0 else -1
    idle = open_ & (np.abs(x) <= WHOLE) & (box.low <= 0) & (box.high >= 0)
    if idle.any() and np.count_nonzero(np.abs(x) > WHOLE) < problem.problem.least:  # too few are held: which else?
        place = int(np.argmax(np.where(idle, (box.high - box.low) * problem.step, -1.0)))
        return place, 0 if box.high[place] > 0 else -1
    away = np.where(open_, np.abs(x - np.rint(x)), 0.0)
    if away.max() > WHOLE:
        place = int(np.argmax(away * problem.step))
        return place, int(np.clip(np.floor(x[place]), box.low[place], box.high[place] - 1))
    for kink in _kinks(problem):
        crossing = open_ & (box.low < kink) & (box.high > kink)
        if crossing.any():
            place = int(np.argmax(crossing * (box.high - box.low) * problem.step))
            return place, int(np.clip(np.floor(kink[place]), box.low[place], box.high[place] - 1))
    place = int(np.argmax(open_ * (box.high - box.low) * problem.step))
    centre = int(np.clip(np.rint(x[place]), box.low[place], box.high[place] - 1))
    return place, centre


def _kinks(problem: IntegerProblem) -> list[Floats]:
    """Steps at which something that the program leaves out has its bend: no position, and the previous one."""
    trading = problem.problem.trading
    kinks = [np.zeros(len(problem.step))]
    if trading is not None:
        kinks.append(np.asarray(trading.previous) / problem.step)
    return kinks


def _improved(problem: IntegerProblem, start: Ints) -> tuple[float, Ints] | None:
    """Allowed steps near `start`, followed down to a local optimum of single steps and exchanges."""
    steps = np.clip(start, problem.low, problem.high)
    short = np.abs(steps) < problem.least
    steps = np.where(short, np.where(2 * np.abs(steps) >= problem.least, np.sign(steps) * problem.least, 0), steps)
    excess = problem.excess(steps)
    while excess > EXACT:
        least, nearer = min(
            ((problem.excess(each), each) for each in _around(problem, steps)), key=lambda each: each[0]
        )
        if not least < excess:
            return None
        steps, excess = nearer, least
    value = problem.objective(steps)
    while True:
        better = [(problem.objective(each), each) for each in _around(problem, steps) if problem.allowed(each)]
        found = min(better, key=lambda each: each[0], default=(np.inf, steps))
        if not found[0] < value:
            return value, steps
        value, steps = found


def _around(problem: IntegerProblem, steps: Ints) -> list[Ints]:
    """One symbol a step further, or two of them, in either direction; between 0 and the minimum there is no stop."""
    single = []
    for one, change in product(range(len(steps)), (-1, 1)):
        moved = steps.copy()
        size = abs(int(steps[one]))
        leaps = size in {0, int(problem.least[one])} and (size == 0 or change * steps[one] < 0)
        moved[one] += change * (int(problem.least[one]) if leaps and problem.least[one] > 0 else 1)
        single.append((one, moved - steps))
    pairs = [steps + a + b for (one, a), (two, b) in product(single, single) if two < one]
    return [*(steps + change for _, change in single), *pairs]
