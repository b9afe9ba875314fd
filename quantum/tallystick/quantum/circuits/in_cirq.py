"""A circuit as cirq's, gate by gate."""

from collections.abc import Callable, Collection
from math import pi
from typing import Any

from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.gates import Gate, Kind, decomposed
from tallystick.quantum.circuits.kits import kit

KEY = "x"
"""The key under which all qubits are measured, qubit 0 first."""


def cirq_circuit(circuit: QaoaCircuit, *, measured: bool = False, known: Collection[Kind] = frozenset(Kind)) -> Any:
    """The `cirq.Circuit` on `LineQubit` 0 to n - 1; `known` are the kinds that are left whole.

    With `measured`, all qubits are measured together under `KEY`. Raises `Missing` without cirq.
    """
    cirq = kit("cirq")
    line = cirq.LineQubit.range(circuit.qubits)
    made = cirq.Circuit(
        _gate(cirq, each).on(*(line[qubit] for qubit in each.qubits)) for each in decomposed(circuit.gates, known)
    )
    if measured:
        made.append(cirq.measure(*line, key=KEY))
    return made


def _gate(cirq: Any, gate: Gate) -> Any:
    plain = {Kind.X: cirq.X, Kind.H: cirq.H, Kind.CX: cirq.CNOT}
    if gate.kind in plain:
        return plain[gate.kind]
    turns: dict[Kind, Callable[[float], Any]] = {
        Kind.RX: cirq.rx,
        Kind.RY: cirq.ry,
        Kind.RZ: cirq.rz,
        Kind.RZZ: lambda angle: cirq.ZZPowGate(exponent=angle / pi, global_shift=-0.5),
        Kind.XY: lambda angle: cirq.ISwapPowGate(exponent=-2.0 * angle / pi),
        Kind.CRY: lambda angle: cirq.ry(angle).controlled(1),
        Kind.CCRY: lambda angle: cirq.ry(angle).controlled(2),
        Kind.PHASE: lambda angle: cirq.ZPowGate(exponent=angle / pi),
    }
    made = turns[gate.kind](gate.angle)
    controls = len(gate.qubits) - 1
    return made.controlled(controls) if gate.kind is Kind.PHASE and controls else made
