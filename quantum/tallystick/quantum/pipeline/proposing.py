"""What a circuit proposes on one sub-universe, and as many shots of its start alone and of uniform random supports.

Costs are those of equal weights, counted in standard deviations from their mean over the allowed supports, so that
one set of ramps fits every problem and angles of a smaller one can be carried over.

A support that is not allowed is thrown away where it is drawn, and counts as the worst allowed one in what angles are
chosen for. In the phases it keeps its cost and pays a penalty, more the further off it is: behind a wall beyond the
worst the costs of the allowed ones would be too small for the circuit to tell them apart. A ramp, which cannot bend,
may find a wall better where few are allowed. Of some penalties the one whose ramp comes to least is taken; with it the
costs are counted anew in deviations of all states.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.angles import Angles, optimise, ramps
from tallystick.quantum.arrays import Bits, Floats
from tallystick.quantum.classical.cardinality import Support
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.errors import Missing
from tallystick.quantum.mixers import mixer_named
from tallystick.quantum.objectives import Objective
from tallystick.quantum.pipeline.allowing import straying
from tallystick.quantum.pipeline.drawing import by_probability, evenly, uniforms
from tallystick.quantum.pipeline.equal_weights import BitCosts
from tallystick.quantum.pipeline.reduction import SubUniverse
from tallystick.quantum.pipeline.result import Bitstring, Proposals
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.problem.supports import BitRow
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, RingTop, Start, Weighted
from tallystick.quantum.subspace import Subspace

TOP = 20
"""How many of the likeliest supports are kept."""
SMALLER = 12
"""Assets of the problem that angles are carried over from."""
UNSURE = 0.1
"""The least chance that a start by the relaxation leaves to an asset, and to its being left out."""
PENALTIES = (1.0, 2.0, 4.0)
"""What a support that is not allowed costs more for each unit that it is off, in deviations; one of them is chosen."""
WALL = 0.25
"""The same of one that costs as much as the worst allowed one to begin with."""
START = 2**32
"""Streams of the start's own draws begin there, so that those of circuit and chance are what they would be alone."""
BEST = 1e-9
"""Costs this close to the least, in standard deviations, are the least."""


@dataclass(frozen=True, eq=False, slots=True)
class Draws:
    """How often each support, as positions of the problem's assets, came out of the shots of one source."""

    counts: dict[Support, int]


@dataclass(frozen=True, eq=False)
class Landscape:
    """The states of a sub-universe: costs (D,) at equal weights, the same standardised, and how far off they stray.

    `strays` is None where every support is allowed. `wanted` (n,) are the relaxed weights of its assets, in size.
    """

    space: Subspace
    costs: Floats
    standard: Floats
    strays: Floats | None
    wanted: Floats

    @cached_property
    def allowed(self) -> Bits | None:
        """Which states (D,) may be held; None: all."""
        return None if self.strays is None else self.strays == 0.0

    @cached_property
    def counted(self) -> Floats:
        """What a shot counts as where angles are chosen: its cost, or the worst allowed one's if it is thrown away."""
        if self.allowed is None:
            return self.standard
        return np.where(self.allowed, self.standard, float(self.standard[self.allowed].max()))

    def phases(self, penalty: float) -> Floats:
        """What phases are turned by (D,): costs with the penalty for straying, in deviations of all states."""
        if self.strays is None:
            return self.standard
        found = (self.counted if penalty == WALL else self.standard) + penalty * self.strays
        found -= float(found.mean())
        return found / (float(found.std()) or 1.0)

    def of_allowed(self, values: Floats) -> Floats:
        """The values (D,) of allowed states."""
        return values if self.allowed is None else values[self.allowed]


def landscape(costs: BitCosts, rows: list[BitRow], sub: SubUniverse, k: int, threads: int) -> Landscape | None:
    """The costs of every support of a sub-universe; None where none is allowed."""
    space = Subspace(len(sub.members), k)
    strays = straying(rows, space, sub.members)
    if strays is not None and not strays.any():
        strays = None
    if strays is not None and strays.all():
        return None
    here = list(sub.members)
    found = quadratic_diagonal(space, costs.quadratic[np.ix_(here, here)], costs.linear[here], threads=threads)
    found += costs.constant
    inside = found if strays is None else found[strays == 0.0]
    mean, spread = float(inside.mean()), float(inside.std())
    return Landscape(space, found, (found - mean) / (spread if spread > 0.0 else 1.0), strays, costs.wanted[here])


