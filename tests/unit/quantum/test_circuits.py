"""The engine against dense matrices, finite differences, and golden expectations of other simulators."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.quantum.mixers import CompleteTrotterXY, CompleteXY, EdgesXY, Grover, Mixer, RingXY
from tallystick.quantum.objectives import CVaR, Expectation, Objective, OptimumProbability
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, Start, Weighted
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.dax import GOLDEN, dax
from tests.unit.quantum.dense import complete, evolved, generator, ring

EDGES = [(3, 1), (0, 5), (2, 4), (1, 2)]
SPACES = [(2, 1), (3, 1), (4, 2), (6, 3), (7, 2), (8, 5), (9, 4), (10, 1), (10, 9)]


def circuit(space: Subspace, layers: int = 3) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Costs and angles, the same every time."""
    rng = np.random.default_rng(space.qubits * 100 + space.weight)
    return rng.normal(size=space.dimension), rng.uniform(0, 0.6, layers), rng.uniform(-0.8, 0.8, layers)


def starts(space: Subspace) -> list[Start]:
    chances = np.random.default_rng(space.qubits).uniform(0.1, 0.9, space.qubits)
    return [Dicke(), Weighted(chances.tolist())]


def mixers(space: Subspace, start: NDArray[np.float64]) -> list[tuple[Mixer, list[NDArray[np.float64]]]]:
    """Each mixer, and the generators of its gates in order."""
    n = space.qubits
    edges = [edge for edge in EDGES if max(edge) < n]
    return [
        (RingXY(), [generator(space, [edge]) for edge in ring(n)]),
        (EdgesXY(edges), [generator(space, [edge]) for edge in edges]),
        (CompleteTrotterXY(), [generator(space, [edge]) for edge in complete(n)]),
        (CompleteXY(), [generator(space, complete(n))]),
        (Grover(), [np.outer(start, start)]),
    ]


@pytest.mark.parametrize(("n", "k"), SPACES)
def test_every_mixer_from_every_start_gives_the_amplitudes_of_dense_matrices(n: int, k: int) -> None:
    space = Subspace(n, k)
    costs, gammas, betas = circuit(space)
    for start in starts(space):
        first = start.amplitudes(space)
        for mixer, parts in mixers(space, first):
            expected = evolved(first, costs, parts, gammas.tolist(), betas.tolist())
            got = Qaoa(space, costs, mixer=mixer, start=start).state(gammas, betas)
            np.testing.assert_allclose(got.amplitudes, expected, atol=1e-13, err_msg=str((mixer, start)))


@pytest.mark.parametrize(
    "objective", [Expectation(), CVaR(0.25), OptimumProbability()], ids=lambda one: type(one).__name__
)
def test_derivatives_of_every_objective_are_those_of_finite_differences(objective: Objective) -> None:
    space, step = Subspace(8, 3), 1e-5
    costs, gammas, betas = circuit(space)
    for start in starts(space):
        for mixer, _ in mixers(space, start.amplitudes(space)):
            qaoa = Qaoa(space, costs, mixer=mixer, start=start)
            found = qaoa.gradient(gammas, betas, objective)
            assert found.value == qaoa.value(gammas, betas, objective)
            for layer in range(len(gammas)):
                shift = np.zeros_like(gammas)
                shift[layer] = step
                for derivative, plus, minus in (
                    (found.gammas, (gammas + shift, betas), (gammas - shift, betas)),
                    (found.betas, (gammas, betas + shift), (gammas, betas - shift)),
                ):
                    expected = (qaoa.value(*plus, objective) - qaoa.value(*minus, objective)) / (2 * step)
                    assert derivative[layer] == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("key", sorted(GOLDEN["expectations"]))
def test_expectations_are_those_that_five_other_simulators_agreed_on(key: str) -> None:
    n, k = (int(part) for part in key.split(","))
    rng = np.random.default_rng(0)
    gammas, betas = rng.uniform(0, 0.6, 10), rng.uniform(0, 0.8, 10)
    assert dax(n, k).expectation(gammas, betas) == pytest.approx(GOLDEN["expectations"][key], abs=1e-12)


def test_threads_change_no_bit() -> None:
    space = Subspace(18, 9)
    costs, gammas, betas = circuit(space)
    for mixer in (RingXY(), CompleteXY()):
        one, two = (Qaoa(space, costs, mixer=mixer, threads=count) for count in (1, 2))
        assert one.state(gammas, betas).re.tobytes() == two.state(gammas, betas).re.tobytes()
        first, second = one.gradient(gammas, betas), two.gradient(gammas, betas)
        assert first.value == second.value
        assert (first.gammas.tobytes(), first.betas.tobytes()) == (second.gammas.tobytes(), second.betas.tobytes())


def test_single_precision_agrees_to_single_precision() -> None:
    space = Subspace(12, 6)
    costs, gammas, betas = circuit(space)
    double, single = Qaoa(space, costs), Qaoa(space, costs, precision="float32")
    assert single.state(gammas, betas).re.dtype == np.float32
    assert single.expectation(gammas, betas) == pytest.approx(double.expectation(gammas, betas), abs=1e-5)
    np.testing.assert_allclose(single.gradient(gammas, betas).betas, double.gradient(gammas, betas).betas, atol=1e-4)


def test_the_norm_stays_one_and_undoing_all_layers_gives_the_start_back() -> None:
    space = Subspace(14, 5)
    costs, gammas, betas = circuit(space, layers=10)
    for mixer in (RingXY(), CompleteXY(), CompleteTrotterXY(), Grover()):
        assert Qaoa(space, costs, mixer=mixer).state(gammas, betas).probabilities.sum() == pytest.approx(1.0, abs=1e-12)


def test_shots_follow_the_probabilities_and_their_seed() -> None:
    space = Subspace(6, 3)
    costs, gammas, betas = circuit(space)
    state = Qaoa(space, costs).state(gammas, betas)
    shots = state.sample(200_000, seed=7)
    assert np.array_equal(shots, state.sample(200_000, seed=7))
    frequencies = np.bincount(shots, minlength=space.dimension) / len(shots)
    np.testing.assert_allclose(frequencies, state.probabilities, atol=0.005)
