"""From a universe too large for a circuit to overlapping sub-universes that are not.

| chosen by | the assets |
|---|---|
| whole | all, where there are few enough supports |
| relaxation | the largest weights of the relaxation without cardinality, then the least reduced costs |
| clusters | of as many correlation clusters as there is room for, the best each by the relaxation |
| exchange | those of the classical answer, then those that cost least when exchanged for one of them |
| clusters 2, 3 ... | the second, third best of each cluster |

What must be held is in every one. `exchange` knows the classical answer: a support found there is no discovery.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np

from tallystick.quantum.arrays import Floats
from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.cardinality import Support
from tallystick.quantum.classical.flat import minimise_flat
from tallystick.quantum.errors import TooBigError
from tallystick.quantum.memory import GIB, available
from tallystick.quantum.pipeline.clusters import clusters
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.pipeline.weighing import Weighing
from tallystick.quantum.problem.numeric import NumericForm
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import Portfolio
from tallystick.quantum.problem.supports import must_be_held

RAMP, SEARCH = 80, 140
"""Bytes that a state takes at the worst moment, where the angles are a ramp, and where they are searched."""
MIXING = {"ring": 0, "complete": 5, "complete-trotter": 0, "grover": 20}
"""Bytes more, by the mixer's name; measured with 22 choose 11, rounded up."""
EXCHANGES = 8_000
"""More exchanges than this are not tried; the others then follow as the relaxation wants them."""


@dataclass(frozen=True, slots=True)
class SubUniverse:
    """Positions of the problem's assets, ascending, and what chose them."""

    members: Support
    chosen_by: str


@dataclass(frozen=True, eq=False, slots=True)
class Relaxed:
    """The relaxation without cardinality: weights (n,), reduced costs (n,), 0 where the weight is inside its bounds."""

    weights: Floats
    reduced: Floats

    @property
    def signs(self) -> Floats:
        """1 for what is long or not held, -1 for what is short (n,)."""
        return np.where(self.weights < 0.0, -1.0, 1.0)

    @property
    def order(self) -> list[int]:
        """All positions, the most wanted first."""
        sizes = np.abs(self.weights)
        sizes[sizes < 1e-9 * max(float(sizes.max()), 1e-300)] = 0.0
        return [int(each) for each in np.lexsort((np.abs(self.reduced), -sizes))]


def relaxed(problem: PortfolioProblem, form: NumericForm, covariance: Floats) -> Relaxed:
    """Minimise the risk of `covariance` less return, bounds widened to 0, any number held."""
    numeric, parts = form.cardinality, form.asset[: form.parts]
    quadratic = np.zeros_like(numeric.quadratic)
    quadratic[: form.parts, : form.parts] = problem.risk_aversion * covariance[np.ix_(parts, parts)]
    rows, low, high = (np.ascontiguousarray(each) for each in numeric.conditions)
    inside = Conditions(rows, low, high, np.minimum(numeric.lower, 0.0), np.maximum(numeric.upper, 0.0))
    best = minimise_flat(quadratic, numeric.linear, inside)
    reduced = np.full(problem.size, np.inf)
    np.minimum.at(reduced, parts, np.abs(best.bound_multipliers[: form.parts]))
    return Relaxed(form.weights(best.weights), reduced)


def size_of(assets: int, k: int, settings: HybridSettings) -> int:
    """How many assets a sub-universe gets."""
    if comb(assets, k) <= settings.whole:
        return assets
    return min(assets, max(settings.universe, k + 3))


def bytes_of(size: int, k: int, settings: HybridSettings) -> int:
    """What the circuit of a sub-universe takes at the worst moment."""
    each = (RAMP if settings.angles == "ramp" else SEARCH) + MIXING[settings.mixer]
    pairs = comb(size, 2) * comb(size - 2, k - 1) if settings.mixer == "complete-trotter" else 0
    return comb(size, k) * each + 16 * pairs


def require_room(size: int, k: int, settings: HybridSettings) -> None:
    """Raise TooBigError where the states of a sub-universe would take more memory than there is."""
    needed, there = bytes_of(size, k, settings), available()
    if needed > there:
        message = (
            f"{k} of {size} assets: {comb(size, k):,} states would take {needed / GIB:,.1f} GiB, {there / GIB:.1f} GiB "
            f"are left. Lower HybridSettings(universe={settings.universe}, whole={settings.whole})"
        )
        raise TooBigError(message)


@dataclass(frozen=True, eq=False, slots=True)
class Guide:
    """What is known of a problem before the circuit runs, and what chooses its sub-universes."""

    classical: Portfolio
    weighing: Weighing
    relaxation: Relaxed
    covariance: Floats


def sub_universes(problem: PortfolioProblem, guide: Guide, size: int, count: int) -> Iterator[SubUniverse]:
    """Different sub-universes of `size` assets in the order of the table: at least `count`, if there are so many."""
    if size >= problem.size:
        yield SubUniverse(tuple(range(problem.size)), "whole")
        return
    must, order = must_be_held(problem), guide.relaxation.order
    found: set[Support] = set()
    held = _completed(problem, guide.classical.support, order)
    for name, wanted in _ways(guide, held, order, (size, count)):
        members = tuple(sorted(list(dict.fromkeys([*must, *wanted, *order]))[:size]))
        if members not in found:
            found.add(members)
            yield SubUniverse(members, name)


def _completed(problem: PortfolioProblem, support: Support, order: list[int]) -> Support:
    """The support and, where some of its weights are 0 exactly, others that the groups let stand in for them."""
    held, groups = list(support), [(set(problem.positions(each)), each.most) for each in problem.groups]
    for each in order:
        full = any(each in members and len(members & set(held)) >= most for members, most in groups)
        if len(held) < problem.least and each not in held and not full:
            held.append(each)
    return tuple(sorted(held))


def _ways(guide: Guide, held: Support, order: list[int], sizes: tuple[int, int]) -> Iterator[tuple[str, list[int]]]:
    size, count = sizes
    yield "relaxation", order
    rank = {each: place for place, each in enumerate(order)}
    grouped = [sorted(each, key=rank.__getitem__) for each in clusters(guide.covariance, size)]
    grouped.sort(key=lambda each: rank[each[0]])
    yield "clusters", [each[0] for each in grouped]
    yield "exchange", _exchanged(held, guide.weighing, order)
    for number in range(1, count):
        yield f"clusters {number + 1}", [each[number % len(each)] for each in grouped]


def _exchanged(held: Support, weighing: Weighing, order: list[int]) -> list[int]:
    """The classical support, then the others by what the best exchange for one of it costs."""
    outside = [each for each in order if each not in held]
    if len(held) * len(outside) > EXCHANGES:
        return [*held, *outside]
    cost = {
        each: min(weighing.quick(tuple(sorted((*held[:out], each, *held[out + 1 :])))) for out in range(len(held)))
        for each in outside
    }
    return [*held, *sorted(outside, key=lambda each: (cost[each], order.index(each)))]
