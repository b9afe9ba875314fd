"""Circuits that the tests of this folder share, and how two states are compared."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.angles import Angles
from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.full import FullSpace, XMixer, penalised, penalised_costs
from tallystick.quantum.mixers import Mixer
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, Start, Weighted
from tallystick.quantum.subspace import Subspace

Complex = NDArray[np.complex128]
PENALTY = 0.7


def costs_of(qubits: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(qubits)
    half = rng.normal(size=(qubits, qubits))
    return half + half.T, rng.normal(size=qubits)


def angles_of(layers: int) -> Angles:
    rng = np.random.default_rng(layers)
    return Angles(tuple(rng.uniform(0, 0.6, layers).tolist()), tuple(rng.uniform(-0.8, 0.8, layers).tolist()))


def warm(qubits: int) -> Weighted:
    return Weighted(np.random.default_rng(qubits).uniform(0.1, 0.9, qubits).tolist())


def constrained(space: Subspace, mixer: Mixer, start: Start | None = None, layers: int = 3) -> QaoaCircuit:
    return QaoaCircuit(space, *costs_of(space.qubits), angles_of(layers), mixer, start or Dicke())


def unconstrained(space: FullSpace, layers: int = 3) -> QaoaCircuit:
    quadratic, linear, _ = penalised(space, *costs_of(space.qubits), PENALTY)
    return QaoaCircuit(space, quadratic, linear, angles_of(layers), XMixer())


def engine_state(circuit: QaoaCircuit) -> Complex:
    """The engine's amplitudes among all 2^n."""
    space = circuit.space
    if isinstance(space, FullSpace):
        costs = penalised_costs(space, *costs_of(space.qubits), PENALTY)
        places = np.arange(space.dimension)
    else:
        costs = quadratic_diagonal(space, circuit.quadratic, circuit.linear)
        places = np.array(sorted(sum(1 << i for i in c) for c in combinations(range(space.qubits), space.weight)))
    state = Qaoa(space, costs, mixer=circuit.mixer, start=circuit.start).state(
        circuit.angles.gammas, circuit.angles.betas
    )
    found = np.zeros(1 << space.qubits, dtype=np.complex128)
    found[places] = state.amplitudes
    return found


def furthest(found: Complex, expected: Complex) -> float:
    """The largest difference of amplitudes, up to a global phase."""
    overlap = np.vdot(found, expected)
    return float(np.abs(found * (overlap / abs(overlap)) - expected).max())
