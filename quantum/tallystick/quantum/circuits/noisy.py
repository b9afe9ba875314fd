"""Google's processors as their published calibrations describe them: cirq-google's virtual machines, offline.

A circuit is routed onto the processor's grid, compiled to CZ and one-qubit gates, checked against the device, and run
with the noise of its median calibration. Some shots then have the wrong weight, as from hardware.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from tallystick.quantum.circuits.backend import Capabilities, admit
from tallystick.quantum.circuits.circuit import QaoaCircuit
from tallystick.quantum.circuits.counts import Counts, Provenance
from tallystick.quantum.circuits.gates import PAIRWISE
from tallystick.quantum.circuits.in_cirq import KEY, cirq_circuit
from tallystick.quantum.circuits.kits import kit, release
from tallystick.quantum.circuits.simulators import sampled
from tallystick.quantum.errors import SettingError

PROCESSORS = ("rainbow", "weber", "willow_pink")
MOST_SIMULATED = 16
"""Qubits of a circuit whose noise is simulated; routing may add a few."""
MOST_SHOTS = 100_000
"""Each shot with noise is a simulation of its own."""


@dataclass(frozen=True, slots=True)
class NoisyBackend:
    """A virtual machine of cirq-google. Raises `SettingError` for a processor that has none.

    `simulator`: qsim takes seconds for a thousand shots; cirq, which needs no qsimcirq, takes minutes.
    """

    processor: str = "willow_pink"
    simulator: Literal["qsim", "cirq"] = "qsim"

    def __post_init__(self) -> None:
        if self.processor not in PROCESSORS or self.simulator not in {"cirq", "qsim"}:
            known = ", ".join(PROCESSORS)
            message = f"processor {self.processor!r} on {self.simulator!r}: expected one of {known}, on qsim or cirq"
            raise SettingError(message)

    @property
    def capabilities(self) -> Capabilities:
        """The processor's graph. Raises `Missing` without cirq-google."""
        graph = _device(self.processor).metadata.nx_graph
        return Capabilities(
            f"google-{self.processor}-{self.simulator}",
            qubits=MOST_SIMULATED,
            shots=MOST_SHOTS,
            noisy=True,
            bytes_per_state=64,
            native=("CZ", "PhasedXZ"),
            couplings=tuple(sorted((str(min(pair)), str(max(pair))) for pair in graph.edges)),
        )

    def run(self, circuit: QaoaCircuit, shots: int, seed: int) -> Counts:
        """Compile and sample. Raises `Missing` without cirq-google (or qsimcirq)."""
        able = self.capabilities
        admit(able, circuit, shots, seed)
        cirq, google = kit("cirq"), kit("cirq_google")
        compiled = self._compiled(circuit)
        chosen = cirq.Simulator if self.simulator == "cirq" else kit("qsimcirq").QSimSimulator
        create = google.engine.create_default_noisy_quantum_virtual_machine
        machine = create(self.processor, simulator_class=chosen, seed=seed).get_processor(self.processor)
        provenance = Provenance(
            backend=able.name,
            release=release("cirq-google"),
            circuit=circuit.digest,
            shots=shots,
            seed=seed,
            calibration=f"{self.processor}, median calibration of {_measured_at(machine)}",
            two_qubit_gates=sum(1 for each in compiled.all_operations() if _pairs(cirq, each)),
            depth=len(compiled) - 1,
        )
        return sampled(machine.get_sampler(), compiled, provenance)

    def _compiled(self, circuit: QaoaCircuit) -> Any:
        """Routed, in the processor's gates, measured at the end; valid on the device."""
        cirq, device = kit("cirq"), _device(self.processor)
        written = cirq_circuit(circuit, known=PAIRWISE)
        routed, placed, moved = cirq.RouteCQC(device.metadata.nx_graph).route_circuit(written)
        made = cirq.optimize_for_target_gateset(routed, gateset=cirq.CZTargetGateset())
        line = cirq.LineQubit.range(circuit.qubits)
        made.append(cirq.measure(*(moved[placed[qubit]] for qubit in line), key=KEY))
        device.validate_circuit(made)
        return made


@lru_cache(maxsize=len(PROCESSORS))
def _device(processor: str) -> Any:
    return kit("cirq_google").engine.create_device_from_processor_id(processor)


def _pairs(cirq: Any, operation: Any) -> bool:
    return len(operation.qubits) == 2 and not cirq.is_measurement(operation)


def _measured_at(machine: Any) -> str:
    """Date of the calibration that a virtual machine carries, UTC."""
    from datetime import UTC, datetime

    stamp = machine.get_current_calibration().timestamp
    return datetime.fromtimestamp(stamp / 1000, tz=UTC).strftime("%Y-%m-%d")
