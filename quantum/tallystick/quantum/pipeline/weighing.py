"""Exact weights for supports, and the swap search that starts from one: what polishing is.

| problem | exact weights of a support | polished by |
|---|---|---|
| variance | its quadratic program | swap search over the whole universe |
| with trading costs or turnover | the same by proximal points: slower, so of few supports | the same |
| CVaR, CDaR | its linear program (HiGHS): of the supports to polish only | that alone |
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.classical.swap import improve, polished, universe_of, value_of
from tallystick.quantum.errors import ProblemError, QuantumError
from tallystick.quantum.problem.numeric import NumericForm
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
Support = tuple[int, ...]
LENT = 0.1
"""Curvature lent to sales and slack, as a share of the mean, where supports are only ranked: without any, the compiled
active set can miss the weights of a support."""
FEW = 200
"""Supports of a source that get exact weights where those are slow."""


class Weighing(Protocol):
    """The exact side of one problem. Supports are positions of its assets, ascending."""

    @property
    def worth(self) -> int | None:
        """How many supports of a source are worth exact weights, the quickly best ones; None: all of them."""
        ...

    def quick(self, support: Support) -> float:
        """About the least objective of these assets held; infinite where there is none."""
        ...

    def value(self, support: Support) -> float:
        """The least objective of these assets held; infinite where there is none."""
        ...

    def polished(self, support: Support) -> Floats | None:
        """The weights (n,) that polishing this support ends at; None where it finds none."""
        ...


@dataclass(eq=False)
class SwapWeighing:
    """Supports of a problem of variance; `signs` (n,) say which side an asset starts from that may be long or short."""

    problem: PortfolioProblem
    form: NumericForm
    signs: Floats

    @property
    def worth(self) -> int | None:
        """All, unless some variables have no curvature."""
        return FEW if self._flat else None

    def quick(self, support: Support) -> float:
        """The value of the support's quadratic program; with `LENT` where that is not reliable."""
        return float(value_of(*self._parts, self._bits(support))) + self.form.constant

    def value(self, support: Support) -> float:
        """The value of the support's quadratic program."""
        if not self._flat:
            return self.quick(support)
        weights = self._weights(self._bits(support))
        return np.inf if weights is None else self.problem.objective(weights)

    def polished(self, support: Support) -> Floats | None:
        """The weights of the support where no exchange, addition or removal of one asset gains."""
        bits = self._bits(support)
        value = improve(*self._parts, bits, value_of(*self._parts, bits))
        ends = [self._weights(bits)] if np.isfinite(value) else []
        if self._flat:
            ends.append(self._weights(self._bits(support)))
        found = [each for each in ends if each is not None]
        return min(found, key=self.problem.objective) if found else None

    def _weights(self, bits: Bits) -> Floats | None:
        numeric = self.form.cardinality
        counts, least, most = numeric.counts
        held = counts @ bits
        if np.any(held < least) or np.any(held > most):
            return None
        found = polished(numeric, tuple(int(each) for each in np.flatnonzero(bits)))
        return None if found is None else self.form.weights(found.weights)

    @cached_property
    def _flat(self) -> bool:
        """Whether there are variables beside the weights: sales and slack, which have no curvature."""
        return self.form.parts < len(self.form.asset)

    @cached_property
    def _parts(self) -> tuple[Floats, Floats, Conditions, Floats, Floats, Floats]:
        numeric, parts = self.form.cardinality, self.form.parts
        counts, least, most = numeric.counts
        quadratic = numeric.quadratic.copy()
        mean = float(np.trace(quadratic)) / parts
        quadratic[np.diag_indices(numeric.size)] += np.where(np.arange(numeric.size) < parts, 0.0, LENT * mean)
        return quadratic, numeric.linear, universe_of(numeric), np.ascontiguousarray(counts), least, most

    @cached_property
    def _shorts(self) -> dict[int, int]:
        """The variable of the short part, by asset, where long and short are two."""
        return {int(self.form.asset[each]): each for each in range(self.form.assets, self.form.parts)}

    def _bits(self, support: Support) -> Bits:
        bits = np.zeros(self.form.cardinality.size, dtype=np.bool_)
        for each in support:
            bits[self._shorts.get(each, each) if self.signs[each] < 0.0 else each] = True
        bits[self.form.parts :] = True  # sales and slack are always held
        return bits


@dataclass(eq=False)
class TailWeighing:
    """Supports of a problem of CVaR or CDaR; `cost` is that at equal weights, and `worth` as many as are polished."""

    problem: PortfolioProblem
    limits: Limits
    cost: Callable[[Support], float]
    worth: int | None

    def quick(self, support: Support) -> float:
        """The cost at equal weights."""
        return self.cost(support)

    def value(self, support: Support) -> float:
        """The value of the support's linear program."""
        weights = self.polished(support)
        return np.inf if weights is None else self.problem.objective(weights)

    def polished(self, support: Support) -> Floats | None:
        """The weights of the support's linear program."""
        held = np.zeros(self.problem.size, dtype=np.bool_)
        held[list(support)] = True
        lower, upper = np.asarray(self.problem.lower), np.asarray(self.problem.upper)
        try:
            only = replace(self.problem, lower=np.where(held, lower, 0.0), upper=np.where(held, upper, 0.0))
            return solve(only, self.limits).weights
        except (ProblemError, QuantumError):
            return None
