"""The quantum approximate optimisation algorithm on a subspace, simulated exactly, with all derivatives.

|psi> = prod_l exp(-i beta_l B) exp(-i gamma_l C / 2) |start>, the convention of QOKit: C is a cost per state, the mixer
B keeps the number of ones, so that no shot is ever infeasible. Derivatives of all 2p angles come from one adjoint pass
(Jones and Gacon 2020, arXiv:2009.02823) at about three times the price of an evaluation.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.compiling import compiles, installed, interpreted
from tallystick.quantum.errors import Missing, ProblemError, SettingError
from tallystick.quantum.memory import require_memory
from tallystick.quantum.mixers import Mixer, RingXY
from tallystick.quantum.objectives import Expectation, Objective
from tallystick.quantum.rotations import Ket
from tallystick.quantum.starts import Dicke, Start
from tallystick.quantum.state import State
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads

LARGEST_PHASE = 2.0**20


@dataclass(frozen=True, slots=True)
class Gradient:
    """An objective's value at some angles, and its derivatives, each of shape (p,)."""

    value: float
    gammas: Floats
    betas: Floats


@dataclass(frozen=True, slots=True)
class Provenance:
    """What computes: of results to the last bit, all of it and the processor's instruction set are part."""

    engine: str
    """numba or numpy."""
    version: str
    """Of that package."""
    precision: str
    threads: int


class Qaoa:
    """One problem, one mixer, one start: evaluate, differentiate and sample for any angles."""

    def __init__(
        self,
        space: Subspace,
        costs: ArrayLike,
        *,
        mixer: Mixer | None = None,
        start: Start | None = None,
        precision: Literal["float64", "float32"] = "float64",
        threads: int = 1,
        engine: Literal["auto", "numba", "numpy"] = "auto",
    ) -> None:
        """`costs`: one per state, shape (dimension,). Defaults: the ring mixer, the Dicke state.

        `engine`: numba is compiled; numpy is about thirty times slower (`CompleteXY` more), on one thread, and needs
        nothing else; auto is numba where it is installed. Both agree to 1e-12. Raises `ProblemError` for costs that
        are not finite or of another shape, `TooBigError` beyond memory, `Missing` for numba where it is not installed.
        """
        if precision not in {"float64", "float32"}:
            message = f"precision {precision!r}: expected float64 or float32"
            raise SettingError(message)
        self._dtype = np.dtype(precision)
        require_memory(4 * self._dtype.itemsize * space.dimension, f"two states of {space.dimension:,} amplitudes")
        self.space = space
        self.costs = np.ascontiguousarray(costs, dtype=np.float64)
        if self.costs.shape != (space.dimension,):
            message = f"costs of shape {self.costs.shape}: one for each of the {space.dimension} states is needed"
            raise ProblemError(message)
        if not np.isfinite(self.costs).all():
            message = "costs: every one must be a finite number"
            raise ProblemError(message)
        self.provenance = _provenance(engine, precision, threads)
        self._compiled = self.provenance.engine == "numba"
        with self._engine():
            amplitudes = (start or Dicke()).amplitudes(space)
            self._start = amplitudes.astype(self._dtype)
            self._mixing = (mixer or RingXY()).on(space, self._start, Threads(self.provenance.threads))
        self._largest = float(np.abs(self.costs).max())

    def state(self, gammas: ArrayLike, betas: ArrayLike) -> State:
        """The state after all layers; `gammas` and `betas` of shape (p,)."""
        angles = self._angles(gammas, betas)
        ket = Ket(self._start.copy(), np.zeros_like(self._start))
        with self._engine():
            for gamma, beta in zip(*angles, strict=True):
                self._mixing.layer(ket, self.costs, gamma, beta)
        return State(ket.re, ket.im)

    def expectation(self, gammas: ArrayLike, betas: ArrayLike) -> float:
        """The expected cost."""
        state = self.state(gammas, betas)
        with self._engine():
            return state.mean(self.costs)

    def value(self, gammas: ArrayLike, betas: ArrayLike, objective: Objective | None = None) -> float:
        """An objective's value; the expected cost by default."""
        state = self.state(gammas, betas)
        with self._engine():
            return state.mean(self._weights(objective, state))

    def gradient(self, gammas: ArrayLike, betas: ArrayLike, objective: Objective | None = None) -> Gradient:
        """An objective's value and its derivatives by all angles."""
        angles = self._angles(gammas, betas)
        state = self.state(*angles)
        weights = self._weights(objective, state)
        with self._engine():
            value = state.mean(weights)
        ket = Ket(state.re, state.im)
        bra = Ket((weights * state.re).astype(self._dtype), (weights * state.im).astype(self._dtype))
        by_gamma, by_beta = np.empty(len(angles[0])), np.empty(len(angles[0]))
        with self._engine():
            for layer in range(len(angles[0]) - 1, -1, -1):
                mixed, phased = self._mixing.undo(ket, bra, self.costs, angles[0][layer], angles[1][layer])
                by_gamma[layer], by_beta[layer] = phased, 2.0 * mixed
        return Gradient(value, by_gamma, by_beta)

    def _engine(self) -> AbstractContextManager[None]:
        return nullcontext() if self._compiled else interpreted()

    def _weights(self, objective: Objective | None, state: State) -> Floats:
        if objective is None or isinstance(objective, Expectation):
            return self.costs
        return objective.weights(self.costs, state.probabilities)

    def _angles(self, gammas: ArrayLike, betas: ArrayLike) -> tuple[Floats, Floats]:
        both = np.atleast_1d(np.asarray(gammas, dtype=np.float64)), np.atleast_1d(np.asarray(betas, dtype=np.float64))
        if both[0].shape != both[1].shape or both[0].ndim != 1:
            message = f"{both[0].shape} gammas and {both[1].shape} betas: one of each for every layer is needed"
            raise SettingError(message)
        if not all(np.isfinite(each).all() for each in both):
            message = "angles: every one must be a finite number"
            raise SettingError(message)
        if both[0].size and np.abs(both[0]).max() * self._largest > LARGEST_PHASE:
            message = f"a phase beyond 2^20: scale the costs (the largest is {self._largest:g}) or the gammas down"
            raise SettingError(message)
        return both


def _provenance(engine: str, precision: str, threads: int) -> Provenance:
    """What will compute. Raises `SettingError` for another engine, `Missing` for one that is not installed."""
    if engine not in {"auto", "numba", "numpy"}:
        message = f"engine {engine!r}: expected auto, numba or numpy"
        raise SettingError(message)
    if engine == "numba" and not installed():
        message = 'engine numba is not installed; pip install "tallystick[quantum]", or use engine numpy'
        raise Missing(message)
    count = Threads(threads).count
    if engine == "numba" or (engine == "auto" and compiles()):
        return Provenance("numba", version("numba"), precision, count)
    return Provenance("numpy", np.__version__, precision, 1)
