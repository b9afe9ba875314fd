"""Which supports can be proposed: what the problem's conditions say of the bits alone.

Groups and assets that must be held are conditions on bits. Budget, linear conditions and turnover are on weights; what
follows for the bits is that the held assets' bounds must reach them. It is necessary, not sufficient: the exact weights
of a support settle the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.combinations import sums_of_ones
from tallystick.quantum.pipeline.equal_weights import must_be_held
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.subspace import Subspace

Floats = NDArray[np.float64]
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class BitRow:
    """`low` <= the sum of `values` (n,) over the assets that are held <= `high`."""

    values: Floats
    low: float
    high: float


def bit_rows(problem: PortfolioProblem) -> list[BitRow]:
    """What every support that has weights meets, beside its number of assets."""
    rows = [BitRow(_members(problem, problem.positions(each)), 0.0, each.most) for each in problem.groups]
    must = must_be_held(problem)
    if must:
        rows.append(BitRow(_members(problem, must), len(must), len(must)))
    for condition in problem.conditions:
        rows += _reaching(problem, np.asarray(condition.coefficients, dtype=np.float64), condition.low, condition.high)
    return [*rows, *_reaching(problem, np.ones(problem.size), problem.budget, problem.budget), *_turnover(problem)]


def straying(rows: list[BitRow], space: Subspace, members: tuple[int, ...]) -> Floats | None:
    """How far each state (D,) of a sub-universe is outside of the rows, 0 where it meets them; None where all do.

    What is missing of a row counts in units of its greatest value, so that an asset too many of a group is 1.
    """
    found: Floats | None = None
    for row in rows:
        values = np.ascontiguousarray(row.values[list(members)])
        greatest = float(np.abs(values).max(initial=0.0))
        ordered, slack = np.sort(values), ROUNDING * (1.0 + greatest)
        least, most = float(ordered[: space.weight].sum()), float(ordered[len(ordered) - space.weight :].sum())
        if row.low - slack <= least and most <= row.high + slack:
            continue
        sums = np.empty(space.dimension)
        sums_of_ones(space.qubits, space.weight, space.binomials, values, sums)
        outside = np.maximum(row.low - sums, sums - row.high)
        outside = np.where(outside > slack, outside / (greatest or 1.0), 0.0)
        found = outside if found is None else found + outside
    return found


def _members(problem: PortfolioProblem, positions: tuple[int, ...]) -> Floats:
    found = np.zeros(problem.size)
    found[list(positions)] = 1.0
    return found


def _reaching(problem: PortfolioProblem, coefficients: Floats, low: float, high: float) -> list[BitRow]:
    """The bounds of what is held must let c'w reach `low`, and stay at `high`."""
    ends = np.asarray(problem.lower) * coefficients, np.asarray(problem.upper) * coefficients
    return [BitRow(np.maximum(*ends), low, np.inf), BitRow(np.minimum(*ends), -np.inf, high)]


def _turnover(problem: PortfolioProblem) -> list[BitRow]:
    """What is not held is sold, or bought back, in full, and its like is traded elsewhere to make up the budget."""
    if problem.trading is None or problem.trading.turnover is None:
        return []
    previous, turnover = np.asarray(problem.trading.previous), problem.trading.turnover
    grown = problem.budget - float(previous.sum())
    longs, shorts = np.maximum(previous, 0.0), np.maximum(-previous, 0.0)
    return [
        BitRow(longs, float(longs.sum()) - (turnover - grown) / 2.0, np.inf),
        BitRow(shorts, float(shorts.sum()) - (turnover + grown) / 2.0, np.inf),
    ]
