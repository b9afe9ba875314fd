"""All 2^n states with the X mixer and a penalty, for comparison: what constrained circuits are measured against.

C(x) + penalty (sum x - k)^2 is the cost, exp(-i beta sum X_i) the mixer, as in QOKit. Shots may be infeasible here,
and the state is 2^n / C(n, k) times longer than it need be. Amplitudes stand in numeric order, qubit i being bit i.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from math import cos, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tallystick.quantum import phases
from tallystick.quantum.compiling import njit
from tallystick.quantum.diagonal import quadratic_terms
from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.memory import require_memory
from tallystick.quantum.rotations import Floats, Ket, Turn, exchange_run, total_of, undo_run
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads

LOW = 12
"""Qubits whose gates run within segments of 2^LOW amplitudes, which lie in the first cache."""
PIECE = 1 << LOW
SUMS = 256
MOST_QUBITS = 40


@dataclass(frozen=True, slots=False)
class FullSpace(Subspace):
    """All states of `qubits` bits, of which those with `weight` ones are feasible. At most 40 qubits."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.qubits > MOST_QUBITS:
            message = f"{self.qubits} qubits: 2^{self.qubits} states cannot be held; use Subspace"
            raise ProblemError(message)

    @cached_property
    def dimension(self) -> int:
        """Number of states, 2^n."""
        return 1 << self.qubits

    @property
    def binomials(self) -> NDArray[np.int64]:
        """Only a subspace of one weight has them. Raises `SettingError`."""
        message = "this mixer or start keeps the number of ones; use Subspace, or XMixer and Dicke in FullSpace"
        raise SettingError(message)

    def index(self, positions: NDArray[np.int64] | tuple[int, ...]) -> int:
        """Index of the state with ones at these positions, any number of them."""
        different = {int(each) for each in positions}
        if len(different) != len(positions) or not all(0 <= each < self.qubits for each in different):
            message = f"positions {tuple(positions)}: different ones below {self.qubits} are needed"
            raise ProblemError(message)
        return sum(1 << each for each in different)

    def positions(self, index: int) -> tuple[int, ...]:
        """Positions of the ones of a state, ascending."""
        if not 0 <= index < self.dimension:
            message = f"state {index}: there are {self.dimension}"
            raise ProblemError(message)
        return tuple(each for each in range(self.qubits) if index >> each & 1)

    @cached_property
    def feasible(self) -> NDArray[np.int64]:
        """Indices of the states with `weight` ones, ascending: the order of `Subspace` itself."""
        found: NDArray[np.int64] = np.flatnonzero(_ones(self.qubits) == self.weight)
        return found


