"""What makes a portfolio problem impossible, found before anything is computed; each message names the remedy."""

from collections.abc import Sequence
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem import kinds
from tallystick.quantum.problem.risk import CDaR, CVaR, Risk, Variance
from tallystick.quantum.problem.statement import Statement

SYMMETRIC = 1e-9
"""How far apart, relative to the greatest, two entries that should be equal may be: rounding of a file."""
INDEFINITE = 1e-8
"""How negative, relative to the greatest, an eigenvalue may be: rounding of an estimate without full rank."""
FEASIBLE = 1e-12
GREATEST = 1e50
"""What a number may be at most: squares of such numbers and their products are still finite."""


def vector(name: str, values: ArrayLike, n: int | None = None) -> Floats:
    """`values` as (n,) finite numbers."""
    found = _numbers(name, values)
    if found.ndim != 1 or not found.size or (n is not None and len(found) != n):
        message = f"{name} has shape {found.shape}. Give one number for each of the {n or 'n'} assets"
        raise ProblemError(message)
    _finite(name, found)
    return found


def covariance(values: ArrayLike, n: int) -> Floats:
    """A covariance (n, n), made exactly symmetric; indefinite ones are refused."""
    found = _numbers("covariance", values)
    if found.shape != (n, n):
        message = f"covariance has shape {found.shape}, the expected returns {n} assets. Give shape ({n}, {n})"
        raise ProblemError(message)
    _finite("covariance", found)
    greatest = float(np.abs(found).max())
    apart = np.abs(found - found.T)
    if float(apart.max()) > SYMMETRIC * greatest:
        row, column = np.unravel_index(int(apart.argmax()), apart.shape)
        message = (
            f"covariance is not symmetric: [{row}, {column}] is {found[row, column]:.6g}, [{column}, {row}] is "
            f"{found[column, row]:.6g}. Correct the source, or give (S + S.T) / 2 where both are estimates"
        )
        raise ProblemError(message)
    found = (found + found.T) / 2.0
    lowest = float(np.linalg.eigvalsh(found)[0])
    if lowest < -INDEFINITE * greatest:
        message = (
            f"covariance is indefinite: its lowest eigenvalue is {lowest:.3g}. Repair it with "
            "tallystick.quantum.estimators.covariance.repaired, or estimate it from complete rows"
        )
        raise ProblemError(message)
    return found


def scenarios(values: ArrayLike, n: int, name: str = "scenarios") -> Floats:
    """Scenarios (T, n) of finite returns."""
    found = _numbers(name, values)
    if found.ndim != 2 or found.shape[1] != n or len(found) < 2:
        message = f"{name} have shape {found.shape}. Give (T, {n or 'n'}): a row for each of at least 2 periods"
        raise ProblemError(message)
    _finite(name, found)
    return found


def spread(name: str, values: ArrayLike, n: int) -> Floats:
    """A number for all assets, or one for each."""
    found = _numbers(name, values)
    if found.ndim == 0:
        found = np.full(n, float(found))
    return vector(name, found, n)


def costs(values: ArrayLike, n: int) -> Floats:
    """Costs per unit traded, none below 0."""
    found = spread("cost", values, n)
    if np.any(found < 0.0):
        message = (
            f"cost {found.min()}: trading cannot pay. Give the cost per unit of weight, 0.001 being 10 basis points"
        )
        raise ProblemError(message)
    return found


def turnover(value: float | None) -> None:
    """A turnover limit is a finite number from 0."""
    if value is not None:
        number("turnover", value, least=0.0)


def names(given: Sequence[str], n: int) -> tuple[str, ...]:
    """One name for each asset, all different; x0, x1 ... where none are given."""
    found = tuple(str(each) for each in given) if len(given) else tuple(f"x{each}" for each in range(n))
    if len(found) != n or len(set(found)) != n:
        message = f"{len(found)} names, {len(set(found))} of them different, for {n} assets. Give each asset its own"
        raise ProblemError(message)
    return found


