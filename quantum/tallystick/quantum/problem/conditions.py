"""What weights may have to obey besides their bounds: groups, linear conditions, and the trading that leads to them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Group:
    """At most `most` of the assets `members` (positions or names) are held."""

    members: tuple[int | str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Condition:
    """`low` <= sum of `coefficients` times weights <= `high`; for a sector the coefficients are its zeros and ones."""

    coefficients: tuple[float, ...]
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True, eq=False)
class Trading:
    """From `previous` weights (n,): `cost` per unit of weight traded, number or (n,), and at most `turnover` traded.

    Turnover is the sum of |w - previous|, so selling all and buying anew is 2.
    """

    previous: ArrayLike
    cost: ArrayLike = 0.0
    turnover: float | None = None
