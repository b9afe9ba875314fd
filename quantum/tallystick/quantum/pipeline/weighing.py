"""Exact weights for supports, and the swap search that starts from one: what polishing is.

| problem | exact weights of a support | polished by |
|---|---|---|
| variance | its quadratic program | swap search over the whole universe |
| CVaR, CDaR | its linear program (HiGHS): of the supports to polish only | that alone |
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.classical.cardinality import Limits, Support
from tallystick.quantum.classical.swap import Parts, improve, parts_of, polished, value_of
from tallystick.quantum.errors import QuantumError
from tallystick.quantum.problem.numeric import NumericForm
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve


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
        """All."""
        return None

    def quick(self, support: Support) -> float:
        """The value of the support's quadratic program."""
        return self.value(support)

    def value(self, support: Support) -> float:
        """The value of the support's quadratic program."""
        return float(value_of(*self._parts, self._bits(support))) + self.form.constant

    def polished(self, support: Support) -> Floats | None:
        """The weights of the support where no exchange, addition or removal of one asset gains."""
        numeric, bits = self.form.cardinality, self._bits(support)
        value = improve(*self._parts, numeric.always, bits, value_of(*self._parts, bits))
        if not np.isfinite(value):
            return None
        found = polished(numeric, tuple(int(each) for each in np.flatnonzero(bits)))
        return None if found is None else self.form.weights(found.weights)

    @cached_property
    def _parts(self) -> Parts:
        return parts_of(self.form.cardinality)

    @cached_property
    def _shorts(self) -> dict[int, int]:
        """The variable of the short part, by asset, where long and short are two."""
        return {int(self.form.asset[each]): each for each in range(self.form.assets, self.form.parts)}

    def _bits(self, support: Support) -> Bits:
        bits = self.form.cardinality.always.copy()
        for each in support:
            bits[self._shorts.get(each, each) if self.signs[each] < 0.0 else each] = True
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
        except QuantumError:
            return None