def number(name: str, value: float, *, least: float = -np.inf) -> None:
    """A finite number, from `least` up."""
    fits = isinstance(value, Real) and np.isfinite(float(value)) and least <= value and abs(value) <= GREATEST
    if not fits:
        message = f"{name} {value!r}. Give a finite number" + (f" from {least:g}" if np.isfinite(least) else "")
        raise ProblemError(f"{message} to {GREATEST:g}")


def measure(risk: Risk, *, covariance: bool, scenarios: bool) -> None:
    """A measure has what it is measured from."""
    kinds.kind("risk", risk, (Variance, CVaR, CDaR), "Give Variance(), CVaR(0.95) or CDaR(0.95)")
    if isinstance(risk, Variance) and not covariance:
        message = "risk Variance without a covariance. Give covariance, or risk=CVaR() with scenarios"
        raise ProblemError(message)
    if not isinstance(risk, Variance) and not scenarios:
        message = f"risk {type(risk).__name__} without scenarios. Give scenarios: past returns (T, n), a row a period"
        raise ProblemError(message)


def cardinality(n: int, k: int | None, fewest: int | None) -> None:
    """1 <= k <= n and 0 <= fewest <= k, whole numbers."""
    kinds.whole("k", k)
    kinds.whole("fewest", fewest)
    if k is not None and not 1 <= k <= n:
        message = f"k {k} of {n} assets. Choose 1 <= k <= {n}, or add assets"
        raise ProblemError(message)
    most = n if k is None else k
    if fewest is not None and not 0 <= fewest <= most:
        message = f"fewest {fewest} of at most {most} assets. Choose 0 <= fewest <= {most}"
        raise ProblemError(message)


def bounds(problem: Statement) -> None:
    """The bounds leave room for every asset, for the number of assets and for the budget."""
    lower, upper, buy_in = (np.asarray(each) for each in (problem.lower, problem.upper, problem.buy_in))
    _each(lower <= upper, problem, "lower is above upper", "Widen its bounds")
    _each(buy_in >= 0.0, problem, "buy_in is below 0", "Give a size; it holds for long and short")
    reaches = np.maximum(upper, -lower) >= buy_in
    _each(reaches | (lower <= 0.0) & (upper >= 0.0), problem, "no weight reaches buy_in", "Lower buy_in")
    must = (lower > 0.0) | (upper < 0.0)
    if int(must.sum()) > problem.most:
        message = (
            f"{int(must.sum())} assets have bounds that leave 0 out, at most {problem.most} may be held. Raise k, or "
            "give the size as buy_in, which counts only for assets that are held"
        )
        raise ProblemError(message)
    if problem.gross is not None:
        number("gross", problem.gross, least=abs(problem.budget))
    least, greatest = _sums(problem)
    if not least - FEASIBLE <= problem.budget <= greatest + FEASIBLE:
        message = (
            f"weights of {_count(problem)} assets can sum to between {least:.6g} and {greatest:.6g}, the budget is "
            f"{problem.budget:.6g}. Widen lower and upper, lower buy_in, or change k"
        )
        raise ProblemError(message)


def rows(problem: Statement) -> None:
    """Groups and conditions name assets that are there, and leave something open."""
    n = problem.size
    for group in problem.groups:
        kinds.whole("most of a group", group.most)
        strangers = [
            each
            for each in group.members
            if each not in problem.names and not (isinstance(each, int) and 0 <= each < n)
        ]
        if strangers or not group.members or group.most < 0:
            message = f"group {group}: name members among {', '.join(problem.names[:3])} ... and most from 0"
            raise ProblemError(message)
    free = n - sum(max(len(set(problem.positions(each))) - each.most, 0) for each in problem.groups)
    disjoint = len({one for each in problem.groups for one in problem.positions(each)}) == sum(
        len(set(problem.positions(each))) for each in problem.groups
    )
    if disjoint and free < problem.least:
        message = (
            f"the groups let at most {free} assets be held, {problem.least} must be. Raise a group's most or lower k"
        )
        raise ProblemError(message)
    for condition in problem.conditions:
        vector("a condition's coefficients", condition.coefficients, n)
        ends = condition.low, condition.high
        if not all(isinstance(each, Real) for each in ends) or not ends[0] <= ends[1]:  # nan is not either
            message = f"a condition from {condition.low!r} to {condition.high!r}. Give numbers, low <= high"
            raise ProblemError(message)


