"""cirq's and qsim's side of `quantum_engine`: one circuit, given the Dicke state, simulated to its amplitudes.

Imports nothing of ours. cirq in complex128; qsim knows complex64 only.
"""

from math import pi
from typing import Any

import cirq
import numpy as np

from benchmarks.quantum_problem import Answer, Problem, side


def made(problem: Problem, what: str) -> tuple[Answer, str]:
    """`what`: cirq or qsim."""
    circuit, costs = ansatz(problem), problem.all_costs()
    line = cirq.LineQubit.range(problem.n)
    order = list(reversed(line))
    simulator: Any
    if what == "qsim":
        import qsimcirq

        options = qsimcirq.QSimOptions(max_fused_gate_size=3, cpu_threads=1)
        simulator, start = qsimcirq.QSimSimulator(options), problem.dicke().astype(np.complex64)
        named = f"qsimcirq {qsimcirq.__version__}"
    else:
        simulator, start = cirq.Simulator(dtype=np.complex128), problem.dicke().astype(np.complex128)
        named = f"cirq {cirq.__version__}"

    def evaluate() -> tuple[float, list[float]]:
        state = simulator.simulate(circuit, qubit_order=order, initial_state=start).final_state_vector
        return float(np.dot(costs, np.abs(state).astype(np.float64) ** 2)), []

    return evaluate, named


def ansatz(problem: Problem) -> Any:
    """Phases and ring of every layer."""
    single, double = problem.fields()
    line = cirq.LineQubit.range(problem.n)
    found = cirq.Circuit()
    for gamma, beta in zip(problem.gammas, problem.betas, strict=True):
        found.append(cirq.rz(gamma * single[i]).on(line[i]) for i in range(problem.n))
        found.append(
            cirq.ZZPowGate(exponent=gamma * double[i, j] / pi, global_shift=-0.5).on(line[i], line[j])
            for i in range(problem.n)
            for j in range(i + 1, problem.n)
        )
        found.append(cirq.ISwapPowGate(exponent=-2 * beta / pi).on(line[a], line[b]) for a, b in problem.ring())
    return found


if __name__ == "__main__":
    side(made)
