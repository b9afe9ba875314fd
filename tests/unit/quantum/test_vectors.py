"""What the compiled operations on vectors do is what their Python says."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tallystick.quantum.compiling import njit
from tallystick.quantum.rotations import sine_and_cosine
from tallystick.quantum.vectors import (
    bits_of,
    copy_wide,
    double_of,
    exchange_wide,
    fused,
    lift_four_wide,
    lift_wide,
    rotate_wide,
    transpose,
    undo_wide,
)

Floats = NDArray[Any]
C, S = np.cos(0.3), np.sin(0.3)
FACTORS = np.arange(1.0, 10.0) / 7.0


@njit
def exchanged(re: Floats, im: Floats) -> None:
    exchange_wide(re, im, np.uint64(1), np.uint64(12), C, S)


@njit
def undone(re: Floats, im: Floats, br: Floats, bi: Floats, sums: Floats) -> None:
    undo_wide(re, im, br, bi, np.uint64(1), np.uint64(12), C, S, sums)


@njit
def lifted(rows: Floats) -> None:
    lift_wide(rows, np.uint64(1), np.uint64(12), C, S)


@njit
def lifted_four(rows: Floats) -> None:
    lift_four_wide(rows, np.uint64(0), np.uint64(8), np.uint64(16), np.uint64(24), FACTORS, np.uint64(1))


@njit
def rotated(rows: Floats) -> None:
    rotate_wide(rows, np.uint64(3), C, S)


@njit
def copied(source: Floats, target: Floats) -> None:
    copy_wide(source, np.uint64(3), target, np.uint64(5))


@njit
def laid(part: Floats, rows: Floats) -> None:
    a, b, c, d = np.uint64(0), np.uint64(5), np.uint64(9), np.uint64(14)
    transpose(part, a, b, c, d, rows, np.uint64(1), np.uint64(13), np.uint64(7), np.uint64(19))


@njit
def put(rows: Floats, part: Floats) -> None:
    a, b, c, d = np.uint64(0), np.uint64(5), np.uint64(9), np.uint64(14)
    transpose(rows, np.uint64(1), np.uint64(13), np.uint64(7), np.uint64(19), part, a, b, c, d)


@njit
def numbers(value: float) -> tuple[float, int, float]:
    return fused(value, value, -1.0), bits_of(value), double_of(bits_of(value) ^ 1)


@njit
def turns(quarters: Floats, sines: Floats, cosines: Floats) -> None:
    for each in range(quarters.shape[0]):
        sines[each], cosines[each] = sine_and_cosine(quarters[each])


def arrays(count: int, precision: str) -> list[Floats]:
    rng = np.random.default_rng(count)
    return [rng.normal(size=32).astype(precision) for _ in range(count)]


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(
    ("compiled", "count"),
    [(exchanged, 2), (undone, 5), (lifted, 1), (lifted_four, 1), (rotated, 1), (copied, 2), (laid, 2), (put, 2)],
)
def test_an_operation_does_the_same_compiled_and_as_python(compiled: Any, count: int, precision: str) -> None:
    ours, theirs, before = (arrays(count, precision) for _ in range(3))
    if count == 5:
        ours[4], theirs[4], before[4] = np.zeros(8), np.zeros(8), np.zeros(8)
    compiled(*ours)
    compiled.py_func(*theirs)
    assert any(not np.array_equal(one, other) for one, other in zip(ours, before, strict=True))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-15 if precision == "float64" else 1e-6)


def test_what_was_laid_side_by_side_goes_back_where_it_was() -> None:
    part, rows, back = np.arange(24.0), np.zeros(24), np.full(24, -1.0)
    laid(part, rows)
    assert rows[1:5].tolist() == [0.0, 5.0, 9.0, 14.0]
    put(rows, back)
    there = back >= 0.0
    assert np.count_nonzero(there) == 16
    assert np.array_equal(back[there], part[there])


@pytest.mark.parametrize("value", [0.1, -2.5, 1e-300])
def test_bits_and_products_are_those_of_python(value: float) -> None:
    product, bits, neighbour = numbers(value)
    assert product == pytest.approx(value * value - 1.0, abs=1e-15)
    assert bits == numbers.py_func(value)[1]
    assert neighbour == numbers.py_func(value)[2] != value


def test_sines_and_cosines_are_right_to_two_units_in_the_last_place_of_one() -> None:
    quarters = np.concatenate([np.linspace(-9.0, 9.0, 20_001), np.arange(-8.0, 9.0), [2.0**20 - 0.25]])
    sines, cosines = np.empty_like(quarters), np.empty_like(quarters)
    turns(quarters, sines, cosines)
    exact = np.remainder(quarters, 4.0) * (np.pi / 2)
    np.testing.assert_allclose(sines, np.sin(exact), rtol=0.0, atol=9e-16)
    np.testing.assert_allclose(cosines, np.cos(exact), rtol=0.0, atol=9e-16)