def violation(problem: Statement, w: Floats) -> float:
    """By how much w breaks the worst broken condition; what it sums to is not looked at."""
    held = w != 0.0
    worst = [
        0.0,
        float(np.max(np.asarray(problem.lower) - w)),
        float(np.max(w - np.asarray(problem.upper))),
        float(np.max(np.where(held, np.asarray(problem.buy_in) - np.abs(w), 0.0))),
        float(held.sum()) - problem.most,
        float(np.abs(w).sum()) - problem.gross if problem.gross is not None else 0.0,
    ]
    worst += [float(held[list(problem.positions(each))].sum()) - each.most for each in problem.groups]
    for condition in problem.conditions:
        value = float(np.asarray(condition.coefficients) @ w)
        worst += [condition.low - value, value - condition.high]
    if problem.trading is not None and problem.trading.turnover is not None:
        worst.append(float(np.abs(w - np.asarray(problem.trading.previous)).sum()) - problem.trading.turnover)
    return max(worst)


def _sums(problem: Statement) -> tuple[float, float]:
    """The least and the greatest that the weights can sum to, conditions left aside."""
    lower, upper, buy_in = (np.asarray(each) for each in (problem.lower, problem.upper, problem.buy_in))
    must = (lower > 0.0) | (upper < 0.0)
    low = np.where(lower >= 0.0, np.maximum(lower, buy_in), np.where(-lower >= buy_in, lower, buy_in))
    high = np.where(upper <= 0.0, np.minimum(upper, -buy_in), np.where(upper >= buy_in, upper, -buy_in))
    room, need = problem.most - int(must.sum()), max(problem.least - int(must.sum()), 0)
    return float(low[must].sum()) + _least(low[~must], need, room), float(high[must].sum()) - _least(
        -high[~must], need, room
    )


def _least(values: Floats, need: int, room: int) -> float:
    """The least sum of at least `need` and at most `room` of the values."""
    ordered = np.sort(values)
    return float(ordered[:need].sum() + np.minimum(ordered[need:room], 0.0).sum())


def _count(problem: Statement) -> str:
    return f"{problem.most}" if problem.least == problem.most else f"{problem.least} to {problem.most}"


def _each(right: NDArray[np.bool_], problem: Statement, what: str, remedy: str) -> None:
    if not right.all():
        place = int(np.argmin(right))
        lower, upper, buy_in = (np.asarray(each)[place] for each in (problem.lower, problem.upper, problem.buy_in))
        message = (
            f"{problem.names[place]}: {what} (lower {lower:.6g}, upper {upper:.6g}, buy_in {buy_in:.6g}). {remedy}"
        )
        raise ProblemError(message)


def _numbers(name: str, values: ArrayLike) -> Floats:
    if np.iscomplexobj(values):
        message = f"{name} is complex. Give its real part, if that is meant"
        raise ProblemError(message)
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        message = f"{name} holds something that is not a number ({error}). Give an array of numbers"
        raise ProblemError(message) from error


def _finite(name: str, values: Floats) -> None:
    wrong = ~np.isfinite(values)
    if wrong.any():
        place = tuple(int(each) for each in np.argwhere(wrong)[0])
        message = (
            f"{name} {list(place)} is {values[place]}, {int(wrong.sum())} value(s) are not finite. Fill or drop what "
            "is missing: a row of returns with a gap, or the asset"
        )
        raise ProblemError(message)
    if values.size and float(np.abs(values).max()) > GREATEST:
        message = f"{name} has {np.abs(values).max():.3g}, beyond {GREATEST:g}. State it in other units"
        raise ProblemError(message)
