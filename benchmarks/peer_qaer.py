"""Qiskit Aer's side of `quantum_engine`: its state vector simulator from the Dicke state. Imports nothing of ours."""

import numpy as np
import qiskit
import qiskit_aer
from qiskit.circuit.library import XXPlusYYGate

from benchmarks.quantum_problem import Answer, Problem, side


def made(problem: Problem, what: str) -> tuple[Answer, str]:
    """`what`: evaluation; there is no other."""
    assert what == "evaluation"
    single, double = problem.fields()
    circuit = qiskit.QuantumCircuit(problem.n)
    circuit.set_statevector(problem.dicke())
    for gamma, beta in zip(problem.gammas, problem.betas, strict=True):
        for i in range(problem.n):
            circuit.rz(gamma * single[i], i)
            for j in range(i + 1, problem.n):
                circuit.rzz(gamma * double[i, j], i, j)
        for a, b in problem.ring():
            circuit.append(XXPlusYYGate(2 * beta), [a, b])
    circuit.save_statevector()
    simulator = qiskit_aer.AerSimulator(method="statevector", max_parallel_threads=1)
    ready = qiskit.transpile(circuit, simulator, optimization_level=0)
    costs = problem.all_costs()

    def evaluate() -> tuple[float, list[float]]:
        state = np.asarray(simulator.run(ready).result().get_statevector())
        return float(np.dot(costs, np.abs(state) ** 2)), []

    return evaluate, f"qiskit-aer {qiskit_aer.__version__}, qiskit {qiskit.__version__}"


if __name__ == "__main__":
    side(made)
