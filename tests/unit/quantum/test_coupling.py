"""How spins are coupled: exactly undone, the same in any number of stages, and in single precision too."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.quantum.coupling import coupling_of, mix, stages_of, unmix
from tallystick.quantum.lifts import Block, Step, added, work
from tallystick.quantum.mixers import CompleteXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.rotations import Ket
from tallystick.quantum.spins import multiplicity
from tallystick.quantum.subspace import Subspace
from tallystick.quantum.threads import Threads
from tests.unit.quantum.dense import complete, generator

Floats = NDArray[np.float64]
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


def unlike(space: Subspace, seed: int) -> Ket:
    re, im = np.random.default_rng(seed).normal(size=(2, space.dimension)) / np.sqrt(2 * space.dimension)
    return Ket(re, im)


@pytest.mark.parametrize("space", [Subspace(11, 4), Subspace(11, 6), Subspace(14, 3)], ids=str)
def test_many_stages_give_what_the_dense_matrix_gives(space: Subspace) -> None:
    assert len(stages_of(space, 16)) > 2
    made = coupling_of(space, 16)
    exact = generator(space, complete(space.qubits))
    values, vectors = np.linalg.eigh(exact)
    ket, bra = unlike(space, 1), unlike(space, 2)
    first, second = (each.re + 1j * each.im for each in (ket, bra))
    mix(made, Threads(1), ket, 0.7)
    turned = vectors @ (np.exp(-0.7j * values) * (vectors.T @ first))
    np.testing.assert_allclose(ket.re + 1j * ket.im, turned, atol=1e-12)
    assert unmix(made, Threads(2), ket, bra, 0.7) == pytest.approx((second.conj() @ exact @ turned).imag, abs=1e-12)
    np.testing.assert_allclose(ket.re + 1j * ket.im, first, atol=1e-12)
    np.testing.assert_allclose(
        bra.re + 1j * bra.im, vectors @ (np.exp(0.7j * values) * (vectors.T @ second)), atol=1e-12
    )


def test_stages_are_as_few_as_their_rows_allow() -> None:
    assert stages_of(Subspace(20, 10)) == [10, 20]
    assert stages_of(Subspace(31, 10)) == [10, 20, 31]
    assert stages_of(Subspace(11, 4), 16) == [4, 8, 11]


def test_single_precision_follows_double_though_coordinates_grow_to_many_digits() -> None:
    space = Subspace(20, 10)
    costs = np.random.default_rng(3).normal(size=space.dimension)
    exact, short = (
        Qaoa(space, costs, mixer=CompleteXY(), precision=each).state([0.4, 0.2], [-0.7, 0.9])
        for each in ("float64", "float32")
    )
    assert float(np.linalg.norm(short.amplitudes - exact.amplitudes)) < 2e-6
    assert float(exact.probabilities.sum()) == pytest.approx(1.0, abs=1e-12)
