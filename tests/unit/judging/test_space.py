"""Ranges of parameters: what a person may write, and points that depend on seed and number alone."""

import numpy as np
import pytest

from tallystick.platform.judging.errors import BadSpace
from tallystick.platform.judging.space import Choices, Space, Span


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5..40:5", (5, 10, 15, 20, 25, 30, 35, 40)),
        ("1..3", (1, 2, 3)),
        ("0.1..0.3:0.1", (0.1, 0.2, 0.3)),
        ("20,50,100", (20, 50, 100)),
        ("7", (7,)),
        ("close,mid", ("close", "mid")),
        ("true,false", (True, False)),
        ("-2..2:2", (-2, 0, 2)),
    ],
)
def test_what_a_person_writes_is_understood(text: str, values: tuple[object, ...]) -> None:
    assert Space({"x": text}).ranges["x"] == Choices(values)  # type: ignore[arg-type]  # of several kinds


def test_a_range_of_fractions_without_a_step_is_drawn_from_and_has_no_grid() -> None:
    space = Space({"x": "0.5..2.5"})
    assert space.ranges["x"] == Span(0.5, 2.5)
    assert all(0.5 <= float(space.drawn(1, number)["x"]) <= 2.5 for number in range(50))
    with pytest.raises(BadSpace, match="no step"):
        list(space.grid())


def test_python_ranges_and_lists_are_taken_too() -> None:
    space = Space({"a": range(1, 7, 2), "b": [0.5, 1.5]})
    assert space.size == 6
    assert list(space.grid())[:3] == [{"a": 1, "b": 0.5}, {"a": 1, "b": 1.5}, {"a": 3, "b": 0.5}]


def test_a_point_depends_on_seed_and_number_alone() -> None:
    space = Space({"fast": "5..40:5", "slow": "20..200:10", "x": "0.0..1.0"})
    assert space.drawn(3, 17) == Space({"x": "0.0..1.0", "fast": "5..40:5", "slow": "20..200:10"}).drawn(3, 17)
    drawn = [str(space.drawn(seed, number)) for seed in (3, 4) for number in range(100)]
    assert len(set(drawn)) == len(drawn)
    assert {space.drawn(0, number)["fast"] for number in range(200)} == set(range(5, 41, 5))


@pytest.mark.parametrize("text", ["40..5:5", "5..40:0", "5..40:-1", "a..b"])
def test_a_range_that_cannot_be_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadSpace, match=r'E572.*\{"fast": "5\.\.40:5"\}'):
        Space({"fast": text})


def test_no_parameters_are_no_space() -> None:
    with pytest.raises(BadSpace, match=r"parameters=\{"):
        Space({})


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("5,,7", "got no values"),
        ("5..20:", "got no values"),
        ("5,5,10", "got 5 twice"),
        ("5,NaN", "finite"),
        ([1.0, float("inf")], "finite"),
        (f"1..{'9' * 400}", "no range of numbers"),
        ("1..true", "no range of numbers"),
        ("5..1000000000:1", "999,999,995 steps"),
    ],
)
def test_values_that_mean_nothing_are_refused_and_say_why(given: object, what: str) -> None:
    with pytest.raises(BadSpace, match=what):
        Space({"x": given})


def test_numpy_s_values_are_taken_as_python_s() -> None:
    assert Space({"x": np.arange(3)}).ranges["x"] == Choices((0, 1, 2))
