"""The engine without a compiler: the same circuits to 1e-12, chosen by name, and where Numba is not installed."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tallystick.quantum.errors import Missing, SettingError
from tallystick.quantum.full import FullSpace, XMixer
from tallystick.quantum.mixers import CompleteTrotterXY, CompleteXY, EdgesXY, Grover, Mixer, RingXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Weighted
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.dax import GOLDEN, dax

CASES: list[tuple[Subspace, Mixer]] = [
    (Subspace(11, 4), RingXY()),
    (Subspace(2, 1), RingXY()),
    (Subspace(9, 5), EdgesXY([(3, 1), (0, 5), (2, 4)])),
    (Subspace(9, 4), CompleteTrotterXY()),
    (Subspace(11, 5), CompleteXY()),
    (Subspace(9, 4), Grover()),
    (FullSpace(8, 3), XMixer()),
]
WITHOUT = """
import json, sys
sys.modules["numba"] = None
sys.modules["llvmlite"] = None
from tests.unit.quantum.dax import dax
import numpy as np
rng = np.random.default_rng(0)
angles = rng.uniform(0, 0.6, 10), rng.uniform(0, 0.8, 10)
qaoa = dax(12, 3)
found = qaoa.gradient(*angles)
print(json.dumps([qaoa.provenance.engine, qaoa.expectation(*angles), found.gammas.tolist(), found.betas.tolist()]))
try:
    type(qaoa)(qaoa.space, qaoa.costs, engine="numba")
except ImportError as missing:
    print(missing)
"""


@pytest.mark.parametrize(("space", "mixer"), CASES, ids=lambda one: type(one).__name__)
def test_numpy_gives_what_compiled_code_gives(space: Subspace, mixer: Mixer) -> None:
    rng = np.random.default_rng(3)
    costs, gammas, betas = rng.normal(size=space.dimension), rng.uniform(0, 0.6, 3), rng.uniform(-0.8, 0.8, 3)
    start = None if isinstance(space, FullSpace) else Weighted(rng.uniform(0.2, 0.8, space.qubits).tolist())
    compiled = Qaoa(space, costs, mixer=mixer, start=start)
    plain = Qaoa(space, costs, mixer=mixer, start=start, engine="numpy")
    assert (compiled.provenance.engine, plain.provenance.engine) == ("numba", "numpy")
    np.testing.assert_allclose(
        plain.state(gammas, betas).amplitudes, compiled.state(gammas, betas).amplitudes, atol=1e-12
    )
    ours, theirs = plain.gradient(gammas, betas), compiled.gradient(gammas, betas)
    assert ours.value == pytest.approx(theirs.value, abs=1e-12)
    np.testing.assert_allclose(ours.gammas, theirs.gammas, atol=1e-12)
    np.testing.assert_allclose(ours.betas, theirs.betas, atol=1e-12)


def test_without_numba_a_golden_circuit_has_its_golden_expectation_and_derivatives() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    line, refusal = done.stdout.splitlines()
    engine, expectation, by_gamma, by_beta = json.loads(line)
    rng = np.random.default_rng(0)
    expected = dax(12, 3).gradient(rng.uniform(0, 0.6, 10), rng.uniform(0, 0.8, 10))
    assert engine == "numpy"
    assert expectation == pytest.approx(GOLDEN["expectations"]["12,3"], abs=1e-12)
    np.testing.assert_allclose(by_gamma, expected.gammas, atol=1e-12)
    np.testing.assert_allclose(by_beta, expected.betas, atol=1e-12)
    assert "pip install" in refusal


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="auto, numba or numpy"):
        Qaoa(Subspace(4, 2), np.zeros(6), engine="fortran")  # type: ignore[arg-type]  # what is refused
    assert issubclass(Missing, ImportError)
