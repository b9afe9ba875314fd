"""One circuit of the ansatz, said once for every backend: costs, mixer, start, angles, and the gates they come to."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import numpy as np

from tallystick.quantum.angles import Angles
from tallystick.quantum.arrays import Floats
from tallystick.quantum.circuits.gates import Gate, Kind, undone
from tallystick.quantum.circuits.preparing import ones_at, spread, start_gates
from tallystick.quantum.diagonal import quadratic_terms
from tallystick.quantum.errors import SettingError
from tallystick.quantum.full import FullSpace, XMixer
from tallystick.quantum.mixers import CompleteTrotterXY, EdgesXY, Grover, Mixer, RingXY
from tallystick.quantum.starts import Dicke, Start
from tallystick.quantum.subspace import Subspace


@dataclass(frozen=True, eq=False)
class QaoaCircuit:
    """Costs x'Qx + l'x, `quadratic` (n, n) symmetric and `linear` (n,); a mixer, a start and angles.

    In a `FullSpace` the mixer is `XMixer` and the costs hold the penalty (`full.penalised`). Raises `ProblemError` for
    costs that are none.
    """

    space: Subspace
    quadratic: Floats
    linear: Floats
    angles: Angles
    mixer: Mixer = field(default_factory=RingXY)
    start: Start = field(default_factory=Dicke)

    def __post_init__(self) -> None:
        q, line = quadratic_terms(self.space, self.quadratic, self.linear)
        object.__setattr__(self, "quadratic", q)
        object.__setattr__(self, "linear", line)

    @property
    def qubits(self) -> int:
        """Number of qubits."""
        return self.space.qubits

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """All gates from |0...0>, without the measurement; the state is the engine's up to a global phase.

        Raises `SettingError` for a mixer or a start that has no circuit here.
        """
        found = start_gates(self.space, self.start)
        for gamma, beta in zip(self.angles.gammas, self.angles.betas, strict=True):
            found += self._phases(gamma)
            found += self._mixing(beta)
        return tuple(found)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the circuit is, in hexadecimal; it exists for mixers without a circuit of gates too."""
        said = (type(self.space).__name__, self.qubits, self.space.weight, self.mixer, self.start, self.angles)
        found = sha256(repr(said).encode())
        for costs in (self.quadratic, self.linear):
            found.update(np.ascontiguousarray(costs, dtype="<f8").tobytes())
        return found.hexdigest()

    def _phases(self, gamma: float) -> list[Gate]:
        """exp(-i gamma/2 C) in Z and ZZ: x is (1 - Z)/2."""
        q, n = self.quadratic, self.qubits
        single = -0.5 * (self.linear + q.sum(axis=1))
        found = [Gate(Kind.RZ, (i,), gamma * float(single[i])) for i in range(n)]
        return found + [
            Gate(Kind.RZZ, (i, j), gamma * 0.5 * float(q[i, j])) for i in range(n) for j in range(i + 1, n) if q[i, j]
        ]

    def _mixing(self, beta: float) -> list[Gate]:
        match self.mixer:
            case XMixer():
                return [Gate(Kind.RX, (each,), 2.0 * beta) for each in range(self.qubits)]
            case Grover():
                return self._reflection(beta)
            case _:
                return [Gate(Kind.XY, edge, beta) for edge in self._edges()]

    def _edges(self) -> list[tuple[int, int]]:
        n = self.qubits
        if isinstance(self.space, FullSpace):
            message = "the full space mixes by XMixer; XY mixers and Grover's work on a Subspace"
            raise SettingError(message)
        match self.mixer:
            case RingXY():
                return ring_edges(n)
            case CompleteTrotterXY():
                return [(i, j) for i in range(n) for j in range(i + 1, n)]
            case EdgesXY(edges=edges):
                if not all(0 <= each < n for edge in edges for each in edge):
                    message = f"an edge of the mixer leaves the {n} qubits; use qubits below {n}"
                    raise SettingError(message)
                return [(a, b) for a, b in edges]
            case _:
                message = (
                    f"{type(self.mixer).__name__} has no circuit of few gates; use RingXY, EdgesXY, CompleteTrotterXY, "
                    "Grover, or XMixer in a FullSpace"
                )
                raise SettingError(message)

    def _reflection(self, beta: float) -> list[Gate]:
        """exp(-i beta |s><s|): take the start back, turn the one state it came from, make the start again."""
        if isinstance(self.space, FullSpace):
            message = "Grover's mixer has a circuit on a Subspace only"
            raise SettingError(message)
        make = spread(self.space, self.start)
        ones = list(ones_at(self.space))
        zeros = [each for each in range(self.qubits) if each not in ones]
        # Within one weight a state is known by its ones or by its zeros, whichever are fewer.
        flips = [Gate(Kind.X, (each,)) for each in zeros] if len(zeros) < len(ones) else []
        named = zeros if flips else ones
        turn = [Gate(Kind.PHASE, tuple(named), -beta)] if named and zeros else []
        return [*undone(make), *flips, *turn, *flips, *make]


def ring_edges(qubits: int) -> list[tuple[int, int]]:
    """Edges of the ring in the order of its gates: (0,1)(2,3)..., (1,2)(3,4)..., (0, n-1)."""
    near = [(i, i + 1) for first in (0, 1) for i in range(first, qubits - 1, 2)]
    return near + ([(0, qubits - 1)] if qubits > 2 else [])
