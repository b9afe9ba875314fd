"""The gates that a circuit is written in, and how each is made of one-qubit gates and CX.

A circuit is a plain list of these, so that it is one circuit for every vendor: cirq, OpenQASM, and those that follow.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import pi

from tallystick.quantum.errors import SettingError


class Kind(StrEnum):
    """What a gate does; `angle` is theta, qubits in the order named."""

    X = "x"
    H = "h"
    RX = "rx"
    """exp(-i theta X/2); RY, RZ alike."""
    RY = "ry"
    RZ = "rz"
    CX = "cx"
    """Control, target."""
    RZZ = "rzz"
    """exp(-i theta ZZ/2)"""
    XY = "xy"
    """exp(-i theta (XX + YY)/2)"""
    CRY = "cry"
    """RY of the last qubit if the first is 1."""
    CCRY = "ccry"
    """RY of the last qubit if the first two are 1."""
    PHASE = "phase"
    """exp(i theta) if all of its qubits are 1."""


PRIMITIVE = frozenset({Kind.X, Kind.H, Kind.RX, Kind.RY, Kind.RZ, Kind.CX})
"""What every vendor knows by this name."""
PAIRWISE = PRIMITIVE | {Kind.RZZ, Kind.XY, Kind.CRY}
"""Gates of at most two qubits."""
MOST_CONTROLLED = 16
"""Qubits of the largest phase that is decomposed, into 2^16 rotations."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate."""

    kind: Kind
    qubits: tuple[int, ...]
    angle: float = 0.0

    def __post_init__(self) -> None:
        if len(set(self.qubits)) != len(self.qubits) or len(self.qubits) != _QUBITS.get(self.kind, len(self.qubits)):
            message = f"gate {self.kind} on {self.qubits}: it needs different qubits, as many as its kind has"
            raise SettingError(message)

    @property
    def inverse(self) -> "Gate":
        """The gate that undoes this one."""
        return replace(self, angle=-self.angle) if self.angle else self


_QUBITS = {
    Kind.X: 1,
    Kind.H: 1,
    Kind.RX: 1,
    Kind.RY: 1,
    Kind.RZ: 1,
    Kind.CX: 2,
    Kind.RZZ: 2,
    Kind.XY: 2,
    Kind.CRY: 2,
    Kind.CCRY: 3,
}


def undone(gates: Iterable[Gate]) -> list[Gate]:
    """The gates that take a list of gates back."""
    return [each.inverse for each in reversed(list(gates))]


def decomposed(gates: Iterable[Gate], known: Collection[Kind] = PRIMITIVE) -> list[Gate]:
    """The same circuit, up to a global phase, in gates of the kinds `known`, which include the primitive ones."""
    return [part for gate in gates for part in ([gate] if gate.kind in known else _parts(gate))]


def _parts(gate: Gate) -> list[Gate]:
    """A gate in primitive ones."""
    q, angle = gate.qubits, gate.angle
    match gate.kind:
        case Kind.RZZ:
            return [_cx(*q), Gate(Kind.RZ, q[1:], angle), _cx(*q)]
        case Kind.XY:
            return _xy(q[0], q[1], angle)
        case Kind.CRY:
            return [_ry(q[1], angle / 2), _cx(*q), _ry(q[1], -angle / 2), _cx(*q)]
        case Kind.CCRY:
            first, second, target = q
            return [
                part
                for control, share in ((second, 0.25), (first, -0.25), (second, 0.25), (first, -0.25))
                for part in (_ry(target, share * angle), _cx(control, target))
            ]
        case Kind.PHASE:
            return _phase(q, angle)
        case _:
            return [gate]


def _xy(a: int, b: int, angle: float) -> list[Gate]:
    """XX + YY is XX + ZZ between two turns about X, and CX takes XX to X of its control, ZZ to Z of its target."""
    turned = [Gate(Kind.RX, (each,), pi / 2) for each in (a, b)]
    middle = [_cx(a, b), Gate(Kind.RX, (a,), angle), Gate(Kind.RZ, (b,), angle), _cx(a, b)]
    return [*turned, *middle, *undone(turned)]


def _phase(qubits: tuple[int, ...], angle: float) -> list[Gate]:
    """The product of bits is a signed mean of the parities of their subsets, which a Gray code goes through."""
    if len(qubits) > MOST_CONTROLLED:
        message = f"a phase on {len(qubits)} qubits would be 2^{len(qubits)} rotations; use a ring or complete mixer"
        raise SettingError(message)
    share, found = angle / 2 ** (len(qubits) - 1), []
    for place, target in enumerate(qubits):
        found.append(Gate(Kind.RZ, (target,), share))
        for step in range(1, 1 << place):
            changed = (step & -step).bit_length() - 1
            size = 1 + (step ^ step >> 1).bit_count()
            found += [_cx(qubits[changed], target), Gate(Kind.RZ, (target,), share if size % 2 else -share)]
        if place:
            found.append(_cx(qubits[place - 1], target))
    return found


def _cx(control: int, target: int) -> Gate:
    return Gate(Kind.CX, (control, target))


def _ry(qubit: int, angle: float) -> Gate:
    return Gate(Kind.RY, (qubit,), angle)
