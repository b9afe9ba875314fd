"""OpenQASM 2 and 3 of a circuit, in the six gates that both standard libraries have: x, h, rx, ry, rz, cx.

Needs no package. OpenQASM 2: Cross et al. 2017, arXiv:1707.03429; 3: openqasm.com, `stdgates.inc`.
"""

from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.gates import Gate, Kind, decomposed

TURNS = frozenset({Kind.RX, Kind.RY, Kind.RZ})


def qasm2(circuit: QaoaCircuit) -> str:
    """The circuit in OpenQASM 2, all qubits measured into `c`, qubit 0 into `c[0]`; angles to the last bit."""
    n = circuit.qubits
    head = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{n}];", f"creg c[{n}];"]
    return "\n".join([*head, *_body(circuit), "measure q -> c;"]) + "\n"


def qasm3(circuit: QaoaCircuit) -> str:
    """The circuit in OpenQASM 3, all qubits measured into `c`, qubit 0 into `c[0]`; angles to the last bit."""
    n = circuit.qubits
    head = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{n}] q;", f"bit[{n}] c;"]
    return "\n".join([*head, *_body(circuit), "c = measure q;"]) + "\n"


def _body(circuit: QaoaCircuit) -> list[str]:
    return [_line(each) for each in decomposed(circuit.gates)]


def _line(gate: Gate) -> str:
    angle = f"({gate.angle!r})" if gate.kind in TURNS else ""
    return f"{gate.kind}{angle} {','.join(f'q[{each}]' for each in gate.qubits)};"
