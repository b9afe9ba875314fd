"""The full space with X mixer and penalty, against dense matrices, finite differences and the subspace."""

import numpy as np
import pytest

from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.errors import ProblemError, SettingError
from tallystick.quantum.full import FullSpace, XMixer, penalised, penalised_costs
from tallystick.quantum.mixers import CompleteXY, Mixer, RingXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Weighted
from tallystick.quantum.subspace import Subspace
from tests.unit.quantum.circuits.cases import angles_of, costs_of


def test_feasible_states_cost_what_they_cost_in_the_subspace_and_others_the_penalty_more() -> None:
    space, terms = FullSpace(9, 4), costs_of(9)
    plain, priced = penalised_costs(space, *terms, 0.0), penalised_costs(space, *terms, 3.0)
    np.testing.assert_allclose(plain[space.feasible], quadratic_diagonal(Subspace(9, 4), *terms), atol=1e-13)
    excess = np.array([len(space.positions(each)) - 4 for each in range(space.dimension)])
    np.testing.assert_allclose(priced - plain, 3.0 * excess**2, atol=1e-12)
    quadratic, linear, constant = penalised(space, *terms, 3.0)
    np.testing.assert_allclose(penalised_costs(space, quadratic, linear, 0.0) + constant, priced, atol=1e-12)


@pytest.mark.parametrize("n", [1, 4, 13, 14])
def test_the_x_mixer_is_a_rotation_of_every_qubit(n: int) -> None:
    space = FullSpace(n, n // 2)
    costs, angles = penalised_costs(space, *costs_of(n), 0.5), angles_of(2)
    state = np.full(space.dimension, space.dimension**-0.5, dtype=np.complex128)
    for gamma, beta in zip(angles.gammas, angles.betas, strict=True):
        state = np.exp(-0.5j * gamma * costs) * state
        for qubit in range(n):
            flipped = state[np.arange(space.dimension) ^ (1 << qubit)]
            state = np.cos(beta) * state - 1j * np.sin(beta) * flipped
    got = Qaoa(space, costs, mixer=XMixer()).state(angles.gammas, angles.betas)
    np.testing.assert_allclose(got.amplitudes, state, atol=1e-13)


@pytest.mark.parametrize("n", [5, 13])
def test_its_derivatives_are_those_of_finite_differences_on_any_number_of_threads(n: int) -> None:
    space, angles, step = FullSpace(n, 2), angles_of(2), 1e-5
    costs = penalised_costs(space, *costs_of(n), 0.5) / n
    one, two = (Qaoa(space, costs, mixer=XMixer(), threads=count) for count in (1, 2))
    gammas, betas = np.array(angles.gammas), np.array(angles.betas)
    found = one.gradient(gammas, betas)
    assert found.betas.tobytes() == two.gradient(gammas, betas).betas.tobytes()
    for layer in range(2):
        shift = np.eye(2)[layer] * step
        by_gamma = (one.expectation(gammas + shift, betas) - one.expectation(gammas - shift, betas)) / (2 * step)
        by_beta = (one.expectation(gammas, betas + shift) - one.expectation(gammas, betas - shift)) / (2 * step)
        assert (found.gammas[layer], found.betas[layer]) == pytest.approx((by_gamma, by_beta), abs=1e-7)


@pytest.mark.parametrize("mixer", [RingXY(), CompleteXY()], ids=["ring", "complete"])
def test_mixers_of_a_subspace_are_refused_in_the_full_space_and_the_other_way_round(mixer: Mixer) -> None:
    full, narrow = FullSpace(6, 3), Subspace(6, 3)
    with pytest.raises(SettingError, match="XMixer"):
        Qaoa(full, np.zeros(full.dimension), mixer=mixer)
    with pytest.raises(SettingError, match="FullSpace"):
        Qaoa(narrow, np.zeros(narrow.dimension), mixer=XMixer())
    with pytest.raises(SettingError, match="Dicke"):
        Qaoa(full, np.zeros(full.dimension), mixer=XMixer(), start=Weighted([0.5] * 6))


def test_a_state_is_known_by_its_ones() -> None:
    space = FullSpace(5, 2)
    assert [space.index(space.positions(each)) for each in range(32)] == list(range(32))
    assert space.bits(space.index((0, 3))) == "10010"
    with pytest.raises(ProblemError, match="use Subspace"):
        FullSpace(41, 5)
