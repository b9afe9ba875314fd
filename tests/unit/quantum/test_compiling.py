"""The compiler is loaded when a function is called, and stays out of the way where it would not pay for itself."""

import subprocess
import sys

import numpy as np
import pytest

from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.flat import minimise_flat
from tallystick.quantum.compiling import interpreted, njit

SMALL = """
import sys
import numpy as np
from tallystick.quantum.compiling import interpreted
from tallystick.quantum.pipeline.hybrid import hybrid
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem
problem = PortfolioProblem(np.array([0.1, 0.2, 0.15]), np.diag([0.1, 0.2, 0.3]), k=2)
with interpreted():
    print(hybrid(problem).portfolio.weights.sum() > 0.99, "numba" in sys.modules)
"""


@njit(inline="always")
def doubled(value: float) -> float:
    return 2.0 * value


@njit(nogil=True)
def doubled_sum(values: np.ndarray) -> float:
    total = 0.0
    for value in values:
        total += doubled(value)
    return total


def test_a_function_gives_the_same_compiled_and_as_python() -> None:
    values = np.arange(5.0)
    compiled = doubled_sum(values)
    assert doubled_sum._load().signatures, "it was compiled"  # noqa: SLF001 -- what Numba says of it
    with interpreted():
        assert doubled_sum(values) == compiled == 20.0


def test_within_interpreted_nothing_is_compiled() -> None:
    @njit
    def only_python(value: object) -> str:
        return f"{value!r}"  # Numba could not compile this

    with interpreted():
        assert only_python(None) == "None"
    with pytest.raises(Exception, match=r"f-strings not supported|unsupported opcode"):
        only_python(None)


def test_a_small_hybrid_run_never_loads_the_compiler() -> None:
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_a_quadratic_program_is_the_same_either_way_to_rounding() -> None:
    rng = np.random.default_rng(3)
    factors = rng.normal(size=(4, 4))
    conditions = Conditions(np.ones((1, 4)), np.ones(1), np.ones(1), np.zeros(4), np.ones(4))
    asked = factors @ factors.T + np.eye(4), rng.normal(size=4), conditions
    with interpreted():
        plain = minimise_flat(*asked)
    assert minimise_flat(*asked).weights == pytest.approx(plain.weights, abs=1e-12)
