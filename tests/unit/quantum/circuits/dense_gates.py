"""A circuit of primitive gates on a whole state vector, and a reader of exported OpenQASM; no engine, no kit.

Qubit i is bit i of the index, as in the engine.
"""

import re
from cmath import exp
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from tallystick.quantum.circuits.gates import Gate, Kind

Complex = NDArray[np.complex128]
LINE = re.compile(r"(\w+)(?:\(([^)]*)\))? ((?:q\[\d+\],?)+);")


def matrix(kind: Kind, angle: float) -> Complex:
    c, s = cos(angle / 2), sin(angle / 2)
    found = {
        Kind.X: [[0, 1], [1, 0]],
        Kind.H: [[0.5**0.5, 0.5**0.5], [0.5**0.5, -(0.5**0.5)]],
        Kind.RX: [[c, -1j * s], [-1j * s, c]],
        Kind.RY: [[c, -s], [s, c]],
        Kind.RZ: [[exp(-0.5j * angle), 0], [0, exp(0.5j * angle)]],
    }[kind]
    return np.array(found, dtype=np.complex128)


def applied(state: Complex, gate: Gate) -> Complex:
    """One primitive gate."""
    index = np.arange(len(state))
    if gate.kind is Kind.CX:
        control, target = gate.qubits
        return state[np.where(index >> control & 1, index ^ (1 << target), index)]
    qubit, turn = gate.qubits[0], matrix(gate.kind, gate.angle)
    own = index >> qubit & 1
    found: Complex = turn[own, own] * state + turn[own, 1 - own] * state[index ^ (1 << qubit)]
    return found


def evolved(qubits: int, gates: list[Gate]) -> Complex:
    """All gates from |0...0>."""
    state = np.zeros(1 << qubits, dtype=np.complex128)
    state[0] = 1.0
    for gate in gates:
        state = applied(state, gate)
    return state


def read_qasm(text: str) -> list[Gate]:
    """The gates of an exported circuit; raises for a line that is none."""
    lines = text.splitlines()[4:-1]
    found = []
    for line in lines:
        match = LINE.fullmatch(line)
        assert match, line
        qubits = tuple(int(each) for each in re.findall(r"\d+", match[3]))
        found.append(Gate(Kind(match[1]), qubits, float(match[2] or 0.0)))
    return found
