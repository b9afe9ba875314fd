"""The supports of each source weighed and polished with one budget: the rows of the ablation, and the best of all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.cardinality import Support
from tallystick.quantum.pipeline.ablation import Ablation, AblationRow, lower
from tallystick.quantum.pipeline.proposing import Draws
from tallystick.quantum.pipeline.weighing import Weighing
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import Portfolio

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """The ablation, and the weights (n,) of the best portfolio where it is better than the classical one."""

    ablation: Ablation
    weights: Floats | None


def alone(classical: Portfolio) -> Compared:
    """Where nothing is proposed."""
    return Compared(Ablation((_classical_row(classical, classical.objective),)), None)


@dataclass(eq=False)
class Source:
    """One source's supports: how often each was drawn, what it is worth unpolished, and where polishing ended."""

    name: str
    counts: dict[Support, int]
    values: dict[Support, float]
    ranked: list[Support]
    ends: list[float] = field(default_factory=list)


@dataclass(eq=False)
class Comparison:
    """The sources of one problem, each support weighed and polished once, whichever source it came from."""

    problem: PortfolioProblem
    weighing: Weighing
    classical: Portfolio
    polish: int
    progress: Progress
    _values: dict[Support, float] = field(default_factory=dict)
    _polished: dict[Support, tuple[float, Floats | None]] = field(default_factory=dict)

    def of(self, drawn: dict[str, list[Draws]]) -> Compared:
        """The sources' draws compared."""
        sources = [self._weighed(name, draws) for name, draws in drawn.items()]
        # The start alone may have few allowed supports; that is no reason to polish fewer of the others.
        budget = min((len(each.ranked) for each in sources if each.name != "start"), default=0)
        todo = [(one, support) for one in sources for support in one.ranked[: min(budget, self.polish)]]
        for done, (source, support) in enumerate(todo):
            self.progress("polish", done, len(todo))
            source.ends.append(self._end(support)[0])
        best, weights = self.classical.objective, None
        for value, found in self._polished.values():
            if lower(value, best):
                best, weights = value, found
        rows = [self._row(each, best) for each in sources]
        return Compared(Ablation((*rows, _classical_row(self.classical, best))), weights)

    def _weighed(self, name: str, draws: Iterable[Draws]) -> Source:
        counts: dict[Support, int] = {}
        for each in draws:
            for support, count in each.counts.items():
                counts[support] = counts.get(support, 0) + count
        some = sorted(counts)
        if self.weighing.worth is not None and self.weighing.worth < len(some):
            quick = {each: self.weighing.quick(each) for each in some}
            some = sorted(some, key=lambda each: (quick[each], each))[: self.weighing.worth]
        values: dict[Support, float] = {}
        for place, support in enumerate(some):
            self.progress(f"weigh {name}", place, len(some))
            if support not in self._values:
                self._values[support] = self.weighing.value(support)
            if np.isfinite(self._values[support]):
                values[support] = self._values[support]
        return Source(name, counts, values, sorted(values, key=lambda each: (values[each], each)))

    def _end(self, support: Support) -> tuple[float, Floats | None]:
        if support not in self._polished:
            weights = self.weighing.polished(support)
            value = np.inf if weights is None else self.problem.objective(weights)
            self._polished[support] = value, weights
        return self._polished[support]

    def _row(self, source: Source, best: float) -> AblationRow:
        ends = [each for each in source.ends if np.isfinite(each)]
        shots = np.array([source.counts[each] for each in source.ranked], dtype=np.float64)
        values = np.array([source.values[each] for each in source.ranked])
        objective = min(ends) if ends else None
        return AblationRow(
            source=source.name,
            objective=objective,
            gap=None if objective is None else self._gap(objective),
            supports=len(source.counts),
            weighed=len(source.values),
            polished=len(source.ends),
            hits=sum(not lower(best, each) for each in ends),
            raw_best=float(values[0]) if len(values) else None,
            raw_mean=float(shots @ values / shots.sum()) if len(values) else None,
        )

    def _gap(self, objective: float) -> float:
        return max(objective - self.classical.bound, 0.0) / max(abs(objective), 1e-300)


def _classical_row(classical: Portfolio, best: float) -> AblationRow:
    hits = int(not lower(best, classical.objective))
    return AblationRow("classical", classical.objective, classical.gap, 1, 1, 0, hits)
