"""Which supports can have weights: what a problem's conditions say of the bits alone.

Groups and assets that must be held are conditions on bits. Budget, linear conditions and turnover are on weights; what
follows for the bits is that the held assets' bounds must reach them. It is necessary, not sufficient: the exact weights
of a support settle the rest.
"""

from dataclasses import dataclass

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.statement import Statement

ROUNDING = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class BitRow:
    """`low` <= the sum of `values` (n,) over the assets that are held <= `high`."""

    values: Floats
    low: float
    high: float


def bit_rows(problem: Statement) -> list[BitRow]:
    """What every support that has weights meets, beside its number of assets."""
    rows = [BitRow(_members(problem, problem.positions(each)), 0.0, each.most) for each in problem.groups]
    must = must_be_held(problem)
    if must:
        rows.append(BitRow(_members(problem, must), len(must), len(must)))
    for condition in problem.conditions:
        rows += _reaching(problem, np.asarray(condition.coefficients, dtype=np.float64), condition.low, condition.high)
    return [*rows, *_reaching(problem, np.ones(problem.size), problem.budget, problem.budget), *_turnover(problem)]


def must_be_held(problem: Statement) -> tuple[int, ...]:
    """Assets whose bounds leave 0 out."""
    lower, upper = np.asarray(problem.lower), np.asarray(problem.upper)
    return tuple(int(each) for each in np.flatnonzero((lower > 0.0) | (upper < 0.0)))


def require_some(problem: Statement) -> None:
    """Raise ProblemError where a turnover limit asks for more of what is held than may be held at once.

    A search would look at every support before it said so. Groups that share assets are not looked at.
    """
    for row in _turnover(problem):
        kept = _greatest(problem, row.values)
        if kept < row.low - ROUNDING * (1.0 + abs(row.low)):
            whom = "the groups and k let" if problem.groups else f"k={problem.most} lets"
            message = (
                f"the turnover limit leaves {row.low:.6g} of what is held, {whom} at most {kept:.6g} be kept. Raise "
                "turnover, k or a group's most"
            )
            raise ProblemError(message)


def _greatest(problem: Statement, values: Floats) -> float:
    """The greatest sum of values from 0 over a support: the greatest first, which is exact where groups share none."""
    groups = [(set(problem.positions(each)), each.most) for each in problem.groups]
    shared = sum(len(members) for members, _ in groups) > len(set().union(*(members for members, _ in groups)))
    held: set[int] = set()
    for place in np.argsort(-values, kind="stable").tolist():
        full = any(place in members and len(members & held) >= most for members, most in groups)
        if len(held) < problem.most and (shared or not full):
            held.add(place)
    return float(values[list(held)].sum())


def _members(problem: Statement, positions: tuple[int, ...]) -> Floats:
    found = np.zeros(problem.size)
    found[list(positions)] = 1.0
    return found


def _reaching(problem: Statement, coefficients: Floats, low: float, high: float) -> list[BitRow]:
    """The bounds of what is held must let c'w reach `low`, and stay at `high`."""
    ends = np.asarray(problem.lower) * coefficients, np.asarray(problem.upper) * coefficients
    return [BitRow(np.maximum(*ends), low, np.inf), BitRow(np.minimum(*ends), -np.inf, high)]


def _turnover(problem: Statement) -> list[BitRow]:
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
