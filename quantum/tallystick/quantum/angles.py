"""Which angles: linear ramps, layers added one by one, angles carried over from a smaller problem, and L-BFGS.

Signs are QOKit's: phases exp(-i gamma/2 C), gates exp(-i beta (XX + YY)/2). The Dicke state is the top state of the
mixer's Hamiltonian, so an anneal towards small costs has gamma > 0 and beta < 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import Missing, SettingError
from tallystick.quantum.objectives import Objective
from tallystick.quantum.qaoa import Qaoa


@dataclass(frozen=True, slots=True)
class Angles:
    """Gammas and betas, one of each per layer."""

    gammas: tuple[float, ...]
    betas: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.gammas) != len(self.betas):
            message = f"{len(self.gammas)} gammas and {len(self.betas)} betas: one of each for every layer is needed"
            raise SettingError(message)

    @property
    def layers(self) -> int:
        """Number of layers."""
        return len(self.gammas)

    def scaled(self, gamma: float) -> "Angles":
        """With every gamma times a factor: what carries angles over to costs of another scale."""
        return replace(self, gammas=tuple(gamma * each for each in self.gammas))

    def extended(self, layers: int) -> "Angles":
        """As many layers as asked for, by linear interpolation (INTERP of Zhou et al. 2020, PRX 10, 021067)."""
        if layers < 1 or not self.layers:
            message = f"from {self.layers} to {layers} layers: at least one of each is needed"
            raise SettingError(message)
        before, after = (
            np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5]) for count in (self.layers, layers)
        )
        gammas, betas = (np.interp(after, before, each) for each in (self.gammas, self.betas))
        return Angles(tuple(gammas.tolist()), tuple(betas.tolist()))


def _spread(layers: int) -> Floats:
    return np.linspace(0.0, 1.0, layers) if layers > 1 else np.array([0.5])


def linear_ramp(layers: int, gamma: float, beta: float) -> Angles:
    """Gammas rising to `gamma`, betas falling from `beta` in size, taken at the middles of the layers."""
    if layers < 1:
        message = f"{layers} layers: at least one is needed"
        raise SettingError(message)
    middles = (np.arange(layers) + 0.5) / layers
    return Angles(tuple((gamma * middles).tolist()), tuple((beta * (1.0 - middles)).tolist()))


def ramps(layers: int, spread: float) -> list[Angles]:
    """Six ramps to start from, for costs whose standard deviation over the feasible states is `spread`."""
    unit = 1.0 / spread if spread > 0.0 else 1.0
    return [linear_ramp(layers, gamma * unit, beta) for gamma in (0.6, 1.2, 2.4) for beta in (-0.4, -0.8)]


@dataclass(frozen=True, slots=True)
class Step:
    """One evaluation of a search: the value there and the largest derivative."""

    value: float
    slope: float


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for angles found, and its way there."""

    angles: Angles
    value: float
    start: int
    """Which of the starts led to it."""
    trace: tuple[tuple[Step, ...], ...]
    """Every evaluation, by start."""

    @property
    def evaluations(self) -> int:
        """How many gradients were computed."""
        return sum(len(each) for each in self.trace)


def optimise(
    qaoa: Qaoa, starts: Sequence[Angles], *, objective: Objective | None = None, iterations: int = 150
) -> Search:
    """The best end of L-BFGS from each start. Deterministic; the limit is a count.

    Raises `SettingError` without a start, `Missing` without scipy.
    """
    if not starts:
        message = "no angles to start from; use ramps()"
        raise SettingError(message)
    ends = [_descended(qaoa, start, objective, iterations) for start in starts]
    best = min(range(len(ends)), key=lambda each: (ends[each][1], each))
    return Search(ends[best][0], ends[best][1], best, tuple(trace for _, _, trace in ends))


def _descended(
    qaoa: Qaoa, start: Angles, objective: Objective | None, iterations: int
) -> tuple[Angles, float, tuple[Step, ...]]:
    """One descent from one start: where it ends, the value there, every evaluation."""
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        message = 'searching for angles needs scipy. Install it: pip install "tallystick[quantum]"'
        raise Missing(message) from error
    layers, trace = start.layers, list[Step]()
    best = [(np.inf, np.zeros(0))]

    def value_and_slope(both: Floats) -> tuple[float, Floats]:
        at = qaoa.gradient(both[:layers], both[layers:], objective)
        slope = np.concatenate([at.gammas, at.betas])
        trace.append(Step(at.value, float(np.abs(slope).max())))
        if at.value < best[0][0]:
            best[0] = at.value, both.copy()
        return at.value, slope

    # No tolerances: a cost of 1e-4 would look solved to a tolerance of 1e-5 before the first step.
    limits = {"maxiter": iterations, "ftol": 0.0, "gtol": 0.0}
    minimize(value_and_slope, [*start.gammas, *start.betas], jac=True, method="L-BFGS-B", options=limits)
    # Not what scipy says of the end: after a line search that failed its angles and its value are of two evaluations.
    value, angles = best[0]
    return Angles(tuple(angles[:layers].tolist()), tuple(angles[layers:].tolist())), value, tuple(trace)


def layerwise(
    qaoa: Qaoa, layers: int, *, first: Sequence[Angles], objective: Objective | None = None, iterations: int = 60
) -> Search:
    """Angles found for one layer, extended layer by layer by interpolation, and improved after each."""
    search = optimise(qaoa, first, objective=objective, iterations=iterations)
    for count in range(search.angles.layers + 1, layers + 1):
        longer = optimise(qaoa, [search.angles.extended(count)], objective=objective, iterations=iterations)
        search = replace(longer, trace=search.trace + longer.trace)
    return search
