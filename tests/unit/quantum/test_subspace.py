"""States, their costs, and what is refused."""

import subprocess
import sys
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from tallystick.quantum import memory
from tallystick.quantum.diagonal import cheapest, quadratic_diagonal
from tallystick.quantum.errors import ProblemError, SettingError, TooBigError
from tallystick.quantum.layout import children_of
from tallystick.quantum.mixers import EdgesXY
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.starts import Weighted
from tallystick.quantum.subspace import Subspace


@pytest.mark.parametrize(("n", "k"), [(1, 0), (1, 1), (5, 0), (5, 2), (7, 7), (9, 4)])
def test_states_are_in_the_order_of_the_numbers_their_bits_spell(n: int, k: int) -> None:
    space = Subspace(n, k)
    expected = sorted((sum(1 << each for each in chosen), chosen) for chosen in combinations(range(n), k))
    assert [space.positions(index) for index in range(space.dimension)] == [chosen for _, chosen in expected]
    assert all(space.index(chosen) == index for index, (_, chosen) in enumerate(expected))
    assert all(space.bits(index).count("1") == k for index in range(space.dimension))


def test_costs_are_those_of_each_choice() -> None:
    rng = np.random.default_rng(5)
    space, half = Subspace(11, 4), rng.normal(size=(11, 11))
    quadratic, linear = half + half.T, rng.normal(size=11)
    costs = quadratic_diagonal(space, quadratic, linear)
    for index in range(space.dimension):
        x = np.zeros(11)
        x[list(space.positions(index))] = 1.0
        assert costs[index] == pytest.approx(x @ quadratic @ x + linear @ x, abs=1e-12)
    assert np.array_equal(costs, quadratic_diagonal(space, quadratic, linear, threads=2))
    best = cheapest(space, costs, 3)
    assert [one.cost for one in best] == sorted(costs)[:3]


def test_segments_of_the_low_bits_fill_the_space_without_a_gap() -> None:
    offsets, weights = children_of(4, 10, 3)
    sizes = np.array([1, 4, 6, 4])[weights]
    assert np.array_equal(offsets, np.cumsum(sizes) - sizes)
    assert offsets[-1] + sizes[-1] == Subspace(10, 3).dimension


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Subspace(3, 4), ProblemError, "at most 3"),
        (lambda: Subspace(300, 150), ProblemError, "reduce the universe"),
        (lambda: Subspace(4, 2).index((1, 1)), ProblemError, "different"),
        (lambda: quadratic_diagonal(Subspace(3, 1), np.eye(2), np.zeros(3)), ProblemError, "shapes"),
        (lambda: quadratic_diagonal(Subspace(2, 1), [[1, 2], [3, 4]], [0, 0]), ProblemError, "symmetric"),
        (lambda: quadratic_diagonal(Subspace(2, 1), [[1, np.nan], [np.nan, 4]], [0, 0]), ProblemError, "finite"),
        (lambda: Qaoa(Subspace(4, 2), np.zeros(5)), ProblemError, "one for each"),
        (lambda: Qaoa(Subspace(4, 2), np.full(6, np.inf)), ProblemError, "finite"),
        (lambda: Qaoa(Subspace(4, 2), np.zeros(6), precision="half"), SettingError, "float64 or float32"),  # type: ignore[arg-type]  # what is refused
        (lambda: Qaoa(Subspace(4, 2), np.zeros(6), threads=0), SettingError, "at least one"),
        (lambda: Qaoa(Subspace(4, 2), np.zeros(6), mixer=EdgesXY([(0, 4)])), SettingError, "below 4"),
        (lambda: Qaoa(Subspace(4, 2), np.zeros(6), start=Weighted([0.5] * 3)), ProblemError, "4 chances"),
        (lambda: Qaoa(Subspace(4, 2), np.ones(6)).state([0.1], [0.1, 0.2]), SettingError, "every layer"),
        (lambda: Qaoa(Subspace(4, 2), np.ones(6)).state([np.nan], [0.1]), SettingError, "finite"),
        (lambda: Qaoa(Subspace(4, 2), np.full(6, 1e9)).state([1.0], [0.1]), SettingError, "scale the costs"),
        (lambda: Qaoa(Subspace(60, 30), np.zeros(1)), TooBigError, "GiB"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    make: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make()


def test_memory_is_looked_at_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1_000)
    with pytest.raises(TooBigError, match="float32"):
        quadratic_diagonal(Subspace(12, 6), np.eye(12), np.zeros(12))


def test_the_door_costs_next_to_nothing_and_gives_every_name() -> None:
    program = (
        "import sys, tallystick.quantum as q; "
        "assert not {'numpy', 'numba', 'scipy'} & set(sys.modules); "
        "assert all(getattr(q, name) is not None for name in dir(q)); "
        "assert set(q.PLACES) == set(q.__all__)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
