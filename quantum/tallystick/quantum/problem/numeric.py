"""The numeric form of a problem: x'Qx - c'x over bounded variables, some of which are bits' companions.

Variables, in order: for each asset its weight, or, where it may be held long or short with a threshold or under a
gross limit, a long part and a short part (at most one of them held); for each asset that may be sold at a cost, or
under a turnover limit, the weight sold s >= previous - w; one slack that makes the sum of all variables constant.
Sales and slack are always held: k grows by their number, and a group keeps the assets at the problem's own k.
|w - previous| is (w - previous) + 2s, so costs and turnover are linear. Risk other than variance leaves Q at 0.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Floats, Ints
from tallystick.quantum.classical.cardinality import CardinalityProblem
from tallystick.quantum.problem.conditions import Trading
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.risk import Variance


@dataclass(frozen=True, eq=False)
class NumericForm:
    """The problem in numbers, and the way back: weights and objective of a point x (N,) of the numeric problem.

    `asset` (N,) is the asset a variable belongs to, -1 for the slack; the first `parts` variables are weights.
    """

    cardinality: CardinalityProblem
    asset: Ints
    parts: int
    assets: int
    constant: float

    def weights(self, x: Floats) -> Floats:
        """Weights (n,) of the assets at x."""
        found = np.zeros(self.assets)
        np.add.at(found, self.asset[: self.parts], x[: self.parts])
        return found

    @property
    def plain(self) -> bool:
        """Whether every variable is the weight of its asset."""
        return self.parts == self.assets == len(self.asset)


def numeric_form(problem: PortfolioProblem) -> NumericForm:
    """`problem` in numbers."""
    parts, lower, upper = _parts(problem)
    sold = _sold(problem)
    auxiliary = len(sold) + 1 if len(sold) else 0
    none = np.zeros(auxiliary)
    asset = np.concatenate([parts, sold, np.full(1 if auxiliary else 0, -1)]).astype(np.int64)
    most_sold, total = np.zeros(0), problem.budget
    if auxiliary:
        trading = _trading(problem)
        most_sold = np.asarray(trading.previous)[sold] - np.minimum(np.asarray(problem.lower)[sold], 0.0)
        total += float(most_sold.sum())
        most_sold = np.append(most_sold, most_sold.sum())
    rows, low, high = _rows(problem, parts, sold, auxiliary)
    groups, most = _groups(problem, parts, auxiliary)
    return NumericForm(
        CardinalityProblem(
            quadratic=_quadratic(problem, parts, len(asset)),
            linear=_linear(problem, parts, sold, auxiliary),
            k=problem.most + auxiliary,
            lower=np.concatenate([lower, none]),
            upper=np.concatenate([upper, most_sold]),
            total=total,
            rows=rows if len(rows) else None,
            row_low=low if len(rows) else None,
            row_high=high if len(rows) else None,
            fewest=None if problem.least == problem.most else problem.least + auxiliary,
            groups=groups if len(groups) else None,
            group_most=most if len(groups) else None,
            kept=np.arange(len(asset)) >= len(parts) if auxiliary else None,
        ),
        asset=asset,
        parts=len(parts),
        assets=problem.size,
        constant=_constant(problem),
    )


def _parts(problem: PortfolioProblem) -> tuple[Ints, Floats, Floats]:
    """The asset of each weight variable, and its bounds where it is held."""
    lower, upper, buy_in = (np.asarray(each) for each in (problem.lower, problem.upper, problem.buy_in))
    split = (lower < 0.0) & (upper > 0.0) & ((buy_in > 0.0) | (problem.gross is not None))
    low = np.where(lower >= 0.0, np.maximum(lower, buy_in), lower)
    high = np.where(upper <= 0.0, np.minimum(upper, -buy_in), upper)
    low[split], both = buy_in[split], np.flatnonzero(split)
    asset = np.concatenate([np.arange(problem.size), both])
    low, high = np.concatenate([low, lower[both]]), np.concatenate([high, -buy_in[both]])
    return asset, np.minimum(low, high), np.maximum(low, high)


def _sold(problem: PortfolioProblem) -> Ints:
    """The assets that may end below their previous weight where that matters."""
    if problem.trading is None:
        return np.zeros(0, dtype=np.int64)
    least = np.minimum(np.asarray(problem.lower), 0.0)
    matters = (np.asarray(problem.trading.cost) > 0.0) | (problem.trading.turnover is not None)
    return np.flatnonzero(matters & (np.asarray(problem.trading.previous) > least))


def _quadratic(problem: PortfolioProblem, parts: Ints, size: int) -> Floats:
    found = np.zeros((size, size))
    if isinstance(problem.risk, Variance):
        found[: len(parts), : len(parts)] = problem.risk_aversion * problem.sigma[np.ix_(parts, parts)]
    return found


def _linear(problem: PortfolioProblem, parts: Ints, sold: Ints, auxiliary: int) -> Floats:
    if problem.trading is None:
        return problem.mean[parts]
    cost = np.asarray(problem.trading.cost)
    return np.concatenate([(problem.mean - cost)[parts], -2.0 * cost[sold], np.zeros(1 if auxiliary else 0)])


def _constant(problem: PortfolioProblem) -> float:
    if problem.trading is None:
        return 0.0
    return -float(np.asarray(problem.trading.cost) @ np.asarray(problem.trading.previous))


def _rows(problem: PortfolioProblem, parts: Ints, sold: Ints, auxiliary: int) -> tuple[Floats, Floats, Floats]:
    """Every linear condition but the sum of all: rows, and what they must lie between."""
    size, of_weights = len(parts) + auxiliary, len(parts)
    rows: list[Floats] = []
    sides: list[tuple[float, float]] = []

    def add(values: Floats, low: float, high: float) -> Floats:
        row = np.zeros(size)
        row[:of_weights] = values
        rows.append(row)
        sides.append((low, high))
        return row

    for condition in problem.conditions:
        add(np.asarray(condition.coefficients, dtype=np.float64)[parts], condition.low, condition.high)
    lower, upper = np.asarray(problem.lower), np.asarray(problem.upper)
    for each in np.flatnonzero((lower > 0.0) | (upper < 0.0)) if problem.chooses else ():  # else bounds hold anyway
        add(1.0 * (parts == each), float(lower[each]), float(upper[each]))
    if problem.gross is not None:
        doubled = np.arange(of_weights) >= problem.size
        short = doubled | (upper[parts] <= 0.0) & ~doubled
        add(np.where(short, -1.0, 1.0), -np.inf, problem.gross)
    if auxiliary:
        trading = _trading(problem)
        previous = np.asarray(trading.previous)
        add(np.ones(of_weights), problem.budget, problem.budget)
        for place, each in enumerate(sold):
            add(1.0 * (parts == each), float(previous[each]), np.inf)[of_weights + place] = 1.0
        if trading.turnover is not None:
            row = add(np.zeros(of_weights), -np.inf, trading.turnover - problem.budget + float(previous.sum()))
            row[of_weights : of_weights + len(sold)] = 2.0
    elif problem.trading is not None and problem.trading.turnover is not None:
        traded = problem.budget - float(np.asarray(problem.trading.previous).sum())
        add(np.zeros(of_weights), -np.inf, problem.trading.turnover - traded)
    low, high = (np.array([side[which] for side in sides], dtype=np.float64) for which in (0, 1))
    return np.array(rows).reshape(-1, size), low, high


def _groups(problem: PortfolioProblem, parts: Ints, auxiliary: int) -> tuple[Floats, Floats]:
    """Which variables may be held together, and how many of them."""
    chosen = [(list(problem.positions(each)), each.most) for each in problem.groups]
    chosen += [([int(each)], 1) for each in parts[problem.size :]]
    if auxiliary:
        chosen.append((list(range(problem.size)), problem.most))
    groups = np.zeros((len(chosen), len(parts) + auxiliary))
    for row, (members, _) in zip(groups, chosen, strict=True):
        row[: len(parts)] = np.isin(parts, members)
    return groups, np.array([float(most) for _, most in chosen])


def _trading(problem: PortfolioProblem) -> Trading:
    assert problem.trading is not None
    return problem.trading
