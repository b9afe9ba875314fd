"""The engine against others' gradients and exponentials: lightning's adjoint, dense matrices, scipy's expm_multiply."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.quantum.mixers import CompleteXY, Grover, Mixer, RingXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, RingTop, Start
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import warm
from tests.unit.quantum.dax import dax
from tests.unit.quantum.dense import complete, evolved, generator

Complex = NDArray[np.complex128]
LIGHTNING: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden/vectors/quantum/lightning_adjoint.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("key", sorted(LIGHTNING["gradients"]))
def test_gradients_are_those_of_lightning_s_adjoint(key: str) -> None:
    n, k = (int(part) for part in key.split(","))
    rng = np.random.default_rng(0)
    gammas, betas = rng.uniform(0, 0.6, 10), rng.uniform(0, 0.8, 10)
    found = dax(n, k).gradient(gammas, betas)
    np.testing.assert_allclose(np.concatenate([found.gammas, found.betas]), LIGHTNING["gradients"][key], atol=1e-10)


@pytest.mark.parametrize(("n", "k"), [(10, 5), (12, 6), (44, 2)])
def test_the_exact_complete_mixer_is_the_dense_matrix_exponential_up_to_a_thousand_states(n: int, k: int) -> None:
    space = Subspace(n, k)
    assert space.dimension <= 1_000
    costs = np.random.default_rng(n).normal(size=space.dimension)
    gammas, betas = [0.4], [-1.3]
    expected = evolved(Dicke().amplitudes(space), costs, [generator(space, complete(n))], gammas, betas)
    got = Qaoa(space, costs, mixer=CompleteXY()).state(gammas, betas)
    np.testing.assert_allclose(got.amplitudes, expected, atol=1e-12)


@pytest.mark.parametrize("kind", ["dicke", "warm", "ring top"])
def test_the_exact_complete_mixer_is_scipy_s_expm_multiply_at_sixteen_qubits(kind: str) -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="needs scipy: pip install 'tallystick[quantum]'")
    from scipy.sparse.linalg import expm_multiply

    space = Subspace(16, 8)
    starts: dict[str, Start] = {"dicke": Dicke(), "warm": warm(16), "ring top": RingTop()}
    start = starts[kind]
    costs = np.random.default_rng(5).normal(size=space.dimension)
    mixer = _complete_graph(space, sparse)
    state: Complex = start.amplitudes(space).astype(np.complex128)
    gammas, betas = [0.5, 0.2], [-0.3, 0.15]
    for gamma, beta in zip(gammas, betas, strict=True):
        state = expm_multiply(-1j * beta * mixer, np.exp(-0.5j * gamma * costs) * state)
    got = Qaoa(space, costs, mixer=CompleteXY(), start=start).state(gammas, betas)
    np.testing.assert_allclose(got.amplitudes, state, atol=1e-10)


def _complete_graph(space: Subspace, sparse: Any) -> Any:
    """One entry for each pair of states that differ by one exchange, found from the numbers that their bits spell."""
    n = space.qubits
    spelt = np.array([each for each in range(1 << n) if each.bit_count() == space.weight])
    rows, columns = [], []
    for i, j in complete(n):
        here = np.flatnonzero((spelt >> i & 1) != (spelt >> j & 1))
        rows.append(here)
        columns.append(np.searchsorted(spelt, spelt[here] ^ ((1 << i) | (1 << j))))
    at = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.ones(len(at[0])), at), shape=(len(spelt), len(spelt)))


@pytest.mark.parametrize("kind", ["dicke", "warm", "ring top"])
def test_grover_s_mixer_on_costs_of_few_values_is_a_circuit_of_as_many_states_at_sixteen_qubits(kind: str) -> None:
    space = Subspace(16, 8)
    starts: dict[str, Start] = {"dicke": Dicke(), "warm": warm(16), "ring top": RingTop()}
    start = starts[kind]
    first = start.amplitudes(space)
    levels = np.random.default_rng(8).integers(0, 4, space.dimension)
    costs = np.array([-1.0, 0.0, 0.7, 2.5])
    gammas, betas = [0.6, 0.9, 1.4], [2.1, -0.8, 3.0]
    # The start is a sum of one normed state a level; phases and reflection keep to the span of these four.
    norms = np.array([np.linalg.norm(first[levels == each]) for each in range(4)])
    small = evolved(norms, costs, [np.outer(norms, norms)], gammas, betas)
    got = Qaoa(space, costs[levels], mixer=Grover(), start=start).state(gammas, betas)
    np.testing.assert_allclose(got.amplitudes, small[levels] * first / norms[levels], atol=1e-12)


@pytest.mark.parametrize("mixer", [RingXY(), CompleteXY()], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize(("n", "k"), [(9, 4), (12, 4), (31, 2), (45, 2), (64, 3)])
def test_choosing_is_the_same_as_leaving_out_however_many_are_chosen(mixer: Mixer, n: int, k: int) -> None:
    few, many = Subspace(n, k), Subspace(n, n - k)
    costs = np.random.default_rng(n).normal(size=few.dimension)
    gammas, betas = [0.4, 0.7], [-0.5, 0.3]
    chosen = Qaoa(few, costs, mixer=mixer).state(gammas, betas).amplitudes
    left = Qaoa(many, costs[::-1], mixer=mixer).state(gammas, betas).amplitudes
    np.testing.assert_allclose(left[::-1], chosen, atol=1e-12)
