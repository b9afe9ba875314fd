"""What a circuit proposes on one sub-universe, and uniform random supports of the same one, as many shots of each.

Costs are those of equal weights, counted in standard deviations from their mean over the allowed supports, so that
one set of ramps fits every problem and angles of a smaller one can be carried over. A support that is not allowed
costs more than the worst, and more the further off it is, so that the circuit is led back; where one is drawn it is
thrown away. With these the costs are counted anew in deviations of all states, for the same ramps.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.angles import Angles, optimise, ramps
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.errors import Missing
from tallystick.quantum.mixers import mixer_named
from tallystick.quantum.pipeline.allowing import BitRow, straying
from tallystick.quantum.pipeline.drawing import by_probability, evenly, uniforms
from tallystick.quantum.pipeline.equal_weights import BitCosts
from tallystick.quantum.pipeline.reduction import SubUniverse
from tallystick.quantum.pipeline.result import Bitstring, Proposals
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, RingTop, Start, Weighted
from tallystick.quantum.subspace import Subspace

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
Support = tuple[int, ...]
TOP = 20
"""How many of the likeliest supports are kept."""
SMALLER = 12
"""Assets of the problem that angles are carried over from."""
UNSURE = 0.1
"""The least chance that a start by the relaxation leaves to an asset, and to its being left out."""
APART, STRAYING = 0.5, 2.0
"""What a support that is not allowed costs beyond the worst, and for each unit that it is off; in deviations."""
BEST = 1e-9
"""Costs this close to the least, in standard deviations, are the least."""


@dataclass(frozen=True, eq=False, slots=True)
class Draws:
    """How often each support, as positions of the problem's assets, came out of the shots of one source."""

    counts: dict[Support, int]


@dataclass(frozen=True, eq=False, slots=True)
class Landscape:
    """The states of a sub-universe: costs (D,) at equal weights, the same standardised, and which are allowed.

    `wanted` (n,) are the relaxed weights of its assets, in size.
    """

    space: Subspace
    costs: Floats
    standard: Floats
    allowed: Bits | None
    wanted: Floats

    def of_allowed(self, values: Floats) -> Floats:
        """The values (D,) of allowed states."""
        return values if self.allowed is None else values[self.allowed]


def landscape(costs: BitCosts, rows: list[BitRow], sub: SubUniverse, k: int, threads: int) -> Landscape | None:
    """The costs of every support of a sub-universe; None where none is allowed."""
    space = Subspace(len(sub.members), k)
    strays = straying(rows, space, sub.members)
    allowed = None if strays is None else strays == 0.0
    if allowed is not None and not allowed.any():
        return None
    here = list(sub.members)
    found = quadratic_diagonal(space, costs.quadratic[np.ix_(here, here)], costs.linear[here], threads=threads)
    found += costs.constant
    inside = found if allowed is None else found[allowed]
    mean, spread = float(inside.mean()), float(inside.std())
    standard = (found - mean) / (spread if spread > 0.0 else 1.0)
    if allowed is not None and strays is not None and not allowed.all():
        standard[~allowed] = float(standard[allowed].max()) + APART + STRAYING * strays[~allowed]
        standard -= float(standard.mean())
        standard /= float(standard.std())
    return Landscape(space, found, standard, allowed, costs.wanted[here])


def propose(
    sub: SubUniverse, ground: Landscape, smaller: Landscape | None, settings: HybridSettings, stream: int
) -> tuple[Proposals, Draws, Draws]:
    """The circuit's proposals on a sub-universe, its draws, and the random ones. `stream` sets the draws apart.

    Raises Missing without scipy where the settings ask for a search of angles.
    """
    qaoa = _circuit(ground, settings)
    angles, trace = _angles(qaoa, smaller, settings)
    state = qaoa.state(angles.gammas, angles.betas)
    probabilities = np.square(state.re, dtype=np.float64)
    probabilities += np.square(state.im, dtype=np.float64)
    probabilities /= float(probabilities.sum())
    del state, qaoa
    shots = by_probability(probabilities, uniforms(settings.seed, 2 * stream, settings.shots))
    found = _draws(sub, ground, shots)
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
    optimal = ground.standard <= float(ground.of_allowed(ground.standard).min()) + BEST
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
        optimum_probability=float(probabilities[optimal].sum()),
        uniform_probability=int(optimal.sum()) / len(inside),
        top=_likeliest(sub, ground, probabilities),
        trace=trace,
        shots=settings.shots,
        distinct=len(found.counts),
    )
    return proposals, found, uniform


def _circuit(ground: Landscape, settings: HybridSettings) -> Qaoa:
    mixer, start = mixer_named(settings.mixer), _start(ground, settings)
    return Qaoa(ground.space, ground.standard, mixer=mixer, start=start, threads=settings.threads)


def _start(ground: Landscape, settings: HybridSettings) -> Start:
    if settings.start == "own" and settings.mixer == "ring":
        return RingTop()
    if settings.start == "relaxation":
        total = float(ground.wanted.sum())
        shares = ground.space.weight * ground.wanted / (total if total > 0.0 else 1.0)
        return Weighted(np.clip(shares, UNSURE, 1.0 - UNSURE).tolist())
    return Dicke()


def _angles(qaoa: Qaoa, smaller: Landscape | None, settings: HybridSettings) -> tuple[Angles, tuple[float, ...]]:
    """The angles, and every value of the objective on the way there."""
    if settings.angles == "transfer" and smaller is not None:
        small, trace = _searched(_circuit(smaller, settings), settings)
        return small, (*trace, qaoa.value(small.gammas, small.betas, settings.sought))
    return _ramp(qaoa, settings) if settings.angles == "ramp" else _searched(qaoa, settings)


def _ramp(qaoa: Qaoa, settings: HybridSettings) -> tuple[Angles, tuple[float, ...]]:
    starts = ramps(settings.layers, 1.0)
    values = [qaoa.value(each.gammas, each.betas, settings.sought) for each in starts]
    return starts[values.index(min(values))], tuple(values)


def _searched(qaoa: Qaoa, settings: HybridSettings) -> tuple[Angles, tuple[float, ...]]:
    start, values = _ramp(qaoa, settings)
    try:
        found = optimise(qaoa, [start], objective=settings.sought, iterations=settings.iterations)
    except ModuleNotFoundError as error:
        message = (
            f'angles={settings.angles!r} needs scipy. Install it: pip install "tallystick[quantum]", or take '
            "angles='ramp'"
        )
        raise Missing(message) from error
    return found.angles, (*values, *(step.value for step in found.trace[0]))


def _draws(sub: SubUniverse, ground: Landscape, indices: NDArray[np.int64]) -> Draws:
    """Counts by support, without those that are not allowed, in the order of the states."""
    counts: dict[Support, int] = {}
    for index, count in sorted(Counter(indices.tolist()).items()):
        if ground.allowed is None or ground.allowed[index]:
            counts[_support(sub, ground, index)] = count
    return Draws(counts)


def _likeliest(sub: SubUniverse, ground: Landscape, probabilities: Floats) -> tuple[Bitstring, ...]:
    count = min(TOP, len(probabilities))
    some = np.argpartition(-probabilities, count - 1)[:count] if count < len(probabilities) else np.arange(count)
    ordered = some[np.lexsort((some, -probabilities[some]))]
    return tuple(
        Bitstring(_support(sub, ground, int(each)), float(probabilities[each]), float(ground.costs[each]))
        for each in ordered
    )


def _support(sub: SubUniverse, ground: Landscape, index: int) -> Support:
    return tuple(sub.members[each] for each in ground.space.positions(index))
