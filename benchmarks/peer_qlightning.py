"""PennyLane's lightning.qubit in `quantum_engine`: expectation, and adjoint gradient. Imports nothing of ours."""

from typing import Any

import pennylane as qml
from pennylane import numpy as pnp

from benchmarks.quantum_problem import Answer, Problem, side


def made(problem: Problem, what: str) -> tuple[Answer, str]:
    """`what`: evaluation or gradient."""
    single, double = problem.fields()
    n = problem.n
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    constant = float(0.5 * problem.linear.sum() + 0.25 * (problem.quadratic.sum() + problem.quadratic.trace()))
    terms = [(single[i], qml.Z(i)) for i in range(n)] + [(double[i, j], qml.Z(i) @ qml.Z(j)) for i, j in pairs]
    hamiltonian = qml.Hamiltonian([float(each) for each, _ in terms], [each for _, each in terms])
    device = qml.device("lightning.qubit", wires=n)
    start = problem.dicke().astype(complex)

    @qml.qnode(device, diff_method="adjoint")
    def expected(gammas: Any, betas: Any) -> Any:
        qml.StatePrep(start, wires=range(n))
        for layer in range(len(problem.gammas)):
            for i in range(n):
                qml.RZ(gammas[layer] * single[i], wires=i)
            for i, j in pairs:
                qml.IsingZZ(gammas[layer] * double[i, j], wires=[i, j])
            for a, b in problem.ring():
                qml.IsingXY(-2 * betas[layer], wires=[a, b])
        return qml.expval(hamiltonian)

    angles = [pnp.array(each, requires_grad=what == "gradient") for each in (problem.gammas, problem.betas)]

    def evaluate() -> tuple[float, list[float]]:
        return float(expected(*angles)) + constant, []

    def differentiate() -> tuple[float, list[float]]:
        found = qml.grad(expected)(*angles)
        return 0.0, [float(each) for part in found for each in part]

    return differentiate if what == "gradient" else evaluate, f"pennylane {qml.__version__}"


if __name__ == "__main__":
    side(made)
