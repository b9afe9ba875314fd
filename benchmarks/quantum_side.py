"""Our side of `quantum_engine`: the expectation or its gradient by the engine, on one thread."""

from importlib.metadata import version

import numpy as np

from benchmarks.quantum_problem import Answer, Problem, side
from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.mixers import mixer_named
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.subspace import Subspace


def made(problem: Problem, what: str) -> tuple[Answer, str]:
    """`what`: evaluation, gradient, or the name of a mixer, evaluated."""
    space = Subspace(problem.n, problem.k)
    costs = quadratic_diagonal(space, problem.quadratic, problem.linear)
    mixer = mixer_named("ring" if what in {"evaluation", "gradient"} else what)
    qaoa = Qaoa(space, costs, mixer=mixer)

    def evaluate() -> tuple[float, list[float]]:
        return qaoa.expectation(problem.gammas, problem.betas), []

    def differentiate() -> tuple[float, list[float]]:
        found = qaoa.gradient(problem.gammas, problem.betas)
        return found.value, np.concatenate([found.gammas, found.betas]).tolist()

    return differentiate if what == "gradient" else evaluate, f"tallystick {version('tallystick')}"


if __name__ == "__main__":
    side(made)
