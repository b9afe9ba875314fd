"""The classical answer has the same bits however many threads NumPy's own library has."""

import os
import subprocess
import sys

import numpy as np

from tallystick.quantum.classical.blas import one_thread

BOUND = """
import numpy as np
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
from tallystick.quantum.problem.solving import solve
from tallystick.quantum.classical.cardinality import Limits
weeks = np.random.default_rng(3).normal(0.001, 0.02, (260, 130))
problem = PortfolioProblem(weeks.mean(axis=0), np.cov(weeks, rowvar=False), k=5, risk_aversion=3.0)
found = solve(problem, Limits(nodes=1, starts=1))
print(found.bound.hex(), found.objective.hex(), found.weights.tobytes().hex())
"""


def said(threads: str) -> str:
    here = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    run = subprocess.run([sys.executable, "-c", BOUND], env=here, capture_output=True, text=True, check=True)
    return run.stdout


def test_a_bound_of_130_assets_has_the_same_bits_with_one_thread_and_with_two() -> None:
    assert said("1") == said("2") != ""


def test_inside_one_another_the_threads_come_back_at_the_end_alone() -> None:
    square = np.random.default_rng(1).normal(size=(300, 300))
    with one_thread():
        alone = (square @ square).tobytes()
        with one_thread():
            assert (square @ square).tobytes() == alone
        assert (square @ square).tobytes() == alone
