"""Top states of mixers as starts: the ring's in closed form, any edges' by iteration, against dense eigenvectors."""

import numpy as np
import pytest

from tallystick.quantum.angles import linear_ramp, optimise, ramps
from tallystick.quantum.circuits.circuit import QaoaCircuit, ring_edges
from tallystick.quantum.errors import SettingError
from tallystick.quantum.extremal import top_state
from tallystick.quantum.mixers import EdgesXY, RingXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Dicke, EdgesTop, RingTop, Start
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import angles_of, costs_of
from tests.unit.quantum.dax import dax
from tests.unit.quantum.dense import complete, generator, ring

SPACES = [(1, 0), (1, 1), (2, 1), (3, 1), (3, 2), (4, 2), (5, 0), (6, 3), (8, 3), (9, 5), (10, 9), (11, 4)]
HEAVY_HEX = [(0, 1), (1, 2), (2, 3), (3, 4), (1, 5), (3, 6), (5, 7), (6, 8)]


@pytest.mark.parametrize(("n", "k"), SPACES)
def test_the_ring_s_top_state_is_the_dense_eigenvector_of_its_known_eigenvalue(n: int, k: int) -> None:
    space = Subspace(n, k)
    values, vectors = np.linalg.eigh(generator(space, ring(n)))
    got = RingTop().amplitudes(space)
    assert np.dot(got, got) == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(got, np.abs(vectors[:, -1]), atol=1e-12)
    if n > 2:
        assert values[-1] == pytest.approx(2.0 * np.sin(np.pi * k / n) / np.sin(np.pi / n), abs=1e-12)


def test_the_ring_s_top_state_is_an_eigenvector_where_no_dense_matrix_fits() -> None:
    found = top_state(Subspace(18, 7), ring_edges(18))
    np.testing.assert_allclose(found.amplitudes, RingTop().amplitudes(Subspace(18, 7)), atol=1e-11)
    assert found.residual <= 1e-12
    assert found.value == pytest.approx(2.0 * np.sin(np.pi * 7 / 18) / np.sin(np.pi / 18), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "k", "edges"),
    [
        (2, 1, [(0, 1)]),
        (9, 4, HEAVY_HEX),
        (9, 1, HEAVY_HEX),
        (7, 3, [(each, each + 1) for each in range(6)]),
        (7, 7, [(each, each + 1) for each in range(6)]),
        (10, 5, complete(10)),
    ],
)
def test_the_top_state_of_any_edges_is_the_dense_eigenvector(n: int, k: int, edges: list[tuple[int, int]]) -> None:
    space = Subspace(n, k)
    found = top_state(space, edges)
    values, vectors = np.linalg.eigh(generator(space, edges))
    assert found.value == pytest.approx(values[-1], abs=1e-12)
    assert found.residual <= 1e-12
    np.testing.assert_allclose(found.amplitudes, np.abs(vectors[:, -1]), atol=1e-10)
    assert found.amplitudes.tobytes() == EdgesTop(edges).amplitudes(space).tobytes()


def test_dicke_is_the_top_state_of_the_complete_graph_and_not_of_the_ring() -> None:
    space = Subspace(8, 4)
    np.testing.assert_allclose(EdgesTop(complete(8)).amplitudes(space), Dicke().amplitudes(space), atol=1e-12)
    assert np.dot(RingTop().amplitudes(space), Dicke().amplitudes(space)) < 0.95


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ([(0, 1), (2, 3)], "connect qubit 2 with qubit 0.* add an edge"),
        ([(0, 4)], "below 4"),
        ([], "add an edge"),
    ],
)
def test_edges_without_one_top_state_are_refused(edges: list[tuple[int, int]], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        EdgesTop(edges).amplitudes(Subspace(4, 2))
    with pytest.raises(SettingError, match="1e-14"):
        EdgesTop([(0, 1)], tolerance=0.0).amplitudes(Subspace(2, 1))


def test_without_costs_the_trotterised_ring_leaves_its_top_state_nearly_and_dicke_less() -> None:
    space = Subspace(10, 5)

    def kept(start: Start) -> float:
        """Probability of finding the start again after ten gentle layers."""
        first = start.amplitudes(space)
        state = Qaoa(space, np.zeros(space.dimension), mixer=RingXY(), start=start).state([0.0] * 10, [-0.1] * 10)
        return float(abs(np.vdot(first, state.amplitudes)) ** 2)

    assert kept(RingTop()) > 0.98 > kept(Dicke()) + 0.1


def test_a_slow_ramp_from_the_ring_s_top_state_ends_lower_than_from_the_dicke_state() -> None:
    base = dax(12, 6)
    ramp = linear_ramp(60, 0.5, -0.5)
    top, dicke = (
        Qaoa(base.space, base.costs, start=start).expectation(ramp.gammas, ramp.betas) for start in (RingTop(), Dicke())
    )
    assert top < dicke


def test_derivatives_from_a_top_state_are_those_of_finite_differences() -> None:
    space, step = Subspace(8, 3), 1e-5
    costs = np.random.default_rng(3).normal(size=space.dimension)
    for mixer, start in ((RingXY(), RingTop()), (EdgesXY(HEAVY_HEX[:7]), EdgesTop(HEAVY_HEX[:7]))):
        qaoa = Qaoa(space, costs, mixer=mixer, start=start)
        gammas, betas = np.array([0.3, 0.5]), np.array([-0.4, -0.2])
        found = qaoa.gradient(gammas, betas)
        for layer in range(2):
            shift = np.eye(2)[layer] * step
            by_gamma = (qaoa.expectation(gammas + shift, betas) - qaoa.expectation(gammas - shift, betas)) / (2 * step)
            by_beta = (qaoa.expectation(gammas, betas + shift) - qaoa.expectation(gammas, betas - shift)) / (2 * step)
            assert (found.gammas[layer], found.betas[layer]) == pytest.approx((by_gamma, by_beta), abs=1e-7)


def test_a_circuit_of_gates_is_refused_for_a_start_that_has_none_here() -> None:
    with pytest.raises(SettingError, match="Dicke and Weighted"):
        _ = QaoaCircuit(Subspace(6, 3), *costs_of(6), angles_of(1), RingXY(), RingTop()).gates


@pytest.mark.parametrize(
    ("n", "k", "start", "of_ramps", "searched"),
    [
        (12, 6, Dicke(), (0.678, 0.769, 0.829), 0.749),
        (12, 6, RingTop(), (0.712, 0.815, 0.888), 0.800),
        (16, 4, Dicke(), (0.603, 0.710, 0.788), 0.655),
        (16, 4, RingTop(), (0.622, 0.753, 0.843), 0.683),
    ],
)
def test_approximation_ratios_are_those_of_the_documents(
    n: int, k: int, start: Start, of_ramps: tuple[float, ...], searched: float
) -> None:
    base = dax(n, k)
    qaoa, least, most = Qaoa(base.space, base.costs, start=start), float(base.costs.min()), float(base.costs.max())
    spread = float(base.costs.std())
    for layers, expected in zip((1, 5, 10), of_ramps, strict=True):
        best = min(qaoa.expectation(each.gammas, each.betas) for each in ramps(layers, spread))
        assert (most - best) / (most - least) == pytest.approx(expected, abs=6e-4)
    found = optimise(qaoa, ramps(1, spread), iterations=100).angles
    ratio = (most - qaoa.expectation(found.gammas, found.betas)) / (most - least)
    assert ratio == pytest.approx(searched, abs=6e-4)