def penalised(
    space: Subspace, quadratic: ArrayLike, linear: ArrayLike, penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Quadratic and linear costs of x'Qx + l'x + penalty (sum x - k)^2, and the constant that is left."""
    q, line = quadratic_terms(space, quadratic, linear)
    return q + penalty, line - 2.0 * penalty * space.weight, penalty * space.weight**2


def penalised_costs(space: FullSpace, quadratic: ArrayLike, linear: ArrayLike, penalty: float) -> NDArray[np.float64]:
    """X'Qx + l'x + penalty (sum x - k)^2 of all 2^n states, shape (dimension,).

    Raises `ProblemError` for costs that are not finite, symmetric and of shapes (n, n) and (n,), `TooBigError` beyond
    memory.
    """
    require_memory(24 * space.dimension, f"the costs of {space.dimension:,} states")
    q, line = quadratic_terms(space, quadratic, linear)
    found = np.zeros(space.dimension)
    for j in range(space.qubits):
        half = 1 << j
        cross = np.zeros(half)
        for i in range(j):
            cross[1 << i : 2 << i] = cross[: 1 << i] + q[i, j]
        found[half : 2 * half] = found[:half] + (line[j] + q[j, j] + 2.0 * cross)
    excess = _ones(space.qubits) - float(space.weight)
    found += penalty * excess * excess
    return found


def _ones(qubits: int) -> NDArray[np.float64]:
    """The number of ones of every state."""
    found = np.zeros(1 << qubits)
    for j in range(qubits):
        found[1 << j : 2 << j] = found[: 1 << j] + 1.0
    return found


@dataclass(frozen=True, slots=True)
class XMixer:
    """exp(-i beta sum X_i), the mixer of unconstrained problems. Start: Dicke, which in a full space is |+...+>."""

    def on(self, space: Subspace, start: Floats, threads: Threads) -> "_X":
        """Nothing is prepared. Raises `SettingError` where states have one weight, which this mixer does not keep."""
        del start
        if not isinstance(space, FullSpace):
            message = "the X mixer does not keep the number of ones; give it a FullSpace and penalised_costs"
            raise SettingError(message)
        return _X(space.qubits, threads)


@dataclass(frozen=True, slots=True)
class _X:
    qubits: int
    threads: Threads

    @property
    def low(self) -> int:
        return min(self.qubits, LOW)

    def layer(self, ket: Ket, costs: Floats, gamma: float, beta: float) -> None:
        phases.turn(self.threads, ket, costs, gamma / 2)
        turn, run = Turn(cos(beta), sin(beta)), self.threads.over
        run(1 << (self.qubits - self.low), partial(_low, ket, self.low, turn))
        for qubit in range(self.low, self.qubits):
            run(1 << (self.qubits - 1 - LOW), partial(_high, ket, qubit, turn))

    def undo(self, ket: Ket, bra: Ket, costs: Floats, gamma: float, beta: float) -> tuple[float, float]:
        turn, run = Turn(cos(beta), sin(beta)), self.threads.over
        mixed = 0.0
        for qubit in range(self.qubits - 1, self.low - 1, -1):
            sums = np.zeros(1 << (self.qubits - 1 - LOW))
            run(len(sums), partial(_undo_high, ket, bra, qubit, turn, sums))
            mixed += float(total_of(sums))
        sums = np.zeros(1 << (self.qubits - self.low))
        run(len(sums), partial(_undo_low, ket, bra, self.low, turn, sums))
        return mixed + float(total_of(sums)), phases.undo(self.threads, ket, bra, costs, gamma / 2)


@njit(cache=True, nogil=True)
def _low(ket: Ket, bits: int, turn: Turn, start: int, stop: int) -> None:
    """Gates on the low qubits, segment by segment."""
    for segment in range(start, stop):
        for qubit in range(bits):
            run = 1 << qubit
            for first in range(segment << bits, (segment + 1) << bits, 2 * run):
                exchange_run(ket, first, run, run, turn)


@njit(cache=True, nogil=True)
def _undo_low(ket: Ket, bra: Ket, bits: int, turn: Turn, found: Floats, start: int, stop: int) -> None:
    for segment in range(start, stop):
        sums = np.zeros(SUMS)
        for qubit in range(bits):
            run = 1 << qubit
            for first in range(segment << bits, (segment + 1) << bits, 2 * run):
                undo_run(ket, bra, first, run, run, turn, sums)
        found[segment] = total_of(sums)


@njit(cache=True, nogil=True)
def _high(ket: Ket, qubit: int, turn: Turn, start: int, stop: int) -> None:
    """One gate above the low qubits, PIECE pairs at a time."""
    run = 1 << qubit
    for piece in range(start, stop):
        pair = piece * PIECE
        exchange_run(ket, (pair // run) * 2 * run + pair % run, PIECE, run, turn)


@njit(cache=True, nogil=True)
def _undo_high(ket: Ket, bra: Ket, qubit: int, turn: Turn, found: Floats, start: int, stop: int) -> None:
    run = 1 << qubit
    for piece in range(start, stop):
        pair, sums = piece * PIECE, np.zeros(SUMS)
        undo_run(ket, bra, (pair // run) * 2 * run + pair % run, PIECE, run, turn, sums)
        found[piece] = total_of(sums)
