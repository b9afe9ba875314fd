"""What moves probability between the states of a circuit: the mixers, each with its layer and its layer undone.

A layer turns phases exp(-i gamma/2 C) and then mixes by exp(-i beta B). `undo` takes a layer back from ket and bra and
gives Im<bra|B|ket> after it and Im<bra|C|ket> after its phases, from which all derivatives follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import cos, sin
from typing import Protocol

import numpy as np

from tallystick.quantum import edges, phases, ring
from tallystick.quantum.compiling import compiles
from tallystick.quantum.coupling import Coupling, coupling_of, mix, unmix
from tallystick.quantum.edges import PairTables, pair_tables
from tallystick.quantum.errors import SettingError
from tallystick.quantum.layout import Layout, ring_layout
from tallystick.quantum.reductions import inner_product
from tallystick.quantum.rotations import Floats, Ket, Turn, total_of
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads


class Mixing(Protocol):
    """A mixer made ready for one space."""

    def layer(self, ket: Ket, costs: Floats, gamma: float, beta: float) -> None:
        """Apply one layer in place."""
        ...

    def undo(self, ket: Ket, bra: Ket, costs: Floats, gamma: float, beta: float) -> tuple[float, float]:
        """Take one layer back from both, in place; Im<bra|B|ket> and Im<bra|C|ket>."""
        ...


class Mixer(Protocol):
    """A kind of mixer."""

    def on(self, space: Subspace, start: Floats, threads: Threads) -> Mixing:
        """Make it ready; `start` are the real amplitudes that the circuit starts from."""
        ...


# -- XY on the ring


@dataclass(frozen=True, slots=True)
class RingXY:
    """XY gates on the ring: (0,1)(2,3)..., then (1,2)(3,4)..., then (0, n-1); one Trotter step, as in QOKit."""

    def on(self, space: Subspace, start: Floats, threads: Threads) -> "Mixing":
        """Tables of the gates; `start` does not matter. Where nothing is compiled, index pairs of each gate."""
        if not compiles():
            n = space.qubits
            wrap = [(0, n - 1)] if n > 2 else []
            edges = [(j, j + 1) for first in (0, 1) for j in range(first, n - 1, 2)] + wrap
            return EdgesXY(edges).on(space, start, threads)
        return _Ring(ring_layout(space), threads)


@dataclass(frozen=True, slots=True)
class _Ring:
    layout: Layout
    threads: Threads

    def layer(self, ket: Ket, costs: Floats, gamma: float, beta: float) -> None:
        t, turn = self.layout.tables, Turn(cos(beta), sin(beta))
        if self.threads.count == 1:
            ring.layer(ket, costs, gamma / 2, turn, self.layout.packed)
            return
        run = self.threads.over
        run(len(t.top_child), lambda start, stop: ring.segments(ket, costs, gamma / 2, turn, t, start, stop))
        for first, last in pairwise(t.gate_at.tolist()):
            run(last - first, partial(ring.groups, ket, turn, t, first))
        run(len(t.wrap_low), lambda start, stop: ring.wrap(ket, turn, t, start, stop), least=ring.FAR)

    def undo(self, ket: Ket, bra: Ket, costs: Floats, gamma: float, beta: float) -> tuple[float, float]:
        t, turn = self.layout.tables, Turn(cos(beta), sin(beta))
        run = self.threads.over
        wrap, groups = np.zeros(-(-len(t.wrap_low) // ring.FAR)), np.zeros(int(t.gate_at[-1]))
        run(len(wrap), lambda start, stop: ring.undo_wrap(ket, bra, turn, t, wrap, start, stop))
        for first, last in reversed(list(pairwise(t.gate_at.tolist()))):
            run(last - first, partial(ring.undo_groups, ket, bra, turn, t, groups, first))
        sums = np.zeros((len(t.top_child), 2))
        run(len(sums), lambda start, stop: ring.undo_segments(ket, bra, costs, gamma / 2, turn, t, sums, start, stop))
        mixed, phased = (float(total_of(np.ascontiguousarray(each))) for each in sums.T)
        return float(total_of(wrap)) + float(total_of(groups)) + mixed, phased


# -- XY on any edges, gate by gate


@dataclass(frozen=True, slots=True)
class EdgesXY:
    """XY gates on these edges, one after another: a hardware graph, or any order one likes."""

    edges: Sequence[tuple[int, int]]

    def on(self, space: Subspace, start: Floats, threads: Threads) -> "Mixing":
        """Index pairs of each gate. Raises `SettingError` for an edge that is none."""
        del start
        return _Edges(pair_tables(space, self.edges), threads)


@dataclass(frozen=True, slots=True)
class CompleteTrotterXY:
    """XY gates on every pair i < j in lexicographic order; one Trotter step, as in QOKit."""

    def on(self, space: Subspace, start: Floats, threads: Threads) -> "Mixing":
        """Index pairs of the n(n-1)/2 gates."""
        n = space.qubits
        return EdgesXY([(i, j) for i in range(n) for j in range(i + 1, n)]).on(space, start, threads)


@dataclass(frozen=True, slots=True)
class _Edges:
    tables: PairTables
    threads: Threads

    def layer(self, ket: Ket, costs: Floats, gamma: float, beta: float) -> None:
        phases.turn(self.threads, ket, costs, gamma / 2)
        edges.apply(ket, self.tables, Turn(cos(beta), sin(beta)))

    def undo(self, ket: Ket, bra: Ket, costs: Floats, gamma: float, beta: float) -> tuple[float, float]:
        mixed = edges.undo(ket, bra, self.tables, Turn(cos(beta), sin(beta)))
        return mixed, phases.undo(self.threads, ket, bra, costs, gamma / 2)


# -- XY on the complete graph, exactly


@dataclass(frozen=True, slots=True)
class CompleteXY:
    """exp(-i beta B) for B = the sum over all pairs of (XX + YY)/2, exactly, by coupling angular momenta."""

    def on(self, space: Subspace, start: Floats, threads: Threads) -> "Mixing":
        """Tables of the coupling; `start` does not matter."""
        del start
        return _Complete(coupling_of(space), threads)


@dataclass(frozen=True, slots=True)
class _Complete:
    coupling: Coupling
    threads: Threads

    def layer(self, ket: Ket, costs: Floats, gamma: float, beta: float) -> None:
        phases.turn(self.threads, ket, costs, gamma / 2)
        mix(self.coupling, self.threads, ket, beta)

    def undo(self, ket: Ket, bra: Ket, costs: Floats, gamma: float, beta: float) -> tuple[float, float]:
        mixed = unmix(self.coupling, self.threads, ket, bra, beta)
        return mixed, phases.undo(self.threads, ket, bra, costs, gamma / 2)


# -- Grover's


@dataclass(frozen=True, slots=True)
class Grover:
    """exp(-i beta |s><s|) with the state s that the circuit starts from (Bartschi and Eidenbenz 2020)."""

    def on(self, space: Subspace, start: Floats, threads: Threads) -> "Mixing":
        """Only the start is needed."""
        del space
        return _Grover(start, threads)


@dataclass(frozen=True, slots=True)
class _Grover:
    start: Floats
    threads: Threads

    def layer(self, ket: Ket, costs: Floats, gamma: float, beta: float) -> None:
        phases.turn(self.threads, ket, costs, gamma / 2)
        self._turn(ket, beta)

    def undo(self, ket: Ket, bra: Ket, costs: Floats, gamma: float, beta: float) -> tuple[float, float]:
        (a, b), (c, d) = self._overlap(ket), self._overlap(bra)
        self._turn(ket, -beta)
        self._turn(bra, -beta)
        return c * b - d * a, phases.undo(self.threads, ket, bra, costs, gamma / 2)

    def _overlap(self, state: Ket) -> tuple[float, float]:
        return float(inner_product(self.start, state.re)), float(inner_product(self.start, state.im))

    def _turn(self, state: Ket, beta: float) -> None:
        real, imaginary = self._overlap(state)
        c, s = cos(beta) - 1.0, -sin(beta)
        state.re[:] += (c * real - s * imaginary) * self.start
        state.im[:] += (c * imaginary + s * real) * self.start


def mixer_named(name: str) -> Mixer:
    """A mixer by its name in settings: ring, complete, complete-trotter, grover. Raises `SettingError`."""
    kinds: dict[str, Mixer] = {
        "ring": RingXY(),
        "complete": CompleteXY(),
        "complete-trotter": CompleteTrotterXY(),
        "grover": Grover(),
    }
    if name not in kinds:
        message = f"mixer {name!r}: expected one of {', '.join(kinds)}"
        raise SettingError(message)
    return kinds[name]
