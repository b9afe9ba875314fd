"""What runs circuits: a `Backend` says what it can do, takes a circuit, and answers with counts.

Vendors differ in what they take (cirq, OpenQASM, gates of their own) and agree in this. A new one is a class with these
two members, which lowers `QaoaCircuit.gates` to what it knows and calls `admit` first; nothing else has to change.
"""

from dataclasses import dataclass
from typing import Protocol

from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.counts import Counts
from tallystick.quantum.errors import SettingError
from tallystick.quantum.memory import require_memory

MOST_SHOTS = 10_000_000
SEEDS = 2**31
"""Seeds lie below this: what every simulator takes."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; fields for the next kind of vendor are added with a default."""

    name: str
    qubits: int
    """Of the largest circuit."""
    shots: int = MOST_SHOTS
    """Of one run, at most."""
    noisy: bool = False
    repeatable: bool = True
    """The same circuit, shots and seed give the same counts, with the same versions on the same machine."""
    online: bool = False
    """Circuits leave this machine."""
    bytes_per_state: int = 0
    """Of the 2^n states that it holds; 0 where it holds none here."""
    native: tuple[str, ...] = ()
    """Its own gates, where circuits are compiled to them."""
    couplings: tuple[tuple[str, str], ...] = ()
    """Pairs of qubits that gates can be on; none listed where every pair can."""


class Backend(Protocol):
    """A simulator or a machine."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def run(self, circuit: QaoaCircuit, shots: int, seed: int) -> Counts:
        """Measure all qubits `shots` times.

        Raises `SettingError` for what is beyond its capabilities, `TooBigError` beyond memory.
        """
        ...


def admit(capabilities: Capabilities, circuit: QaoaCircuit, shots: int, seed: int) -> None:
    """Raise `SettingError` or `TooBigError` for a run that this backend cannot do; before anything is taken."""
    name = capabilities.name
    if circuit.qubits > capabilities.qubits:
        message = f"{name} has {capabilities.qubits} qubits, the circuit {circuit.qubits}; choose fewer assets"
        raise SettingError(message)
    if not 1 <= shots <= capabilities.shots:
        message = f"{shots} shots: {name} takes 1 to {capabilities.shots:,} in one run"
        raise SettingError(message)
    if not 0 <= seed < SEEDS:
        message = f"seed {seed}: a whole number from 0 to 2^31 - 1 is needed"
        raise SettingError(message)
    if capabilities.bytes_per_state:
        needed = capabilities.bytes_per_state << circuit.qubits
        require_memory(needed, f"{name}'s state of {circuit.qubits} qubits")
