"""The numeric form of every problem with few holdings, what may be spent on it, and what comes back.

minimise x'Qx - c'x over weights x, where an asset is either left alone (x = 0) or held (lower <= x <= upper), the
number of assets held is given, the weights sum to `total`, and optional rows hold: row_low <= A x <= row_high. With
lower = upper = 1 and total = k the weights are the bits of a binary problem.
"""

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real

import numpy as np

from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.errors import ProblemError, SettingError

Support = tuple[int, ...]
WORK, FLOOR = 1_800_000_000, 200_000
"""Nodes times (the cube of the number of assets, and what a node costs of few): half a minute of a slow core."""
SMALL_WORK = 600_000_000
"""Nodes times the cube alone, which is more below 46 assets; problems that small close long before it."""
_ARRAYS = ("quadratic", "linear", "lower", "upper", "rows", "row_low", "row_high", "groups", "group_most")


@dataclass(frozen=True, eq=False)
class CardinalityProblem:
    """Shapes: quadratic (n, n), symmetric positive semidefinite; linear, lower, upper (n,); rows (m, n).

    Exactly `k` assets are held, or, where `fewest` is given, from `fewest` to `k`. `groups` (g, n) of zeros and ones
    and `group_most` (g,) say how many of a group may be held. `kept` (n,) are held in any case: companions of other
    variables, which may be 0 when held and of which the counts leave room for all. Raises ProblemError where the parts
    do not fit.
    """

    quadratic: Floats
    linear: Floats
    k: int
    lower: Floats
    upper: Floats
    total: float = 1.0
    rows: Floats | None = None
    row_low: Floats | None = None
    row_high: Floats | None = None
    fewest: int | None = None
    groups: Floats | None = None
    group_most: Floats | None = None
    kept: Bits | None = None

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            if getattr(self, name) is not None:  # copies of one kind, for which compiled code exists once
                object.__setattr__(self, name, np.array(getattr(self, name), dtype=np.float64, order="C"))
        n = len(self.linear)
        for name, shape in (("quadratic", (n, n)), ("lower", (n,)), ("upper", (n,))):
            _expect(name, getattr(self, name), shape)
        rows = 0 if self.rows is None else len(self.rows)
        for name, shape in (("rows", (rows, n)), ("row_low", (rows,)), ("row_high", (rows,))):
            if rows:
                _expect(name, getattr(self, name), shape, infinite=name != "rows")
        if self.groups is not None:
            _expect("groups", self.groups, (len(self.groups), n))
            _expect("group_most", self.group_most, (len(self.groups),))
        if not 1 <= self.k <= n or not 0 <= self.least <= self.k:
            message = f"k {self.k} (at least {self.least}) of {n} assets: choose 1 <= k <= n and fewest <= k"
            raise ProblemError(message)
        if np.any(self.lower > self.upper):
            place = int(np.argmax(self.lower > self.upper))
            message = f"asset {place}: lower {self.lower[place]} is above upper {self.upper[place]}. Widen the bounds"
            raise ProblemError(message)
        if not np.array_equal(self.quadratic, self.quadratic.T):
            message = "quadratic is not symmetric. Give (Q + Q') / 2"
            raise ProblemError(message)

    @property
    def size(self) -> int:
        """How many assets there are to choose from."""
        return len(self.linear)

    @property
    def least(self) -> int:
        """The fewest assets that must be held."""
        return self.k if self.fewest is None else self.fewest

    @cached_property
    def always(self) -> Bits:
        """What is held in any case (n,)."""
        return np.zeros(self.size, dtype=np.bool_) if self.kept is None else np.array(self.kept, dtype=np.bool_)

    @cached_property
    def conditions(self) -> tuple[Floats, Floats, Floats]:
        """A, low, high of all linear conditions on the weights; the first row is the sum."""
        ones = np.ones((1, self.size))
        if self.rows is None or self.row_low is None or self.row_high is None:
            return ones, np.array([self.total]), np.array([self.total])
        return (
            np.concatenate([ones, self.rows]),
            np.concatenate([[self.total], self.row_low]),
            np.concatenate([[self.total], self.row_high]),
        )

    @cached_property
    def counts(self) -> tuple[Floats, Floats, Floats]:
        """B, low, high of all conditions on the bits that say what is held; the first row is the number held."""
        ones, low, high = np.ones((1, self.size)), np.array([float(self.least)]), np.array([float(self.k)])
        if self.groups is None or self.group_most is None:
            return ones, low, high
        none = np.zeros(len(self.groups))
        return (
            np.concatenate([ones, self.groups]),
            np.concatenate([low, none]),
            np.concatenate([high, self.group_most]),
        )

    def objective(self, weights: Floats) -> float:
        """X'Qx - c'x at these weights, shape (n,)."""
        return float(weights @ self.quadratic @ weights - self.linear @ weights)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent, in counts, never in seconds: the same limits give the same answer on a slow machine.

    `nodes` of the search tree (1: only the root's bound; None: as many as WORK allows for the number of assets),
    `starts` of the swap search and its `seed`. The search ends
    once the bound is within `tolerance` (relative to the objective) of the best portfolio found.
    """

    nodes: int | None = None
    starts: int = 6
    seed: int = 0
    tolerance: float = 5e-7

    def __post_init__(self) -> None:
        counts = [self.starts, self.seed] if self.nodes is None else [self.starts, self.seed, self.nodes]
        whole = all(isinstance(each, Integral) for each in counts) and isinstance(self.tolerance, Real)
        if not whole or (self.nodes or 0) < 0 or self.starts < 1 or not self.tolerance >= 0.0:
            message = (
                f"{self}: whole numbers of nodes from 0 and starts from 1, a whole seed, tolerance from 0 are needed"
            )
            raise SettingError(message)

    def nodes_for(self, size: int) -> int:
        """How many nodes a problem of `size` assets gets."""
        if self.nodes is not None:
            return self.nodes
        return max(SMALL_WORK // size**3, WORK // (size**3 + FLOOR), 1)


@dataclass(frozen=True, eq=False, slots=True)
class Solution:
    """Weights (n,), the assets held, x'Qx - c'x there, and a bound that no portfolio's objective is below.

    `gap` is (objective - bound) / |objective|; `nodes` of the tree were solved, in `iterations` Newton steps in all.
    """

    weights: Floats
    support: Support
    objective: float
    bound: float
    gap: float
    nodes: int
    iterations: int


def _expect(name: str, values: Floats | None, shape: tuple[int, ...], *, infinite: bool = False) -> None:
    if values is None or values.shape != shape:
        message = f"{name} has shape {None if values is None else values.shape}, {shape} is needed"
        raise ProblemError(message)
    if np.isnan(values).any() or (not infinite and np.isinf(values).any()):
        message = f"{name} holds a value that is not a finite number. Fill or drop it"
        raise ProblemError(message)
