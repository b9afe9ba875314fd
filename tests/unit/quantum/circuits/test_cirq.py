"""Cirq's own simulation of the circuits, state for state, and cirq's reading of the OpenQASM."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.in_cirq import cirq_circuit
from tallystick.quantum.circuits.qasm import qasm2, qasm3
from tallystick.quantum.full import FullSpace
from tallystick.quantum.mixers import CompleteTrotterXY, EdgesXY, Grover, Mixer, RingXY
from tallystick.quantum.starts import EdgesTop, RingTop
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import constrained, engine_state, furthest, unconstrained, warm

cirq = pytest.importorskip("cirq", reason='cirq is not installed: pip install "tallystick[quantum-sdks]"')

RINGS = [RingXY(), CompleteTrotterXY(), EdgesXY([(3, 1), (0, 5), (2, 4), (1, 2), (6, 7)])]


def cirq_state(made: object, qubits: int, first: NDArray[np.complex128] | int = 0) -> NDArray[np.complex128]:
    """Final amplitudes by cirq.Simulator, in the engine's order: cirq's first qubit is the highest bit."""
    line = cirq.LineQubit.range(qubits)
    simulator = cirq.Simulator(dtype=np.complex128)
    found = simulator.simulate(made, qubit_order=list(reversed(line)), initial_state=first).final_state_vector
    return np.asarray(found, dtype=np.complex128)


def difference(circuit: QaoaCircuit) -> float:
    return furthest(cirq_state(cirq_circuit(circuit), circuit.qubits), engine_state(circuit))


@pytest.mark.parametrize("mixer", RINGS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize(("n", "k"), [(8, 4), (12, 5), (16, 8)])
def test_xy_mixers_give_the_amplitudes_of_cirq_from_every_start(mixer: Mixer, n: int, k: int) -> None:
    for start in (None, warm(n)):
        assert difference(constrained(Subspace(n, k), mixer, start)) < 1e-10


@pytest.mark.parametrize(
    ("mixer", "n", "k"), [(RINGS[0], 8, 4), (RINGS[1], 8, 3), (RINGS[2], 12, 5), (RINGS[0], 16, 8)], ids=str
)
def test_layers_on_the_top_state_of_ring_or_path_give_the_amplitudes_of_cirq(mixer: Mixer, n: int, k: int) -> None:
    space, nothing = Subspace(n, k), EdgesXY([])
    made = constrained(space, mixer)  # cirq makes a Dicke state first: undone here, and the start given instead
    undone = cirq.inverse(cirq_circuit(replace(made, angles=made.angles.scaled(0.0), mixer=nothing)))
    for start in (RingTop(), EdgesTop([(each, each + 1) for each in range(n - 1)])):
        circuit = replace(made, start=start)
        first = engine_state(replace(circuit, angles=made.angles.scaled(0.0), mixer=nothing))
        found = cirq_state(undone + cirq_circuit(made), n, first)
        assert furthest(found, engine_state(circuit)) < 1e-10


@pytest.mark.parametrize(("n", "k"), [(8, 4), (12, 5), (16, 8)])
def test_the_x_mixer_with_penalty_gives_the_amplitudes_of_cirq(n: int, k: int) -> None:
    assert difference(unconstrained(FullSpace(n, k))) < 1e-10


@pytest.mark.parametrize(("n", "k"), [(8, 4), (8, 6), (12, 6), (12, 3)])
def test_grovers_mixer_is_the_phase_between_two_preparations_in_cirq(n: int, k: int) -> None:
    for start in (None, warm(n)):
        assert difference(constrained(Subspace(n, k), Grover(), start)) < 1e-10


def test_the_ring_s_gates_are_powers_of_cirq_s_own_exchange() -> None:
    made = cirq_circuit(constrained(Subspace(6, 3), RingXY()))
    assert sum(isinstance(each.gate, cirq.ISwapPowGate) for each in made.all_operations()) == 3 * 6


@pytest.mark.parametrize("export", [qasm2, qasm3])
@pytest.mark.parametrize("mixer", [RingXY(), Grover()], ids=lambda one: type(one).__name__)
def test_exported_open_qasm_comes_back_as_the_circuit_in_cirq(
    mixer: Mixer, export: Callable[[QaoaCircuit], str]
) -> None:
    pytest.importorskip("ply", reason="cirq reads OpenQASM with ply: pip install ply")
    from cirq.contrib.qasm_import import circuit_from_qasm

    circuit = constrained(Subspace(6, 3), mixer)
    read = circuit_from_qasm(export(circuit))
    named = {cirq.NamedQubit(f"q_{each}"): qubit for each, qubit in enumerate(cirq.LineQubit.range(6))}
    bare = cirq.drop_terminal_measurements(read.transform_qubits(named))
    unitary = cirq.Circuit(each for each in bare.all_operations() if not isinstance(each.gate, cirq.IdentityGate))
    assert furthest(cirq_state(unitary, 6), engine_state(circuit)) < 1e-10
