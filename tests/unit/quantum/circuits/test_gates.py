"""Circuits as gates, as OpenQASM, and the starts they make, against the engine; nothing else need be installed."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.gates import Gate, Kind, decomposed, undone
from tallystick.quantum.circuits.preparing import start_gates
from tallystick.quantum.circuits.qasm import qasm2, qasm3
from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.full import FullSpace
from tallystick.quantum.mixers import CompleteTrotterXY, CompleteXY, EdgesXY, Grover, Mixer, RingXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, Weighted
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import (
    angles_of,
    constrained,
    costs_of,
    engine_state,
    furthest,
    unconstrained,
    warm,
)
from tests.unit.quantum.circuits.dense_gates import evolved, read_qasm

MIXERS = [RingXY(), EdgesXY([(3, 1), (0, 2), (1, 2)]), CompleteTrotterXY(), Grover()]


@pytest.mark.parametrize(("n", "k"), [(1, 0), (1, 1), (2, 1), (5, 1), (5, 4), (6, 3), (7, 2), (7, 7), (9, 5)])
@pytest.mark.parametrize("kind", ["dicke", "warm"])
def test_the_gates_of_a_start_make_it(n: int, k: int, kind: str) -> None:
    space, start = Subspace(n, k), Dicke() if kind == "dicke" else warm(n)
    circuit = QaoaCircuit(space, *costs_of(n), angles_of(1).scaled(0.0), EdgesXY([]), start)
    assert furthest(evolved(n, decomposed(start_gates(space, start))), engine_state(circuit)) < 1e-12


@pytest.mark.parametrize("mixer", MIXERS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize(("n", "k"), [(4, 2), (6, 2), (7, 4), (8, 7)])
def test_primitive_gates_of_a_circuit_give_the_amplitudes_of_the_engine(mixer: Mixer, n: int, k: int) -> None:
    for start in (Dicke(), warm(n)):
        circuit = constrained(Subspace(n, k), mixer, start)
        assert furthest(evolved(n, decomposed(circuit.gates)), engine_state(circuit)) < 1e-12


def test_the_x_mixer_with_its_penalty_gives_the_amplitudes_of_the_engine() -> None:
    for n in (1, 5, 8):
        circuit = unconstrained(FullSpace(n, n // 2))
        assert furthest(evolved(n, decomposed(circuit.gates)), engine_state(circuit)) < 1e-12


@pytest.mark.parametrize("export", [qasm2, qasm3])
def test_exported_text_is_the_circuit_to_the_last_bit(export: Callable[[QaoaCircuit], str]) -> None:
    for circuit in (
        constrained(Subspace(6, 3), RingXY()),
        constrained(Subspace(5, 2), Grover()),
        unconstrained(FullSpace(4, 2)),
    ):
        text = export(circuit)
        assert read_qasm(text) == decomposed(circuit.gates)
        assert ("OPENQASM 2.0" in text) == (export is qasm2)


def test_undone_gates_give_the_start_back() -> None:
    gates = list(constrained(Subspace(6, 3), Grover()).gates)
    state = evolved(6, decomposed([*gates, *undone(gates)]))
    assert abs(state[0]) == pytest.approx(1.0, abs=1e-12)


def test_a_ring_circuit_has_as_many_pair_gates_as_the_ring_has_edges() -> None:
    circuit = constrained(Subspace(8, 4), RingXY(), layers=2)
    assert sum(each.kind is Kind.XY for each in circuit.gates) == 2 * 8
    assert sum(each.kind is Kind.RZZ for each in circuit.gates) == 2 * 28


def test_a_circuit_is_known_by_what_it_is() -> None:
    first, again = (constrained(Subspace(6, 3), RingXY()) for _ in range(2))
    assert first.digest == again.digest
    others = [
        constrained(Subspace(6, 2), RingXY()),
        constrained(Subspace(6, 3), Grover()),
        unconstrained(FullSpace(6, 3)),
    ]
    assert len({first.digest, *(each.digest for each in others)}) == 4


def test_what_has_no_circuit_says_what_has_one() -> None:
    with pytest.raises(SettingError, match="CompleteTrotterXY"):
        _ = constrained(Subspace(6, 3), CompleteXY()).gates
    with pytest.raises(SettingError, match="mixes by XMixer"):
        _ = QaoaCircuit(FullSpace(6, 3), *costs_of(6), angles_of(1), RingXY()).gates
    with pytest.raises(ProblemError, match="clip them"):
        _ = constrained(Subspace(3, 1), RingXY(), Weighted([0.5, 1.0, 0.5])).gates
    with pytest.raises(ProblemError, match="symmetric"):
        QaoaCircuit(Subspace(3, 1), np.triu(np.ones((3, 3))), np.ones(3), angles_of(1))
    with pytest.raises(SettingError, match="below 6"):
        _ = constrained(Subspace(6, 3), EdgesXY([(0, 6)])).gates
    with pytest.raises(SettingError, match="different qubits"):
        Gate(Kind.CX, (1, 1))


def test_grovers_mixer_with_one_marked_state_turns_by_the_known_angle_at_sixteen_qubits() -> None:
    space = Subspace(16, 8)
    costs = np.zeros(space.dimension)
    costs[4321] = 1.0
    qaoa, theta = Qaoa(space, costs, mixer=Grover()), np.arcsin(space.dimension**-0.5)
    for layers in (1, 7, 88):
        state = qaoa.state(np.full(layers, 2 * np.pi), np.full(layers, np.pi))
        turned = (2 * layers + 1) * theta
        assert state.probabilities[4321] == pytest.approx(np.sin(turned) ** 2, abs=1e-12)
        others = np.delete(np.abs(state.amplitudes), 4321)
        np.testing.assert_allclose(others, abs(np.cos(turned)) / np.sqrt(space.dimension - 1), atol=1e-12)


def test_the_kits_of_others_are_not_imported_before_they_are_used() -> None:
    names = "circuit", "qasm", "in_cirq", "simulators", "noisy", "counts"
    asked = "; ".join(f"import tallystick.quantum.circuits.{name}" for name in names)
    left = "{'cirq', 'cirq_google', 'qsimcirq', 'sympy'}"
    code = f"import sys; {asked}; sys.exit(sorted({left} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
