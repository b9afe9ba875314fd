"""How spins are coupled: exactly undone, the same from three stages as from scipy, and in single precision too."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.quantum.coupling import stages_of
from tallystick.quantum.edges import pair_tables
from tallystick.quantum.lifts import Block, Step, added, work
from tallystick.quantum.mixers import CompleteXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.spins import multiplicity
from tallystick.quantum.starts import RingTop
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.dense import complete

Floats = NDArray[np.float64]
THREE = Subspace(47, 3)
LIFTS = {2: [(0, 1)], 4: [(0, 1), (2, 3), (0, 2), (1, 3)]}


def matrix(steps: list[Step], size: int) -> Floats:
    """What steps do, one pair of rows after another."""
    found = np.eye(size)
    for step in steps:
        for rows, factors in zip(step.rows, step.factors, strict=True):
            for pair, (x, y) in enumerate(LIFTS[len(rows)]):
                found[rows[x]] += factors[2 * pair] * found[rows[y]]
                found[rows[y]] -= factors[2 * pair + 1] * found[rows[x]]
    return found


def block(space: Subspace, bits: int, sector: int) -> Block:
    return added(space, bits, sector, space.qubits - bits)[space.weight]


CASES = [(Subspace(9, 4), 0, 0), (Subspace(9, 6), 0, 0), (Subspace(11, 4), 4, 1), (Subspace(12, 6), 3, 0)]


@pytest.mark.parametrize(("space", "bits", "sector"), CASES, ids=str)
def test_what_is_lifted_comes_back_and_a_bra_s_way_is_the_inverse_transposed(
    space: Subspace, bits: int, sector: int
) -> None:
    made = block(space, bits, sector)
    steps = list(work(made))
    forth = matrix(steps, made.rows)
    back = matrix([each.undone() for each in reversed(steps)], made.rows)
    bra = matrix([each.dual() for each in steps], made.rows)
    np.testing.assert_allclose(back @ forth, np.eye(made.rows), atol=1e-11)
    np.testing.assert_allclose(bra.T @ forth, np.eye(made.rows), atol=1e-11)


def test_every_way_of_coupling_has_its_row() -> None:
    made = block(Subspace(11, 5), 0, 0)
    assert {t: len(rows) for t, rows in made.ways.items()} == {t: multiplicity(11, t) for t in range(6)}
    assert sorted(np.concatenate(list(made.ways.values()))) == list(range(made.rows))


def test_three_stages_give_what_scipy_s_expm_multiply_gives() -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="needs scipy: pip install 'tallystick[quantum]'")
    from scipy.sparse.linalg import expm_multiply

    assert len(stages_of(THREE)) == 3
    tables = pair_tables(THREE, complete(THREE.qubits))
    half = sparse.csr_array((np.ones(len(tables.low)), (tables.low, tables.high)), shape=(THREE.dimension,) * 2)
    costs = np.random.default_rng(1).normal(size=THREE.dimension)
    expected = expm_multiply(-0.05j * (half + half.T), np.exp(-0.2j * costs) * RingTop().amplitudes(THREE))
    got = Qaoa(THREE, costs, mixer=CompleteXY(), start=RingTop()).state([0.4], [0.05])
    np.testing.assert_allclose(got.amplitudes, expected, atol=1e-12)


def test_derivatives_through_three_stages_are_those_of_the_value() -> None:
    costs = np.random.default_rng(2).normal(size=THREE.dimension)
    qaoa = Qaoa(THREE, costs, mixer=CompleteXY(), start=RingTop(), threads=2)
    found, apart = qaoa.gradient([0.4, 0.3], [0.02, -0.05]), 1e-5
    for which, at in enumerate([0.02, -0.05]):
        there, here = ([0.02, -0.05] for _ in range(2))
        there[which], here[which] = at + apart, at - apart
        slope = (qaoa.expectation([0.4, 0.3], there) - qaoa.expectation([0.4, 0.3], here)) / (2 * apart)
        assert found.betas[which] == pytest.approx(slope, abs=1e-5)


def test_single_precision_follows_double_though_coordinates_grow_to_many_digits() -> None:
    space = Subspace(20, 10)
    costs = np.random.default_rng(3).normal(size=space.dimension)
    exact, short = (
        Qaoa(space, costs, mixer=CompleteXY(), precision=each).state([0.4, 0.2], [-0.7, 0.9])
        for each in ("float64", "float32")
    )
    assert float(np.linalg.norm(short.amplitudes - exact.amplitudes)) < 2e-6
    assert float(exact.probabilities.sum()) == pytest.approx(1.0, abs=1e-12)
