"""Backends without noise: the engine of this package, cirq's simulator, and qsim."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tallystick.quantum.circuits.backend import Capabilities, admit
from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.counts import Counts, Provenance, tallied
from tallystick.quantum.circuits.in_cirq import KEY, cirq_circuit
from tallystick.quantum.circuits.kits import kit, release
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.full import FullSpace, penalised_costs
from tallystick.quantum.qaoa import Qaoa

QSIM_THREADS = 1
MOST_SIMULATED = 34


@dataclass(frozen=True, slots=True)
class EngineBackend:
    """The engine: any circuit whose states it can hold, in the subspace where the ansatz stays in one."""

    threads: int = 1

    @property
    def capabilities(self) -> Capabilities:
        """As many qubits as indices allow; memory is asked for by the engine itself."""
        return Capabilities("engine", qubits=225)

    def run(self, circuit: QaoaCircuit, shots: int, seed: int) -> Counts:
        """Sample the exact state."""
        admit(self.capabilities, circuit, shots, seed)
        space = circuit.space
        terms = circuit.quadratic, circuit.linear
        if isinstance(space, FullSpace):
            costs = penalised_costs(space, *terms, 0.0)
        else:
            costs = quadratic_diagonal(space, *terms, threads=self.threads)
        qaoa = Qaoa(space, costs, mixer=circuit.mixer, start=circuit.start, threads=self.threads)
        state = qaoa.state(circuit.angles.gammas, circuit.angles.betas)
        drawn, times = np.unique(state.sample(shots, seed), return_counts=True)
        found = [(space.bits(state), times) for state, times in zip(drawn.tolist(), times.tolist(), strict=True)]
        return tallied(found, Provenance("engine", release("tallystick"), circuit.digest, shots, seed))


@dataclass(frozen=True, slots=True)
class CirqBackend:
    """cirq.Simulator, complex128."""

    @property
    def capabilities(self) -> Capabilities:
        """All 2^n amplitudes, and copies of them."""
        return Capabilities("cirq", qubits=MOST_SIMULATED, bytes_per_state=64)

    def run(self, circuit: QaoaCircuit, shots: int, seed: int) -> Counts:
        """Sample cirq's final state. Raises `Missing` without cirq."""
        admit(self.capabilities, circuit, shots, seed)
        cirq = kit("cirq")
        simulator = cirq.Simulator(dtype=np.complex128, seed=seed)
        return sampled(
            simulator, cirq_circuit(circuit, measured=True), _origin("cirq", "cirq-core", circuit, shots, seed)
        )


@dataclass(frozen=True, slots=True)
class QsimBackend:
    """Google's qsim, complex64, through qsimcirq."""

    threads: int = QSIM_THREADS

    @property
    def capabilities(self) -> Capabilities:
        """All 2^n amplitudes in single precision."""
        return Capabilities("qsim", qubits=MOST_SIMULATED, bytes_per_state=16)

    def run(self, circuit: QaoaCircuit, shots: int, seed: int) -> Counts:
        """Sample qsim's final state. Raises `Missing` without qsimcirq."""
        admit(self.capabilities, circuit, shots, seed)
        qsimcirq = kit("qsimcirq")
        simulator = qsimcirq.QSimSimulator(qsimcirq.QSimOptions(cpu_threads=self.threads), seed=seed)
        return sampled(
            simulator, cirq_circuit(circuit, measured=True), _origin("qsim", "qsimcirq", circuit, shots, seed)
        )


def sampled(sampler: Any, measured: Any, provenance: Provenance) -> Counts:
    """Run a measured cirq circuit on a sampler of cirq's."""
    rows = np.asarray(sampler.run(measured, repetitions=provenance.shots).measurements[KEY], dtype=np.int8)
    states, times = np.unique(rows, axis=0, return_counts=True)
    found = [("".join(map(str, bits)), shots) for bits, shots in zip(states.tolist(), times.tolist(), strict=True)]
    return tallied(found, provenance)


def _origin(backend: str, package: str, circuit: QaoaCircuit, shots: int, seed: int) -> Provenance:
    return Provenance(backend, release(package), circuit.digest, shots, seed)
