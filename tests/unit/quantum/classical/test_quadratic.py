"""Quadratic programs meet the conditions of optimality, or say that nothing can."""

import numpy as np
import pytest

from tallystick.quantum.classical.activeset import Conditions
from tallystick.quantum.classical.quadratic import minimise
from tallystick.quantum.errors import ProblemError


def covariance(size: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(2 * size, size)) * 0.03
    found = np.cov(drawn.T)
    return (found + found.T) / 2.0


def long_only(size: int) -> Conditions:
    return Conditions(np.ones((1, size)), np.ones(1), np.ones(1), np.zeros(size), np.ones(size))


@pytest.mark.parametrize("seed", range(5))
def test_multipliers_prove_the_minimum_of_a_long_only_portfolio(seed: int) -> None:
    quadratic, linear = covariance(30, seed), np.random.default_rng(seed + 100).normal(size=30) * 1e-3
    found = minimise(quadratic, linear, long_only(30))
    slope = 2.0 * quadratic @ found.weights - linear
    assert np.abs(slope - found.row_multipliers[0] - found.bound_multipliers).max() < 1e-15
    assert abs(found.weights.sum() - 1.0) < 1e-14
    assert found.weights.min() >= 0.0
    at_zero = found.weights == 0.0
    assert np.all(found.bound_multipliers[at_zero] >= -1e-18)
    assert np.abs(found.bound_multipliers[~at_zero & (found.weights < 1.0)]).max() < 1e-18


def test_without_active_bounds_the_answer_is_the_closed_form() -> None:
    quadratic = covariance(8, 1)
    free = Conditions(np.ones((1, 8)), np.ones(1), np.ones(1), np.full(8, -9.0), np.full(8, 9.0))
    inverse = np.linalg.solve(quadratic, np.ones(8))
    assert np.allclose(minimise(quadratic, np.zeros(8), free).weights, inverse / inverse.sum(), rtol=0, atol=1e-12)


def test_rows_hold_as_ranges_and_as_one_side() -> None:
    quadratic, size = covariance(10, 2), 10
    sector = np.zeros((2, size))
    sector[0, :3], sector[1, 3:6] = 1.0, 1.0
    rows = np.concatenate([np.ones((1, size)), sector])
    low, high = np.array([1.0, 0.6, -np.inf]), np.array([1.0, 0.7, 0.05])
    found = minimise(quadratic, np.zeros(size), Conditions(rows, low, high, np.zeros(size), np.ones(size)))
    held = rows @ found.weights
    assert np.all(held >= low - 1e-13)
    assert np.all(held <= high + 1e-13)
    slope = 2.0 * quadratic @ found.weights - found.row_multipliers @ rows - found.bound_multipliers
    assert np.abs(slope).max() < 1e-16
    assert found.row_multipliers[1] >= 0.0
    assert found.row_multipliers[2] <= 0.0


def test_bounds_that_cannot_meet_the_sum_are_an_error_with_a_remedy() -> None:
    narrow = Conditions(np.ones((1, 4)), np.ones(1), np.ones(1), np.zeros(4), np.full(4, 0.2))
    with pytest.raises(ProblemError, match="Widen the bounds"):
        minimise(covariance(4, 3), np.zeros(4), narrow)


def test_the_same_assets_twice_have_a_minimum_too() -> None:
    once = covariance(4, 4)
    twice = np.block([[once, once], [once, once]])
    found = minimise(twice, np.zeros(8), long_only(8))
    assert abs(found.objective - minimise(once, np.zeros(4), long_only(4)).objective) < 1e-12