def propose(
    sub: SubUniverse, ground: Landscape, smaller: Landscape | None, settings: HybridSettings, stream: int
) -> tuple[Proposals, dict[str, Draws]]:
    """The circuit's proposals on a sub-universe, and the draws by source: `qaoa`, `start` without its layers, `random`.

    `stream` sets the draws of sub-universes apart. Raises Missing without scipy where the settings ask for a search.
    """
    qaoa, angles, trace = _circuit(ground, smaller, settings)
    state = qaoa.state(angles.gammas, angles.betas)
    probabilities = np.square(state.re, dtype=np.float64)
    probabilities += np.square(state.im, dtype=np.float64)
    probabilities /= float(probabilities.sum())
    del state, qaoa
    shots = by_probability(probabilities, uniforms(settings.seed, 2 * stream, settings.shots))
    found = _draws(sub, ground, shots)
    begun = np.square(_start(ground, settings).amplitudes(ground.space))
    alone = _draws(sub, ground, by_probability(begun, uniforms(settings.seed, START + stream, settings.shots)))
    del begun
    every = None if ground.allowed is None else np.flatnonzero(ground.allowed)
    random = evenly(
        ground.space.dimension if every is None else len(every),
        uniforms(settings.seed, 2 * stream + 1, settings.shots),
    )
    uniform = _draws(sub, ground, random if every is None else every[random])
    inside = ground.of_allowed(ground.costs)
    least, greatest = float(inside.min()), float(inside.max())
    range_of = greatest - least if greatest > least else 1.0
    likely = ground.of_allowed(probabilities)
    inwards = float(likely.sum())
    expected = float((likely * inside).sum()) / inwards if inwards > 0.0 else greatest
    standard = ground.of_allowed(ground.standard)
    optimal = standard <= float(standard.min()) + BEST
    proposals = Proposals(
        members=sub.members,
        chosen_by=sub.chosen_by,
        k=ground.space.weight,
        layers=angles.layers,
        gammas=angles.gammas,
        betas=angles.betas,
        expectation=expected,
        approximation_ratio=(greatest - expected) / range_of,
        uniform_ratio=(greatest - float(inside.mean())) / range_of,
        optimum_probability=float(likely[optimal].sum()),
        uniform_probability=int(optimal.sum()) / len(inside),
        allowed_probability=inwards,
        top=_likeliest(sub, ground, probabilities),
        trace=trace,
        shots=settings.shots,
        distinct=len(found.counts),
    )
    return proposals, {"qaoa": found, "start": alone, "random": uniform}


@dataclass(frozen=True, eq=False, slots=True)
class _Sought:
    """The settings' objective over what shots count as, whatever the phases are turned by."""

    objective: Objective
    counted: Floats

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """F(x) as `objectives` says it."""
        del costs
        return self.objective.weights(self.counted, probabilities)


def _circuit(
    ground: Landscape, smaller: Landscape | None, settings: HybridSettings
) -> tuple[Qaoa, Angles, tuple[float, ...]]:
    """The circuit, its angles, and every value of the objective on the way there."""
    sought = settings.sought if ground.strays is None else _Sought(settings.sought, ground.counted)
    small, trace = (None, ()) if smaller is None else _circuit(smaller, None, settings)[1:]
    starts = ramps(settings.layers, 1.0) if small is None else [small]
    searches = settings.angles != "ramp" and small is None
    values: list[float] = []
    penalties = PENALTIES[:1] if ground.strays is None else PENALTIES if searches else (*PENALTIES, WALL)
    for penalty in penalties:
        qaoa = _qaoa(ground, penalty, settings)
        values += [qaoa.value(each.gammas, each.betas, sought) for each in starts]
        del qaoa  # one at a time, for they may be large
    which, place = divmod(values.index(min(values)), len(starts))
    qaoa, angles, trace = _qaoa(ground, penalties[which], settings), starts[place], (*trace, *values)
    if not searches:
        return qaoa, angles, trace
    angles, way = _searched(qaoa, angles, sought, settings)
    return qaoa, angles, (*trace, *way)


def _qaoa(ground: Landscape, penalty: float, settings: HybridSettings) -> Qaoa:
    mixer, start = mixer_named(settings.mixer), _start(ground, settings)
    return Qaoa(ground.space, ground.phases(penalty), mixer=mixer, start=start, threads=settings.threads)


def _start(ground: Landscape, settings: HybridSettings) -> Start:
    if settings.start == "own" and settings.mixer == "ring":
        return RingTop()
    if settings.start == "relaxation":
        total = float(ground.wanted.sum())
        shares = ground.space.weight * ground.wanted / (total if total > 0.0 else 1.0)
        return Weighted(np.clip(shares, UNSURE, 1.0 - UNSURE).tolist())
    return Dicke()


def _searched(
    qaoa: Qaoa, start: Angles, sought: Objective, settings: HybridSettings
) -> tuple[Angles, tuple[float, ...]]:
    """The end of L-BFGS, and its way there."""
    try:
        found = optimise(qaoa, [start], objective=sought, iterations=settings.iterations)
    except Missing as error:
        message = f"{error}, or take angles='ramp' in place of {settings.angles!r}"
        raise Missing(message) from error
    return found.angles, tuple(step.value for step in found.trace[0])


def _draws(sub: SubUniverse, ground: Landscape, indices: NDArray[np.int64]) -> Draws:
    """Counts by support, without those that are not allowed, in the order of the states."""
    counts: dict[Support, int] = {}
    for index, count in sorted(Counter(indices.tolist()).items()):
        if ground.allowed is None or ground.allowed[index]:
            counts[_support(sub, ground, index)] = count
    return Draws(counts)


def _likeliest(sub: SubUniverse, ground: Landscape, probabilities: Floats) -> tuple[Bitstring, ...]:
    inside = np.arange(len(probabilities)) if ground.allowed is None else np.flatnonzero(ground.allowed)
    likely = probabilities[inside]
    count = min(TOP, len(likely))
    some = np.argpartition(-likely, count - 1)[:count] if count < len(likely) else np.arange(count)
    ordered = inside[some[np.lexsort((some, -likely[some]))]]
    return tuple(
        Bitstring(_support(sub, ground, int(each)), float(probabilities[each]), float(ground.costs[each]))
        for each in ordered
    )


def _support(sub: SubUniverse, ground: Landscape, index: int) -> Support:
    return tuple(sub.members[each] for each in ground.space.positions(index))
